import { runToEnd, exec, type Running } from "./docker-exec.ts";
import type { Box } from "./docker-container.ts";
import type { Watched } from "./docker-events.ts";
import { stdoutFirst } from "./docker-streams.ts";
import type { RunOptions } from "./executor.ts";
import type { CappedOutput } from "./output.ts";

/** How one block came to its end in one container. */
export interface BlockEnd {
  readonly outcome: "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "sandbox_lost";
  readonly exitCode: number;
  /** Whether `out/` holds anything worth reading. */
  readonly hasFiles: boolean;
  /** False when the container could not be brought to rest: it is to be thrown away. */
  readonly boxUsable: boolean;
}

const OVERFLOW_GRACE_MS = 250; // A program that prints a little too much may still end well.
const REAPED_MS_MAX = 5_000; // The reaper took 0.14 s, and 0.22 s under a fork bomb.
const STREAM_END_MS_MAX = 6_000; // The engine itself waits 2 s for whoever still holds the streams; a loaded machine takes longer.
const OOM_EVENT_MS_MAX = 1_000; // The event comes by another way than the exit code.
const FILES_WAITING = 10;

/**
 * Ends every process of the code's user, however many there are and whatever they ignore; the caller of the signal is spared. Then looks
 * whether there are files to fetch, with the shell's own means: right after a fork bomb no process can be started.
 */
const REAP = `kill -9 -1; for f in out/* out/.[!.]*; do if [ -e "$f" ] || [ -L "$f" ]; then exit ${FILES_WAITING}; fi; done; if [ -L out ]; then exit ${FILES_WAITING}; fi; exit 0`;

/** Runs one block in a container and leaves no process of it behind. The code's failures are outcomes; a container that dies is `sandbox_lost`. */
export async function runBlock(
  box: Box,
  watched: Watched,
  cmd: readonly string[],
  code: string,
  kept: CappedOutput,
  options: RunOptions,
): Promise<BlockEnd> {
  const oomsBefore = watched.ooms;
  const overflow = Promise.withResolvers<"output_limit">();
  let overflowTimer: NodeJS.Timeout | undefined;
  const streams = stdoutFirst((stream, bytes) => {
    kept.write(stream, bytes);
    if (kept.overflowed) overflowTimer ??= setTimeout(overflow.resolve, OVERFLOW_GRACE_MS, "output_limit");
  });
  let running: Running;
  try {
    running = await exec(box.container, { cmd, stdin: code, onOutput: streams.write });
  } catch {
    return LOST;
  }

  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timeout">((resolve) => (timer = setTimeout(resolve, options.timeoutMs, "timeout")));
  const cancelled = Promise.withResolvers<"cancelled">();
  const onAbort = (): void => cancelled.resolve("cancelled");
  options.signal.addEventListener("abort", onAbort);
  if (options.signal.aborted) onAbort();
  try {
    const how = await Promise.race([
      running.ended.then(() => "ended" as const),
      watched.died.then(() => "died" as const),
      overflow.promise,
      timeout,
      cancelled.promise,
    ]);
    if (how === "died") return LOST;
    const exitCode = how === "ended" ? await running.exitCode() : undefined;
    const reaped = await runToEnd(box.container, REAP, REAPED_MS_MAX);
    const clean = reaped?.exitCode === 0 || reaped?.exitCode === FILES_WAITING;
    if (how === "ended" && exitCode === undefined) return LOST;
    const quiet = clean && (await within(running.ended, STREAM_END_MS_MAX));
    const rest = { hasFiles: reaped?.exitCode === FILES_WAITING, boxUsable: quiet };
    if (how === "timeout") return { outcome: how, exitCode: 124, ...rest };
    if (how !== "ended") return { outcome: how, exitCode: 1, ...rest };
    if (exitCode === 0 || exitCode === undefined) return { outcome: "ok", exitCode: 0, ...rest };
    const outOfMemory = await watched.oomSince(oomsBefore, exitCode === 137 ? OOM_EVENT_MS_MAX : 0);
    // Killed, and nothing answers where it ran: that was the end of the container, not of the process.
    if (!outOfMemory && exitCode === 137 && !clean) return LOST;
    return outOfMemory ? { outcome: "oom", exitCode: 137, ...rest } : { outcome: "error", exitCode, ...rest };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
    // Before any kill of the container: with an unread stream that takes 10 s.
    running.letGo();
    streams.flush();
    clearTimeout(overflowTimer);
  }
}

const LOST: BlockEnd = { outcome: "sandbox_lost", exitCode: 1, hasFiles: false, boxUsable: false };

async function within(promise: Promise<void>, msMax: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, msMax, false)));
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
