import { closeSync, fsyncSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { explained } from "./sqlite/driver/trouble.ts";
import { StoreError } from "./store.ts";
import type { Audit, AuditEntry, AuditTold } from "./audit.ts";

/** Entries written at once, and then synced. */
const ENTRIES_PER_WRITE_MAX = 200;
/** The end of the file is read in pieces of this until a whole line is found; an entry is far smaller. */
const TAIL_BYTES = 64 * 1024;
const OWNER_ALONE = 0o600;
const NEW_LINE = 0x0a;

/**
 * Writes the audit log out as it grows, one JSON object a line, to a file that is only ever appended to, synced after each write, and
 * readable by its owner alone. It goes on where the file ends; a last line that a crash has cut is taken back and written anew. A refusal
 * that comes again is a line of its own (`repeats`) at each doubling of how often it came.
 * @throws when the file cannot be opened, or its end is no line of an audit log.
 */
export function openAuditFile(parts: {
  readonly path: string;
  readonly audit: Pick<Audit, "after" | "follow">;
  readonly onTrouble: (error: unknown) => void;
}): { settled(): Promise<void>; close(): Promise<void> } {
  const { path, audit, onTrouble } = parts;
  const file = explained(path, () => openSync(path, "a+", OWNER_ALONE));
  let last = lastId(file, path);
  let work: Promise<void> = Promise.resolve();

  function append(lines: readonly object[]): void {
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  }

  async function catchUp(): Promise<void> {
    for (;;) {
      const entries: readonly AuditEntry[] = await audit.after(last, ENTRIES_PER_WRITE_MAX);
      append(entries);
      last = entries.at(-1)?.id ?? last;
      if (entries.length < ENTRIES_PER_WRITE_MAX) return;
    }
  }

  async function hear(told: AuditTold): Promise<void> {
    await catchUp();
    if (told.kind === "repeat" && Number.isInteger(Math.log2(told.times)))
      append([{ repeats: told.id, times: told.times, lastAt: told.lastAt }]);
  }

  const queue = (job: () => Promise<void>) => void (work = work.then(job).catch(onTrouble));
  queue(catchUp);
  const unfollow = audit.follow((told) => queue(() => hear(told)));

  return {
    settled: () => work,
    async close() {
      unfollow();
      await work;
      closeSync(file);
    },
  };
}

/**
 * What tells a file from any other of this machine, whatever path it is named by; it is made where it is missing.
 * @throws as {@link openAuditFile}.
 */
export function auditFileId(path: string): string {
  const file = explained(path, () => openSync(path, "a+", OWNER_ALONE));
  try {
    lastId(file, path, "as it is");
    const { dev, ino } = fstatSync(file, { bigint: true });
    return `${dev}/${ino}`;
  } finally {
    closeSync(file);
  }
}

/** Of the last whole line that is an entry; 0 for an empty file. What stands behind the last line's end is cut off. */
function lastId(file: number, path: string, left?: "as it is"): number {
  const { size } = fstatSync(file);
  let end = size;
  let tail = Buffer.alloc(0);
  while (end > 0) {
    const from = Math.max(0, end - TAIL_BYTES);
    const piece = Buffer.alloc(end - from);
    readSync(file, piece, 0, piece.length, from);
    tail = Buffer.concat([piece, tail]);
    end = from;
    const whole = tail.lastIndexOf(NEW_LINE) + 1;
    // An entry may stand before lines that only count.
    const lines = tail
      .subarray(0, whole)
      .toString("utf8")
      .split("\n")
      .slice(end > 0 ? 1 : 0, -1);
    const id = lines.map((line) => idIn(line, path)).findLast((one) => one !== undefined);
    if (id === undefined && end > 0) continue;
    if (whole < tail.length && !left) ftruncateSync(file, end + whole);
    return id ?? 0;
  }
  return 0;
}

function idIn(line: string, path: string): number | undefined {
  try {
    const value = JSON.parse(line) as { readonly id?: unknown; readonly repeats?: unknown };
    if (typeof value.id === "number") return value.id;
    if (typeof value.repeats === "number") return undefined;
  } catch {
    // Told below.
  }
  throw new StoreError(`${path}: is not an audit log of Parley's; nothing was written to it. Name another file (PARLEY_AUDIT_FILE).`);
}
