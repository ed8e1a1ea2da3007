import { afterEach, beforeEach, expect, test } from "vitest";
import { createShownUntil } from "../../../src/slack/signs/shown-until.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { EVERY_THREAD, StoreError, type Store } from "../../../src/store/store.ts";
import { manualClock, type ManualClock } from "../../support/clock.ts";
import { started } from "../log.ts";

const TEAM = "T0LOCAL";
let store: Store;
let clock: ManualClock;
const problems: string[] = [];
beforeEach(() => {
  clock = manualClock();
  problems.length = 0;
  ({ store } = openSqlite({ path: ":memory:" }));
});
afterEach(() => store.close());

let threads = 0;
const record = () =>
  store.commit({
    thread: `${TEAM}/C1/${threads++}`,
    workspace: TEAM,
    afterSeq: 0,
    at: new Date(clock.now()).toISOString(),
    events: [started()],
    posts: [],
    wake: "none",
  });
const iso = (ms: number) => new Date(ms).toISOString();
const begunAt = Date.UTC(2026, 0, 5, 9);
const MINUTE_MS = 60_000;

/** One that leads; `rest` says when what was recorded is shown, and whether all is. */
function leads({ rest = async () => true, atWorkSince = () => undefined as number | undefined, over = store } = {}) {
  return createShownUntil({
    store: over,
    team: TEAM,
    clock,
    log: (problem) => void problems.push(problem),
    settled: () => rest(),
    atWorkSince,
  });
}

test("where nobody knows, all is to be looked over; then what was recorded since, with some minutes for clocks that are apart", async () => {
  const first = leads();
  expect(await first.since()).toBeUndefined();
  first.start();
  await clock.advance(MINUTE_MS / 2);
  await first.close();
  expect(await leads().since()).toBe(iso(begunAt + MINUTE_MS / 2 - 10 * MINUTE_MS));
});

test("what a clock has noted that was ahead, and has been set right, says nothing: all is looked over", async () => {
  const ahead = leads();
  ahead.start();
  await clock.advance(60 * MINUTE_MS);
  await record();
  await clock.advance(MINUTE_MS);
  await ahead.close();
  expect(await leads().since()).toBe(iso(begunAt + 50.5 * MINUTE_MS));
  clock = manualClock(begunAt + 50 * MINUTE_MS);
  expect(await leads().since()).toBeUndefined();
  // A little ahead is as clocks of processes are.
  clock = manualClock(begunAt + 55 * MINUTE_MS);
  expect(await leads().since()).toBe(iso(begunAt + 50.5 * MINUTE_MS));
});

test("it is noted once for all that is recorded within half a minute, and not at all while nothing is", async () => {
  const puts: string[] = [];
  const counting = Object.create(store, {
    swapNote: { value: (key: string, from: string | undefined, to: string) => (puts.push(key), store.swapNote(key, from, to)) },
  }) as Store;
  const one = leads({ over: counting });
  one.start();
  await clock.advance(MINUTE_MS);
  puts.length = 0;
  await clock.advance(600 * MINUTE_MS);
  expect(puts).toEqual([]);
  await record();
  await record();
  await clock.advance(MINUTE_MS);
  expect(puts).toEqual([`shown/${TEAM}`]);
  await one.close();
});

test("while something is not shown yet, or somebody is at work, the time of before stands there", async () => {
  const shown = Promise.withResolvers<boolean>();
  const held = leads({ rest: () => shown.promise });
  held.start();
  await clock.advance(5 * MINUTE_MS);
  expect(await store.note(`shown/${TEAM}`)).toMatch(/^ /);
  // It is shown up to when one began to wait for it.
  shown.resolve(true);
  await clock.advance(0);
  expect(await store.note(`shown/${TEAM}`)).toMatch(/^2026-01-05T09:00:30\.000Z /);
  await held.close();
  const working = leads({ atWorkSince: () => begunAt + MINUTE_MS });
  working.start();
  await clock.advance(5 * MINUTE_MS);
  await working.close();
  expect(await store.note(`shown/${TEAM}`)).toMatch(/^2026-01-05T09:01:00\.000Z /);
});

test("what was left undone is looked at by the next start, whatever is shown behind it", async () => {
  let all = false;
  const one = leads({ rest: async () => all });
  one.start();
  await clock.advance(MINUTE_MS);
  all = true;
  await record();
  await clock.advance(MINUTE_MS);
  await one.close();
  expect(await leads().since()).toBeUndefined();
});

test("who led before and does not know yet that another one does notes nothing more", async () => {
  const [before, after] = [leads(), leads()];
  before.start();
  await clock.advance(MINUTE_MS);
  const since = await after.since();
  await record();
  await clock.advance(5 * MINUTE_MS);
  expect(await leads().since()).toBe(since);
  await before.close();
});

test("where the store cannot be asked it is noted later", async () => {
  let isAway = true;
  const note = async (key: string) => {
    if (isAway) throw new StoreError("the database is away", { cause: new Error("ECONNREFUSED") });
    return store.note(key);
  };
  const one = leads({ over: Object.create(store, { note: { value: note } }) as Store });
  await expect(one.since()).rejects.toThrow(/away/);
  one.start();
  await clock.advance(MINUTE_MS);
  expect(problems).toEqual(["up to when all is shown could not be noted yet"]);
  isAway = false;
  await clock.advance(MINUTE_MS);
  await one.close();
  expect(await leads().since()).toBeDefined();
});

test("what was forgotten in any thread is looked at in all by the next start", async () => {
  const tells = new Set<Parameters<Store["follow"]>[0]>();
  const follow = (tell: Parameters<Store["follow"]>[0]) => (tells.add(tell), () => void tells.delete(tell));
  const other = leads({ over: Object.create(store, { follow: { value: follow } }) as Store });
  other.start();
  await clock.advance(MINUTE_MS);
  expect(await store.note(`shown/${TEAM}`)).toMatch(/^2026-/);
  for (const tell of tells)
    tell({ thread: EVERY_THREAD, workspace: TEAM, events: [], posts: 0, wakes: false, rewritten: true, here: true });
  await clock.advance(MINUTE_MS);
  await other.close();
  expect(await leads().since()).toBeUndefined();
});
