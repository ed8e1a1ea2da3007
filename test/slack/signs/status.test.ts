import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../../../src/engine/clock.ts";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import type { Follower } from "../../../src/runner/runner.ts";
import { createStatus, type Status } from "../../../src/slack/signs/status.ts";
import { createLanguages } from "../../../src/slack/language/whose-language.ts";
import { cameLate, createLateCalls } from "../../../src/slack/api/late-calls.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { manualClock, type ManualClock } from "../../support/clock.ts";
import { CARDS, GENERAL, MARIA } from "../heard.ts";

let slack: Workspace;
let clock: ManualClock;
let status: Status;
let store: Store;
let runner: Parameters<typeof createStatus>[0]["runner"];
let ts: string;
let events: RunEvent[];
let followers: Set<Follower>;
/** Of threads other than the one of most stories. */
let logs: Map<string, readonly RunEvent[]>;
const problems: string[] = [];

beforeEach(async () => {
  clock = manualClock();
  slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits: false });
  ts = (await slack.control.post({ user: MARIA, channel: GENERAL, text: "fix the build" })).ts;
  events = [];
  followers = new Set();
  logs = new Map();
  problems.length = 0;
  store = openSqlite({ path: ":memory:" }).store;
  runner = {
    // A snapshot for each reading, as another process's would be.
    read: async (name) => ({ events: [...(logs.get(name) ?? events)] }),
    atHand: (name) => ({ events: [...(logs.get(name) ?? events)] }),
    follow: (follower: Follower) => (followers.add(follower), () => void followers.delete(follower)),
  };
  status = begin();
});
afterEach(async () => {
  await status.close();
  await store.close();
  await slack.close();
});

function begin(at: Clock = clock): Status {
  const web = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const languages = createLanguages({ localeOf: async () => undefined });
  return createStatus({ runner, store, web, cards: CARDS, languages, clock: at, log: (problem) => void problems.push(problem) });
}

const thread = () => `${slack.teamId}/${GENERAL}/${ts}`;

function record(...bodies: readonly EventBody[]): void {
  for (const body of bodies) {
    const event = { ...body, seq: events.length + 1, at: new Date(clock.now()).toISOString() };
    events.push(event);
    for (const follower of followers) follower(thread(), event);
  }
}

const started: EventBody[] = [
  { type: "run.started", run: "r1", team: "coding", startedBy: { id: MARIA, name: "Maria" } },
  { type: "message.posted", person: { id: MARIA, name: "Maria" }, text: "fix the build", id: "m1" },
];
const selected = (agent: string): EventBody => ({ type: "speaker.selected", agent, by: "policy" });
const posted = (agent: string): EventBody => ({ type: "message.posted", agent, text: "…" });
const stopped: EventBody = { type: "run.stopped", run: "r1", reason: "done", reasons: [{ kind: "nobody" }], outcome: "done" };

/** A message that is to be posted. */
const COMMIT = {
  afterSeq: 0,
  at: "2026-01-05T09:00:00.000Z",
  events: [posted("Ada")],
  posts: [{ event: 0, kind: "turn", part: 0 }],
  wake: "none",
} as const;

