import type { Finding } from "./finding.ts";
import { readLog } from "../logs/import.ts";
import { harmless } from "../terminal.ts";

/** Whether the database holds what it should, read from end to end; also while Parley runs on it. */
export async function* checkLogs(path: string): AsyncGenerator<Finding, void, void> {
  const thing = "logs";
  if (path === ":memory:") return yield { grade: "warn", thing, message: "the database is in memory; there is nothing to read." };
  const { checkStore, isSqlite } = await import("../../parley.ts");
  try {
    const { threads, events, posts, files, forgotten, problems } = await checkStore(path, troubleOf);
    for (const problem of problems) yield { grade: "fail", thing, message: `${harmless(problem)}.` };
    if (problems.length === 0)
      yield {
        grade: "ok",
        thing,
        message: `${events} events of ${threads} threads have no gap and can be read; ${posts} posts and ${files} files belong to them`,
      };
    if (forgotten.events > 0)
      yield {
        grade: "ok",
        thing,
        message: `the words of ${forgotten.events} events in ${forgotten.threads} threads were forgotten; their numbers, times and costs are there`,
      };
    if (problems.length > 0) yield { grade: "warn", thing, message: mendOf(path, isSqlite(path)) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "StoreError") throw error;
    yield { grade: "fail", thing, message: error.message };
  }
}

const troubleOf = (events: readonly unknown[]): string | undefined => {
  const read = readLog(events.map((value, index) => [index + 1, value]));
  return "trouble" in read ? read.trouble.replace(/\.$/, "") : undefined;
};

const mendOf = (path: string, isFile: boolean): string =>
  (isFile
    ? `what to do: end Parley, keep a copy of ${path} with its -wal file, and put the newest backup in its place (parley backup makes one). `
    : `what to do: end every Parley on it, and bring the newest backup into a schema of its own (parley migrate --from FILE --to ADDRESS?schema=NAME). `) +
  `Without a backup: threads that are not named above are whole and can be used; parley export THREAD writes each to a file.`;
