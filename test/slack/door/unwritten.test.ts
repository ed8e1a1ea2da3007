import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../../src/engine/clock.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
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
