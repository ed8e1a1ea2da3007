import { readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../../src/engine/clock.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Of this process, once what nobody holds is collected. */
export function residentMb(): number {
  collect();
  return process.memoryUsage().rss / MB;
}

const MB = 1_000_000;

/** The processes that this one has started and that are there. */
export const programsIn = (): readonly string[] =>
  readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === String(process.pid));

/** What they take together: of memory that several share, each its part. */
export const sharedMb = (pids: readonly string[]): number => pids.reduce((sum, pid) => sum + partOf(pid), 0);

/** How many are left once `afterMs` are over, or at once when none is. */
export async function leftBehind(afterMs: number, clock: Pick<Clock, "now" | "sleep">): Promise<number> {
  const endMs = clock.now() + afterMs;
  while (programsIn().length > 0 && clock.now() < endMs) await clock.sleep(500);
  return programsIn().length;
}

function parentOf(pid: string): string | undefined {
  const [, after = ""] = /\) (.*)$/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return after.split(" ")[1];
}

const partOf = (pid: string): number => (Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1_024) / MB;

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended meanwhile.
  }
}
