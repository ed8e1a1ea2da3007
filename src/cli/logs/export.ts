import type { RunEvent } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { findRun, type FoundRun } from "./find-run.ts";
import { spentIn } from "../../engine/limits/usage.ts";
import { transcriptOf } from "../../transcript.ts";
import { costOf } from "../cost.ts";
import { readHere } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley export RUN [--json | --format markdown|json] [--db PATH]

Writes the transcript of a run to stdout. RUN is a run's id, a thread's key (then every run of the thread), or "last".

  --json        one stored event a line, as parley run --json gives it; parley import reads what is exported of a whole thread
  --format      markdown (default), or json, which is --json
  --db PATH     the database; PARLEY_DB, then the team file's, when absent

Exit codes: 0 written; 1 there is no such run, or the database cannot be read; 2 bad usage or settings.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, {
    options: { format: { type: "string" }, json: { type: "boolean" }, db: { type: "string" } },
    allowPositionals: true,
  });
  const [wanted, ...rest] = positionals;
  if (wanted === undefined || rest.length > 0)
    throw new UsageError("Name one run: parley export RUN. parley export last takes the newest.");
  const format = values.format ?? (values.json ? "json" : "markdown");
  if (format !== "markdown" && format !== "json") throw new UsageError(`--format is markdown or json, not "${format}".`);
  const store = await readHere(io, values.db);
  try {
    const found = await findRun(store, wanted);
    if (!found) {
      await print(io.stderr, noSuchRun(wanted));
      return 1;
    }
    const events = wanted === found.thread ? found.log : runOf(found);
    await print(
      io.stdout,
      format === "json"
        ? events.map((event) => JSON.stringify(event)).join("\n")
        : shownAs([transcriptOf(events, "whole"), costOf(spentIn(events))].join("\n\n"), io),
    );
    return 0;
  } finally {
    await store.close();
  }
}

export const noSuchRun = (wanted: string): string =>
  `There is no run or thread "${harmless(wanted)}" in this database. "last" stands for the newest run.`;

/** A file keeps every character; a terminal would obey some. */
const shownAs = (text: string, io: Io): string => (io.stdout.isTTY ? harmless(text) : text);

/** The task, which is said before or after `run.started`, belongs to its run; what is said after the stop belongs to the next. */
function runOf({ log, start, end }: FoundRun): readonly RunEvent[] {
  const before = log[start - 1];
  return log.slice(before?.type === "message.posted" && "person" in before ? start - 1 : start, end);
}
