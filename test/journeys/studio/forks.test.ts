import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudioWorld, type StudioWorld } from "../../support/studio-door.ts";
import { GENERAL } from "../../support/journey.ts";
import { runEvents } from "../../studio/studio.ts";

const TEAM = "T0LOCAL";
/** The admin of the local workspace. */
const ADMIN = "U0ADA";

let world: StudioWorld;
let hidden = "";
let thread = "";
const people: { [who: string]: string } = {};

beforeAll(async () => {
  world = await openStudioWorld({ budgets: { channelUsdPerDay: 1 }, ceilings: { raised: { channelUsdPerDay: 5 } } });
  const { control } = world.slack;
  people["stranger"] = control.addUser("Sam", { channels: [GENERAL] });
  people["member"] = control.addUser("Mia", { channels: [GENERAL] });
  people["leaver"] = control.addUser("Lea", { channels: [GENERAL] });
  const members = [people["member"], people["leaver"], ADMIN, world.slack.botUserId];
  hidden = control.addChannel("hidden", { isPrivate: true, members });
  thread = `${TEAM}/${hidden}/1.1`;
  await world.write(thread, runEvents({ id: `${thread}#1`, team: "pair" }));
});
afterAll(() => world.close());

const runPath = (of: string): string => `/api/v1/runs/${encodeURIComponent(of)}/1`;

