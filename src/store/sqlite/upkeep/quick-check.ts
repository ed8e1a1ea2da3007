import type { ChildProcess } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { StoreError } from "../../store.ts";

/** In a process of its own: it reads the whole file in one call that nothing breaks off, and nobody is held up by it. */
const SCRIPT = `
const Database = require(process.argv[1]);
const db = new Database(process.argv[2], { readonly: true, fileMustExist: true });
process.stdout.write(String(db.pragma("quick_check(1)", { simple: true })));
`;

/**
 * Whether the pages and rows of a database are whole, as SQLite's quick check sees it; `late`: it was not through in time, which a large one on a slow
 * disk is not. A file that is not there yet is whole.
 * @throws StoreError for a damaged one, with what to do.
 */
export async function quickCheckSqlite({ path, timeoutMs }: { readonly path: string; readonly timeoutMs: number }): Promise<"ok" | "late"> {
  if (!existsSync(path) || statSync(path).size === 0) return "ok";
  // Here, since few commands of those that open a database start another process.
  const { spawn } = await import("node:child_process");
  const packagePath = createRequire(import.meta.url).resolve("better-sqlite3");
  const child = spawn(process.execPath, ["-e", SCRIPT, packagePath, path], { stdio: ["ignore", "pipe", "pipe"], env: {} });
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    const [said, trouble] = await Promise.all([textOf(child.stdout), textOf(child.stderr), closed(child)]);
    if (late || said === "ok") return late ? "late" : "ok";
    // What cannot be opened at all is told, with its mend, by whoever opens it.
    if (said === "" && !DAMAGED.test(trouble)) return "ok";
    const what = said || (/SqliteError: (.*)/.exec(trouble)?.[1] ?? "its pages cannot be read");
    throw new StoreError(
      `${path}: is damaged (${what.replaceAll("\n", " ")}), and nothing was started on it. \`parley doctor --db\` says more; move the file and its -wal and -shm away and restore a backup.`,
    );
  } finally {
    clearTimeout(limit);
    child.kill("SIGKILL");
  }
}

const DAMAGED = /SQLITE_CORRUPT|malformed/;
const TEXT_CHARS_MAX = 10_000;

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of stream) if (text.length < TEXT_CHARS_MAX) text += chunk.toString();
  return text;
}

const closed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => child.once("close", () => resolve()).once("error", reject));
