import type { CodeResult, RunOptions, SandboxFile, WorkspaceFile } from "../executor.ts";
import type { FileCollector } from "./files.ts";
import type { Runnable } from "./languages.ts";
import type { CappedOutput } from "./output.ts";
import type { WorkspaceCollector } from "./kept-files.ts";

/**
 * A place where code runs, whatever it is made of: a workspace that lasts, at {@link WORKSPACE}, and blocks that are run in it one after the
 * other. What differs from one kind to the next is only this; sessions, lanes, limits and results are the same for all.
 */
export interface Box {
  /** When it ends by itself, in milliseconds since the epoch. */
  readonly endsAtMs: number;
  /**
   * Runs one block. The code's failures are outcomes; a box that is gone is `sandbox_lost`. Throws `SandboxUnavailable` where a box that
   * was still in the making could not be made.
   */
  run(program: Program, kept: CappedOutput, options: RunOptions): Promise<BlockEnd>;
  /** Takes what lies in `out/`. Call it when nothing of the code is left. Never fails: leaves a notice. */
  collect(into: FileCollector): Promise<void>;
  /** Ends every process of the code. `false`: it could not be brought to rest and is to be thrown away. Never fails. */
  reap(): Promise<boolean>;
  /** Does ahead what the next block would wait for. Called when nothing of the last one is left and its files were taken. */
  prepare?(): void;
  /** Lays files into the workspace's `in/`, read-only to the code as far as the place can. */
  bringIn(files: readonly SandboxFile[]): Promise<void>;
  /** Takes all that is in the workspace but `in/`. Call it when nothing of the code is left. Fails when it cannot be read. */
  keep(into: WorkspaceCollector): Promise<void>;
  /** Lays into its workspace, in which no code has run yet, what {@link keep} took from another. Fails when it cannot. */
  restore(files: readonly WorkspaceFile[]): Promise<void>;
  /** Gives up what it costs and keeps what lies in it, until the next block. A box that cannot is removed when its thread is idle. Never fails. */
  doze?(): Promise<void>;
  /** Ends it and removes what it held. One that is gone already is fine. Never fails. */
  remove(): Promise<void>;
}

/** A block, and the command that runs a file of its language: a program, and options where it has some, with blanks between. */
export type Program = Runnable & { readonly command: string };

/** How one block came to its end. */
export interface BlockEnd {
  readonly outcome: Exclude<CodeResult["outcome"], "rejected">;
  readonly exitCode: number;
  /** The most memory in use at one time since the box was made; absent where nobody can tell. */
  readonly memoryPeakBytes?: number;
  /** Whether `out/` may hold anything worth reading. When it does, no process of the code is left. */
  readonly hasFiles: boolean;
  /** What is left of the code: nothing; processes that are still to be ended; or more than could be, and the box is to be thrown away. */
  readonly left: "nothing" | "processes" | "ruin";
  /** The code was not handed over: the box was gone before, or it was cancelled while the box was in the making. */
  readonly neverBegan?: true;
  /** Before the code began: for a box in the making. */
  readonly waitedMs?: number;
  /** What is to be told beside the outcome, such as what was lost. */
  readonly notices?: readonly string[];
}

export const LOST: BlockEnd = { outcome: "sandbox_lost", exitCode: 1, hasFiles: false, left: "ruin" };

export const NEVER_BEGAN: BlockEnd = { ...LOST, neverBegan: true };

/** A program in a box. */
export interface Command {
  readonly args: readonly [string, ...string[]];
  /** Given on stdin. The program must read just so many bytes: not every place can tell it that no more come. */
  readonly stdin: Uint8Array;
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
}

export interface Running {
  /** Settles when the program has ended and its output has come, or nobody can tell any more. Never fails. */
  readonly ended: Promise<void>;
  /** How it ended; `undefined` when that cannot be known. Ask once, after `ended`. Never fails. */
  how(): Promise<Ended | undefined>;
  /** Stops listening. */
  letGo(): void;
}

export interface Ended {
  /** 128 + n for one that a signal ended. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

export const WORKSPACE = "/work";

/** Where a block's code is laid down. */
export const fileOf = ({ fileName, ending }: Runnable): string =>
  fileName === undefined ? `/tmp/main.${ending}` : `${WORKSPACE}/${fileName}`;

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
