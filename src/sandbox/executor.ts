/**
 * The port through which code that a model wrote is run. It names no host path, port or mount: everything goes over streams, so that a
 * local engine, a remote one and a hosted sandbox look alike. One session serves one thread: files stay between blocks, processes do not.
 */
export interface Executor {
  readonly capabilities: Capabilities;
  /**
   * Makes the thread's sandbox at its first use; the same session for the same thread while it lives. With a keeper, which counts at the first
   * use, its files are kept between blocks, and those that are kept are taken up. Throws {@link SandboxUnavailable}.
   */
  open(thread: string, keeper?: WorkspaceKeeper): Promise<Session>;
  /** Whether what blocks run in answers now, such as a Docker engine. Absent where that is this machine itself, or where asking costs money. */
  readonly answers?: () => Promise<boolean>;
  /** Ends every session and removes what it left. */
  close(): Promise<void>;
}

export interface Capabilities {
  readonly grade: "container" | "container+gvisor" | "microvm" | "process" | "wasm" | "off";
  /** In words for people, shown beside each result, such as "Docker, no network, 512 MB". */
  readonly label: string;
  readonly languages: readonly string[];
  /** For the prompts of the agents that write code: what is installed and what is not possible. */
  readonly hint: string;
}

export interface Session {
  /** Runs one block. Failures of the code are results; throws {@link SandboxUnavailable} only when nothing can be run at all. */
  run(block: CodeBlock, options: RunOptions): Promise<CodeResult>;
  /** Puts files into the folder `in/` of the workspace before the next block, read-only to the code. Throws RangeError for more than it keeps. */
  put(files: readonly SandboxFile[]): Promise<void>;
  /** Ends the sandbox and removes its files. */
  end(): Promise<void>;
}

export interface CodeBlock {
  /** As the fence says it, such as `python`, `bash` or `ts`. An unknown one gives a `rejected` result. */
  readonly language: string;
  readonly code: string;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onChunk?: (text: string) => void;
}

export interface CodeResult {
  readonly outcome: "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "rejected" | "sandbox_lost";
  /** 0 only for `ok`. 124 for a time-out, 137 for out of memory, 1 where no process gave one. */
  readonly exitCode: number;
  /** stdout and stderr in the order in which they came, as far as two pipes keep one; capped head and tail; says what was cut. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytesCut: number;
  readonly elapsedMs: number;
  /**
   * The most memory that the sandbox had in use at one time, programs and files together, from when it was made to the end of this block.
   * Absent where the executor cannot tell, and for a block that was not run.
   */
  readonly memoryPeakBytes?: number;
  /** What the block was held to. Absent for a block that was not run. */
  readonly limits?: RunLimits;
  /** What the code left in `out/`, checked and named safely; a notice for each that was refused. */
  readonly files: readonly SandboxFile[];
  readonly notices: readonly string[];
}

export interface RunLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** stdout and stderr together. */
  readonly outputBytesMax: number;
}

export interface SandboxFile {
  /** Without folders, cleaned of control and direction marks, at most 200 characters. */
  readonly name: string;
  /** Judged by content, not by name. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** Where the files of a thread's workspace are kept between blocks, so that whoever runs the next block goes on with them. */
export interface WorkspaceKeeper {
  /**
   * Another process may take the thread over at any time: what a block has written is kept before its result is given, so that whoever reads the
   * result finds the files. Absent where the result need not wait for that.
   */
  readonly isShared?: boolean;
  /** Who has the thread now, to be asked before a block, and to be named when its files are saved. Nothing where that need not be known. */
  turn(thread: string): WorkspaceTurn | undefined;
  /** Which revision is the newest; `undefined`: nothing is kept. Waits for a save that has begun, whoever does it. */
  revision(thread: string): Promise<string | undefined>;
  load(thread: string): Promise<(WorkspaceContent & { readonly revision: string }) | undefined>;
  /**
   * Keeps what `pack` gives, in place of the revision `from`, and gives the new one. `stale`: another is the newest by now, or the thread is
   * another's, and what is kept stays. The save has begun when the call returns.
   */
  save(
    thread: string,
    from: string | undefined,
    pack: () => Promise<WorkspaceContent>,
    turn: WorkspaceTurn | undefined,
  ): Promise<{ readonly revision: string | undefined } | "stale">;
}

/** Which of the processes has a thread, and at which of its tries; `nobody`: this one no longer has it. */
export type WorkspaceTurn = "nobody" | { readonly key: string; readonly attempt: number };

export interface WorkspaceContent {
  /** Plain files, folders and links, a folder before what is in it. */
  readonly files: readonly WorkspaceFile[];
  /** Nothing was left out. */
  readonly isWhole: boolean;
}

export interface WorkspaceFile {
  /** Below the workspace, with `/` between; a folder ends with one. */
  readonly path: string;
  /** The rights, as in `0o644`; of a symbolic link `0o120777`, and its content is what it points to. */
  readonly mode: number;
  readonly modifiedAtMs: number;
  readonly content: Uint8Array;
}

/** No sandbox can be had; `message` says why and how to enable it. */
export class SandboxUnavailable extends Error {
  override readonly name = "SandboxUnavailable";
}
