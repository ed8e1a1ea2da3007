import { afterEach, beforeEach, expect, test } from "vitest";
import { cameLate, createLateCalls, type LateCalls } from "../../../src/slack/api/late-calls.ts";
import { openSqlite, type SqliteOpened } from "../../../src/store/sqlite/store.ts";
import { StoreError } from "../../../src/store/store.ts";
import { manualClock } from "../../support/clock.ts";

const clock = manualClock();
const call = (ts: string) => {
  const thread = `T1/C1/${ts}`;
  return { thread, noted: `session/${thread}`, over: new AbortController().signal, clock };
};
let opened: SqliteOpened;
let gone: SqliteOpened["store"] & { stillHere(): Promise<void> };
beforeEach(() => {
  opened = openSqlite({ path: ":memory:", ...clock });
  gone = { ...opened.store, stillHere: () => Promise.reject(new Error("taken for gone")) };
});
afterEach(() => opened.store.close());

/** Whoever leads, and the threads that it was told of. */
function leading(): LateCalls & { readonly threads: readonly string[] } {
  const threads: string[] = [];
  const log = (problem: string) => void threads.push(problem);
  const late = createLateCalls({ store: opened.store, team: "T1", clock, log, onLate: (thread) => void threads.push(thread) });
  late.start();
  return { ...late, threads };
}

test("that a call may have come late is told also where it cannot be written down when it happens, and nobody waits for that", async () => {
  const leader = leading();
  let isFull = true;
  const store: typeof gone = {
    ...gone,
    async putNote(key, value) {
      if (isFull) throw new StoreError("the disk is full", { cause: new Error("full") });
      return gone.putNote(key, value);
    },
  };
  expect(await cameLate(store, call("1.1"))).toBe(true);
  await clock.advance(5_000);
  await leader.told();
  expect(leader.threads).toEqual([]);
  isFull = false;
  await clock.advance(2_000);
  await leader.told();
  expect(leader.threads).toEqual(["T1/C1/1.1"]);
  // What is noted of what Slack shows says nothing any more.
  expect(await opened.store.note("session/T1/C1/1.1")).toBe("unknown");
  expect(clock.sleeping()).toBe(0);
  await leader.close();

  const broken = { ...store, putNote: () => Promise.reject(new Error("a bug")) };
  await expect(cameLate(broken, call("1.1"))).rejects.toThrow("a bug");
});

test("a leader that dies over a call leaves it to the next one, and what is set anew nobody is told of any more", async () => {
  const first = leading();
  for (const ts of ["1.1", "1.2"]) await cameLate(gone, call(ts));
  await first.done((await first.told()).slice(0, 1));
  await first.close();
  expect(first.threads).toEqual(["T1/C1/1.1", "T1/C1/1.2"]);
  await cameLate(gone, call("1.3"));

  const next = leading();
  const told = await next.told();
  expect(next.threads).toEqual(["T1/C1/1.2", "T1/C1/1.3"]);
  // While they are set anew one more comes to a thread of theirs.
  await cameLate(gone, call("1.2"));
  await next.done(told);
  expect([await next.told(), next.threads.at(-1)]).toEqual([[expect.stringMatching(/ T1\/C1\/1\.2$/)], "T1/C1/1.2"]);
  await next.close();
  // Another workspace's are not theirs.
  await cameLate(gone, { ...call("1.4"), thread: "T2/C1/1.4" });
  const last = leading();
  await last.told();
  expect(last.threads).toEqual(["T1/C1/1.2"]);
  await last.close();
});
