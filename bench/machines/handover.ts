import { setTimeout as sleep } from "node:timers/promises";
import { median, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database } from "./database.ts";
import { openFleet, type Fleet, type Machine } from "./fleet.ts";

const MODEL_MS = 100;
const THREADS = 8;
/** Several, so that no run waits for a workspace's pace. */
const TEAMS = ["T0FIRST", "T0SECOND", "T0THIRD", "T0FOURTH"];
const QUIET_MS = 1_500;
const AFTER_STOP_MS_MAX = 2_000;
const AFTER_KILL_MS_MAX = 20_000;
const NEXT_MS_MAX = 60_000;

/**
 * A worker that has eight runs is stopped (SIGTERM), or killed, beside another one that has none yet: how long it takes until each run has its next answer there, of a model that takes 100 ms.
 * What the model answers the first one meanwhile does not count.
 */
export async function handover(database: Database, place: string, rounds: number): Promise<void> {
  const stopped: number[] = [];
  for (let nth = 0; nth < rounds; nth++) stopped.push(await untilAllGoOn(database, place, (machine) => void machine.end()));
  // It is found out by its silence, which takes as long each time.
  const killed = await untilAllGoOn(database, place, (machine) => void machine.kill());
  console.log(`ms until each of ${THREADS} runs has its next answer at another worker, once its own`);
  console.table({
    "is stopped": { "p50 of rounds": round(median(stopped)), "at most": round(Math.max(...stopped)) },
    "is killed": { "p50 of rounds": round(killed), "at most": round(killed) },
  });
  verdict(
    "ms from SIGTERM of a worker until each of its runs has its next answer at another, at most",
    Math.max(...stopped),
    AFTER_STOP_MS_MAX,
  );
  verdict("ms from SIGKILL of a worker until each of its runs has its next answer at another", killed, AFTER_KILL_MS_MAX);
}

async function untilAllGoOn(database: Database, place: string, end: (machine: Machine) => void): Promise<number> {
  process.stderr.write("runs go on at another worker\n");
  const fleet = await openFleet({ database: database.fresh(), teams: TEAMS, modelMs: MODEL_MS, place });
  try {
    const first = await fleet.start({ role: "worker" });
    await fleet.start({ role: "door" });
    // The first run of anything is a run of the compiler.
    await nextOf(fleet, await begun(fleet, "small"), { behind: 0, by: first });
    await sleep(QUIET_MS);
    const runs = await begun(fleet, "longest");
    const second = await fleet.start({ role: "worker" });
    await sleep(QUIET_MS);
    await nextOf(fleet, runs, { behind: fleet.answers.length, by: first });
    const [behind, at] = [fleet.answers.length, performance.now()];
    end(first);
    return Math.max(...(await nextOf(fleet, runs, { behind, by: second }))) - at;
  } finally {
    await fleet.close();
  }
}

let channels = 0;
const begun = (fleet: Fleet, agents: "small" | "longest"): Promise<readonly number[]> =>
  Promise.all(
    Array.from({ length: THREADS }, (_, nth) =>
      fleet.mention(agents, { team: TEAMS[nth % TEAMS.length] ?? "", channel: `C0HANDOVER${channels++}` }),
    ),
  );

/** When each of them had its first answer behind so many, of those that this process has asked for. */
async function nextOf(
  fleet: Fleet,
  conversations: readonly number[],
  { behind, by }: { readonly behind: number; readonly by: Machine },
): Promise<readonly number[]> {
  const next = new Map<number, number>();
  const until = performance.now() + NEXT_MS_MAX;
  for (let looked = behind; next.size < conversations.length;) {
    for (; looked < fleet.answers.length; looked++) {
      const answer = fleet.answers[looked];
      if (answer?.by !== by.name || !conversations.includes(answer.conversation)) continue;
      if (!next.has(answer.conversation)) next.set(answer.conversation, answer.at);
    }
    if (performance.now() > until) throw new Error(`${conversations.length - next.size} runs did not go on at ${by.name}`);
    await sleep(5);
  }
  return [...next.values()];
}