const LINE = "assistant.threads.setStatus";
const SESSION = "agents.sessions.setStatus";
const told = (method: string) => slack.control.calls(method).map(({ args }) => args);
const line = () => slack.control.status(GENERAL, ts);
/** Lets time pass until something is so: a little at a time, with room for the real HTTP in between. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    await clock.advance(50);
  }
}

test("who has the floor is shown thinking, with name and face, and the session is at work under the task's title", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined && told(SESSION).length > 0);
  expect(line()).toMatchObject({ status: "is thinking…", username: "Ada" });
  expect(told(LINE)[0]).toMatchObject({ icon_emoji: ":owl:", loading_messages: ["is thinking… (turn 1)"] });
  expect(told(SESSION)).toEqual([
    expect.objectContaining({ status: "processing", title: "fix the build", initiator_user_id: MARIA, thread_ts: ts }),
  ]);
});

const writes = (agent: string, text: string) => {
  for (const follower of followers) follower(thread(), { type: "text.delta", agent, text });
};

test("the line follows the words of who writes, at a pace, and thinks again with the next turn", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  writes("Ada", "Here it is.\n\n```python\ndef med");
  await clock.advance(4_000);
  expect(line()?.status).toBe("is thinking…");
  await clock.advance(1_500);
  writes("Ada", "ian(values):\n    return sorted(va");
  await until(() => line()?.status === "is writing: return …");
  expect(told(LINE).at(-1)).toMatchObject({ username: "Ada", loading_messages: ["is writing: return …"] });
  for (let piece = 0; piece < 300; piece++) {
    writes("Ada", `word${piece} `);
    await clock.advance(100);
  }
  await until(() => /^is writing: ….* word29\d …$/.test(line()?.status ?? ""));
  expect((line()?.status ?? "").length).toBeLessThan(90);
  expect(told(LINE).length).toBeLessThan(10);
  record(posted("Ada"), selected("Ben"));
  await until(() => line()?.username === "Ben");
  expect(line()?.status).toBe("is thinking…");
});

test.each([
  ["de", "denkt nach…", "denkt nach… (Beitrag 1)", "schreibt: 10 km …"],
  ["fr", "réfléchit…", "réfléchit… (tour 1)", "écrit\u00A0: 10 km …"],
] as const)("the line is in the language of the run, which all of the thread read: %s", async (language, thinks, turn, isWriting) => {
  record({ ...started[0], language } as EventBody, started[1] as EventBody, selected("Ada"));
  await until(() => line() !== undefined);
  expect(line()?.status).toBe(thinks);
  expect(told(LINE)[0]).toMatchObject({ username: "Ada", loading_messages: [turn] });
  await clock.advance(5_500);
  writes("Ada", "10 km ");
  await until(() => line()?.status === isWriting);
});

test.each([
  ["de", "denkt als Ada nach…", "Ada denkt nach…", "schreibt als Ada: 10 km …", "Ada schreibt: 10 km …"],
  ["fr", "réfléchit en tant que Ada…", "Ada réfléchit…", "écrit en tant que Ada\u00A0: 10 km …", "Ada écrit\u00A0: 10 km …"],
] as const)("without faces the line names the agent, in the language of the run: %s", async (language, ...lines) => {
  slack.control.fault({ method: LINE, kind: "error", code: "missing_scope", times: 1 });
  record({ ...started[0], language } as EventBody, started[1] as EventBody, selected("Ada"));
  await until(() => line() !== undefined);
  const [thinks, doesThink, isWriting, doesWrite] = lines;
  expect(told(LINE).at(-1)).toMatchObject({ status: thinks, loading_messages: [doesThink] });
  await clock.advance(5_500);
  writes("Ada", "10 km ");
  await until(() => line()?.status === isWriting);
  expect(told(LINE).at(-1)).toMatchObject({ loading_messages: [doesWrite] });
});

test("what comes in pieces is masked when it is put together, and no half of a word is shown", async () => {
  await status.close();
  const hide = (text: string) => text.replaceAll("sk-12345678", "[hidden]");
  runner = { ...runner, shown: (delta) => (delta.type === "text.delta" ? { ...delta, text: hide(delta.text) } : delta) };
  status = begin();
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  await clock.advance(6_000);
  for (const piece of ["The key is sk-", "1234"]) writes("Ada", piece);
  await until(() => line()?.status === "is writing: The key is …");
  await clock.advance(6_000);
  for (const piece of ["5678", " and <!channel> "]) writes("Ada", piece);
  await until(() => line()?.status.includes("[hidden] and") === true);
  expect(JSON.stringify(told(LINE))).not.toMatch(/sk-|<!channel>/);
});

test("at a question the line goes and the session waits; with the answer both come back; at the end both are over", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  record({ type: "handoff.made", agent: "Ada", to: "human", text: "Which way?" });
  await until(() => line() === undefined && told(SESSION).at(-1)?.["status"] === "suspended");
  record({ type: "message.posted", person: { id: MARIA, name: "Maria" }, text: "left", id: "m2" });
  await until(() => line() !== undefined && told(SESSION).at(-1)?.["status"] === "processing");
  record(posted("Ada"), stopped);
  await until(() => line() === undefined && told(SESSION).at(-1)?.["status"] === "active");
  expect(told(SESSION).map((args) => args["status"])).toEqual(["processing", "suspended", "processing", "active"]);
});

test("what another process has set late, after it stood still, is set as it should be", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  record(posted("Ada"), stopped);
  await until(() => line() === undefined && told(SESSION).at(-1)?.["status"] === "active");
  const { write } = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const where = { channel_id: GENERAL, thread_ts: ts };
  await write.apiCall(LINE, { ...where, status: "is thinking…" });
  await write.apiCall(SESSION, { ...where, status: "processing" });
  expect(line()).toBeDefined();
  const call = { thread: thread(), noted: `session/${thread()}`, over: new AbortController().signal, clock };
  expect(await cameLate(store, call)).toBe(false);
  expect(await cameLate({ ...store, stillHere: () => Promise.reject(new Error("taken for gone")) }, call)).toBe(true);
  // Whoever led then has died over it: it is for the next one.
  const log = (problem: string) => void problems.push(problem);
  const onLate = (late: string) => status.lookAgain(late);
  const lateCalls = createLateCalls({ store, team: slack.teamId, clock, log, onLate });
  lateCalls.start();
  await until(() => line() === undefined && told(SESSION).at(-1)?.["status"] === "active");
  await lateCalls.close();
});

test("a line is renewed before Slack takes it away, for as long as the agent thinks", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  for (let renewed = 2; renewed <= 4; renewed++) {
    await clock.advance(80_000);
    slack.control.tick();
    expect(line()).toBeDefined();
    await until(() => told(LINE).length === renewed);
    slack.control.tick();
  }
});

test("when a message has landed, which takes the line away, the next speaker's line is put back", async () => {
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  record(posted("Ada"), selected("Ben"));
  await until(() => line()?.username === "Ben");
  const calls = told(LINE).length;
  await store.commit({ ...COMMIT, thread: thread(), workspace: slack.teamId });
  for (const { id } of await store.duePosts(thread(), 1)) await store.markDelivered(id, { receipt: "1.1" });
  await until(() => told(LINE).length === calls + 1);
  expect(line()).toMatchObject({ username: "Ben" });
});

test("a talk faster than Slack's pace is told in steps of a second and a half, and ends with the truth", async () => {
  record(...started);
  for (let turn = 0; turn < 50; turn++) {
    record(selected(turn % 2 === 0 ? "Ada" : "Ben"));
    await clock.advance(60);
    record(posted(turn % 2 === 0 ? "Ada" : "Ben"));
  }
  record(selected("Cy"));
  await until(() => line()?.username === "Cy");
  const times = slack.control.calls(LINE).map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_500);
});

test.each(["unknown_method", "not_authorized", "missing_scope"])(
  "a session that is refused (%s) is tried once; the line is shown all the same",
  async (code) => {
    slack.control.fault({ method: SESSION, kind: "error", code, times: 100 });
    record(...started, selected("Ada"));
    await until(() => line() !== undefined && told(SESSION).length === 1);
    record(stopped);
    await until(() => line() === undefined);
    record(...started, selected("Ben"));
    await until(() => line()?.username === "Ben");
    expect(told(SESSION)).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining(`${SESSION} is not available here (${code})`)]);
  },
);

test("without the scope for faces the app's own line names the agent, and faces are not tried again", async () => {
  slack.control.withoutScope("chat:write.customize");
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  expect(line()?.status).toBe("is thinking as Ada…");
  record(posted("Ada"), selected("Ben"));
  await until(() => line()?.status === "is thinking as Ben…");
  expect(told(LINE).filter((args) => "username" in args)).toHaveLength(1);
});

test("where there is no such method at all, it is asked for once, and nothing else happens", async () => {
  slack.control.fault({ method: "*", kind: "error", code: "unknown_method", times: 100 });
  record(...started, selected("Ada"));
  await until(() => told(LINE).length === 1 && told(SESSION).length === 1);
  record(posted("Ada"), selected("Ben"), posted("Ben"), stopped);
  await clock.advance(120_000);
  expect(slack.control.calls()).toHaveLength(2);
});

test("a failure that may pass is tried again", async () => {
  slack.control.fault({ method: LINE, kind: "status500" });
  slack.control.fault({ method: LINE, kind: "ratelimited" });
  record(...started, selected("Ada"));
  await until(() => line() !== undefined);
  expect(told(LINE)).toHaveLength(3);
});

test("a thread that is not of Slack's is none of its business", async () => {
  for (const follower of followers) follower("terminal", { ...selected("Ada"), seq: 1, at: new Date(0).toISOString() } as RunEvent);
  await clock.advance(10_000);
  expect(slack.control.calls()).toEqual([]);
});

test("a session that a killed process left at work is put right at the next start, once", async () => {
  record(...started);
  await until(() => told(SESSION).length === 1);
  await status.close();
  // Its last commit, of which Slack was not told any more.
  record(stopped);
  const at = new Date(clock.now()).toISOString();
  await store.commit({
    thread: thread(),
    workspace: slack.teamId,
    afterSeq: 0,
    at,
    events: [...started, stopped],
    posts: [],
    wake: "none",
  });
  for (let start = 1; start <= 2; start++) {
    status = begin();
    status.start();
    await until(() => slack.control.session(GENERAL, ts)?.status === "active");
    await clock.advance(10_000);
    await status.close();
  }
  expect(told(SESSION).map((args) => args["status"])).toEqual(["processing", "active"]);
});

test("a session of which Slack was not told for certain is told again at the next start", async () => {
  slack.control.fault({ method: SESSION, kind: "timeout_after" });
  record(...started);
  await until(() => slack.control.session(GENERAL, ts)?.status === "processing");
  void status.close();
  status = begin();
  record(stopped);
  await until(() => slack.control.session(GENERAL, ts)?.status === "active");
  expect(told(SESSION).at(-1)).toMatchObject({ status: "active" });
});

test("a session that Slack fails to take is told again, a few times", async () => {
  slack.control.fault({ method: SESSION, kind: "ratelimited" });
  record(...started);
  await until(() => slack.control.session(GENERAL, ts)?.status === "processing");
  slack.control.fault({ method: SESSION, kind: "error", code: "channel_not_found", times: 100 });
  record(stopped);
  await until(() => told(SESSION).length === 5);
  await clock.advance(120_000);
  expect(told(SESSION)).toHaveLength(5);
});

test("runs that end faster than Slack takes their sessions are told of at Slack's pace, and those over by then not at all", async () => {
  const tell = (name: string, events: readonly EventBody[]) => {
    const before = logs.get(name) ?? [];
    const recorded = events.map(
      (event, index) => ({ ...event, seq: before.length + index + 1, at: new Date(clock.now()).toISOString() }) as RunEvent,
    );
    logs.set(name, [...before, ...recorded]);
    for (const event of recorded) for (const follower of followers) follower(name, event);
  };
  const names: string[] = [];
  for (let run = 0; run < 100; run++) {
    const message = await slack.control.post({ user: MARIA, channel: GENERAL, text: `task ${run}` });
    names.push(`${slack.teamId}/${GENERAL}/${message.ts}`);
  }
  for (const name of names) tell(name, started);
  await until(() => told(SESSION).length >= 10);
  for (const name of names) tell(name, [stopped]);
  await clock.advance(180_000);
  const sessions = slack.control.calls(SESSION);
  expect(sessions.filter(({ ok }) => !ok)).toEqual([]);
  expect(sessions.length).toBeLessThan(30);
  for (const message of slack.control.channel(GENERAL))
    expect(slack.control.session(GENERAL, message.ts)?.status ?? "active").toBe("active");
});

/** An agent's words are recorded, with their message. */
async function commits(afterSeq = 0): Promise<void> {
  await store.commit({ ...COMMIT, afterSeq, thread: thread(), workspace: slack.teamId });
  record(posted("Ada"));
}

