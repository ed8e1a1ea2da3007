import { expect, test } from "vitest";
import { createLeader } from "../../src/runner/leader.ts";
import { manualClock } from "../support/clock.ts";

/** A line in memory: the one in front has it until its job ends. */
function line() {
  const asked: string[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const lost = new AbortController();
  const state = { asked, lost, trouble: undefined as Error | undefined };
  const store = {
    async exclusively<T>(key: string, job: (lost: AbortSignal) => Promise<T>): Promise<T> {
      asked.push(key);
      if (state.trouble) throw state.trouble;
      const mine = before.then(() => job(state.lost.signal));
      before = mine.catch(() => undefined);
      return mine;
    },
  };
  return { store, state };
}

function standing(store: ReturnType<typeof line>["store"], name = "one") {
  const clock = manualClock();
  const happened: string[] = [];
  const problems: string[] = [];
  let made = 0;
  const state = { closes: Promise.resolve() };
  const leader = createLeader({
    store,
    key: "cards",
    create() {
      const id = `${name} ${++made}`;
      return {
        start: () => void happened.push(`${id} starts`),
        async close() {
          await state.closes;
          happened.push(`${id} closed`);
        },
        id,
      };
    },
    clock,
    log: (problem, error) => problems.push(`${problem}: ${String(error)}`),
  });
  return { leader, clock, happened, problems, state };
}

test("one leads, the next one in line when it closes; each begins anew and is ended before the next one begins", async () => {
  const { store, state } = line();
  const [one, other] = [standing(store), standing(store, "two")];
  one.leader.start();
  await one.clock.advance(0);
  other.leader.start();
  await other.clock.advance(0);
  expect([one.leader.led()?.id, other.leader.led()]).toEqual(["one 1", undefined]);
  await one.leader.close();
  await other.clock.advance(0);
  expect([one.leader.led(), other.leader.led()?.id]).toEqual([undefined, "two 1"]);
  expect([one.happened, other.happened]).toEqual([["one 1 starts", "one 1 closed"], ["two 1 starts"]]);
  expect(state.asked).toEqual(["cards", "cards"]);
  await other.leader.close();
  expect(other.happened).toEqual(["two 1 starts", "two 1 closed"]);
});

test("starting again does not stand in line twice", async () => {
  const { store, state } = line();
  const { leader, clock } = standing(store);
  leader.start();
  leader.start();
  await clock.advance(0);
  expect(state.asked).toHaveLength(1);
  await leader.close();
});

test("who has lost the place ends what it led, stands in line again after five seconds, and leads something new then", async () => {
  const { store, state } = line();
  const { leader, clock, happened, problems } = standing(store);
  leader.start();
  await clock.advance(0);
  const { lost } = state;
  lost.abort();
  await clock.advance(0);
  await clock.untilSleeping();
  expect(leader.led()).toBeUndefined();
  expect(happened).toEqual(["one 1 starts", "one 1 closed"]);
  await clock.advance(4_999);
  expect(state.asked).toHaveLength(1);
  // Whose signal is lost already ends at once.
  await clock.advance(1);
  await clock.advance(0);
  expect(happened).toEqual(["one 1 starts", "one 1 closed", "one 2 starts", "one 2 closed"]);
  expect(problems).toEqual([]);
  await leader.close();
});

test("what does not come to its end keeps the next one waiting for thirty seconds, and is told of", async () => {
  const { store, state } = line();
  const [one, other] = [standing(store), standing(store, "two")];
  one.leader.start();
  await one.clock.advance(0);
  one.state.closes = new Promise(() => undefined);
  state.lost.abort();
  state.lost = new AbortController();
  other.leader.start();
  await one.clock.advance(0);
  await one.clock.advance(29_999);
  await other.clock.advance(0);
  expect([other.happened, one.problems]).toEqual([[], []]);
  await one.clock.advance(1);
  await other.clock.advance(0);
  expect(other.happened).toEqual(["two 1 starts"]);
  expect(one.problems).toEqual(["what was led for cards has not come to its end in 30 s; it is left to the next one: undefined"]);
  await other.leader.close();
});

test("where the store cannot be asked it says so, and asks again in five seconds", async () => {
  const { store, state } = line();
  const { leader, clock, problems } = standing(store);
  state.trouble = new Error("no connection");
  leader.start();
  await clock.untilSleeping();
  expect(problems).toEqual(["who leads for cards could not be settled; it is tried again: Error: no connection"]);
  expect(leader.led()).toBeUndefined();
  state.trouble = undefined;
  await clock.advance(5_000);
  expect(leader.led()?.id).toBe("one 1");
  await leader.close();
  expect(problems).toHaveLength(1);
});

test("closing waits for what was led to end, and not for the line", async () => {
  const { store } = line();
  const [one, other] = [standing(store), standing(store, "two")];
  one.leader.start();
  await one.clock.advance(0);
  other.leader.start();
  await other.clock.advance(0);
  await other.leader.close();
  let finish: () => void = () => undefined;
  one.state.closes = new Promise((resolve) => (finish = resolve));
  let isClosed = false;
  const closed = one.leader.close().then(() => (isClosed = true));
  await one.clock.advance(0);
  expect(isClosed).toBe(false);
  finish();
  await closed;
  expect(one.happened).toEqual(["one 1 starts", "one 1 closed"]);
  // It came to the front after it was closed.
  await other.clock.advance(0);
  expect(other.happened).toEqual([]);
});

test("what the store says to one that has closed is no problem of anybody", async () => {
  const clock = manualClock();
  const problems: string[] = [];
  let fail: (error: Error) => void = () => undefined;
  const leader = createLeader({
    store: { exclusively: () => new Promise((_resolve, reject) => (fail = reject)) },
    key: "cards",
    create: () => ({ start: () => undefined, close: async () => undefined }),
    clock,
    log: (problem) => problems.push(problem),
  });
  leader.start();
  await leader.close();
  fail(new Error("the connection is closed"));
  await clock.advance(10_000);
  expect([problems, clock.sleeping()]).toEqual([[], 0]);
});
