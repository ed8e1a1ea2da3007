import type { RunsWanted } from "../../runs/finished-runs.ts";

/** What is looked for, and behind which run. */
export interface Looked extends RunsWanted {
  /** A `tsquery`; empty where no words are looked for. */
  readonly match: string;
  readonly at: string;
  readonly id: number;
}

/** Of each of so many the newest are looked up; of more, all runs are gone through from the newest on. */
const PLACES_MAX = 200;

/**
 * The rows of one page and one more, newest end first. Only what is asked stands in the query, so that an index can be found for it. Of a reader of a
 * few places the newest of each are looked up, and everybody's are not gone through. Where words are looked for, how rare these are decides, and
 * that the planner knows.
 */
export function looking(looked: Looked): { readonly text: string; readonly values: readonly unknown[] } {
  const { workspace, places, reader, place, match, at, id, limit } = looked;
  const values: unknown[] = [];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const seen = (): string => `place = ANY(${value(places)}::text[])`;
  const asked = [
    `runs.workspace = ${value(workspace)} AND (ended_at, runs.id) < (${value(at)}, ${value(id)})`,
    ...(places === "all" ? [] : [reader === "" ? seen() : `(${seen()} OR starter = ${value(reader)})`]),
    ...CONDITIONS.flatMap(([name, condition]) => (looked[name] === undefined ? [] : [condition(value(looked[name]))])),
    ...(match === "" ? [] : [`words @@ ${value(match)}::tsquery`]),
  ].join(" AND ");
  const page = `ORDER BY ended_at DESC, id DESC LIMIT ${value(limit + 1)}`;
  const isByPlace = match === "" && place === undefined && reader === "" && places !== "all" && places.length <= PLACES_MAX;
  const fitting = `SELECT id, ended_at FROM runs WHERE ${asked}`;
  const ids = isByPlace
    ? `SELECT one.id, one.ended_at FROM unnest(${value(places)}::text[]) AS walked (named)
        CROSS JOIN LATERAL (${fitting} AND place = walked.named ${page}) AS one ${page}`
    : `${fitting} ${page}`;
  return {
    text: `SELECT runs.id, threads.name AS thread, seq, runs.ended_at AS "endedAt", shown
      FROM (${ids}) AS found JOIN runs ON runs.id = found.id JOIN threads ON threads.id = runs.thread
      ORDER BY runs.ended_at DESC, runs.id DESC`,
    values,
  };
}

const CONDITIONS: readonly (readonly [keyof RunsWanted, (value: string) => string])[] = [
  ["place", (value) => `place = ${value}`],
  ["team", (value) => `team = ${value}`],
  ["person", (value) => `${value} = ANY(people)`],
  ["outcome", (value) => `outcome = ${value}`],
  ["usdMin", (value) => `usd >= ${value}`],
  ["usdMax", (value) => `usd <= ${value}`],
  ["endedFrom", (value) => `ended_at >= ${value}`],
  ["endedBefore", (value) => `ended_at < ${value}`],
];
