import { expect, test } from "vitest";
import { cameLate, followLateCalls } from "../../../src/slack/api/late-calls.ts";
import { StoreError } from "../../../src/store/store.ts";
import { manualClock } from "../../support/clock.ts";

test("that a call may have come late is told also where it cannot be written down when it happens, and nobody waits for that", async () => {
  const clock = manualClock();
  const notes = new Map<string, string>();
  const told: string[] = [];
  const listeners = new Set<(key: string) => void>();
  followLateCalls(
    { followNotes: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
    (thread) => void told.push(thread),
  );
  let isFull = true;
  const store = {
    stillHere: () => Promise.reject(new Error("taken for gone")),
    async putNote(key: string, value: string) {
      if (isFull) throw new StoreError("the disk is full", { cause: new Error("full") });
      notes.set(key, value);
      for (const listener of listeners) listener(key);
    },
  };
  const call = { thread: "T1/C1/1.1", noted: "session/T1/C1/1.1", over: new AbortController().signal, clock };
  expect(await cameLate(store, call)).toBe(true);
  await clock.advance(5_000);
  expect(told).toEqual([]);
  isFull = false;
  await clock.advance(2_000);
  expect(told).toEqual(["T1/C1/1.1"]);
  // What is noted of what Slack shows says nothing any more.
  expect(notes.get("session/T1/C1/1.1")).toBe("unknown");
  expect(clock.sleeping()).toBe(0);

  const broken = { ...store, putNote: () => Promise.reject(new Error("a bug")) };
  await expect(cameLate(broken, call)).rejects.toThrow("a bug");
});
