import type { EventBody } from "../../src/engine/events/events.ts";
import { append } from "../../src/store/contracts/commits.ts";
import type { Opened } from "../../src/store/own-store.ts";

const MARIA = { id: "U0MARIA", name: "Maria" };
const RUNS = [
  ["coding", "Add the numbers in the ledger", "done", 1],
  ["coding", "Draw a map of the harbour", "done", 2],
  ["coding", "Add the numbers of the harbour's ledger", "limit", 3],
  ["coding", "Add the numbers in the ledger", "failed", 4],
  ["debate", "Add the numbers in the ledger", "done", 5],
  ["coding", "研究员喜欢咖啡", "done", 6],
] as const;

/** Runs of two teams in two workspaces, of which one is asked for what is like a task. */
export async function alikeRuns({ store, runs }: Pick<Opened, "store" | "runs">): Promise<object> {
  for (const [index, [team, task, outcome, usd]] of RUNS.entries()) {
    const events: readonly EventBody[] = [
      { type: "run.started", run: "r", team, startedBy: MARIA, teamHash: "a".repeat(64) },
      { type: "message.posted", person: MARIA, text: task },
      { type: "message.posted", agent: "Ana", text: "So.", model: "m", usage: { inputTokens: 1, outputTokens: 1, usd } },
      { type: "run.stopped", run: "r", reason: "done", reasons: [], outcome },
    ];
    for (const workspace of ["T1", "T2"])
      await append(store, `${workspace}/C1/${index}`, events, { workspace, at: `2026-01-05T09:0${index}:00.000Z` });
  }
  while (await runs.enter("T1"));
  const alike = async (task: string, limit = 10, team = "coding", workspace = "T1") =>
    (await runs.alike({ workspace, team, task, limit })).map(({ usage }) => usage.usd);
  const [one] = await runs.alike({ workspace: "T1", team: "debate", task: "x", limit: 1 });
  return {
    several: await alike("add numbers harbour ledger"),
    fewer: await alike("a harbour map"),
    chinese: await alike("咖啡"),
    some: await alike("add numbers harbour ledger", 2),
    nothing: await alike(""),
    signs: await alike('ledger" OR NEAR( * : ^ --'),
    another: await alike("ledger", 10, "debate"),
    nobody: await alike("ledger", 10, "nobody"),
    unentered: await alike("ledger", 10, "coding", "T2"),
    one: { task: one?.task, teamHash: one?.teamHash, isTimed: typeof one?.elapsedMs === "number" },
  };
}

/** What has most of the rarer words first, then the newest; neither what failed nor another team's. Nothing is entered by asking. */
export const ALIKE = {
  several: [3, 1, 2, 6],
  fewer: [2, 3, 6, 1],
  chinese: [6, 3, 2, 1],
  some: [3, 1],
  nothing: [6, 3, 2, 1],
  signs: [3, 1, 6, 2],
  another: [5],
  nobody: [],
  unentered: [],
  one: { task: "Add the numbers in the ledger", teamHash: "a".repeat(64), isTimed: true },
};
