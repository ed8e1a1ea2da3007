import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openPostgres } from "../../src/store/postgres/store.ts";
import { plan } from "../../src/slack/render/render.ts";
import { conversationsOf } from "../support/conversations.ts";
import { engineAt } from "../support/engine-at.ts";
import { quantile, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database } from "./database.ts";

const TURNS = 300;
const WARM_UP_TURNS = 100;
const P50_MS_MAX = 10;

/** What a turn takes of our own, one after the other in one thread, its posts written down with it: through the runner, in this process. */
export async function engineCost(database: Database, place: string): Promise<void> {
  const conversations = conversationsOf(await engineAt(join(import.meta.dirname, "../..")));
  const folder = mkdtempSync(join(place, "parley-bench-machines-"));
  let files = 0;
  const into = {
    SQLite: (turns: number, watch: Watch) => conversations.inSqlite(join(folder, `${files++}.db`), turns, watch, { posts: plan }),
    Postgres: async (turns: number, watch: Watch) =>
      conversations.inStore(await openPostgres({ address: database.fresh() }), turns, watch, { posts: plan }),
  };
  const rows: Record<string, Laps> = {};
  for (const [name, held] of Object.entries(into)) {
    await lapsOf(held, WARM_UP_TURNS);
    rows[name] = await lapsOf(held, TURNS);
  }
  rmSync(folder, { recursive: true, force: true });
  console.log("a turn of the engine, with a model that answers at once:");
  console.table(rows);
  verdict("Postgres: ms of the engine a turn, p50", rows["Postgres"]?.["p50 ms"] ?? Number.NaN, P50_MS_MAX);
}

type Watch = Parameters<ReturnType<typeof conversationsOf>["inSqlite"]>[2];
interface Laps {
  readonly "p50 ms": number;
  readonly "p95 ms": number;
}

async function lapsOf(held: (turns: number, watch: Watch) => Promise<void>, turns: number): Promise<Laps> {
  const laps: number[] = [];
  let last = 0;
  const lap = () => {
    const now = performance.now();
    laps.push(now - last);
    last = now;
  };
  await held(turns, { begun: () => void (last = performance.now()), turnEnded: lap, over: () => undefined });
  return { "p50 ms": round(quantile(laps, 0.5) * 10) / 10, "p95 ms": quantile(laps, 0.95) };
}
