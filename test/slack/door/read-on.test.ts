import { expect, test } from "vitest";
import { readOn } from "../../../src/slack/door/read-on.ts";

const press = {
  type: "block_actions",
  user: { id: "U1" },
  container: { channel_id: "C1", message_ts: "1700000000.000002", thread_ts: "1700000000.000001" },
  channel: { id: "C1" },
  message: { ts: "1700000000.000002", thread_ts: "1700000000.000001" },
  actions: [{ action_id: "parley.approve", value: "{}" }],
};
const words = {
  type: "event_callback",
  event: { type: "message", channel: "C1", user: "U1", ts: "1700000000.000003", thread_ts: "1700000000.000001" },
};
const command = { command: "/parley", user_id: "U1", channel_id: "C1" };

async function reads(body: unknown, openers: number): Promise<readonly unknown[]> {
  const asked: unknown[] = [];
  const read = async (...given: unknown[]) => {
    asked.push(given);
    return { events: [] };
  };
  await readOn(body, { store: { openers: () => openers }, runner: { read }, team: "T1" });
  return asked;
}

test("before a press or an answer is dealt with, its thread's log is read to its end, as another process may have written there a moment ago", async () => {
  const toItsEnd = [["T1/C1/1700000000.000001", Number.POSITIVE_INFINITY]];
  expect(await reads(press, 2)).toEqual(toItsEnd);
  expect(await reads(words, 3)).toEqual(toItsEnd);
});

test("nothing is read for what is in no thread, nor where one process writes alone", async () => {
  expect(await reads(command, 2)).toEqual([]);
  expect(await reads(press, 1)).toEqual([]);
});
