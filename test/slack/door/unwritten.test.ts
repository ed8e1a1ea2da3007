import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../../src/engine/clock.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
import { createUnwritten } from "../../../src/slack/door/unwritten.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { StoreError, type Store } from "../../../src/store/store.ts";
import { eventually } from "../../support/patience.ts";

const said = {
  type: "event_callback",
  event_id: "Ev1",
  event: { type: "message", channel: "C1", user: "U1", ts: "1700000000.100001", text: "paint the shed" },
};

test("an event that the store does not take when it comes is not acked, and is written down and handled once the store takes it; a press is not", async () => {
  const directory = await mkdtemp(join(tmpdir(), "parley-unwritten-"));
  const { store, dispatch } = openSqlite({ path: join(directory, "parley.db") });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const done: string[] = [];
  let isAway = true;
  const receive: Store["receive"] = async (envelope) => {
    if (isAway) throw new StoreError("it is away", { cause: new Error("away") });
    return store.receive(envelope);
  };
  const sleepers: (() => void)[] = [];
  const clock: Clock = { now: () => Date.now(), sleep: () => new Promise((resolve) => sleepers.push(resolve)) };
  const heard: string[] = [];
  const inbox = new Inbox({
    store: { ...store, receive },
    dispatch,
    clock,
    log: () => undefined,
    handle: async (body) => void done.push(JSON.stringify(body)),
    onMessage: (ts) => heard.push(ts),
  });
  inbox.open();
  const press = {
    type: "block_actions",
    user: { id: "U1" },
    actions: [{ action_id: "a" }],
    channel: { id: "C1" },
    message: { ts: "1700000000.000001" },
  };
  for (const body of [said, press, said]) await expect(inbox.receive(body)).rejects.toThrow("it is away");
  sleepers.shift()?.();
  await eventually(() => expect(sleepers).toHaveLength(1));
  expect(heard).toEqual([]);
  isAway = false;
  sleepers.shift()?.();
  await eventually(() => expect(done).toEqual([expect.stringContaining("paint the shed")]));
  // Slack sends it again.
  await inbox.receive(said);
  await inbox.idle();
  expect(done).toEqual([expect.stringContaining("paint the shed")]);
  expect(heard).toHaveLength(1);
  await inbox.close();
});

/** An envelope, of which nothing matters but its id. */
const envelope = (id: string) => ({ id, at: "2026-01-05T09:00:00.000Z", body: "{}", lane: "T1/C1/1" });

test("what comes while the last of the others is written down is written down too, whenever that is", async () => {
  for (let steps = 0; steps < 12; steps++) {
    const written: string[] = [];
    const sleepers: (() => void)[] = [];
    const inSteps = async (job: () => void) => {
      for (let step = 0; step < steps; step++) await Promise.resolve();
      job();
    };
    const unwritten = createUnwritten({
      store: {
        async receive({ id }) {
          written.push(id);
          if (id === "first") void inSteps(() => unwritten.keep(envelope("second")));
          return true;
        },
      },
      clock: { now: () => 0, sleep: () => new Promise((resolve) => sleepers.push(resolve)) },
      log: () => undefined,
    });
    unwritten.keep(envelope("first"));
    for (let turn = 0; turn < 4; turn++) {
      sleepers.shift()?.();
      await eventLoopTurn();
    }
    expect([steps, written]).toEqual([steps, ["first", "second"]]);
    await unwritten.close();
  }
});

test("who ends while something is not written down says how much", async () => {
  const told: string[] = [];
  const unwritten = createUnwritten({
    store: { receive: async () => Promise.reject(new Error("away")) },
    clock: { now: () => 0, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())) },
    log: (problem) => void told.push(problem),
  });
  for (const id of ["first", "second", "first"]) unwritten.keep(envelope(id));
  await unwritten.close();
  expect(told).toEqual(["2 events could not be written down before this process ended; they are left to Slack, and to what is read back"]);
});
