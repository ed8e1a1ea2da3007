import type { Row } from "../../runs/entering.ts";
import type { RunsWanted } from "../../runs/finished-runs.ts";
import type { Connection } from "../connection.ts";

/** What is looked for, and behind which run. */
export interface Looked extends RunsWanted {
  /** FTS5's query; empty where no words and no person are looked for. */
  readonly match: string;
  readonly at: string;
  readonly id: number;
}

export const IN_PLACES = "place IN (SELECT value FROM json_each(@places))";

/** So few are read one by one; of more the newest are come to soon. */
const MATCHES_MAX = 2_000;
const COMMON_MAX = 500;
/** Of each of so many the newest are looked up; of more, all runs are gone through from the newest on. */
const PLACES_MAX = 200;

/**
 * The rows of one page and one more, newest end first. First which they are, off an index alone: what is shown of them is read of one page, and not of
 * all that fit. Which index is said here, as the planner knows neither how rare a word is nor how many places there are:
 *
 * - words that few runs have: those runs;
 * - a few places: of each its newest, so that who is in a few does not go through everybody's;
 * - else all runs of the workspace, from the newest on.
 */
export function lookingOn(db: Connection["db"], fewMax = MATCHES_MAX): (looked: Looked) => readonly Row[] {
  const looks = new Map<string, ReturnType<typeof prepare>>();
  const prepare = (sql: string) => db.prepare<[object], Row>(sql);
  const matches = db.prepare<[string, number], number>("SELECT rowid FROM run_words WHERE run_words MATCH ? LIMIT ?").pluck();

  /** Found in more runs than these: they do not become fewer, and whoever looks again need not count. */
  const common = new Set<string>();

  function fewOf({ match }: Looked): readonly number[] | undefined {
    if (match === "" || common.has(match)) return undefined;
    const few = matches.all(match, fewMax + 1);
    if (few.length <= fewMax) return few;
    if (common.size >= COMMON_MAX) common.clear();
    common.add(match);
    return undefined;
  }

  return (looked) => {
    const { match, limit, places, ...rest } = looked;
    const few = fewOf(looked);
    const isRare = few !== undefined;
    if (few?.length === 0) return [];
    const walked = placesWalked(looked);
    const sql = isRare ? ofThese(looked) : walked ? ofPlaces(looked) : ofAll(looked);
    const values = {
      ...rest,
      match,
      limit: limit + 1,
      few: JSON.stringify(few ?? []),
      places: JSON.stringify(places),
      walked: JSON.stringify(walked ?? []),
    };
    const look = looks.get(sql) ?? prepare(sql);
    looks.set(sql, look);
    return look.all(values);
  };
}

/** Those whose newest are looked up; nothing where all runs are gone through. */
function placesWalked({ places, reader, place }: Looked): readonly string[] | undefined {
  if (place !== undefined) return [place];
  // What they have started themselves may be anywhere.
  return places === "all" || reader !== "" || places.length > PLACES_MAX ? undefined : places;
}

const ofThese = (looked: Looked): string =>
  shown(`SELECT id AS fitting FROM runs WHERE id IN (SELECT value FROM json_each(@few)) AND +workspace = @workspace
      AND (+ended_at, id) < (@at, @id) ${also({ ...looked, match: "" })}`);

const ofPlaces = (looked: Looked): string =>
  shown(`SELECT one.id AS fitting FROM json_each(@walked) AS walked CROSS JOIN runs AS one ON one.id IN (
      SELECT id FROM runs INDEXED BY runs_by_place
      WHERE workspace = @workspace AND place = walked.value AND (ended_at, id) < (@at, @id) ${also(looked)}
      ORDER BY ended_at DESC, id DESC LIMIT @limit)`);

const ofAll = (looked: Looked): string =>
  shown(
    `SELECT id AS fitting FROM runs INDEXED BY runs_by_end WHERE workspace = @workspace AND (ended_at, id) < (@at, @id) ${also(looked)}`,
  );

const shown = (fitting: string): string =>
  `SELECT runs.id, threads.name AS thread, seq, ended_at AS endedAt, shown
    FROM (${fitting} ORDER BY ended_at DESC, fitting DESC LIMIT @limit)
    JOIN runs ON runs.id = fitting JOIN threads ON threads.id = runs.thread ORDER BY ended_at DESC, runs.id DESC`;

/** Only what is asked stands in it: what reads `@team IS NULL OR …` is looked up in no index. */
function also({ places, reader, team, place, outcome, usdMin, usdMax, endedFrom, endedBefore, match }: Looked): string {
  const asked: readonly (readonly [unknown, string])[] = [
    [places === "all" ? undefined : places, reader === "" ? IN_PLACES : `(${IN_PLACES} OR starter = @reader)`],
    [place, "place = @place"],
    [team, "team = @team"],
    [outcome, "outcome = @outcome"],
    [usdMin, "usd >= @usdMin"],
    [usdMax, "usd <= @usdMax"],
    [endedFrom, "ended_at >= @endedFrom"],
    [endedBefore, "ended_at < @endedBefore"],
    [match === "" ? undefined : match, "id IN (SELECT rowid FROM run_words WHERE run_words MATCH @match)"],
  ];
  return asked.flatMap(([value, condition]) => (value === undefined ? [] : [`AND ${condition}`])).join(" ");
}
