import type { RunOptions } from "../executor.ts";
import { LOST, NEVER_BEGAN, type BlockEnd, type Command, type Ended, type Running } from "./box.ts";
import type { CappedOutput } from "./output.ts";
import { stdoutFirst } from "./streams.ts";

/** What running a block as a program needs of the place. */
export interface Ground {
  /** Settles when the place is gone; never fails. */
  readonly gone: Promise<void>;
  /** Hands the code over. Fails when the place cannot be reached. */
  begin(onOutput: Command["onOutput"]): Promise<Running>;
  /** Brings the place to rest after the block, which ended by itself or is to be stopped. `undefined`: it could not be. Never fails. */
  rest(isStopped: boolean): Promise<Rest | undefined>;
}

export interface Rest extends Pick<BlockEnd, "hasFiles" | "memoryPeakBytes"> {
  readonly left: Exclude<BlockEnd["left"], "ruin">;
}

const OVERFLOW_GRACE_MS = 250; // A program that prints a little too much may still end well.
export const STREAM_END_MS_MAX = 6_000; // A Docker engine waits 2 s for whoever still holds the streams; over a slow line it takes longer.

/** Runs one block as a program. */
export async function runBlock(ground: Ground, kept: CappedOutput, options: RunOptions): Promise<BlockEnd> {
  let race: Race | undefined;
  const streams = stdoutFirst((stream, bytes) => {
    kept.write(stream, bytes);
    race?.lookAtOutput();
  });
  let running: Running;
  try {
    running = await ground.begin(streams.write);
  } catch {
    streams.flush();
    return NEVER_BEGAN;
  }
  race = raceOf(ground.gone, kept, options);
  race.lookAtOutput();
  try {
    const how = await Promise.race([running.ended.then(() => "ended" as const), race.over]);
    if (how === "gone") return LOST;
    const end: Ended | undefined = how === "ended" ? await running.how() : undefined;
    if (how === "ended" && !end) return LOST;

    const rest = await ground.rest(how !== "ended");
    const isQuiet = how === "ended" || (await within(running.ended, STREAM_END_MS_MAX));
    const after = rest && isQuiet ? rest : ({ hasFiles: false, ...rest, left: "ruin" } as const);
    if (how === "timeout") return { outcome: how, exitCode: 124, ...after };
    if (how !== "ended") return { outcome: how, exitCode: 1, ...after };
    const { exitCode, outOfMemory } = end as Ended;
    if (exitCode === 0) return { outcome: "ok", exitCode, ...after };
    if (outOfMemory) return { outcome: "oom", exitCode: 137, ...after };
    // Killed, and nothing answers where it ran: that was the end of the place, not of the process.
    if (exitCode === 137 && !rest) return LOST;
    return { outcome: "error", exitCode, ...after };
  } finally {
    race.end();
    // Before a box is thrown away: with an unread stream a Docker engine takes 10 s for it.
    running.letGo();
    streams.flush();
  }
}

export interface Race {
  readonly over: Promise<"gone" | "output_limit" | "timeout" | "cancelled">;
  /** Call it when something was printed. */
  lookAtOutput(): void;
  /** Call it when the block has ended. */
  end(): void;
}

/** What can end a block from outside. The time begins now. */
export function raceOf(gone: Promise<void>, kept: CappedOutput, { timeoutMs, signal }: RunOptions): Race {
  const { promise: over, resolve } = Promise.withResolvers<Awaited<Race["over"]>>();
  void gone.then(() => resolve("gone"));
  const timer = setTimeout(resolve, timeoutMs, "timeout");
  let overflowTimer: NodeJS.Timeout | undefined;
  const stop = aborted(signal);
  void stop.heard.then(() => resolve("cancelled"));
  return {
    over,
    lookAtOutput: () => {
      if (kept.overflowed) overflowTimer ??= setTimeout(resolve, OVERFLOW_GRACE_MS, "output_limit");
    },
    end: () => {
      clearTimeout(timer);
      clearTimeout(overflowTimer);
      stop.forget();
    },
  };
}

/** Settles when the signal is given, also when it was before. Forget it when nobody waits any more. */
export function aborted(signal: AbortSignal): { readonly heard: Promise<void>; readonly forget: () => void } {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  return { heard, forget: () => signal.removeEventListener("abort", onAbort) };
}

export async function within(promise: Promise<unknown>, msMax: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, msMax, false)));
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

/** Runs a short command of ours to its end; `undefined` when it had no end within `msMax`, or the place is gone. */
export async function runToEnd(
  start: (command: Command) => Promise<Running>,
  script: string,
  msMax: number,
): Promise<{ exitCode: number; stdout: string } | undefined> {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  const onOutput: Command["onOutput"] = (stream, bytes) => {
    keptBytes += bytes.length;
    if (stream === "stdout" && keptBytes < ANSWER_BYTES_MAX) kept.push(Buffer.from(bytes));
  };
  let running: Running | undefined;
  try {
    running = await start({ args: ["/bin/sh", "-c", script], stdin: Buffer.alloc(0), onOutput });
    const ended = (await within(running.ended, msMax)) ? await running.how() : undefined;
    return ended && { exitCode: ended.exitCode, stdout: Buffer.concat(kept).toString() };
  } catch {
    return undefined;
  } finally {
    running?.letGo();
  }
}

const ANSWER_BYTES_MAX = 64 * 1024;
