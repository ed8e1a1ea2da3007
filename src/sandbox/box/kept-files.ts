import { posix } from "node:path";
import type { WorkspaceContent, WorkspaceFile } from "../executor.ts";
import { cleanFileName, mebibytes } from "./files.ts";

/** How much of a thread's workspace is kept for other boxes. */
export interface KeptLimits {
  /** Files and folders. */
  readonly keptFilesMax: number;
  /** All files together. */
  readonly keptBytesMax: number;
}

/** The mode of a symbolic link, whose content is what it points to. */
const LINK_MODE = 0o120777;

export const isLink = ({ mode }: Pick<WorkspaceFile, "mode">): boolean => mode === LINK_MODE;

const SHOWN_MAX = 5;
const SHOWN_CHARS_MAX = 80;

/** Gathers a workspace under the limits. Paths are checked: they go into another box. `in/` is left alone, which is given to each box anew. */
export class WorkspaceCollector {
  readonly #files: WorkspaceFile[] = [];
  readonly #links = new Set<string>();
  readonly #limits: KeptLimits;
  readonly #leftOut: string[] = [];
  #leftOutCount = 0;
  #bytes = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  get content(): WorkspaceContent {
    return { files: this.#files, isWhole: this.#leftOutCount === 0 };
  }

  /** What is not kept, for people: the first few by name, with the reason. */
  get leftOut(): string {
    const more = this.#leftOutCount - this.#leftOut.length;
    return [...this.#leftOut, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  }

  /** Whether a file is worth reading. */
  accepts(path: string, sizeBytes: number): boolean {
    if (isGiven(path)) return false;
    const { keptFilesMax, keptBytesMax } = this.#limits;
    if (this.#files.length >= keptFilesMax) this.leaveOut(path, "one too many");
    else if (this.#bytes + sizeBytes > keptBytesMax) this.leaveOut(path, `${mebibytes(sizeBytes)} MiB`);
    else if (!isPlain(path) || this.#isBehindLink(path)) this.leaveOut(path, "a path that leads elsewhere");
    else return true;
    return false;
  }

  add(file: WorkspaceFile): void {
    if (!this.accepts(file.path, file.content.byteLength)) return;
    this.#bytes += file.content.byteLength;
    this.#files.push(file);
  }

  /** One that leads out of the workspace, which is a folder of that name, is not kept. */
  addLink(path: string, target: string, workspace: string): void {
    if (isGiven(path)) return;
    if (!leadsInside(path, target, workspace)) return this.leaveOut(path, "a link that leads out of it");
    if (this.#files.some((file) => file.path.startsWith(`${path}/`))) return this.leaveOut(path, "a path that leads elsewhere");
    const before = this.#files.length;
    this.add({ path, mode: LINK_MODE, modifiedAtMs: 0, content: Buffer.from(target) });
    if (this.#files.length > before) this.#links.add(path);
  }

  /** Something is not kept. */
  leaveOut(path: string, why: string): void {
    this.#leftOutCount++;
    const name = path.replace(/\/$/, "").split("/").map(cleanFileName).join("/");
    const letters = Array.from(name);
    const shown = letters.length > SHOWN_CHARS_MAX ? `${letters.slice(0, SHOWN_CHARS_MAX).join("")}…` : name;
    if (this.#leftOut.length < SHOWN_MAX) this.#leftOut.push(`${shown} (${why})`);
  }

  #isBehindLink(path: string): boolean {
    const parts = path.split("/");
    return this.#links.size > 0 && parts.some((_, depth) => this.#links.has(parts.slice(0, depth).join("/")));
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

/** By its name, whatever stands there: also where nothing does. */
function leadsInside(path: string, target: string, workspace: string): boolean {
  if (target === "" || target.includes("\0") || Buffer.byteLength(target) > PATH_BYTES_MAX) return false;
  const end = posix.normalize(posix.resolve(workspace, posix.dirname(path), target));
  return end === workspace || end.startsWith(`${workspace}/`);
}
