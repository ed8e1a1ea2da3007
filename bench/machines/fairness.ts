import { setTimeout as sleep } from "node:timers/promises";
import { median, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database } from "./database.ts";
import { openFleet, TURNS, type Fleet } from "./fleet.ts";

const MODEL_MS = 100;
const THREADS = 8;
const BUSY = "T0BUSY";
const SMALL = "T0SMALL";
const RUNS_IN_FRONT = 300;
const RUNS = 12;
const TIMES_IDLE_MAX = 3;
const END_MS_MAX = 180_000;
const QUIET_MS = 1_500;

/**
 * Three hundred runs of one workspace, and twelve small ones of another behind them: how long these take until the model has given all their answers, to how long they take
 * where nobody else does anything. Two workers.
 */
export async function fairness(database: Database, place: string, rounds: number): Promise<void> {
  const idle: number[] = [];
  const behind: number[] = [];
  for (let nth = 0; nth < rounds; nth++) {
    process.stderr.write(`${RUNS} runs behind ${RUNS_IN_FRONT} of another workspace\n`);
    const fleet = await openFleet({ database: database.fresh(), teams: [BUSY, SMALL], modelMs: MODEL_MS, place });
    try {
      for (const role of ["worker", "worker", "door"] as const)
        await fleet.start(role === "worker" ? { role, threads: THREADS } : { role });
      await runs(fleet, SMALL, RUNS); // The first run of anything is a run of the compiler.
      await sleep(QUIET_MS);
      idle.push(await runs(fleet, SMALL, RUNS));
      await sleep(QUIET_MS);
      for (let run = 0; run < RUNS_IN_FRONT; run++) await fleet.mention("small", { team: BUSY, channel: `C0BUSY${run}` });
      behind.push(await runs(fleet, SMALL, RUNS));
    } finally {
      await fleet.close();
    }
  }
  console.log(`${RUNS} runs of ${TURNS.small} turns, two workers with ${THREADS} threads each, medians of ${rounds}:`);
  console.table({
    "nobody else does anything": { "ms until all have ended": round(median(idle)) },
    [`behind ${RUNS_IN_FRONT} runs of another workspace`]: { "ms until all have ended": round(median(behind)) },
  });
  verdict("a small workspace behind a large one ÷ alone", median(behind) / median(idle), TIMES_IDLE_MAX);
}

let channels = 0;

/** Mentions at once, each in a channel of its own; ms until the model has given the last answer of all. */
async function runs(fleet: Fleet, team: string, count: number): Promise<number> {
  const begunAt = performance.now();
  let looked = fleet.answers.length;
  const asked = await Promise.all(Array.from({ length: count }, () => fleet.mention("small", { team, channel: `C0OWN${channels++}` })));
  const left = new Map(asked.map((conversation) => [conversation, TURNS.small as number]));
  let endedAt = begunAt;
  while (left.size > 0) {
    for (const { conversation, at } of fleet.answers.slice(looked)) {
      looked++;
      const turns = left.get(conversation);
      if (turns === undefined) continue;
      endedAt = at;
      if (turns === 1) left.delete(conversation);
      else left.set(conversation, turns - 1);
    }
    if (performance.now() - begunAt > END_MS_MAX) throw new Error(`${left.size} runs of ${team} did not end`);
    await sleep(5);
  }
  return endedAt - begunAt;
}
