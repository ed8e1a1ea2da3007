/** The files of threads' workspaces as they are between two blocks of code. A thread has one; each save takes the place of the one before. */
export interface Workspaces {
  /** Which revision is the newest; `undefined`: nothing is kept. */
  revision(thread: string): Promise<string | undefined>;
  load(thread: string): Promise<(WorkspaceContent & { readonly revision: string }) | undefined>;
  /** Puts these files in place of the revision `from`, and gives the new one; the same when nothing has changed. `stale`: another is the newest, and it stays. */
  put(thread: string, from: string | undefined, content: WorkspaceContent): Promise<{ readonly revision: string | undefined } | "stale">;
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
