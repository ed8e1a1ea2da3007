import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../../src/engine/events/events.ts";
import { createHeldCards } from "../../../../src/slack/post/cards/held-cards.ts";
import { manualClock } from "../../../support/clock.ts";

const ADA = { id: "U1", name: "Ada" };
const never = new AbortController().signal;

/** Threads whose cards are on their way; `go` lets through what it is asked for. */
function held({ sinceRushMs = Number.POSITIVE_INFINITY } = {}) {
  const clock = manualClock(0);
  const logs = new Map<string, RunEvent[]>();
  const cards = createHeldCards({
    store: { leisure: { sinceRushMs: () => sinceRushMs } },
    clock,
    load: async (thread) => ({ events: logs.get(thread) ?? [] }),
  });
  const say = (thread: string, ...bodies: readonly EventBody[]) => {
    const log = logs.get(thread) ?? [];
    logs.set(thread, log);
    for (const body of bodies) log.push({ ...body, seq: log.length + 1, at: new Date(clock.now()).toISOString() });
  };
  const asks = (thread: string) =>
    say(
      thread,
      { type: "run.started", run: `${thread}#1`, team: "t", startedBy: ADA },
      { type: "message.posted", person: ADA, text: "?", id: "m" },
    );
  const answers = (thread: string) =>
    say(thread, { type: "speaker.selected", agent: "Ana", by: "policy" }, { type: "message.posted", agent: "Ana", text: "!", model: "m" });
  const ends = (thread: string) => say(thread, { type: "run.stopped", run: `${thread}#1`, outcome: "done", reason: "done", reasons: [] });
  const leave = (thread: string, go: (signal: AbortSignal, rank: number) => Promise<boolean> = async () => true) => {
    if (!logs.has(thread)) asks(thread);
    return cards.leave({ thread, seq: 1 }, never, go).then((how) => [how, clock.now()]);
  };
  return { clock, cards, say, answers, ends, leave };
}

/** Two more than go out at once. */
const THREADS = [...Array.from({ length: 8 }, (_, index) => `at-once-${index}`), "f", "g"];

test("the first eight cards go out at once, and the others wait for three seconds where nothing else comes", async () => {
  const { clock, leave } = held();
  const left = Promise.all(THREADS.map((thread) => leave(thread)));
  expect(await clock.run(left)).toEqual([...Array.from({ length: 8 }, () => ["left", 0]), ["left", 3_000], ["left", 3_000]]);
});

test("where many have just asked at once not even the first card goes out before it has waited for its answer", async () => {
  const { clock, leave } = held({ sinceRushMs: 1_999 });
  expect(await clock.run(leave("a"))).toEqual(["left", 3_000]);
  const later = held({ sinceRushMs: 2_000 });
  expect(await later.clock.run(later.leave("a"))).toEqual(["left", 0]);
});

test("a card that waits is needless once its answer is there and tells the end, and goes before an answer that is not all", async () => {
  const { clock, cards, answers, ends, leave } = held();
  const left = THREADS.map((thread) => leave(thread));
  await clock.untilSleeping(2);
  for (const thread of ["f", "g"]) {
    answers(thread);
    cards.more(thread);
  }
  await clock.advance(10);
  ends("f");
  cards.more("f");
  expect(await left[8]).toEqual(["needless", 10]);
  const [how, at] = await clock.run(left[9] ?? Promise.reject(new Error("no card")));
  expect(how).toBe("left");
  expect(at).toBeLessThan(1_000);
});

test("a card that tells what was read of earlier messages is left out by no answer, and none is held behind which people are asked something", async () => {
  const { clock, cards, say, answers, ends, leave } = held();
  const before = { messages: 40, unread: { messages: 12 } };
  say("f", { type: "run.started", run: "f#1", team: "t", startedBy: ADA, before } as EventBody);
  say(
    "g",
    { type: "run.started", run: "g#1", team: "t", startedBy: ADA },
    { type: "handoff.made", agent: "Ana", to: "human", text: "Which?" },
  );
  const left = THREADS.map((thread) => leave(thread));
  await clock.untilSleeping(2);
  answers("f");
  ends("f");
  cards.more("f");
  const [earlier, asking] = await clock.run(Promise.all([left[8], left[9]]));
  expect(earlier).toEqual(["left", expect.any(Number)]);
  expect(asking?.[0]).toBe("left");
  expect(asking?.[1]).toBeLessThan(1_000);
});

test("a card that waits for Slack's pace lets its answer go first, or goes with its rank", async () => {
  const { clock, cards, answers, leave } = held();
  const ranks: number[] = [];
  const left = leave("a", (signal, rank) => {
    ranks.push(rank);
    if (rank === 0) return Promise.resolve(true);
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
  });
  await clock.advance(10);
  answers("a");
  cards.more("a");
  expect((await clock.run(left))[0]).toBe("left");
  expect(ranks).toEqual([1, 0]);
});
