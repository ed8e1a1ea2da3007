import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { asText, type Fields } from "./template.ts";

const THREADS_MAX = 20_000;
const EVENT_LEVELS_MAX = 100; // What goes deeper could not be written down again.
const THREAD_BYTES_MAX = 64 * 1024 * 1024;

/**
 * A case for each thread in a folder, as `parley export --json` writes them (`.jsonl`): `input` is what a person asked for first, `expected` what the
 * team answered last, `id` the file's name, `answers` what people replied to questions.
 */
export function casesOfThreads(folder: string, refuse: (message: string) => never): readonly { readonly fields: Fields }[] {
  const names = readdirSync(folder)
    .filter((name) => /\.(jsonl|ndjson)$/i.test(name))
    .toSorted();
  if (names.length === 0) return refuse("has no thread in it; parley export RUN --json > FILE.jsonl writes one");
  if (names.length > THREADS_MAX) return refuse(`has ${names.length} threads; at most ${THREADS_MAX} are taken`);
  return names.map((name) => ({
    fields: fieldsOf(
      name,
      eventsOf(join(folder, name), () => refuse(`${name} is no exported thread`)),
    ),
  }));
}

type LooseEvent = Partial<Record<"type" | "text" | "team" | "person" | "agent" | "answers", unknown>>;

function eventsOf(path: string, refuse: () => never): readonly LooseEvent[] {
  if (statSync(path).size > THREAD_BYTES_MAX) return refuse();
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const event: unknown = JSON.parse(line);
        return isDeeperThan(event, EVENT_LEVELS_MAX) ? refuse() : (Object(event) as LooseEvent);
      });
  } catch {
    return refuse();
  }
}

function fieldsOf(name: string, events: readonly LooseEvent[]): Fields {
  const posted = events.filter(({ type }) => type === ("message.posted" satisfies RunEvent["type"]));
  const said = posted.filter(({ person }) => person !== undefined);
  return {
    id: name.replace(/\.[^.]+$/, ""),
    input: asText(said[0]?.text),
    expected: asText(posted.findLast(({ agent }) => agent !== undefined)?.text),
    answers: said.filter(({ answers }) => typeof answers === "number" && answers > 0).map(({ text }) => asText(text)),
    team: asText(events.find(({ type }) => type === "run.started")?.team),
  };
}
