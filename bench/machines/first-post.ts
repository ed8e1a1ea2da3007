import { setTimeout as sleep } from "node:timers/promises";
import { quantile, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database } from "./database.ts";
import { openFleet, type Fleet, type StartOptions } from "./fleet.ts";

const WARM_UP = 20;
const MENTIONS = 60;
/** Between two mentions: each is over before the next one comes, on a quiet machine. */
const APART_MS = 150;
const QUIET_MS = 1_500;
const POSTS_MS_MAX = 60_000;
/** Several, so that no post waits for a workspace's pace. */
const TEAMS = ["T0FIRST", "T0SECOND", "T0THIRD", "T0FOURTH"];
const TIMES_SQLITE_MAX = 3;

const WAYS: { readonly [name: string]: { readonly on: "SQLite" | "Postgres"; readonly processes: readonly StartOptions[] } } = {
  "SQLite, one process": { on: "SQLite", processes: [{}] },
  "Postgres, one process": { on: "Postgres", processes: [{}] },
  "Postgres, a door and two workers": { on: "Postgres", processes: [{ role: "worker" }, { role: "worker" }, { role: "door" }] },
};

interface Waits {
  readonly "p50 ms": number;
  readonly "p95 ms": number;
}

/** From a mention to the first post in its thread, one person after the other, each in a channel of their own, with a model that answers at once. */
export async function firstPost(database: Database, place: string, rounds: number): Promise<void> {
  const all: Record<string, number[]> = {};
  for (let nth = 0; nth < rounds; nth++)
    for (const [name, { on, processes }] of Object.entries(WAYS)) {
      process.stderr.write(`from a mention to its first post: ${name}\n`);
      const fleet = await openFleet({ database: on === "SQLite" ? "bench.db" : database.fresh(), teams: TEAMS, modelMs: 0, place });
      try {
        for (const options of processes) await fleet.start(options);
        all[name] = [...(all[name] ?? []), ...(await waitsOf(fleet))];
      } finally {
        await fleet.close();
      }
    }
  const rows = Object.fromEntries(
    Object.entries(all).map(([name, waits]): [string, Waits] => [
      name,
      { "p50 ms": quantile(waits, 0.5), "p95 ms": quantile(waits, 0.95) },
    ]),
  );
  console.log(`from a mention to its first post, ${MENTIONS * rounds} mentions each:`);
  console.table(rows);
  const sqlite = rows["SQLite, one process"]?.["p95 ms"] ?? Number.NaN;
  for (const [name, waits] of Object.entries(rows))
    if (name.startsWith("Postgres"))
      verdict(`mention to first post, p95 ÷ SQLite's: ${name}`, round((waits["p95 ms"] / sqlite) * 10) / 10, TIMES_SQLITE_MAX);
}

async function waitsOf(fleet: Fleet): Promise<number[]> {
  const asked: { readonly channel: string; readonly at: number }[] = [];
  for (let nth = 0; nth < WARM_UP + MENTIONS; nth++) {
    if (nth === WARM_UP) await sleep(QUIET_MS);
    const channel = `C0${1_000_000 + nth}`;
    asked.push({ channel, at: performance.now() });
    await fleet.mention("one", { team: TEAMS[nth % TEAMS.length] ?? "", channel });
    await sleep(APART_MS);
  }
  const until = performance.now() + POSTS_MS_MAX;
  const firstIn = new Map<string, number>();
  for (let looked = 0; firstIn.size < asked.length;) {
    for (; looked < fleet.calls.length; looked++) {
      const call = fleet.calls[looked];
      if (call?.method === "chat.postMessage" && !firstIn.has(call.channel)) firstIn.set(call.channel, call.at);
    }
    if (performance.now() > until) throw new Error(`${asked.length - firstIn.size} mentions were not answered`);
    await sleep(20);
  }
  return asked.slice(WARM_UP).map(({ channel, at }) => (firstIn.get(channel) ?? Number.NaN) - at);
}
