import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { print, UsageError, type Io } from "../command.ts";
import { readKept, type KeptAt } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

/** A file that is no audit log at all has one on each line. */
const TROUBLES_MAX = 20;

/** Whether the audit log is as it was written; the exit code. */
export async function verifyAudit(
  { at, head, file }: { readonly at: KeptAt; readonly head: string | undefined; readonly file: string | undefined },
  io: Io,
): Promise<number> {
  const store = await readKept(at);
  try {
    const found = await store.audit.check();
    const problems = [...found.problems];
    if (head !== undefined && !found.hashes.has(head)) problems.push(`entry ${head.slice(0, 64)} is not in the log`);
    if (file !== undefined) problems.push(...(await missingFrom(found, resolve(io.cwd, file))));
    for (const problem of problems) await print(io.stderr, harmless(`${problem}.`));
    if (problems.length > 0) {
      await print(
        io.stderr,
        "The audit log is not as it was written. Compare it with a backup, or with a file that it was written out to.",
      );
      return 1;
    }
    const { entries, forgotten } = found;
    await print(
      io.stdout,
      `${entries} entries, each as it was written and behind the one before${forgotten > 0 ? `; words of ${forgotten} were forgotten` : ""}.`,
    );
    if (found.head !== undefined) await print(io.stdout, `head ${found.head}`);
    return 0;
  } finally {
    await store.close();
  }
}

/** Entries that were written out and are not in the log, though those before them are. */
async function missingFrom(
  { first, hashes }: { readonly first: number; readonly hashes: ReadonlySet<string> },
  file: string,
): Promise<string[]> {
  const problems: string[] = [];
  try {
    for await (const line of createInterface(createReadStream(file))) {
      const entry = read(line);
      if (!entry) problems.push(`${file} has a line that is no entry: ${line.slice(0, 60)}`);
      // What was dropped when its time was over is not missed.
      else if (entry.id !== undefined && entry.id >= first && !hashes.has(entry.hash ?? ""))
        problems.push(`entry ${entry.id} of ${file} is not in the log, or is another one there`);
      if (problems.length >= TROUBLES_MAX) break;
    }
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
  return problems;
}

function read(line: string): { readonly id?: number; readonly hash?: string } | undefined {
  try {
    const { id, repeats, proof } = JSON.parse(line) as { id?: unknown; repeats?: unknown; proof?: { hash?: unknown } };
    if (typeof repeats === "number") return {};
    return typeof id === "number" && typeof proof?.hash === "string" ? { id, hash: proof.hash } : undefined;
  } catch {
    return undefined;
  }
}
