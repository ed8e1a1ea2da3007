import { afterAll, beforeAll, expect, test } from "vitest";
import { GENERAL, JONAS, MARIA } from "../../support/journey.ts";
import { openStudioWorld, type StudioWorld } from "../../support/studio-door.ts";
import { runEvents } from "../../studio/studio.ts";

/** Of the run in the private channel; none of these may be told to who is not in it. */
const HIDDEN = /marmots|three|zebra-team|c0hidden|"U1"/i;
const ADMIN = "U0ADA";
const TEAM = "T0LOCAL";

let world: StudioWorld;
let hidden = "";
let hash = "";
const people: { [who: string]: string } = {};

beforeAll(async () => {
  world = await openStudioWorld();
  const { control } = world.slack;
  people["stranger"] = control.addUser("Sam", { channels: [GENERAL] });
  people["guest"] = control.addUser("Gus", { isRestricted: true, channels: [GENERAL] });
  people["leaver"] = control.addUser("Lea", { channels: [GENERAL] });
  people["member"] = control.addUser("Mia", { channels: [GENERAL] });
  people["elsewhere"] = control.addUser("Ole", { teamId: "T0OTHER", channels: [GENERAL] });
  const members = [people["guest"], people["leaver"], people["member"], people["elsewhere"], world.slack.botUserId];
  hidden = control.addChannel("c0hidden-name", { isPrivate: true, members });
  hash = await world.parley.store.putFile(new Uint8Array([1, 2, 3]));
  const settings = world.parley.teams.snapshot("pair").replaceAll('"pair"', '"zebra-team"');
  const teamHash = await world.parley.store.putFile(Buffer.from(settings));
  const run = (id: string, over = true) =>
    runEvents({ id, team: "zebra-team", hash, over }).map((event) => (event.type === "run.started" ? { ...event, teamHash } : event));
  await world.write(thread("1.1"), run("over"));
  await world.write(thread("2.2"), run("going", false));
  await world.write(`${TEAM}/${GENERAL}/3.3`, [
    { type: "run.started", run: "open", team: "pair", startedBy: { id: MARIA, name: "Maria" } },
    { type: "message.posted", person: { id: MARIA, name: "Maria" }, text: "An open task", id: "open-m" },
    { type: "run.stopped", run: "open", outcome: "done", reason: "done", reasons: [] },
  ]);
});
afterAll(() => world.close());

const thread = (ts: string): string => `${TEAM}/${hidden}/${ts}`;

/** Every route of the studio, with what is asked of it; a new one is not known here, and fails until it is. */
async function waysIn(
  cookie: string,
): Promise<readonly { readonly path: string; readonly method: string; readonly urls: readonly string[] }[]> {
  const { paths } = (await (await world.get("/api/v1/openapi.json", cookie)).json()) as {
    paths: { [path: string]: { [method: string]: { parameters: readonly { name: string; in: string; required: boolean }[] } } };
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters }]) => {
      const filled = ["1.1", "2.2"].map((ts) =>
        path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
          // A team is its workspace's, whoever is in which channel.
          const value = { thread: encodeURIComponent(thread(ts)), seq: "1", event: "3", hash, workspace: TEAM, name: "pair", id: "none" }[
            name
          ];
          if (value === undefined) throw new Error(`${method} ${path}: say here what {${name}} is of a run in the private channel`);
          return value;
        }),
      );
      const asked = parameters.flatMap(({ name, in: where, required }): string[] => {
        if (where !== "query") return [];
        const value = name === "place" ? [`${TEAM}/${hidden}`] : QUERIES[name];
        if (value === undefined) throw new Error(`${method} ${path}: say here with what ${name} asks for a run in the private channel`);
        return required ? [] : value.map((one) => `${name}=${encodeURIComponent(one)}`);
      });
      const base = parameters.some(({ name }) => name === "workspace") ? `workspace=${TEAM}` : "";
      const queries = [base, ...asked.map((one) => [base, one].filter(Boolean).join("&"))];
      return {
        path,
        method,
        urls: [...new Set(filled)].flatMap((url) => queries.map((query) => `/api/v1${url}${query ? `?${query}` : ""}`)),
      };
    }),
  );
}

