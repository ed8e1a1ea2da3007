import { afterAll, beforeAll, expect, test } from "vitest";
import { leaveProposal } from "../../../src/store/proposals/team-proposals.ts";
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

test("a change that was found to help is taken in the studio by who may change teams, once", async () => {
  const [mia, ada] = [await inSession(member), await inSession(ADMIN)];
  const { shelf } = world.parley.workshop;
  const share = (value: number) => ({ value, low: value, high: value });
  const after = SOLO.replace("One who says", "One who counts");
  const leave = (at: string, revision: number) =>
    leaveProposal(world.parley.settings, {
      workspace: TEAM,
      team: "solo",
      person: { id: "operator", name: "ola" },
      proposal: {
        version: 1,
        at,
        askedBy: "ola",
        file: "sums.yml",
        revision,
        before: SOLO,
        after,
        difference: "",
        reasons: ["It guesses."],
        heldOut: { cases: 12, before: share(0.4), after: share(0.9), difference: share(0.5), p: 0.01 },
        usd: 1,
      },
    });
  const path = `/teams/${TEAM}/solo/proposal`;
  await ada.send("PUT", `/teams/${TEAM}/solo`, { yaml: SOLO, revision: shelf.get(TEAM, "solo")?.revision ?? 0 });
  const { revision = 0 } = shelf.get(TEAM, "solo") ?? {};
  expect((await ada.get(path)).told).toEqual({});
  const at = "2026-11-29T10:00:00.000Z";
  expect(await leave(at, revision)).toBe(true);
  expect((await mia.get(path)).told).toMatchObject({
    proposal: { at, state: "open", askedBy: "ola", before: SOLO, after, heldOut: { cases: 12 } },
  });
  expect((await mia.send("POST", path, { at, take: true })).status).toBe(403);
  expect(await ada.send("POST", path, { at: "another", take: true })).toMatchObject({ status: 409, told: { error: { code: "gone" } } });
  expect(await ada.send("POST", path, { at, take: true })).toEqual({ status: 200, told: { revision: revision + 1, mistakes: [] } });
  expect((await ada.get(`/teams/${TEAM}/solo`)).told).toMatchObject({ yaml: expect.stringContaining("One who counts") as string });
  expect(await ada.send("POST", path, { at, take: true })).toMatchObject({ status: 409, told: { error: { code: "gone" } } });

  // Made of what the team was before: it says so, and can only be declined.
  expect(await leave("2026-11-29T11:00:00.000Z", revision)).toBe(true);
  expect((await ada.get(path)).told).toMatchObject({ proposal: { state: "changed" } });
  const late = await ada.send("POST", path, { at: "2026-11-29T11:00:00.000Z", take: true });
  expect(late).toMatchObject({
    status: 409,
    told: { error: { message: expect.stringMatching(/has changed the team \(edit team as proposed, /) as string } },
  });
  expect((await ada.send("POST", path, { at: "2026-11-29T11:00:00.000Z", take: false })).status).toBe(200);
  expect((await ada.get(path)).told).toEqual({});
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
  // What is forgotten where it was said is forgotten here, and the settings that hold the words of all of it are kept no more.
  const [started] = events;
  const hash = started?.type === "run.started" ? (started.teamHash ?? "") : "";
  expect([started, Buffer.from((await world.parley.store.file(hash)) ?? "").toString()]).toEqual([
    expect.objectContaining({ plays: { run: "r", startedBy: { id: "U1", name: "Ada" } } }),
    expect.stringContaining("There are **three**."),
  ]);
  await world.parley.forgetting.forget(
    { kind: "person", person: "U1" },
    { workspace: TEAM, person, deed: "forget", subject: "U1", allowed: true },
  );
  const { events: after } = await world.parley.runner.read(thread);
  expect(JSON.stringify(after)).not.toMatch(/three|"U1"/);
  expect([after.length, await world.parley.store.file(hash)]).toEqual([events.length, undefined]);
  // Not even an admin looks over somebody's shoulder there.
  expect((await ada.get(path)).status).toBe(404);
  expect((await ada.get(`/runs?workspace=${TEAM}&q=again`)).told).toMatchObject({ found: [] });
  expect(world.problems).toEqual([]);
});

test("a thread, or an answer in it, that is forgotten is forgotten in what was played of it", async () => {
  const mia = await inSession(member);
  const person = { id: ADMIN, name: "Ada" };
  const { store, forgetting, runner } = world.parley;
  const play = async (thread: string) => {
    await world.write(thread, runEvents({ id: `${thread}#1` }));
    const wish = { workspace: TEAM, yaml: SOLO, task: "Count again.", recorded: { thread, seq: 1 } };
    const begun = await mia.send("POST", "/playground", wish);
    const { thread: played } = begun.told["run"] as { thread: string };
    await expect.poll(async () => (await runner.read(played)).events.at(-1)?.type).toBe("run.stopped");
    return async () => JSON.stringify((await runner.read(played)).events);
  };
  const first = await play(`${TEAM}/${GENERAL}/5.1`);
  expect(await first()).toContain("three");
  await forgetting.forget(
    { kind: "thread", thread: `${TEAM}/${GENERAL}/5.1` },
    { workspace: TEAM, person, deed: "forget", subject: "5.1", allowed: true },
  );
  expect(await first()).not.toContain("three");
  const second = await play(`${TEAM}/${GENERAL}/6.1`);
  // A person's words are played by nobody.
  await forgetting.message(`${TEAM}/${GENERAL}/6.1`, { id: `${TEAM}/${GENERAL}/6.1#1-m`, receipt: "" });
  expect(await second()).toContain("three");
  expect(await store.note(`forks/${TEAM}/${GENERAL}/6.1`)).toContain('"isPlayed":true');
});
