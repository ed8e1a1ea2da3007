import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { heldToRate, rateWords, usedRate } from "../../src/runner/rates.ts";
import type { Heard } from "../../src/store/store.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { runsOf } from "../support/chance.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 23, 9);

/** A store whose time is set by hand, and what is heard of persons in it. */
function open(perHour: number) {
  let nowMs = START_MS;
  const clock = { now: () => nowMs };
  const { store } = openSqlite({ path: ":memory:", ...clock });
  const rates = { runsPerHour: perHour, messagesPerHour: perHour };
  let thread = 0;
  return {
    store,
    pass: (ms: number) => (nowMs += ms),
    now: () => nowMs,
    /** Whether it was heard, or until when it is not. */
    async say(heard: Heard, workspace = "T1"): Promise<string | undefined> {
      const at = new Date(nowMs).toISOString();
      const own = { heard: [heldToRate(heard, rates)], events: [], posts: [], wake: "none" } as const;
      const result = await store.commit({ thread: `t${++thread}`, workspace, afterSeq: 0, at, ...own });
      return result.kind === "too many" ? usedRate(result, nowMs).until : undefined;
    },
  };
}

test("in no hour is more heard of a person than their rate, and at the time that they are told they are heard again", async () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: HOUR_MS / 3 }),
    person: fc.constantFrom("U1", "U2"),
    kind: fc.constantFrom<Heard["kind"]>("run", "message"),
    workspace: fc.constantFrom("T1", "T2"),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (perHour, steps) => {
      const { store, pass, now, say } = open(perHour);
      const heardAt = new Map<string, number[]>();
      for (const { afterMs, person, kind, workspace } of steps) {
        pass(afterMs);
        const key = `${workspace} ${person} ${kind}`;
        const times = (heardAt.get(key) ?? []).filter((at) => at > now() - HOUR_MS);
        heardAt.set(key, times);
        const until = await say({ person, kind }, workspace);
        expect(until === undefined).toBe(times.length < perHour);
        if (until === undefined) times.push(now());
        else expect(Date.parse(until)).toBe((times[0] ?? 0) + HOUR_MS);
      }
      await store.close();
    }),
    { numRuns: runsOf(60) },
  );
});

test("what was heard holds for an hour, and not for longer", async () => {
  const { store, pass, say } = open(2);
  const heard = { person: "U1", kind: "message" } as const;
  expect([await say(heard), await say(heard)]).toEqual([undefined, undefined]);
  expect(await say(heard)).toBe("2026-11-23T10:00:00.000Z");
  pass(HOUR_MS - 1);
  expect(await say(heard)).toBe("2026-11-23T10:00:00.000Z");
  pass(1);
  expect([await say(heard), await say(heard)]).toEqual([undefined, undefined]);
  expect(await say(heard)).toBe("2026-11-23T11:00:00.000Z");
  await store.close();
});

test("who is not heard reads how much is heard, and from which minute on they are heard again", () => {
  const until = "2026-11-23T10:00:00.001Z";
  expect(rateWords({ kind: "run", perHour: 60, until })).toBe(
    "You have started 60 runs within an hour, as many as one person may here. You can start the next at 2026-11-23 10:01 UTC.",
  );
  expect(rateWords({ kind: "message", perHour: 9, until })).toContain(
    "they have not been given this one. Say it again at 2026-11-23 10:01 UTC.",
  );
});

test("of persons whom no rate is set nothing is kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-rates-"));
  const path = join(folder, "parley.db");
  const { store } = openSqlite({ path });
  const say = (thread: string, heard: Heard) =>
    store.commit({
      thread,
      workspace: "T1",
      afterSeq: 0,
      at: "2026-11-23T09:00:00.000Z",
      heard: [heard],
      events: [],
      posts: [],
      wake: "none",
    });
  await say("a", { person: "U1", kind: "run" });
  await say("b", { person: "U2", kind: "run", perHour: 5 });
  await store.close();
  const db = new Database(path, { readonly: true });
  const kept = db.prepare("SELECT person FROM heard").pluck().all();
  db.close();
  await rm(folder, { recursive: true });
  expect(kept).toEqual(["U2"]);
});
