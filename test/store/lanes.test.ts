import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createLanes } from "../../src/store/lanes.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { nameNote, type Store } from "../../src/store/store.ts";

const THREAD = "T/C/1";
const ANNA = { id: "U1", name: "Anna" };
const STARTED = { type: "run.started", run: `${THREAD}#1`, team: "duo", startedBy: ANNA } as const;
const said = (text: string) => ({ type: "message.posted", person: ANNA, text, id: text }) as const;

function opened() {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  let loads = 0;
  const counting: Store = { ...store, load: (...args) => (loads++, store.load(...args)) };
  const lanes = createLanes({ store: counting, clock: systemClock, posts: () => [], recorded: () => undefined });
  onTestFinished(() => lanes.close());
  const write = async (thread: string, ...bodies: readonly Parameters<typeof store.commit>[0]["events"][number][]) => {
    const lane = await lanes.enter(thread, "T");
    await lane.inTurn(() => lane.append(bodies, "keep"));
    lanes.leave(lane);
  };
  const read = async (thread: string) => {
    const lane = await lanes.enter(thread, undefined);
    lanes.leave(lane);
    return lane.transcript.events.map(({ type }) => type);
  };
  return { store, lanes, write, read, loads: () => loads };
}

test("a log that was used last is not read again, and goes on with what others record meanwhile", async () => {
  const { store, write, read, loads } = opened();
  await write(THREAD, STARTED);
  await write(THREAD, said("one"));
  await store.commit({
    thread: THREAD,
    workspace: "T",
    afterSeq: 2,
    at: new Date().toISOString(),
    events: [said("two")],
    posts: [],
    wake: "keep",
  });
  expect(await read(THREAD)).toEqual(["run.started", "message.posted", "message.posted"]);
  expect(loads()).toBe(1);
});

test("of many threads those used last are kept, and the others are read again", async () => {
  const { write, read, loads } = opened();
  const threads = Array.from({ length: 300 }, (_, index) => `T/C/${index}`);
  for (const thread of threads) await write(thread, STARTED);
  expect(loads()).toBe(300);
  await read(threads[299] ?? "");
  expect(loads()).toBe(300);
  expect(await read(threads[0] ?? "")).toEqual(["run.started"]);
  expect(loads()).toBe(301);
});

test("a log is read again once the name of somebody in it is known", async () => {
  const { store, write, read, loads } = opened();
  await write(THREAD, STARTED);
  await read(THREAD);
  await store.putNote(nameNote("T", "U1"), "Anna Berg");
  await read(THREAD);
  expect(loads()).toBe(2);
});
