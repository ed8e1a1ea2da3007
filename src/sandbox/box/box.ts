import type { CodeResult, RunOptions, SandboxFile } from "../executor.ts";
import { stdoutFirst } from "./streams.ts";
import type { CappedOutput, StreamName } from "./output.ts";

/**
 * A place where code runs, whatever it is made of: a workspace that lasts, at {@link WORKSPACE}, and programs started in it. What differs
 * from one kind to the next is only this; sessions, limits and results are the same for all.
 */
export interface Box {
  /** Settles when the place is gone; never fails. */
  readonly gone: Promise<void>;
  /** When it ends by itself, in milliseconds since the epoch. */
  readonly endsAtMs: number;
  /** Starts a program in the workspace as the code's user. Fails when the place cannot be reached. */
  start(command: Command): Promise<Running>;
  /** Ends every process of the code. `false`: it could not be brought to rest and is to be thrown away. Never fails. */
  reap(): Promise<boolean>;
  /** `out/` as a tar. Call it when no process of the code is left: then nothing changes meanwhile. */
  packOut(): AsyncIterable<Uint8Array>;
  /** Lays files into the workspace, read-only to the code as far as the place can. */
  bringIn(files: readonly SandboxFile[]): Promise<void>;
  /** Ends it and removes what it held. One that is gone already is fine. Never fails. */
  remove(): Promise<void>;
}

export interface Command {
  readonly args: readonly [string, ...string[]];
  /** Given on stdin. The program must read just so many bytes: not every place can tell it that no more come. */
  readonly stdin: Uint8Array;
  readonly onOutput: (stream: StreamName, bytes: Uint8Array) => void;
}

export interface Running {
  /** Settles when the program has ended and its output has come; `undefined` when that cannot be known. Never fails. */
  readonly ended: Promise<Ended | undefined>;
  /** Stops listening. */
  letGo(): void;
}

export interface Ended {
  /** 128 + n for one that a signal ended. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

export const WORKSPACE = "/work";

/** A fixed list: nothing of Parley's own environment. */
export const BOX_ENV: { readonly [name: string]: string } = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: WORKSPACE,
  LANG: "C.UTF-8",
  PYTHONPATH: WORKSPACE, // a file that an earlier block named can be imported
  PYTHONUNBUFFERED: "1", // else stdout would come after all of stderr
  PYTHONDONTWRITEBYTECODE: "1",
  MPLBACKEND: "Agg",
  MPLCONFIGDIR: "/tmp",
};

/** How one block came to its end. */
export interface BlockEnd {
  readonly outcome: Exclude<CodeResult["outcome"], "rejected">;
  readonly exitCode: number;
  /** False when the place is gone or could not be brought to rest. */
  readonly boxUsable: boolean;
  /** The place was gone before the code was handed to it. */
  readonly neverBegan?: true;
}

const OVERFLOW_GRACE_MS = 250; // A program that prints a little too much may still end well.
const STREAM_END_MS_MAX = 6_000; // Once its processes are gone, a program's output ends; over a slow line a little later.

/** Runs one block and leaves no process of it behind. The code's failures are outcomes; a place that is gone is `sandbox_lost`. */
export async function runBlock(
  box: Box,
  command: Omit<Command, "onOutput">,
  kept: CappedOutput,
  { timeoutMs, signal }: RunOptions,
): Promise<BlockEnd> {
  const overflow = Promise.withResolvers<"output_limit">();
  let overflowTimer: NodeJS.Timeout | undefined;
  const streams = stdoutFirst((stream, bytes) => {
    kept.write(stream, bytes);
    if (kept.overflowed) overflowTimer ??= setTimeout(overflow.resolve, OVERFLOW_GRACE_MS, "output_limit");
  });
  let running: Running;
  try {
    running = await box.start({ ...command, onOutput: streams.write });
  } catch {
    return { ...LOST, neverBegan: true };
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timeout">((resolve) => (timer = setTimeout(resolve, timeoutMs, "timeout")));
  const cancelled = Promise.withResolvers<"cancelled">();
  const onAbort = (): void => cancelled.resolve("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const gone = box.gone.then(() => undefined);
    const how = await Promise.race([running.ended, gone, overflow.promise, timeout, cancelled.promise]);
    const quiet = (await box.reap()) && (typeof how === "object" || (await within(running.ended, STREAM_END_MS_MAX)));
    if (how === undefined) return LOST;
    if (how === "timeout") return { outcome: how, exitCode: 124, boxUsable: quiet };
    if (typeof how === "string") return { outcome: how, exitCode: 1, boxUsable: quiet };
    const { exitCode, outOfMemory } = how;
    if (exitCode === 0) return { outcome: "ok", exitCode, boxUsable: quiet };
    if (outOfMemory) return { outcome: "oom", exitCode: 137, boxUsable: quiet };
    // Killed, and nothing answers where it ran: that was the end of the place, not of the process.
    if (exitCode === 137 && !quiet) return LOST;
    return { outcome: "error", exitCode, boxUsable: quiet };
  } finally {
    clearTimeout(timer);
    clearTimeout(overflowTimer);
    signal.removeEventListener("abort", onAbort);
    running.letGo();
    streams.flush();
  }
}

const LOST: BlockEnd = { outcome: "sandbox_lost", exitCode: 1, boxUsable: false };

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
  try {
    const running = await start({ args: ["/bin/sh", "-c", script], stdin: Buffer.alloc(0), onOutput });
    const inTime = await within(running.ended, msMax);
    running.letGo();
    const ended = inTime ? await running.ended : undefined;
    return ended && { exitCode: ended.exitCode, stdout: Buffer.concat(kept).toString() };
  } catch {
    return undefined;
  }
}

const ANSWER_BYTES_MAX = 64 * 1024;
