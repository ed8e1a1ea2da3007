import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { EventBody } from "../../../../src/engine/events/events.ts";
import { asks, says, selects, started, stopped } from "../../log.ts";
import { DIRECT, posting, type Posting, type PostingOptions } from "../../posting.ts";

let world: Posting | undefined;
const others: Posting[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.end();
  await world?.close();
  world = undefined;
});
async function begin(options?: PostingOptions): Promise<Posting> {
  return (world = await posting({ rateLimits: false, ...options }));
}
async function beside(one: Posting): Promise<Posting> {
  const other = await one.beside();
  others.push(other);
  return other;
}

const WORDS = "All of this was read twice, from the beginning to the end, and again. ";
const MORE = "Nothing in it was found to be wrong.";
const calls = (parley: Posting, method: string) => parley.slack.control.calls(method);
/** As people see them: who, and their first words. */
const lines = (parley: Posting, thread: string) => parley.lines(thread).map((line) => line.slice(0, 20));
const leftBehind = (parley: Posting, thread: string) => parley.said(thread).filter(({ metadata }) => !metadata);

test("a turn grows, and ends as its message", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  expect(leftBehind(parley, thread).map(({ username }) => username)).toEqual(["Coder"]);
  await parley.record(thread, says("Coder", WORDS + MORE));
  await parley.settle();
  expect(lines(parley, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect([calls(parley, "chat.stopStream").length, leftBehind(parley, thread), parley.problems]).toEqual([1, [], []]);
});

test("a turn does not grow above what is still to be posted before it", async () => {
  const parley = await begin({ start: false });
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.write(thread, "Coder", WORDS);
  expect(calls(parley, "chat.startStream")).toEqual([]);
  parley.outbox.start();
  await parley.settle();
  await parley.write(thread, "Coder", `${MORE} `);
  await parley.record(thread, says("Coder", `${WORDS}${MORE} `));
  await parley.settle();
  expect(lines(parley, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect(calls(parley, "chat.startStream")).toHaveLength(1);
});

test("after an end whose answer was lost the next turns of the thread grow too", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  for (const kind of ["status500_after", "status500"] as const) {
    await parley.write(thread, "Coder", WORDS);
    parley.slack.control.fault({ method: "chat.stopStream", kind });
    await parley.record(thread, says("Coder", WORDS + MORE), selects("Coder"));
    await parley.settle();
  }
  await parley.write(thread, "Coder", WORDS);
  expect(leftBehind(parley, thread)).toHaveLength(1);
  await parley.record(thread, says("Coder", WORDS + MORE), stopped());
  await parley.settle();
  expect(parley.said(thread).map(({ metadata }) => metadata?.event_payload["o"])).toEqual([
    "1.card.0", "4.turn.0", "6.turn.0", "8.turn.0", "9.end.0",
  ]); // prettier-ignore
  expect(calls(parley, "chat.startStream")).toHaveLength(3);
});

test("a stream that Slack would not take away for a while is taken away before the next post", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  parley.slack.control.fault({ method: "chat.delete", kind: "status500", times: 5 });
  // Somebody ended the run in the middle of it.
  await parley.record(thread, stopped());
  await parley.settle();
  await parley.record(thread, started("run-2"), asks("Read on", "m2"), selects("Critic"));
  await parley.settle();
  expect(leftBehind(parley, thread)).toEqual([]);
  await parley.write(thread, "Critic", WORDS);
  expect(leftBehind(parley, thread).map(({ username }) => username)).toEqual(["Critic"]);
});

test("a stream that may not be taken away says in the language of its run that it is not the turn", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, { ...started(), language: "fr" } as EventBody, asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  parley.slack.control.fault({ method: "chat.delete", kind: "error", code: "restricted_action", times: 5 });
  await parley.record(thread, stopped());
  await parley.settle();
  expect(calls(parley, "chat.update").map(({ args }) => args["text"])).toContain("(interrompu\u202F; le tour entier est ci-dessous)");
});

test("a stream goes whose turn was posted in another way", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  const [, channel = "", threadTs = ""] = thread.split("/");
  // As one whose answer was lost before it was tried again.
  await parley.outbox.stop();
  await parley.record(thread, says("Coder", WORDS + MORE));
  const [due] = await parley.store.duePosts(thread, 1);
  await parley.store.markDelivered(due?.id ?? 0, { receipt: "1.000001" });
  parley.outbox.start();
  await parley.record(thread, selects("Critic"), says("Critic", "Read, and fine."));
  await parley.settle();
  expect(parley.slack.control.thread(channel, threadTs).filter(({ username }) => username === "Coder")).toEqual([]);
});

