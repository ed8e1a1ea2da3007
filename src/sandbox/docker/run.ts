import type { Box, Slot } from "./box.ts";
import type { Watched } from "./events.ts";
import type { Observation } from "./monitor.ts";
import { stdoutFirst } from "../box/streams.ts";
import type { RunOptions } from "../executor.ts";
import type { CappedOutput } from "../box/output.ts";

/** How one block came to its end in one container. */
export interface BlockEnd {
  readonly outcome: "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "sandbox_lost";
  readonly exitCode: number;
  readonly memoryPeakBytes?: number;
  /** Whether `out/` holds anything worth reading. When it does, no process of the code is left. */
  readonly hasFiles: boolean;
  /** What is left of the code: nothing; processes that are still to be ended; or more than could be, and the container is to be thrown away. */
  readonly left: "nothing" | "processes" | "ruin";
  /** The container was gone before the code was handed to it. */
  readonly neverBegan?: true;
}

/** What is run: a command, and the file that it is given, where the code is laid down first. */
export interface Program {
  readonly command: string;
  readonly file: string;
  readonly code: string;
}

const OVERFLOW_GRACE_MS = 250; // A program that prints a little too much may still end well.
const STREAM_END_MS_MAX = 6_000; // The engine itself waits 2 s for whoever still holds the streams; a loaded machine takes longer.
const OOM_EVENT_MS_MAX = 1_000; // The event comes by another way than the exit code.

/**
 * Runs one block in a container. The code's failures are outcomes; a container that dies is `sandbox_lost`.
 *
 * @param spared a process of the code's user that is to live on
 */
export async function runBlock(
  box: Box,
  watched: Watched,
  program: Program,
  kept: CappedOutput,
  options: RunOptions,
  spared?: number,
): Promise<BlockEnd> {
  const oomsBefore = watched.ooms;
  let slot: Slot;
  try {
    slot = await box.takeSlot();
  } catch {
    return NEVER_BEGAN;
  }
  const { running } = slot;
  const race = raceOf(watched, kept, options);
  const streams = stdoutFirst((stream, bytes) => {
    kept.write(stream, bytes);
    race.lookAtOutput();
  });
  try {
    slot.listen(streams.write);
    running.end(`${program.command}\n${program.file}\n${program.code}`);
    const how = await Promise.race([running.ended.then(() => "ended" as const), race.over]);
    if (how === "died") return LOST;
    const exitCode = how === "ended" ? await running.exitCode() : undefined;
    if (how === "ended" && exitCode === undefined) return LOST;

    const seen = how === "ended" ? await box.observe() : undefined;
    const outOfMemory = exitCode !== 0 && (await watched.oomSince(oomsBefore, exitCode === 137 ? OOM_EVENT_MS_MAX : 0));
    const clean = seen && !box.hasStrangers(seen, spared);
    // The result need not wait for the end of processes that nobody waits for, unless there are files that they might change.
    const rested = clean || (seen && !seen.hasFiles) ? seen : await box.reap(spared);
    const quiet = await within(running.ended, STREAM_END_MS_MAX);
    const left = !rested || !quiet ? "ruin" : clean || rested !== seen ? "nothing" : "processes";
    const rest = { ...restOf(rested), left } as const;
    if (how === "timeout") return { outcome: how, exitCode: 124, ...rest };
    if (how !== "ended") return { outcome: how, exitCode: 1, ...rest };
    if (exitCode === 0 || exitCode === undefined) return { outcome: "ok", exitCode: 0, ...rest };
    // Killed, and nothing answers where it ran: that was the end of the container, not of the process.
    if (!outOfMemory && exitCode === 137 && !rested) return LOST;
    return outOfMemory ? { outcome: "oom", exitCode: 137, ...rest } : { outcome: "error", exitCode, ...rest };
  } finally {
    race.end();
    // Before any kill of the container: with an unread stream that takes 10 s.
    running.letGo();
    streams.flush();
  }
}

export function restOf(seen: Observation | undefined): Pick<BlockEnd, "hasFiles" | "memoryPeakBytes"> {
  if (!seen) return { hasFiles: false };
  const { hasFiles, memoryPeakBytes } = seen;
  return { hasFiles, ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }) };
}

export const LOST: BlockEnd = { outcome: "sandbox_lost", exitCode: 1, hasFiles: false, left: "ruin" };

export const NEVER_BEGAN: BlockEnd = { ...LOST, neverBegan: true };

/** What can end a block from outside. Call `end` when the block has ended. */
export function raceOf(
  watched: Watched,
  kept: CappedOutput,
  { timeoutMs, signal }: RunOptions,
): { readonly over: Promise<"died" | "output_limit" | "timeout" | "cancelled">; lookAtOutput(): void; end(): void } {
  const { promise: over, resolve } = Promise.withResolvers<"died" | "output_limit" | "timeout" | "cancelled">();
  void watched.died.then(() => resolve("died"));
  const timer = setTimeout(resolve, timeoutMs, "timeout");
  let overflowTimer: NodeJS.Timeout | undefined;
  const onAbort = (): void => resolve("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  return {
    over,
    lookAtOutput: () => {
      if (kept.overflowed) overflowTimer ??= setTimeout(resolve, OVERFLOW_GRACE_MS, "output_limit");
    },
    end: () => {
      clearTimeout(timer);
      clearTimeout(overflowTimer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

export async function within(promise: Promise<unknown>, msMax: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, msMax, false)));
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