/** The message of these words lands. */
async function lands(): Promise<void> {
  await slack.control.post({ user: "U0PARLEY", channel: GENERAL, text: "…", threadTs: ts });
  await store.markDelivered((await store.duePosts(thread(), 1))[0]?.id ?? 0, { receipt: "1.2" });
}

test("at the end the message that was made after the line had been shown takes it away, and no call does", async () => {
  record(...started, selected("Ada"));
  await until(() => line()?.username === "Ada");
  await clock.advance(2_000);
  await commits();
  record(stopped);
  await clock.advance(3_000);
  expect(told(LINE)).toHaveLength(1);
  await lands();
  await clock.advance(60_000);
  expect(told(LINE)).toHaveLength(1);
});

test("who is next is shown when the message before has landed, with which an earlier line would go, or after four seconds", async () => {
  record(...started, selected("Ada"));
  await until(() => line()?.username === "Ada");
  await clock.advance(2_000);
  await commits();
  record(selected("Ben"));
  await clock.advance(3_000);
  expect(told(LINE)).toHaveLength(1);
  await lands();
  await until(() => line()?.username === "Ben");
  expect(told(LINE)).toHaveLength(2);

  record(posted("Ben"), selected("Cy"));
  await clock.advance(3_000);
  expect(told(LINE)).toHaveLength(2);
  await clock.advance(1_500);
  await until(() => line()?.username === "Cy");
});