/** A process that died while it began a stream: what it noted, and what is there. `isAnswered`: it had come to know the ts. */
async function leave(parley: Posting, thread: string, { isAnswered }: { readonly isAnswered: boolean }): Promise<void> {
  const [, channel = "", threadTs = ""] = thread.split("/");
  const { ts } = await startStream(parley, { channel, thread_ts: threadTs, markdown_text: WORDS, username: "Coder" });
  const note = { agent: "Coder", username: "Coder", afterSeq: 3, ...(isAnswered ? { ts } : {}) };
  await parley.store.putNote(`stream/${thread}`, JSON.stringify(note));
}
async function startStream({ slack }: Posting, args: object): Promise<{ readonly ts: string }> {
  const headers = { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" };
  const answer = await fetch(`${slack.apiUrl}chat.startStream`, { method: "POST", headers, body: JSON.stringify(args) });
  return (await answer.json()) as { readonly ts: string };
}

test.each([
  ["of which it knew where it was", true],
  ["whose answer it never had", false],
])("what a dead process left growing far down a long thread, %s, is taken away before the next post", async (_how, isAnswered) => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  const [, channel = "", threadTs = ""] = thread.split("/");
  for (let said = 0; said < 230; said++) await parley.slack.control.post({ user: "U0MARIA", channel, threadTs, text: `word ${said}` });
  await leave(parley, thread, { isAnswered });
  await parley.record(thread, says("Coder", "Read."));
  await parley.settle();
  expect(leftBehind(parley, thread).filter(({ username }) => username === "Coder")).toEqual([]);
  expect(lines(parley, thread).at(-1)).toBe("Coder: Read.");
  const reads = calls(parley, "conversations.replies");
  expect(reads.length).toBeLessThanOrEqual(isAnswered ? 1 : 4);
});

test.each([
  ["too fast", { kind: "ratelimited", retryAfterSeconds: 20, times: 2 }, true],
  ["that it is in trouble", { kind: "status500", times: 3 }, true],
  ["no", { kind: "error", code: "missing_scope", times: 1_000 }, false],
  ["a word that nobody knows", { kind: "error", code: "of_its_own", times: 1_000 }, false],
] as const)("where Slack says %s when it is asked what was left, the thread goes on", async (_what, fault, isFound) => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await leave(parley, thread, { isAnswered: true });
  parley.slack.control.fault({ method: "conversations.replies", ...fault });
  await parley.record(thread, says("Coder", "Read."));
  await parley.settle();
  expect(lines(parley, thread).at(-1)).toBe("Coder: Read.");
  expect(leftBehind(parley, thread)).toHaveLength(isFound ? 0 : 1);
  // Where it was not found, the operator is told where to look.
  expect(parley.problems.map((problem) => problem.kind === "bug" && problem.thread.startsWith("what an agent had begun"))).toEqual(
    isFound ? [] : [true],
  );
});

test("what another process leaves in a thread in which this one has posted before is taken away as well", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await leave(parley, thread, { isAnswered: true });
  await parley.record(thread, says("Coder", "Read."));
  await parley.settle();
  expect(leftBehind(parley, thread)).toEqual([]);
});

test("beside another process over the same store no turn grows: either may be the one that posts there", async () => {
  const parley = await begin();
  await beside(parley);
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  expect(calls(parley, "chat.startStream")).toEqual([]);
});

