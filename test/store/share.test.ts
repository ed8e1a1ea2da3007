import { expect, test } from "vitest";
import { createGate } from "../../src/models/gate.ts";
import { createPace } from "../../src/slack/post/pace.ts";
import { POST_BURST, POSTS_PER_MINUTE } from "../../src/slack/words/limits.ts";
import { shareOf } from "../../src/store/share.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { manualClock } from "../support/clock.ts";
import { settled } from "../../src/store/contracts/fake-clock.ts";

const never = new AbortController().signal;
const MINUTE_MS = 60_000;
const STEP_MS = 50;

/** One database, as two machines have it open. */
function two() {
  const one = openSqlite({ path: ":memory:" });
  return [one, one.beside()] as const;
}

test("two that post in one workspace post together as fast as one may, and one that is left as fast as both did", async () => {
  const [one, other] = two();
  const clock = manualClock(0);
  const leaving = new AbortController();
  let posted = 0;
  for (const [{ store }, signal] of [[one, never] as const, [other, leaving.signal] as const]) {
    const pace = createPace(clock, shareOf(store));
    for (let channel = 0; channel < 3 * POSTS_PER_MINUTE; channel++)
      void pace.turn(`C${channel}`, signal).then((mayGo) => (posted += mayGo ? 1 : 0));
  }
  const inAMinute = async () => {
    posted = 0;
    for (let ms = 0; ms < MINUTE_MS; ms += STEP_MS) await clock.advance(STEP_MS);
    return posted;
  };
  await inAMinute(); // The first has a burst beside it.
  const together = await inAMinute();
  expect(together).toBeLessThanOrEqual(POSTS_PER_MINUTE + 1);
  expect(together).toBeGreaterThan(POSTS_PER_MINUTE * 0.9);
  leaving.abort();
  await other.store.close();
  const alone = await inAMinute();
  expect(alone).toBeLessThanOrEqual(POSTS_PER_MINUTE + POST_BURST);
  expect(alone).toBeGreaterThan(POSTS_PER_MINUTE * 0.9);
  await one.store.close();
});

test("two gates of one provider let in together what one does, and each at least one", async () => {
  const [one, other] = two();
  const gates = [one, other].map(({ store }) =>
    createGate({ concurrency: 5, requestsPerMinute: 60, waitingMax: 100 }, manualClock(0), shareOf(store)),
  );
  for (const gate of gates) for (let call = 0; call < 10; call++) void gate.enter({ thread: `t${call}`, tokens: 0 }, never);
  await settled();
  expect(gates.map(({ running }) => running)).toEqual([2, 2]);
  const single = [one, other].map(({ store }) => createGate({ concurrency: 1, waitingMax: 100 }, manualClock(0), shareOf(store)));
  for (const gate of single) void gate.enter({ thread: "t", tokens: 0 }, never);
  await settled();
  expect(single.map(({ running }) => running)).toEqual([1, 1]);
  await other.store.close();
  void gates[0]?.enter({ thread: "t", tokens: 0 }, never);
  await settled();
  expect(gates[0]?.running).toBe(5);
  await one.store.close();
});

test("of requests in a minute each asks its part", async () => {
  const [one, other] = two();
  const clock = manualClock(0);
  const gates = [one, other].map(({ store }) =>
    createGate({ concurrency: 50, requestsPerMinute: 10, waitingMax: 100 }, clock, shareOf(store)),
  );
  for (const gate of gates) for (let call = 0; call < 10; call++) void gate.enter({ thread: "t", tokens: 0 }, never);
  await settled();
  expect(gates.map(({ running }) => running)).toEqual([5, 5]);
  await clock.advance(MINUTE_MS + 1);
  expect(gates.map(({ running }) => running)).toEqual([10, 10]);
  for (const { store } of [other, one]) await store.close();
});
