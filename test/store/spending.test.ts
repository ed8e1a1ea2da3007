import { expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { readSpending } from "../../src/store/spending.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";

const usage = { inputTokens: 10, outputTokens: 1, usd: 0.25 };

test("only threads that were active since the day are read, and what was imported was spent elsewhere", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  const loaded: string[] = [];
  const counting = {
    recent: store.recent,
    load: (thread: string, afterSeq: number) => (loaded.push(thread), store.load(thread, afterSeq)),
  };
  for (const [thread, workspace, day] of [
    ["old", "w", "2026-11-20"],
    ["now", "w", "2026-11-23"],
    ["copy", "imported", "2026-11-23"],
  ] as const) {
    const events: EventBody[] = [
      { type: "run.started", run: `${thread}#1`, team: "t", startedBy: { id: "U1", name: "Maria" } },
      { type: "message.posted", agent: "Ana", text: "", usage },
    ];
    await store.commit({ thread, workspace, afterSeq: 0, at: `${day}T12:00:00.000Z`, events, posts: [], wake: "none" });
  }
  const since = [];
  for await (const one of readSpending(counting, { since: "2026-11-22" })) since.push(`${one.thread} ${one.day} ${one.usage.usd}`);
  expect(since).toEqual(["now 2026-11-23 0.25"]);
  expect(loaded).toEqual(["now"]);
  const all = [];
  for await (const one of readSpending(store)) all.push(one.thread);
  expect(all).toEqual(["now", "old"]);
  await store.close();
});
