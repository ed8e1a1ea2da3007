import { afterEach, beforeEach, expect, test } from "vitest";
import { createCatchUp } from "../../../../src/slack/door/missed/catch-up.ts";
import { Inbox } from "../../../../src/slack/door/inbox.ts";
import { createPace } from "../../../../src/slack/post/pace.ts";
import type { Web } from "../../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../../src/store/sqlite/store.ts";
import { StoreError, type Store } from "../../../../src/store/store.ts";
import { manualClock } from "../../../support/clock.ts";
import { started } from "../../log.ts";
import { eventually } from "../../../support/patience.ts";

const TEAM = "T0LOCAL";
let store: Store;
beforeEach(async () => {
  ({ store } = openSqlite({ path: ":memory:" }));
  for (const ts of ["1700000000.000100", "1700000001.000100", "1700000002.000100"])
    await store.commit({
      thread: `${TEAM}/C1/${ts}`,
      workspace: TEAM,
      afterSeq: 0,
      at: "2026-01-05T09:00:00.000Z",
      events: [started()],
      posts: [],
      wake: "none",
    });
});
afterEach(() => store.close());

/** These inboxes are never opened. */
const NOBODY = { serve: () => expect.unreachable("nothing is served") };

test("a Slack that does not answer a look back holds up no stop, and is asked nothing more after it", async () => {
  const clock = manualClock();
  const problems: string[] = [];
  const log = (problem: string) => void problems.push(problem);
  const asked: unknown[] = [];
  const replies = (args: unknown) => {
    asked.push(args);
    return new Promise(() => undefined);
  };
  const catchUp = createCatchUp({
    store,
    runner: { read: async (thread) => ({ events: await store.load(thread, 0) }), lookAgain: async () => undefined },
    reads: createPace(clock).reads,
    bots: new Set(),
    web: { read: { conversations: { replies } } } as unknown as Web,
    inbox: new Inbox({ store, dispatch: NOBODY, clock, log, handle: async () => undefined }),
    team: TEAM,
    user: "U0PARLEY",
    clock,
    log,
  });
  catchUp.begin();
  await eventually(() => expect(asked).toHaveLength(1));
  await clock.run(catchUp.stop());
  catchUp.begin();
  expect(asked).toHaveLength(1);
  expect(problems).toEqual([]);
});

test("the longest unread thread is read first, what hangs on one goes before, and the next process goes on where this one ended", async () => {
  const clock = manualClock();
  const asked: string[] = [];
  /** Calls that do not come back before their process ends. */
  const hanging: (() => void)[] = [];
  const process = (readsMax: number) => {
    const before = asked.length;
    const replies = async ({ ts, oldest }: { readonly ts: string; readonly oldest: string }) => {
      if (asked.length - before >= readsMax) return new Promise<never>((_, reject) => hanging.push(() => reject(new Error("ended"))));
      asked.push(`${ts.slice(8, 10)} from ${oldest.slice(8, 10)}`);
      return {
        ok: true,
        messages: [
          { ts, user: "U1" },
          { ts: `${ts.slice(0, 8)}50.000100`, thread_ts: ts, user: "U2", text: "yes" },
        ],
      };
    };
    return createCatchUp({
      store,
      runner: { read: async (thread) => ({ events: await store.load(thread, 0) }), lookAgain: async () => undefined },
      web: { read: { conversations: { replies } } } as unknown as Web,
      reads: createPace(clock).reads,
      bots: new Set(),
      inbox: new Inbox({ store, dispatch: NOBODY, clock, log: () => undefined, handle: async () => undefined }),
      team: TEAM,
      user: "U0PARLEY",
      clock,
      log: () => undefined,
    });
  };
  const first = process(2);
  expect(first.heardAll(`${TEAM}/C1/1700000002.000100`)).toBe(false);
  first.begin();
  await eventually(() => expect(asked).toEqual(["02 from 02", "00 from 00"]));
  await clock.run(first.stop());
  for (const end of hanging) end();
  const second = process(10);
  second.begin();
  await eventually(() => expect(asked.slice(2)).toHaveLength(3));
  // The one that nobody has read yet, then the others, from the last word that was read there.
  expect(asked.slice(2, 3)).toEqual(["01 from 01"]);
  expect(asked.slice(3).toSorted()).toEqual(["00 from 50", "02 from 50"]);
  await clock.run(second.stop());
});

test("of two processes that were both cut off the second reads nothing that the first has read since", async () => {
  const clock = manualClock();
  const asked: string[] = [];
  /** Which reads as soon as it is let. */
  const process = (name: string, isLet: Promise<void>) => {
    const replies = async ({ ts }: { readonly ts: string }) => {
      asked.push(`${name} ${ts.slice(8, 10)}`);
      return { ok: true, messages: [] };
    };
    const { reads } = createPace(clock);
    return createCatchUp({
      store,
      runner: { read: async (thread) => ({ events: await store.load(thread, 0) }), lookAgain: async () => undefined },
      web: { read: { conversations: { replies } } } as unknown as Web,
      reads: (method) => ({ ...reads(method), take: (signal) => isLet.then(() => reads(method).take(signal)) }),
      bots: new Set(),
      inbox: new Inbox({ store, dispatch: NOBODY, clock, log: () => undefined, handle: async () => undefined }),
      team: TEAM,
      user: "U0PARLEY",
      clock,
      log: () => undefined,
    });
  };
  let letIt = () => undefined as void;
  const slow = process("slow", new Promise<void>((resolve) => (letIt = resolve)));
  slow.begin();
  // Longer than any two clocks are apart.
  await clock.advance(120_000);
  const quick = process("quick", Promise.resolve());
  quick.begin();
  await eventually(() => expect(asked).toEqual(["quick 00", "quick 01", "quick 02"]));
  letIt();
  await eventually(() => expect(asked).toHaveLength(4));
  await clock.run(Promise.all([slow.stop(), quick.stop()]));
  // The one that it was about to read.
  expect(asked.slice(3)).toEqual([expect.stringMatching(/^slow /)]);
});

