import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/events/events.ts";
import type { Sight } from "../../src/studio/access.ts";
import type { Piece } from "../../src/studio/runs/drafts.ts";
import { changesOf, eventsFrom } from "../../src/studio/runs/live.ts";
import { runEvents, studio, write } from "./studio.ts";

const NAME = { thread: "T1/C1/1.1", seq: 1 };
const ALL: Sight = { kind: "all" };

function watched({ sight = ALL }: { readonly sight?: Sight } = {}) {
  const open = studio();
  const loads: number[] = [];
  const follows = { now: 0 };
  const logs: typeof open.logs = {
    ...open.logs,
    load: (thread, after) => (loads.push(after), open.logs.load(thread, after)),
    follow(listener) {
      const unfollow = open.logs.follow(listener);
      follows.now++;
      return () => (follows.now--, unfollow());
    },
  };
  const leaving = new AbortController();
  return { open, loads, follows, leaving, how: { logs, clock: open.clock, signal: leaving.signal, sight: async () => sight } };
}

test("what happens where somebody is not makes no change of their list", async () => {
  const { open, how, leaving } = watched({ sight: { kind: "places", workspace: "T1", places: ["T1/C2"] } });
  const changes = changesOf(how);
  let told = 0;
  const first = changes.next().then(() => told++);
  await setImmediate();
  await write(open, { thread: "T1/C1/1.1" });
  await write(open, { thread: "T2/C2/1.1" });
  await setImmediate();
  expect(told).toBe(0);
  await write(open, { thread: "T1/C2/1.1" });
  await first;
  expect(told).toBe(1);
  leaving.abort();
});

test("a run that goes on is read on and not from its beginning, and ends before the words with which the next one begins", async () => {
  const { open, how, loads, leaving, follows } = watched();
  await write(open, { events: runEvents({ over: false }) });
  const events = eventsFrom(NAME, 5, how);
  const seqOf = (told: IteratorResult<RunEvent | Piece, void>): number | undefined =>
    told.done || !("seq" in told.value) ? undefined : told.value.seq;
  const seqs = [seqOf(await events.next())];
  for (const [after, text] of [
    [6, "one"],
    [7, "two"],
  ] as const) {
    const next = events.next();
    await write(open, { after, events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text, id: text }] });
    seqs.push(seqOf(await next));
  }
  expect([seqs, loads]).toEqual([
    [6, 7, 8],
    [0, 6, 7],
  ]);
  const [started, task, ...rest] = runEvents({ id: "second", task: "Again" });
  const last = events.next();
  await write(open, { after: 8, events: [task!, started!, ...rest] });
  await setImmediate();
  await write(open, { after: 15, events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "more", id: "more" }] });
  await setImmediate();
  leaving.abort();
  expect([(await last).done, loads.length, follows.now]).toEqual([true, 4, 0]);
});

test("whoever has gone before it began is not listened for", async () => {
  const { open, how, follows, leaving } = watched();
  await write(open);
  let turns = 0;
  const drafts = { follow: () => (turns++, { before: [], close: () => void turns-- }), close: () => undefined };
  leaving.abort();
  expect((await changesOf(how).next()).done).toBe(true);
  expect((await eventsFrom(NAME, 0, { ...how, drafts }).next()).done).toBe(true);
  expect([follows.now, turns]).toEqual([0, 0]);
});
