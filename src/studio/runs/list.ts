import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { isWorkspaceOfEvaluation } from "../../eval/evaluation-threads.ts";
import { named, sees, seesWorkspace, type Sight } from "../access.ts";
import { Outcome, type FiltersAnswer, type RunLine, type RunsAnswer, type RunsQuery } from "../api/shapes.ts";
import { createGoingRuns, type Going } from "./going.ts";
import { overLine } from "./run-line.ts";

/** Runs that go on whose logs are read for a list; a busy workspace has some dozens. */
const GOING_MAX = 200;
const FILTERS_KEPT_MS = 60_000;
const DAY_MS = 86_400_000;

export interface RunsList {
  list(query: RunsQuery, sight: Sight): Promise<RunsAnswer>;
  filters(workspace: string, sight: Sight): Promise<FiltersAnswer>;
  workspaces(sight: Sight): Promise<readonly string[]>;
}

/** What lists show, of what somebody may see and of nothing else. */
export function createRunsList(logs: Logs, clock: Pick<Clock, "now">): RunsList {
  const goingRuns = createGoingRuns(logs, clock);
  const filters = new Map<string, { readonly found: Omit<FiltersAnswer, "placeNames">; readonly readAtMs: number }>();

  /** Those that go on, of what is looked for. */
  async function goingOn(query: RunsQuery, sight: Sight): Promise<readonly RunLine[]> {
    // A day is of the end, which these have not had.
    if (query.from !== undefined || query.to !== undefined) return [];
    const threads = (await logs.unfinished(query.workspace)).filter(({ thread }) => sees(sight, thread)).slice(-GOING_MAX);
    const lines: RunLine[] = [];
    for (const { thread, lastSeq } of threads) {
      const going = await goingRuns.of(thread, lastSeq);
      if (going.line && fits(going.line, going, query)) lines.push(going.line);
    }
    goingRuns.keep(new Set(threads.map(({ thread }) => thread)), GOING_MAX);
    return lines;
  }

  return {
    async list(query, sight) {
      if (!seesWorkspace(sight, query.workspace)) return { waiting: [], going: [], found: [] };
      const { workspace, team, person, place, usdMin, usdMax, older, limit, state } = query;
      const going = older === undefined ? await goingOn(query, sight) : [];
      const outcome = Outcome.safeParse(state).data;
      // Who asks for those that go on asks for none that is over.
      const isOver = state === undefined || outcome !== undefined;
      const page = isOver
        ? await logs.runs.search({
            workspace,
            places: sight.kind === "all" ? "all" : sight.places,
            reader: "",
            words: wordsOf(query),
            team,
            person,
            place,
            usdMin,
            usdMax,
            outcome,
            behind: older,
            limit,
            endedFrom: query.from,
            endedBefore: query.to === undefined ? undefined : new Date(Date.parse(query.to) + DAY_MS).toISOString().slice(0, 10),
          })
        : { found: [], older: undefined };
      return {
        waiting: going.filter(isAskingPeople).map((line) => named(line, sight)),
        going: going
          .filter((line) => !isAskingPeople(line))
          .toReversed()
          .map((line) => named(line, sight)),
        found: page.found.filter(({ thread }) => sees(sight, thread)).map((run) => named(overLine(run), sight)),
        ...(page.older === undefined ? {} : { older: page.older }),
      };
    },
    async filters(workspace, sight) {
      if (!seesWorkspace(sight, workspace)) return { teams: [], places: [], people: [], placeNames: {} };
      const places = sight.kind === "all" ? ("all" as const) : sight.places;
      const key = JSON.stringify([workspace, places]);
      const before = filters.get(key);
      if (before && clock.now() - before.readAtMs < FILTERS_KEPT_MS) return withNames(before.found, sight);
      const { starters, ...rest } = await logs.runs.filters({ workspace, places });
      const found = { ...rest, people: [...starters], teams: [...rest.teams], places: [...rest.places] };
      if (filters.size > 100) filters.clear();
      filters.set(key, { found, readAtMs: clock.now() });
      return withNames(found, sight);
    },
    async workspaces(sight) {
      if (sight.kind !== "all") return [sight.workspace];
      // Runs of an evaluation are found from its page, and by their address.
      return (await logs.runs.workspaces()).filter((workspace) => !isWorkspaceOfEvaluation(workspace));
    },
  };
}

/** Names may differ by who sees them, and change. */
const withNames = (found: Omit<FiltersAnswer, "placeNames">, { names }: Sight): FiltersAnswer => ({
  ...found,
  placeNames: Object.fromEntries(found.places.flatMap((place) => (names?.has(place) ? [[place, names.get(place) ?? place]] : []))),
});

const isAskingPeople = ({ state }: RunLine): boolean => state === "waiting" || state === "at-limit";

const wordsOf = ({ q = "" }: RunsQuery): string[] => q.split(/\s+/).filter((word) => word !== "");

function fits(line: RunLine, { words, people }: Going, query: RunsQuery): boolean {
  const { team = line.team, place = line.place, state = line.state, person, usdMin = 0, usdMax = Infinity } = query;
  if (team !== line.team || place !== line.place || state !== line.state) return false;
  if (person !== undefined && !people.has(person)) return false;
  return line.usd >= usdMin && line.usd <= usdMax && wordsOf(query).every((word) => words.includes(word.toLowerCase()));
}

/** The run that begins at this index, to the next one or the log's end. */
export function runFrom(log: readonly RunEvent[], start: number): readonly RunEvent[] {
  return log.slice(beginOf(log, start), endOf(log, start));
}

/** Where what stands behind this index is no part of its run any more: at the next one's beginning, or at the log's end. */
export function endOf(log: readonly RunEvent[], start: number): number {
  const next = log.findIndex((event, index) => index > start && event.type === "run.started" && event.within === undefined);
  return next < 0 ? log.length : Math.max(start + 1, beginOf(log, next));
}

/** With the task that may stand in front of the start. */
function beginOf(log: readonly RunEvent[], start: number): number {
  const before = log[start - 1];
  return before?.type === "message.posted" && "person" in before ? start - 1 : start;
}