test("where no message lands within a while, or one that may have come before the line, a call takes it away", async () => {
  record(...started, selected("Ada"));
  await until(() => line()?.username === "Ada");
  await clock.advance(2_000);
  await commits();
  record(stopped);
  await clock.advance(14_000);
  expect(told(LINE)).toHaveLength(1);
  await until(() => told(LINE).length === 2);
  expect(told(LINE)[1]).toMatchObject({ status: "" });

  // Recorded while Slack was being told of the line: which of the two was there first nobody knows.
  record({ type: "run.started", run: "r2", team: "coding", startedBy: { id: MARIA, name: "Maria" } }, selected("Ben"));
  await commits(1);
  record({ ...stopped, run: "r2" });
  await lands();
  await until(() => line() === undefined || told(LINE).at(-1)?.["status"] === "");
  await clock.advance(60_000);
  expect(line()).toBe(undefined);
});

test("where the clock is set back meanwhile, the line is taken away as soon as it would have been", async () => {
  await status.close();
  let backMs = 0;
  status = begin({ ...clock, now: () => clock.now() - backMs });
  record(...started, selected("Ada"));
  await until(() => line()?.username === "Ada");
  await clock.advance(2_000);
  await commits();
  record(stopped);
  await clock.advance(1_000);
  backMs = 3_600_000;
  const beganMs = clock.now();
  await until(() => told(LINE).at(-1)?.["status"] === "");
  expect(clock.now() - beganMs).toBeLessThan(60_000);
});
