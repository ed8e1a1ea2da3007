import { readFile } from "node:fs/promises";

const LOOK_MS = 100; // A process fills about 0.3 GB in that time.
const PROCESSES_MAX = 512; // More than a block may have.

/**
 * Watches how much memory a process and its descendants have together, since without a cgroup the kernel limits only each by itself. Calls
 * `onExceeded` once when it is more than `bytesMax`. Pages that several share are counted once; a look costs about a millisecond.
 */
export class TreeMemory {
  exceeded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pid: number | undefined, bytesMax: number, onExceeded: () => void) {
    if (pid !== undefined) this.#lookLater(pid, bytesMax, onExceeded);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(pid: number, bytesMax: number, onExceeded: () => void): void {
    this.#timer = setTimeout(() => {
      void treeBytes(pid, bytesMax).then((bytes) => {
        if (!this.#timer) return;
        if (bytes <= bytesMax) return this.#lookLater(pid, bytesMax, onExceeded);
        this.exceeded = true;
        onExceeded();
      });
    }, LOOK_MS);
  }
}

/** Shared pages counted once, where it matters: the exact count is slow, and only asked for when the rough one is above the limit. */
async function treeBytes(root: number, bytesMax: number): Promise<number> {
  const pids = await descendants(root);
  const rough = await sum(pids, "status", /^VmRSS:\s+(\d+) kB/m);
  return rough <= bytesMax ? rough : sum(pids, "smaps_rollup", /^Pss:\s+(\d+) kB/m);
}

async function descendants(root: number): Promise<string[]> {
  const found = [String(root)];
  for (let at = 0; at < found.length && found.length < PROCESSES_MAX; at++) {
    const children = await orEmpty(`/proc/${found[at]}/task/${found[at]}/children`);
    found.push(...children.split(" ").filter((pid) => /^\d+$/.test(pid)));
  }
  return found;
}

async function sum(pids: readonly string[], file: string, pattern: RegExp): Promise<number> {
  const texts = await Promise.all(pids.map((pid) => orEmpty(`/proc/${pid}/${file}`)));
  return texts.reduce((bytes, text) => bytes + Number(pattern.exec(text)?.[1] ?? 0) * 1024, 0);
}

/** A process that has just ended has no memory; one that may not be read is not counted. */
const orEmpty = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