/** Processes one after the other, each of which reads as often as it is let. */
function gapsOf(clock: ReturnType<typeof manualClock>) {
  const asked: string[] = [];
  const problems: string[] = [];
  const waiting: (() => void)[] = [];
  const { reads } = createPace(clock);
  const take = (signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      waiting.push(() => resolve(true));
      signal.addEventListener("abort", () => resolve(false), { once: true });
    });
  async function replies({ ts }: { readonly ts: string }) {
    asked.push(ts.slice(8, 10));
    return { ok: true, messages: [] };
  }
  const waits = () => eventually(() => expect(waiting).toHaveLength(1));
  async function turn() {
    await waits();
    waiting.shift()?.();
  }
  return {
    asked,
    problems,
    waits,
    turn,
    /** The next one that waits for its turn has it, and reads. */
    async let() {
      const before = asked.length;
      await turn();
      await eventually(() => expect(asked).toHaveLength(before + 1));
    },
    /** Nobody waits for a turn. */
    async none() {
      await clock.advance(0);
      expect(waiting).toEqual([]);
    },
    async end(catchUp: ReturnType<typeof createCatchUp>) {
      await clock.run(catchUp.stop());
      waiting.length = 0;
    },
    process: (isRepeated: Promise<boolean>, kept: Store = store) =>
      createCatchUp({
        store: kept,
        runner: { read: async (thread) => ({ events: await store.load(thread, 0) }), lookAgain: async () => undefined },
        web: { read: { conversations: { replies } } } as unknown as Web,
        reads: (method) => ({ ...reads(method), take }),
        missed: { isRepeated: () => isRepeated, read: async () => true, cutOff: () => undefined, dropped: async () => undefined },
        bots: new Set(),
        inbox: new Inbox({ store, dispatch: NOBODY, clock, log: () => undefined, handle: async () => undefined }),
        team: TEAM,
        user: "U0PARLEY",
        clock,
        log: (problem) => void problems.push(problem),
      }),
    isOwed: async () => Boolean(await store.note(`read-back/${TEAM}`)),
  };
}

test("what Slack repeats is read for as long as it does, and of a gap that it does not all is read, by the next process where this one ends", async () => {
  const clock = manualClock();
  const gaps = gapsOf(clock);
  const first = gaps.process(Promise.resolve(true));
  first.afterGap();
  await gaps.let();
  await gaps.waits();
  await clock.advance(361_000);
  // The one that was about to be read.
  await gaps.let();
  await gaps.none();
  expect([gaps.asked, await gaps.isOwed()]).toEqual([["00", "01"], false]);
  await gaps.end(first);
  const second = gaps.process(Promise.resolve(false));
  second.afterGap();
  await gaps.let();
  expect([gaps.asked.slice(2), await gaps.isOwed()]).toEqual([["02"], true]);
  await gaps.end(second);
  const third = gaps.process(Promise.resolve(true));
  third.afterGap();
  await gaps.let();
  await clock.advance(361_000);
  await gaps.let();
  expect(await gaps.isOwed()).toBe(true);
  await gaps.let();
  await eventually(async () => expect(await gaps.isOwed()).toBe(false));
  expect(gaps.asked.slice(3).toSorted()).toEqual(["00", "01", "02"]);
  await gaps.end(third);
});

test("all is owed until all has been in line, also where something urgent is read first, and where it is not known whether Slack repeats it", async () => {
  const gaps = gapsOf(manualClock());
  const listed = Promise.withResolvers<void>();
  const slow = Object.create(store, { unfinished: { value: () => listed.promise.then(() => store.unfinished()) } }) as Store;
  const catchUp = gaps.process(Promise.reject(new Error("the server is away")), slow);
  catchUp.afterGap();
  await eventually(async () => expect(await gaps.isOwed()).toBe(true));
  expect(catchUp.heardAll(`${TEAM}/C1/1700000001.000100`)).toBe(false);
  await gaps.let();
  await gaps.none();
  expect([gaps.asked, await gaps.isOwed()]).toEqual([["01"], true]);
  listed.resolve();
  for (let left = 3; left > 0; left--) await gaps.let();
  await eventually(async () => expect(await gaps.isOwed()).toBe(false));
  expect(gaps.asked.slice(1)).toEqual(["00", "02", "01"]);
  await gaps.end(catchUp);
});

test("where the store is away in the middle, the thread that was to be read is read later", async () => {
  const clock = manualClock();
  const gaps = gapsOf(clock);
  let times = 0;
  const exclusively: Store["exclusively"] = (key, job) =>
    ++times === 1
      ? Promise.reject(new StoreError("the server is away", { cause: new Error("ECONNREFUSED") }))
      : store.exclusively(key, job);
  const catchUp = gaps.process(Promise.resolve(false), Object.create(store, { exclusively: { value: exclusively } }) as Store);
  catchUp.afterGap();
  await gaps.turn();
  await clock.untilSleeping();
  await clock.advance(5_000);
  for (let left = 3; left > 0; left--) await gaps.let();
  await eventually(async () => expect(await gaps.isOwed()).toBe(false));
  expect([gaps.asked, gaps.problems]).toEqual([["01", "02", "00"], ["what was missed could not be read back"]]);
  await gaps.end(catchUp);
});
