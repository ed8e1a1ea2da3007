import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { RunEvent } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { readEvent } from "./event-shape.ts";
import { keptAt } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley import FILE [--thread NAME] [--db PATH]

Reads a log that parley export --json (or parley run --json) wrote, checks every event of it, and keeps it as a new thread: to be read,
replayed and forked. Nobody goes on with it by itself.

  --thread NAME the new thread's key; made from the file's content when absent, so that a file is imported once
  --db PATH     the database; PARLEY_DB, then the team file's, when absent. No Parley may be running on it

Exit codes: 0 imported; 1 the file is no log, or the thread is there already; 2 bad usage or settings.`;

const FILE_BYTES_MAX = 64 * 1024 * 1024; // Some ten thousand long messages; a thread has hundreds.
const EVENTS_MAX = 100_000;
const THREAD = /^[\w.:#/@+-]{1,200}$/;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = { thread: { type: "string" }, db: { type: "string" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw new UsageError("Name one file: parley import FILE.");
  if (values.thread !== undefined && !THREAD.test(values.thread))
    throw new UsageError("--thread is a key of at most 200 letters, digits and . : # / @ + -, without spaces.");
  const content = await contentOf(resolve(io.cwd, path), path);
  const read = readEvents(content);
  if ("trouble" in read) {
    await print(io.stderr, `${path}: ${harmless(read.trouble)} Nothing was imported.`);
    return 1;
  }
  const thread = values.thread ?? `imported-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
  const { path: address, own } = await keptAt(io, values.db);
  const { copyLog, openStore } = await import("../../parley.ts");
  const { store } = await openStore(address, { own });
  try {
    if (!(await copyLog(store, { thread, workspace: "imported", events: read.events, wake: "none" }))) {
      await print(io.stderr, `${thread} is in this database already; nothing was imported. Take another name with --thread.`);
      return 1;
    }
    await print(io.stdout, `Imported ${read.events.length} events as ${thread}`);
    return 0;
  } finally {
    await store.close();
  }
}

async function contentOf(path: string, shown: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) throw new UsageError(`${shown} has ${size} bytes; at most ${FILE_BYTES_MAX} are read.`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}). Check the name.`);
  }
}

/** What a log was read as, or what is wrong, in a sentence for people. */
type Read = { readonly events: readonly RunEvent[] } | { readonly trouble: string };

/** The events of a whole log, one a line. */
export const readEvents = (content: string): Read => readLog(linesOf(content));

function* linesOf(content: string): Generator<readonly [line: number, value: unknown], void, void> {
  for (const [index, line] of content.split("\n").entries()) if (line.trim() !== "") yield [index + 1, parse(line)];
}

/** The same of values, each with the line that it stands in; `undefined` for what is not JSON. */
export function readLog(values: Iterable<readonly [line: number, value: unknown]>): Read {
  const events: RunEvent[] = [];
  for (const [line, value] of values) {
    const trouble = (what: string) => ({ trouble: `line ${line}: ${what}.` });
    if (events.length === EVENTS_MAX) return trouble(`is the ${EVENTS_MAX + 1}th event; at most ${EVENTS_MAX} are read`);
    if (value === undefined) return trouble("is not JSON; a log has one event a line");
    const read = readEvent(value);
    if ("trouble" in read) return trouble(read.trouble);
    const { event } = read;
    if (event.seq !== events.length + 1) {
      const mend = events.length === 0 ? "; export the whole thread, not one run of it" : "";
      return trouble(`has number ${event.seq} where ${events.length + 1} follows${mend}`);
    }
    events.push(event);
  }
  if (!events.some((event) => event.type === "run.started")) return { trouble: "no run begins in it; it is no log of a conversation." };
  const trouble = foldTrouble(events);
  return trouble === undefined ? { events } : { trouble };
}

/** Whether the events make a story; ones that are well in themselves may still not. */
function foldTrouble(events: readonly RunEvent[]): string | undefined {
  let running = false;
  const calls = new Set<string>();
  for (const event of events) {
    const trouble = (what: string) => `event ${event.seq}: ${what}.`;
    if (event.type === "run.started") {
      if (running) return trouble("a run begins while one is going on");
      if (event.forkedFrom && event.forkedFrom.seq < event.seq) return trouble("it is a fork of what ended before it");
      running = true;
    } else if (!running && !("person" in event)) return trouble(`${event.type} comes while no run is going on`);
    if (event.type === "run.stopped") running = false;
    if (event.type === "tool.called") calls.add(event.call);
    if ((event.type === "tool.returned" || event.type === "tool.failed") && !calls.has(event.call))
      return trouble("is the result of a call that nobody made");
    if (event.type === "code.ran" && event.source.seq >= event.seq) return trouble("runs the code of a later event");
    if (event.type === "context.summarized" && event.upToSeq >= event.seq) return trouble("sums up what comes later");
  }
  return undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