async function post(
  cookie: string,
  path: string,
  body: object = {},
): Promise<{ readonly status: number; readonly thread: string; readonly text: string }> {
  const { csrf = "" } = (await (await world.get("/api/v1/session", cookie)).json()) as { csrf?: string };
  const headers = { cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
  const answer = await fetch(new URL(path, world.url), { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, text, thread: (JSON.parse(text) as { thread?: string }).thread ?? "" };
}

const fork = (cookie: string, body: object) => post(cookie, `${runPath(thread)}/forks`, body);

test("a member of a private channel forks its run in the studio: members see it, nobody else finds it, and Slack is told nothing", async () => {
  const posted = world.slack.control.calls().filter(({ method }) => method.startsWith("chat.")).length;
  const { cookie } = await world.signIn(people["member"] ?? "");
  const offer = (await (await world.get(`${runPath(thread)}/forks`, cookie)).json()) as { teams: readonly string[]; mayNot?: string };
  expect(offer).toMatchObject({ teams: ["pair"] });
  expect(offer.mayNot).toBeUndefined();
  const begun = await fork(cookie, { at: 3, words: [{ seq: 2, text: "Count the hidden marmots" }] });
  expect([begun.status, begun.thread]).toEqual([200, expect.stringContaining(`${TEAM}/${hidden}/studio/`)]);
  // Its team's model has no words for it.
  const list = async (of: string) => (await world.get(`/api/v1/runs?workspace=${TEAM}&q=hidden`, of)).text();
  await expect.poll(() => list(cookie)).toContain(begun.thread);
  const { cookie: leaver } = await world.signIn(people["leaver"] ?? "");
  expect(await (await world.get(runPath(begun.thread), leaver)).json()).toMatchObject({ run: { placeName: "#hidden, studio" } });
  const { cookie: stranger } = await world.signIn(people["stranger"] ?? "");
  world.slack.control.leave({ user: people["leaver"] ?? "", channel: hidden });
  world.pass(31_000);
  for (const [who, of] of Object.entries({ leaver, stranger })) {
    for (const path of [runPath(begun.thread), `${runPath(begun.thread)}/forks`, `${runPath(begun.thread)}/events`])
      expect([who, path, (await world.get(path, of)).status]).toEqual([who, path, 404]);
    expect([who, await list(of)]).toEqual([who, expect.not.stringContaining("marmots")]);
    expect([who, (await fork(of, { at: 3 })).status]).toEqual([who, 404]);
  }
  expect(world.slack.control.calls().filter(({ method }) => method.startsWith("chat.")).length).toBe(posted);
  // Its model has nothing to say here, and that is all that goes wrong.
  expect(world.problems.filter((problem) => !problem.includes("ReplayError"))).toEqual([]);
});

test("in a thread of its own the fork is read in the channel, and the studio leads there; who is not in the channel begins none", async () => {
  const { cookie } = await world.signIn(people["member"] ?? "");
  expect(await (await world.get(`${runPath(thread)}/forks`, cookie)).json()).toMatchObject({ inThread: true });
  const posted = () =>
    world.slack.control.calls().filter(({ method, args }) => method === "chat.postMessage" && String(args["channel"]) === hidden);
  const before = posted().length;
  const begun = await fork(cookie, { at: 3, inThread: true, words: [{ seq: 2, text: "Count the marmots in public" }] });
  expect([begun.status, begun.thread]).toEqual([200, expect.stringMatching(new RegExp(`^${TEAM}/${hidden}/\\d+\\.\\d+$`))]);
  await expect.poll(async () => (await world.parley.runner.read(begun.thread)).events.at(-1)?.type).toBe("run.stopped");
  expect(posted().length).toBeGreaterThan(before);
  expect((await world.parley.runner.read(begun.thread)).events[0]).toMatchObject({ startedBy: { id: people["member"], name: "Mia" } });
  const acts = async (of: string) => (await world.get(`${runPath(begun.thread)}/acts`, of)).json();
  expect(await acts(cookie)).toEqual({ isHere: false, mayNot: {}, link: expect.stringMatching(/^https?:/) });
  const { cookie: stranger } = await world.signIn(people["stranger"] ?? "");
  expect(await acts(stranger)).toMatchObject({ error: { code: "not_found" } });
  expect((await fork(stranger, { at: 3, inThread: true })).status).toBe(404);
});

test("in a run that is shown in the studio alone people answer and stop it there, as the table of the channel lets them", async () => {
  const beside = `${TEAM}/${hidden}/studio/waiting`;
  await world.write(beside, runEvents({ id: `${beside}#1`, team: "pair", over: false }));
  const { cookie } = await world.signIn(people["member"] ?? "");
  const path = runPath(beside);
  const acts = async () => (await world.get(`${path}/acts`, cookie)).json();
  expect(await acts()).toEqual({
    isHere: true,
    mayNot: {
      approve: expect.stringContaining("Ada"),
      raise: expect.stringContaining("Ada"),
      raiseBudget: "A day's budget can be raised by admins of this workspace.",
    },
  });
  expect((await post(cookie, `${path}/verdict`, { call: "c1", approved: true })).status).toBe(403);
  const [refused] = await world.parley.settings.decisions(TEAM, { limit: 1 });
  expect(refused).toMatchObject({ deed: "approve", subject: beside, allowed: false, person: { id: people["member"] } });
  const asked = { text: "The upper one", answers: 6 };
  expect((await post(cookie, `${path}/words`, asked)).status).toBe(200);
  expect((await post(cookie, `${path}/words`, asked)).status).toBe(409);
  expect((await world.parley.runner.read(beside)).events[6]).toMatchObject({ person: { id: people["member"] }, answers: 6 });
  const other = `${TEAM}/${hidden}/studio/other`;
  await world.write(other, runEvents({ id: `${other}#1`, team: "pair", over: false }));
  expect((await post(cookie, `${runPath(other)}/stop`)).status).toBe(200);
  expect((await world.parley.runner.read(other)).events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "stopped" });
  // What is talked about in Slack is answered there.
  expect((await post(cookie, `${runPath(thread)}/stop`)).text).toContain("elsewhere");
});

test("a budget of the day that is used up is raised there by whom the table lets, for all that wait for it, and that is in the audit log", async () => {
  const account = `channel/${hidden}`;
  /** A run there that costs $1.50. */
  const spend = async (name: string): Promise<void> => {
    const of = `${TEAM}/${hidden}/studio/${name}`;
    const at = new Date(world.now()).toISOString();
    await world.parley.store.commit({ thread: of, workspace: TEAM, afterSeq: 0, at, events: runEvents({ id: `${of}#1` }), posts: [], accounts: [account], wake: "none" }); // prettier-ignore
  };
  await spend("first");
  /** A run that waits there for the budget. */
  const halted = async (of: string, limit: number): Promise<void> => {
    const reasons = [{ kind: "budget", account, day: "2026-01-01", limit, spent: limit + 0.5, priced: true }] as const;
    const run = `${of}#1`;
    const began = runEvents({ id: run, team: "pair", over: false }).slice(0, 2);
    await world.write(of, [...began, { type: "limit.reached", run, reason: "the budget is used up", reasons }]);
  };
  const threads = ["here", "elsewhere"].map((name) => `${TEAM}/${hidden}/studio/${name}`);
  for (const of of threads) await halted(of, 1);
  const [here = "", elsewhere = ""] = threads;
  const wish = { halt: 3, wish: "raise" };
  const { cookie } = await world.signIn(people["member"] ?? "");
  const no = await post(cookie, `${runPath(here)}/limit`, wish);
  expect([no.status, no.text]).toEqual([403, expect.stringContaining("can be raised by admins")]);
  const { cookie: admin } = await world.signIn(ADMIN);
  expect(await (await world.get(`${runPath(here)}/acts`, admin)).json()).toMatchObject({ isHere: true, mayNot: {} });
  expect((await post(admin, `${runPath(here)}/limit`, wish)).status).toBe(200);
  const raised = async (of: string) => (await world.parley.runner.read(of)).events.find(({ type }) => type === "limit.raised");
  expect(await raised(here)).toMatchObject({ person: { id: ADMIN }, budgets: [{ account, usd: 2 }] });
  await expect.poll(() => raised(elsewhere)).toMatchObject({ to: {} });
  const audit = async () =>
    (await world.parley.settings.decisions(TEAM, { limit: 20 })).map(({ deed, subject, allowed, person }) => [
      deed,
      subject,
      allowed,
      person.id,
    ]);
  await expect
    .poll(audit)
    .toEqual(expect.arrayContaining([["raise limit", here, true, ADMIN], ["raise budget", account, true, ADMIN], ["raise", here, false, people["member"]]])); // prettier-ignore

  // Who would fork there is told of it, and whoever may raises it where it is told.
  const budgets = async (of: string) => (await world.get(`${runPath(here)}/budgets`, of)).json();
  expect(await budgets(cookie)).toEqual({ usedUp: [] });
  await spend("second");
  const refused = await fork(cookie, { at: 3 });
  expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("budget is used up")]);
  const usedUp = [{ account, spent: 3, limit: 2, priced: true, to: 4 }];
  expect(await budgets(cookie)).toEqual({ usedUp, mayNot: expect.stringContaining("can be raised by admins") });
  expect((await post(cookie, `${runPath(here)}/budgets`)).status).toBe(403);
  expect(await budgets(admin)).toEqual({ usedUp });
  expect((await post(admin, `${runPath(here)}/budgets`)).status).toBe(200);
  expect(await budgets(cookie)).toEqual({ usedUp: [] });

  // As far as anybody can; who wants more is told how far that is, and that stands in the audit log.
  await spend("third");
  expect(await budgets(admin)).toEqual({ usedUp: [{ account, spent: 4.5, limit: 4, priced: true, to: 5 }] });
  expect((await post(admin, `${runPath(here)}/budgets`)).status).toBe(200);
  await spend("fourth");
  const most =
    "Nobody can raise this any further here: the budget of this channel to $5.00 a day at most (ceilings.raised in the team file).";
  expect(await budgets(admin)).toEqual({ usedUp: [{ account, spent: 6, limit: 5, priced: true }], mayNot: most });
  const last = `${TEAM}/${hidden}/studio/last`;
  await halted(last, 5);
  for (const [path, body] of [
    [`${runPath(here)}/budgets`, {}],
    [`${runPath(last)}/limit`, wish],
  ] as const)
    // prettier-ignore
    expect(await post(admin, path, body)).toMatchObject({ status: 409, text: expect.stringContaining(most) });
  const refusals = (await world.parley.settings.decisions(TEAM, { limit: 20 })).filter(
    ({ allowed, person }) => !allowed && person.id === ADMIN,
  );
  // Of one kind, and so one entry.
  expect(refusals).toMatchObject([{ deed: "raise", subject: here, detail: most, times: 2 }]);
});

test("who may not begin runs in the channel may not fork there, and that is in the audit log", async () => {
  const { cookie } = await world.signIn(people["member"] ?? "");
  const decision = { workspace: TEAM, person: { id: "U0ADA", name: "Ada" }, deed: "set", subject: `channel/${hidden}`, allowed: true };
  await world.parley.settings.put({ name: `channel/${hidden}`, value: { allow: { start: "admins" } }, revision: 0, decision });
  const no = await fork(cookie, { at: 3 });
  expect([no.status, no.text]).toEqual([403, expect.stringContaining("not_allowed")]);
  const [refused] = await world.parley.settings.decisions(TEAM, { limit: 1 });
  expect(refused).toMatchObject({ deed: "start", subject: thread, allowed: false });
});
