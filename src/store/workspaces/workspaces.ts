import type { Claim } from "../dispatch.ts";

/** The files of threads' workspaces as they are between two blocks of code. A thread has one; each save takes the place of the one before. */
export interface Workspaces {
  /** Another process may take a thread over at any time, and goes on with what is here (docs/decisions/0040). */
  readonly isShared?: true;
  /** Which revision is the newest; `undefined`: nothing is kept. */
  revision(thread: string): Promise<string | undefined>;
  load(thread: string): Promise<(WorkspaceContent & { readonly revision: string }) | undefined>;
  /**
   * Puts these files in place of the revision `from`, and gives the new one; the same when nothing has changed. `stale`: another is the newest, and it
   * stays. `claim`: of whoever had the thread's turn when the files were taken up; somebody else has it by now, or nobody, and that is as stale, where
   * it is shared: else nobody else can have it.
   */
  put(
    thread: string,
    from: string | undefined,
    content: WorkspaceContent,
    claim?: Claim,
  ): Promise<{ readonly revision: string | undefined } | "stale">;
}

export interface WorkspaceContent {
  readonly files: readonly WorkspaceFile[];
  /** Nothing was left out. */
  readonly isWhole: boolean;
}

export interface WorkspaceFile {
  /** With `/` between; a folder ends with one. */
  readonly path: string;
  readonly mode: number;
  /** In whole milliseconds. */
  readonly modifiedAtMs: number;
  readonly content: Uint8Array;
}
