import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createLanes, Fenced } from "../../src/store/lanes.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { type Committed, nameNote, type Store } from "../../src/store/store.ts";

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

test("what is refused because another has the turn by now is told as that, and is in no log here", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const fenced: Store = { ...store, commit: async () => ({ kind: "fenced" }) };
  const lanes = createLanes({ store: fenced, clock: systemClock, posts: () => [], recorded: () => undefined });
  onTestFinished(() => lanes.close());
  const lane = await lanes.enter(THREAD, "T");
  await expect(lane.inTurn(() => lane.append([STARTED], "keep"))).rejects.toThrow(Fenced);
  expect(lane.transcript.events).toEqual([]);
  lanes.leave(lane);
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

test("a log that is in use when a name becomes known is read again by whoever comes next", async () => {
  const { store, lanes, write, read, loads } = opened();
  await write(THREAD, STARTED);
  const lane = await lanes.enter(THREAD, "T");
  await store.putNote(nameNote("T", "U1"), "Anna Berg");
  lanes.leave(lane);
  await read(THREAD);
  expect(loads()).toBe(2);
  await read(THREAD);
  expect(loads()).toBe(2);
});

test("a log that was put anew while it was in use is kept once it has been read again, and not when that fails", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const followers: ((committed: Committed) => void)[] = [];
  let [loads, isBroken] = [0, false];
  const lanes = createLanes({
    store: {
      ...store,
      load: async (...args) => {
        loads++;
        if (isBroken) throw new Error("the disk failed");
        return store.load(...args);
      },
      follow: (follower) => (followers.push(follower), () => undefined),
    },
    clock: systemClock,
    posts: () => [],
    recorded: () => undefined,
  });
  const putAnew = async () => {
    const lane = await lanes.enter(THREAD, "T");
    for (const follower of followers)
      follower({ thread: THREAD, workspace: "T", events: [], posts: 0, wakes: false, rewritten: true, here: false });
    await lane.inTurn(async () => undefined);
    lanes.leave(lane);
  };
  await putAnew();
  expect(loads).toBe(2);
  lanes.leave(await lanes.enter(THREAD, "T"));
  expect(loads).toBe(2);
  isBroken = true;
  await putAnew();
  isBroken = false;
  lanes.leave(await lanes.enter(THREAD, "T"));
  expect(loads).toBe(4);
});

test("a log is at hand where somebody uses it, and it is all there that is known of it", async () => {
  const { store, lanes, write } = opened();
  expect(lanes.atHand(THREAD)).toBeUndefined();
  const entering = lanes.enter(THREAD, "T");
  // Not read yet.
  expect(lanes.atHand(THREAD)).toBeUndefined();
  const lane = await entering;
  await write(THREAD, STARTED, said("one"));
  expect(lanes.atHand(THREAD)).toBe(lane.transcript);
  expect(lanes.atHand(THREAD, 2)?.events).toHaveLength(2);
  expect(lanes.atHand(THREAD, 3)).toBeUndefined();
  await store.putNote(nameNote("T", "U1"), "Anna Berg");
  expect(lanes.atHand(THREAD)).toBeUndefined();
  lanes.leave(lane);
});

test("whoever looks at a log of which a part was not told of is given all of it", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const followers: ((committed: Committed) => void)[] = [];
  const follow: Store["follow"] = (follower) => (followers.push(follower), () => undefined);
  const lanes = createLanes({ store: { ...store, follow }, clock: systemClock, posts: () => [], recorded: () => undefined });
  onTestFinished(() => lanes.close());
  const lane = await lanes.enter(THREAD, "T");
  const events = [STARTED, said("one"), said("two")];
  const at = new Date().toISOString();
  const made = await store.commit({ thread: THREAD, workspace: "T", afterSeq: 0, at, events, posts: [], wake: "keep" });
  const last = made.kind === "ok" ? made.events.slice(-1) : [];
  for (const follower of followers) follower({ thread: THREAD, workspace: "T", events: last, posts: 0, wakes: false, here: false });
  expect(lanes.atHand(THREAD)).toBeUndefined();
  expect((await lane.look(0)).events).toHaveLength(3);
  expect(lanes.atHand(THREAD)).toBe(lane.transcript);
  lanes.leave(lane);
});

test("few logs of long events are kept, and the last two however long they are", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const text = "long ".repeat(2_100_000);
  const loads: string[] = [];
  const load: Store["load"] = async (thread, afterSeq) => {
    loads.push(thread);
    return afterSeq === 0 ? [{ ...said(text), seq: 1, at: new Date().toISOString() }] : [];
  };
  const lanes = createLanes({ store: { ...store, load }, clock: systemClock, posts: () => [], recorded: () => undefined });
  onTestFinished(() => lanes.close());
  for (const thread of ["a", "b", "c", "c", "b", "a"]) lanes.leave(await lanes.enter(thread, "T"));
  expect(loads).toEqual(["a", "b", "c", "a"]);
});
