import type { WorkspaceContent, WorkspaceFile } from "../executor.ts";

/** How much of a thread's workspace is kept for other boxes. */
export interface KeptLimits {
  /** Files and folders. */
  readonly keptFilesMax: number;
  /** All files together. */
  readonly keptBytesMax: number;
}

/** Gathers a workspace under the limits. Paths are checked: they go into another box. `in/` is left alone, which is given to each box anew. */
export class WorkspaceCollector {
  readonly #files: WorkspaceFile[] = [];
  readonly #limits: KeptLimits;
  #isWhole = true;
  #bytes = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  get content(): WorkspaceContent {
    return { files: this.#files, isWhole: this.#isWhole };
  }

  /** Whether a file is worth reading. */
  accepts(path: string, sizeBytes: number): boolean {
    if (isGiven(path)) return false;
    const { keptFilesMax, keptBytesMax } = this.#limits;
    const fits = this.#files.length < keptFilesMax && this.#bytes + sizeBytes <= keptBytesMax && isPlain(path);
    if (!fits) this.leaveOut();
    return fits;
  }

  add(file: WorkspaceFile): void {
    if (!this.accepts(file.path, file.content.byteLength)) return;
    this.#bytes += file.content.byteLength;
    this.#files.push(file);
  }

  /** Something is not kept. */
  leaveOut(): void {
    this.#isWhole = false;
  }
}

const PATH_BYTES_MAX = 1024;

const isGiven = (path: string): boolean => path === "in" || path.startsWith("in/");

/** Below the workspace, whoever unpacks it. */
const isPlain = (path: string): boolean =>
  Buffer.byteLength(path) <= PATH_BYTES_MAX &&
  !path.includes("\0") &&
  path
    .replace(/\/$/, "")
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== "..");
