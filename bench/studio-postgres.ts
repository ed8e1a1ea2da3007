/**
 * What the costs of the studio, and its list, take on Postgres: `npm run bench -- studio-postgres [RUNS]`. A server of the bench's own, a schema that the
 * store itself has filled, and the index of runs read as the studio does it. Exits with 1 when a target is missed.
 */
import { openPostgres } from "../src/store/postgres/store.ts";
import { openDatabase } from "./machines/database.ts";
import { round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";
import { writeRuns } from "./support/year-of-runs.ts";

const RUNS = Number(process.argv[2] ?? 100_000);
const ROUNDS = { costs: 10, lists: 40 };
const TARGETS = { listMs: 100, costsMs: 3_000 };
const WORKSPACE = "T0HOME";
const CHANNELS = Array.from({ length: 1_000 }, (_, nth) => `C0BENCH${nth}`);
const OWN = CHANNELS.filter((_, nth) => nth % 20 === 3).map((channel) => `${WORKSPACE}/${channel}`);
const SEARCHES: { readonly [name: string]: { readonly words?: readonly string[] } } = {
  all: {},
  "a letter": { words: ["h"] },
  "a common word": { words: ["heat"] },
  "a task's number": { words: ["77123"] },
};

sayWhetherQuiet();
const database = await openDatabase();
const { store, runs } = await openPostgres({ address: database.fresh(), role: "reader" });
try {
  await writeRuns(store, WORKSPACE, RUNS, CHANNELS);
  while (await runs.enter(WORKSPACE));
  await database.sql("ANALYZE");

  let worst = 0;
  const taken: { [name: string]: { [column: string]: number } } = {};
  for (const [whose, places] of [["all", "all"] as const, ["50 of 1,000 channels", OWN] as const])
    for (const [name, asked] of Object.entries(SEARCHES)) {
      const ms = await timesMs(
        async () => void (await runs.search({ workspace: WORKSPACE, places, reader: "", limit: 50, ...asked })),
        ROUNDS.lists,
      );
      (taken[name] ??= {})[`${whose}: p95, ms`] = round(p95(ms));
      worst = Math.max(worst, p95(ms));
    }
  console.table(taken);

  /** Each of another first day: what was added up is told again for a while. */
  let day = 0;
  const costs = await timesMs(async () => {
    const since = new Date(Date.UTC(2024, 0, 1 + day++)).toISOString();
    const found = await runs.spending({ workspace: WORKSPACE, since, by: ["day", "person"] });
    if (found.length === 0) throw new Error("nothing was spent");
  }, ROUNDS.costs);
  verdict(`p95 of the slowest list over ${RUNS} runs on Postgres, ms`, worst, TARGETS.listMs);
  verdict(`p95 of adding up the costs of ${RUNS} runs on Postgres, ms`, p95(costs), TARGETS.costsMs);
} finally {
  await store.close();
  await database.remove();
}
process.exit();

async function timesMs(work: () => Promise<void>, rounds: number): Promise<number[]> {
  const ms: number[] = [];
  for (let nth = -1; nth < rounds; nth++) {
    const begin = performance.now();
    await work();
    if (nth >= 0) ms.push(performance.now() - begin);
  }
  return ms.toSorted((a, b) => a - b);
}

function p95(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}
