import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { EventBody } from "../../../../src/engine/events/events.ts";
import type { FinishedRuns, RunsWanted } from "../../../../src/store/runs/finished-runs.ts";
import { openSqlite } from "../../../../src/store/sqlite/store.ts";
import type { Store } from "../../../../src/store/store.ts";

export const ADA = { id: "U1", name: "Ada" };
export const BOB = { id: "U2", name: "Bob" };

export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "a.db");
}

export function open(path = ":memory:") {
  const opened = openSqlite({ path });
  onTestFinished(() => opened.store.close());
  return opened;
}

interface Made {
  readonly thread?: string;
  readonly task?: string;
  readonly result?: string;
  readonly team?: string;
  readonly by?: typeof ADA;
  readonly minute?: number;
  readonly after?: number;
  readonly id?: string;
  readonly more?: readonly EventBody[];
}

export const runEvents = ({
  task = "Count",
  result = "Done.",
  team = "pair",
  by = ADA,
  id = "r",
  more = [],
}: Made): readonly EventBody[] => [
  { type: "run.started", run: id, team, startedBy: by },
  { type: "message.posted", person: by, text: task, id: "m1" },
  { type: "speaker.selected", agent: "Ana", by: "policy" },
  { type: "message.posted", agent: "Ana", text: result, model: "m", usage: { inputTokens: 10, outputTokens: 5, usd: 0.5 } },
  ...more,
  { type: "run.stopped", run: id, outcome: "done", reason: "done", reasons: [] },
];

export async function run(store: Store, made: Made): Promise<void> {
  const { thread = "T1/C1/1.1", minute = 0, after = 0 } = made;
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const commit = { thread, workspace: thread.split("/")[0] ?? "", at, posts: [], wake: "none" as const };
  const result = await store.commit({ ...commit, afterSeq: after, events: runEvents(made) });
  expect(result.kind).toBe("ok");
}

export const wanted = (more: Partial<RunsWanted> = {}): RunsWanted => ({
  workspace: "T1",
  places: ["T1/C1"],
  reader: ADA.id,
  limit: 10,
  ...more,
});
export const tasks = async (runs: FinishedRuns, more: Partial<RunsWanted> = {}) =>
  (await runs.search(wanted(more))).found.map(({ task }) => task);
