import { afterAll, beforeAll, expect, test } from "vitest";
import { GENERAL } from "../../support/journey.ts";
import { openStudioWorld, type StudioWorld } from "../../support/studio-door.ts";
import { runEvents } from "../../studio/studio.ts";

const ADMIN = "U0ADA";
const TEAM = "T0LOCAL";
const SOLO = `teams:
  solo:
    description: One who says what was said.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Counts., model: scripted }]
    stop: { maxMessages: 2 }
`;

let world: StudioWorld;
let member = "";
beforeAll(async () => {
  world = await openStudioWorld();
  member = world.slack.control.addUser("Mia", { channels: [GENERAL] });
  await world.write(`${TEAM}/${GENERAL}/1.1`, runEvents({ id: "r" }));
});
afterAll(() => world.close());

async function inSession(person: string) {
  const { cookie } = await world.signIn(person);
  const get = async (path: string) => {
    const answer = await world.get(`/api/v1${path}`, cookie);
    return { status: answer.status, told: (await answer.json()) as { readonly [key: string]: unknown } };
  };
  const csrf = String((await get("/session")).told["csrf"]);
  const send = async (method: string, path: string, body: object) => {
    const headers = { cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
    const answer = await fetch(new URL(`/api/v1${path}`, world.url), { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, told: (await answer.json()) as { readonly [key: string]: unknown } };
  };
  return { get, send };
}

test("the table of permissions says who may change teams, in the studio as in App Home; who is refused is in the audit log", async () => {
  const [mia, ada] = [await inSession(member), await inSession(ADMIN)];
  const mayNot = /admin/i;
  expect((await mia.get(`/teams?workspace=${TEAM}`)).told).toMatchObject({ mayNotEdit: expect.stringMatching(mayNot) });
  const put = ["PUT", `/teams/${TEAM}/solo`, { yaml: SOLO, revision: 0 }] as const;
  expect(await mia.send(...put)).toMatchObject({ status: 403, told: { error: { message: expect.stringMatching(mayNot) } } });
  expect(world.parley.workshop.shelf.get(TEAM, "solo")).toBeUndefined();
  expect((await ada.get(`/teams?workspace=${TEAM}`)).told).not.toHaveProperty("mayNotEdit");
  expect(await ada.send(...put)).toMatchObject({ status: 200, told: { revision: 1 } });
  const decisions = await world.parley.settings.decisions(TEAM, { limit: 2 });
  expect(decisions.map(({ person, deed, subject, allowed }) => [person.id, deed, subject, allowed])).toEqual([
    [ADMIN, "create team in studio", "team/solo", true],
    [member, "editTeams", "team/solo", false],
  ]);
  // Everybody of the workspace may read it, as in App Home.
  expect((await mia.get(`/teams/${TEAM}/solo`)).told).toMatchObject({ revision: 1, yaml: expect.stringContaining("One who says") });
});

test("a run of the playground is its person's alone, posts nothing in Slack, and is held to what the workspace says of code", async () => {
  const [mia, ada] = [await inSession(member), await inSession(ADMIN)];
  const person = { id: ADMIN, name: "Ada" };
  const decision = { workspace: TEAM, person, deed: "set workspace", subject: "workspace", allowed: true };
  await world.parley.settings.put({ name: "workspace", value: { code: "off" }, revision: 0, decision });
  const recorded = { thread: `${TEAM}/${GENERAL}/1.1`, seq: 1 };
  const begun = await mia.send("POST", "/playground", { workspace: TEAM, yaml: SOLO, task: "Count again.", recorded });
  expect(begun).toMatchObject({ status: 200, told: { mistakes: [] } });
  const { thread, seq } = begun.told["run"] as { thread: string; seq: number };
  const path = `/runs/${encodeURIComponent(thread)}/${seq}`;
  await expect.poll(async () => (await world.parley.runner.read(thread)).events.at(-1)?.type).toBe("run.stopped");
  const { events } = await world.parley.runner.read(thread);
  expect(events.find(({ type }) => type === "run.started")).toMatchObject({ team: "solo", code: "off", startedBy: { id: member } });
  expect(events.map((event) => ("text" in event ? event.text : ""))).toContain("There are **three**.");
  expect(await world.parley.store.duePosts(undefined, 100)).toEqual([]);
  expect((await mia.get(path)).status).toBe(200);
  expect((await mia.get(`/runs?workspace=${TEAM}&q=again`)).told).toMatchObject({ found: [{ placeName: "Playground" }] });
  // Not even an admin looks over somebody's shoulder there.
  expect((await ada.get(path)).status).toBe(404);
  expect((await ada.get(`/runs?workspace=${TEAM}&q=again`)).told).toMatchObject({ found: [] });
  expect(world.problems).toEqual([]);
});