test("a turn does not begin to grow in a process that was taken for gone on the way to it", async () => {
  const lost = new AbortController();
  let hasStoodStill = false;
  const parley = await begin({ asked: { before: async () => (hasStoodStill ? lost.abort() : undefined), lost: lost.signal } });
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  hasStoodStill = true;
  await parley.write(thread, "Coder", WORDS);
  expect([calls(parley, "chat.startStream"), lost.signal.aborted]).toEqual([[], true]);
  // It may be there, for all that is known here: it is looked for before the turn is posted.
  await parley.record(thread, says("Coder", WORDS + MORE));
  await parley.settle();
  expect(lines(parley, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect(parley.problems).toEqual([]);
});

test("a turn that grows when another process comes and posts it is there once", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  const other = await beside(parley);
  await parley.outbox.stop();
  await parley.record(thread, says("Coder", WORDS + MORE), selects("Critic"));
  await other.settle();
  expect(lines(parley, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect(leftBehind(parley, thread)).toEqual([]);
  await other.end();
  others.length = 0;
  // And the one that had begun it is free for the next.
  parley.outbox.start();
  await parley.write(thread, "Critic", WORDS);
  expect(leftBehind(parley, thread).map(({ username }) => username)).toEqual(["Critic"]);
});

test("where others take turns too nothing is asked again and again whether a turn may grow", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await beside(parley);
  let asked = 0;
  const { exclusively } = parley.store;
  Object.assign(parley.store, { exclusively: (...of) => (asked++, exclusively(...of)) } satisfies Partial<Posting["store"]>);
  for (const words of [WORDS, MORE]) await parley.write(thread, "Coder", words);
  expect([asked, calls(parley, "chat.startStream")]).toEqual([0, []]);
});

test("what another process let grow is not taken away while it becomes its turn", async () => {
  let beforeItGoes: (() => Promise<void>) | undefined;
  const parley = await begin({ asked: { before: async () => beforeItGoes?.() } });
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await parley.write(thread, "Coder", WORDS);
  const { exclusively } = parley.store;
  let isHeldOff = false;
  Object.assign(parley.store, {
    exclusively: (...asked) => {
      isHeldOff ||= beforeItGoes === undefined;
      return exclusively(...asked);
    },
  } satisfies Partial<Posting["store"]>);
  // It stood still, was taken for gone, and has looked at the thread as it goes on.
  const other = await beside(parley);
  await other.outbox.stop();
  beforeItGoes = async () => {
    beforeItGoes = undefined;
    await parley.record(thread, says("Coder", WORDS + MORE));
    while (!isHeldOff && calls(parley, "chat.stopStream").length === 0) await setImmediate();
  };
  await other.write(thread, "Coder", WORDS);
  await parley.settle();
  expect(lines(parley, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect([leftBehind(parley, thread), calls(parley, "chat.delete").length, parley.problems]).toEqual([[], 1, []]);
});

test("a turn that another process has posted meanwhile does not begin to grow: nothing more may be posted there that would take it away", async () => {
  const parley = await begin({ start: false });
  const other = await beside(parley);
  other.outbox.start();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await other.settle();
  const { duePosts } = parley.store;
  let isPosted = false;
  Object.assign(parley.store, {
    // It was alone when it stood still, and has not been told yet that it is not.
    openers: () => 1,
    duePosts: async (...asked) => {
      if (!isPosted) await other.record(thread, says("Coder", WORDS + MORE));
      if (!isPosted) await other.settle();
      isPosted = true;
      return duePosts(...asked);
    },
  } satisfies Partial<Posting["store"]>);
  await parley.write(thread, "Coder", WORDS);
  expect([lines(parley, thread), calls(parley, "chat.startStream")]).toEqual([["app: coding: Read", "Coder: All of this w"], []]);
  // Nothing is noted of it, either, and the next one grows.
  await parley.record(thread, selects("Coder"));
  await parley.write(thread, "Coder", WORDS);
  expect(calls(parley, "chat.startStream")).toHaveLength(1);
});

test("a process that ends waits for no other that has the thread, and takes nothing away there any more", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started(), asks("Read"), selects("Coder"));
  await parley.settle();
  await leave(parley, thread, { isAnswered: true });
  const { exclusively } = parley.store;
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  // Another one looks in Slack, which cannot be read.
  const others = exclusively(`stream/${thread}`, () => held.promise);
  Object.assign(parley.store, {
    exclusively: (key, job) => {
      const waiting = exclusively(key, job);
      asked.resolve();
      return waiting;
    },
  } satisfies Partial<Posting["store"]>);
  await parley.record(thread, says("Coder", WORDS));
  await asked.promise;
  await parley.end();
  held.resolve();
  await Promise.allSettled([others]);
  expect(calls(parley, "chat.delete")).toEqual([]);
  const next = (world = await parley.restart());
  await next.settle();
  expect(lines(next, thread)).toEqual(["app: coding: Read", "Coder: All of this w"]);
  expect(leftBehind(next, thread)).toEqual([]);
});