/** By the name of each query, what finds a run of the private channel. */
const QUERIES: { readonly [name: string]: readonly string[] } = {
  workspace: [TEAM],
  q: ["marmots", "three"],
  team: ["zebra-team"],
  person: ["U1"],
  state: ["waiting", "done"],
  usdMin: ["0"],
  usdMax: ["100"],
  from: ["2020-01-01"],
  to: ["2040-01-01"],
  older: ["~ 0"],
  limit: ["200"],
  after: ["0", "5"],
  revision: ["1"],
  by: ["team", "agent", "model", "place", "person"],
  against: ["none"],
  show: ["all", "unsolved"],
};

/** By path, what changes something where it may be; of a run that one may not see it changes nothing, and says so. */
const BODIES: { readonly [path: string]: object } = {
  "/runs/{thread}/{seq}/forks": { at: 3 },
  "/runs/{thread}/{seq}/words": { text: "left" },
  "/runs/{thread}/{seq}/verdict": { call: "c", approved: true },
  "/runs/{thread}/{seq}/limit": { halt: 3, wish: "raise" },
  "/runs/{thread}/{seq}/stop": {},
  "/runs/{thread}/{seq}/budgets": {},
};

/** What whoever may not see the run is told where they want to change something of it. */
async function expectUnchanged(
  who: string,
  cookie: string,
  { path, method, urls }: Awaited<ReturnType<typeof waysIn>>[number],
): Promise<void> {
  const body = BODIES[path];
  if (body === undefined) throw new Error(`${method} ${path}: say here with what it is asked`);
  const { csrf = "" } = (await (await world.get("/api/v1/session", cookie)).json()) as { csrf?: string };
  for (const url of urls) {
    const headers = { cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
    const answer = await fetch(new URL(url, world.url), { method: method.toUpperCase(), headers, body: JSON.stringify(body) });
    const text = await answer.text();
    expect([who, url, answer.status, HIDDEN.exec(text)?.[0]]).toEqual([who, url, cookie === "" ? 401 : 404, undefined]);
  }
}

/** What each route says to somebody; streams are looked at for their first words. */
async function told(cookie: string, { method, url }: { readonly method: string; readonly url: string }) {
  const gone = new AbortController();
  const answer = await fetch(new URL(url, world.url), { method: method.toUpperCase(), headers: { cookie }, signal: gone.signal });
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return { status: answer.status, text: await answer.text() };
  const { value = "" } = await answer.body!.pipeThrough(new TextDecoderStream()).getReader().read();
  gone.abort();
  return { status: answer.status, text: value };
}

async function expectNothing(who: string, cookie: string): Promise<void> {
  const { cookie: known } = await world.signIn(people["member"] ?? "");
  const ways = await waysIn(known);
  expect(ways.length).toBeGreaterThan(7);
  for (const { path, method, urls } of ways) {
    if (method !== "get" && path.startsWith("/runs/{thread}")) await expectUnchanged(who, cookie, { path, method, urls });
    if (method !== "get") continue;
    for (const url of urls) {
      const { status, text } = await told(cookie, { method, url });
      // What was asked may be said back in no answer either.
      expect([who, url, status, HIDDEN.exec(text)?.[0], text.includes(hidden)]).toEqual([who, url, status, undefined, false]);
      expect([who, url, status]).toEqual([who, url, cookie === "" ? 401 : /\{(thread|id)\}/.test(path) ? 404 : 200]);
    }
  }
}

test("a member of the channel finds its runs by each route, so that the others are kept from something", async () => {
  const { answer, cookie } = await world.signIn(people["member"] ?? "");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  for (const { path, method, urls } of await waysIn(cookie)) {
    if (method !== "get" || !path.includes("{thread}")) continue;
    expect([path, (await told(cookie, { method, url: urls[0] ?? "" })).status]).toEqual([path, 200]);
  }
  const list = await (await world.get(`/api/v1/runs?workspace=${TEAM}&q=marmots`, cookie)).text();
  expect(list).toMatch(/zebra-team/);
  const filters = (await (await world.get(`/api/v1/runs/filters?workspace=${TEAM}`, cookie)).json()) as { placeNames: object };
  expect(filters.placeNames).toEqual({ [`${TEAM}/${hidden}`]: "#c0hidden-name", [`${TEAM}/${GENERAL}`]: "#general" });
});

test("nobody without a session is told anything by any route", async () => {
  expect((await world.get("/api/v1/session", "")).status).toBe(401);
  await expectNothing("nobody", "");
});

test("a stranger of the same workspace finds nothing of a private channel by any route, and sees the runs of their own channels", async () => {
  const { cookie } = await world.signIn(people["stranger"] ?? "");
  await expectNothing("stranger", cookie);
  expect(await (await world.get(`/api/v1/runs?workspace=${TEAM}`, cookie)).text()).toContain("An open task");
});

test("an admin finds no more of it than others, as long as the table lets nobody oversee", async () => {
  const { answer, cookie } = await world.signIn(ADMIN);
  expect(answer.status).toBe(303);
  await expectNothing("admin", cookie);
});

test("whoever leaves the channel finds nothing of it after half a minute, by no route", async () => {
  const { cookie } = await world.signIn(people["leaver"] ?? "");
  expect((await told(cookie, { method: "get", url: `/api/v1/runs/${encodeURIComponent(thread("1.1"))}/1` })).status).toBe(200);
  world.slack.control.leave({ user: people["leaver"] ?? "", channel: hidden });
  world.pass(31_000);
  await expectNothing("leaver", cookie);
});

test("a guest, somebody of another workspace, and who says no on Slack's page are not let in", async () => {
  for (const who of ["guest", "elsewhere"]) {
    const { answer, cookie } = await world.signIn(people[who] ?? "");
    expect([who, answer.status, cookie, await answer.text()]).toEqual([who, 400, "", expect.stringContaining("You are nobody here")]);
  }
  const begun = await world.get("/login", "");
  const kept = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state") ?? "";
  const no = await world.get(`/login/done?error=access_denied&state=${state}`, kept);
  expect([no.status, await no.text()]).toEqual([400, expect.stringContaining("You said no")]);
});

test("the list's stream says nothing of what happens where one is not", async () => {
  const { cookie } = await world.signIn(people["stranger"] ?? "");
  const gone = new AbortController();
  const answer = await fetch(new URL("/api/v1/runs/changes", world.url), { headers: { cookie }, signal: gone.signal });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const said = (person: string) => [
    { type: "message.posted" as const, person: { id: person, name: person }, text: "x", id: `${person}-x` },
  ];
  await reader.read();
  await world.write(thread("2.2"), said(JONAS), 6);
  // Told of this one alone: it comes later, and there is one word in all.
  await world.write(`${TEAM}/${GENERAL}/3.3`, said(MARIA), 3);
  expect((await reader.read()).value).toContain("event: changed");
  gone.abort();
});

test("while Slack cannot be asked nothing is shown, and no session is ended", async () => {
  const { cookie } = await world.signIn(people["member"] ?? "");
  world.pass(31_000);
  world.slack.control.fault({ method: "users.conversations", kind: "error", code: "internal_error", times: 4 });
  const answer = await world.get(`/api/v1/runs?workspace=${TEAM}`, cookie);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("Slack does not say")]);
  await expect.poll(async () => (await world.get(`/api/v1/runs?workspace=${TEAM}`, cookie)).status).toBe(200);
});
