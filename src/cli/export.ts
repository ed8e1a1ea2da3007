import { readEnv } from "../config/env.ts";
import { databasePath, loadSettings } from "../config/load.ts";
import type { openSqliteReadOnly, RunEvent } from "../parley.ts";
import { print, readArguments, UsageError, type Io } from "./command.ts";
import { markdownOf } from "./markdown.ts";

export const help = `parley export RUN [--format markdown|json] [--db PATH]

Writes the transcript of a run to stdout. RUN is a run's id, a thread's key (then every run of the thread), or "last".

  --format      markdown (default), or json: one stored event a line, as parley run --json gives it
  --db PATH     the database; PARLEY_DB, then the team file's, when absent

Exit codes: 0 written; 1 there is no such run, or the database cannot be read; 2 bad usage or settings.`;

const THREADS_LOOKED_AT_MAX = 10_000; // There is no index from run to thread: the newest threads are read until it is found.

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, {
    options: { format: { type: "string" }, db: { type: "string" } },
    allowPositionals: true,
  });
  const [wanted, ...rest] = positionals;
  if (wanted === undefined || rest.length > 0)
    throw new UsageError("Name one run: parley export RUN. parley export last takes the newest.");
  const format = values.format ?? "markdown";
  if (format !== "markdown" && format !== "json") throw new UsageError(`--format is markdown or json, not "${format}".`);
  const parley = await import("../parley.ts");
  const store = parley.openSqliteReadOnly({ path: values.db === undefined ? databaseOf(io) : databasePath(values.db, io.cwd) });
  try {
    const events = await find(store, wanted);
    if (!events) {
      await print(io.stderr, `There is no run or thread "${wanted}" in this database. parley export last takes the newest.`);
      return 1;
    }
    await print(io.stdout, format === "json" ? events.map((event) => JSON.stringify(event)).join("\n") : markdownOf(events));
    return 0;
  } finally {
    await store.close();
  }
}

/** From the environment; the team file is read only when that does not say it. */
function databaseOf(io: Io): string {
  const env = readEnv(io.cwd, io.env);
  return env["PARLEY_DB"] ? databasePath(env["PARLEY_DB"], io.cwd) : loadSettings({ env, cwd: io.cwd }).database;
}

async function find(store: ReturnType<typeof openSqliteReadOnly>, wanted: string): Promise<readonly RunEvent[] | undefined> {
  const whole = await store.load(wanted, 0);
  if (whole.length > 0) return whole;
  for (const { thread } of await store.recent(THREADS_LOOKED_AT_MAX)) {
    const events = await store.load(thread, 0);
    const starts = events.flatMap((event, index) =>
      event.type === "run.started" && (wanted === "last" || event.run === wanted) ? [index] : [],
    );
    const start = starts.at(-1);
    if (start !== undefined) return runFrom(events, start);
  }
  return undefined;
}

/** The task, which is said before or after `run.started`, belongs to its run; what is said after the stop belongs to the next. */
function runFrom(events: readonly RunEvent[], start: number): readonly RunEvent[] {
  const next = events.findIndex((event, index) => index > start && event.type === "run.started");
  const before = events[start - 1];
  const from = before?.type === "message.posted" && "person" in before ? start - 1 : start;
  return events.slice(from, next === -1 ? undefined : next);
}
