import { statfs } from "node:fs/promises";
import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { SeenHere } from "./seen-here.ts";

/** Two looks in a row: an engine that is busy may be late once. */
const SILENT_LOOKS = 2;

/** Whether what code runs in answers: asked with each beat. */
export function watchSandbox(seen: SeenHere, answers: () => Promise<boolean>): () => Promise<void> {
  let silent = 0;
  return async () => {
    silent = (await answers().catch(() => false)) ? 0 : silent + 1;
    if (silent === 0) seen.over({ kind: "sandbox-away", subject: "" });
    if (silent >= SILENT_LOOKS) seen.see({ kind: "sandbox-away", subject: "", detail: `It was asked ${silent} times in a row.` });
  };
}

const LOST_MAX = 3;
const LOST_WITHIN_MS = 10 * 60_000;

/** Sandboxes that ended under the code that ran in them: one may be the code's own doing, several are not. */
export function watchLostSandboxes(seen: SeenHere, clock: Pick<Clock, "now">): (events: readonly RunEvent[]) => void {
  let lostMs: number[] = [];
  return (events) => {
    const lost = events.filter((event) => event.type === "code.ran" && event.outcome === "sandbox_lost").length;
    if (lost === 0) return;
    const nowMs = clock.now();
    lostMs = [...lostMs.filter((at) => nowMs - at < LOST_WITHIN_MS), ...Array<number>(lost).fill(nowMs)].slice(-100);
    if (lostMs.length < LOST_MAX) return;
    const detail = `${lostMs.length} were lost within ${LOST_WITHIN_MS / 60_000} min.`;
    seen.see({ kind: "sandboxes-lost", subject: "", detail }, { forMs: LOST_WITHIN_MS });
  };
}

const FREE_SHARE_MIN = 0.05;
const FREE_BYTES_MIN = 512 * 1024 * 1024;
/** Space that comes back a little and goes again is one incident. */
const AGAIN = 1.2;

/** Of the disk that holds a database file: looked at with each beat. What it holds is asked of `space`. */
export function watchDisk(
  seen: SeenHere,
  {
    folder,
    host,
    space = spaceOf,
  }: { readonly folder: string; readonly host: string; readonly space?: (folder: string) => Promise<Space> },
): () => Promise<void> {
  let isLow = false;
  return async () => {
    const { freeBytes, totalBytes } = await space(folder);
    const least = Math.min(FREE_BYTES_MIN, totalBytes / 2) * (isLow ? AGAIN : 1);
    isLow = freeBytes < least || freeBytes / totalBytes < FREE_SHARE_MIN * (isLow ? AGAIN : 1);
    const detail = `${Math.floor(freeBytes / 1024 ** 2)} of ${Math.floor(totalBytes / 1024 ** 2)} MiB are free.`;
    if (isLow) seen.see({ kind: "disk-full", subject: host, detail });
    else seen.over({ kind: "disk-full", subject: host });
  };
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** As far as an ordinary user may fill it. */
async function spaceOf(folder: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: Math.max(1, blocks * bsize) };
}
