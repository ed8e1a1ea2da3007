import type { Clock } from "../../engine/clock.ts";
import { changesSince } from "../../eval/report/baseline.ts";
import { keptReport } from "../../eval/report/kept-report.ts";
import type { Report } from "../../eval/report/report.ts";
import { gridsOf } from "../../eval/report/table.ts";
import { groupedByCase, isSolved } from "../../eval/report/tally.ts";
import type { Result } from "../../eval/result.ts";
import { readEvaluations, type Kept } from "../../eval/kept-evaluations.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { Sight } from "../access.ts";
import type { CasesAnswer, CasesQuery, EvaluationAnswer, EvaluationsAnswer } from "../api/evaluation-shapes.ts";

const CASES_PER_PAGE = 50;
const ANSWER_CHARS_MAX = 1_000;
const LISTED_MAX = 200;
/** Reports that are not made anew while nothing of them can have changed; each may hold the results of thousands of runs. */
const REPORTS_KEPT_MAX = 4;
/** One that goes on is read again after this. */
const GOING_KEPT_MS = 5_000;

export interface Evaluations {
  list(sight: Sight): Promise<EvaluationsAnswer>;
  /** Nothing where there is no such one, or whoever asks may not see it; also where the one to compare with is none. */
  one(id: string, against: string | undefined, sight: Sight): Promise<EvaluationAnswer | undefined>;
  cases(id: string, query: CasesQuery, sight: Sight): Promise<CasesAnswer | undefined>;
}

/**
 * The evaluations of a database. They are of whoever runs Parley, and of no workspace: only who may see all of it sees them. Each number is the
 * report's own.
 */
export function createEvaluations(logs: Pick<Logs, "note" | "load">, clock: Pick<Clock, "now">): Evaluations {
  const kept = readEvaluations(logs);
  const reports = new Map<string, { readonly report: Promise<Report>; readonly atMs: number; readonly endedAt: string | undefined }>();

  async function reportOn(id: string, sight: Sight): Promise<Report | undefined> {
    const evaluation = sight.kind === "all" ? await kept.find(id) : undefined;
    if (!evaluation) return undefined;
    const { endedAt } = evaluation;
    const before = reports.get(evaluation.id);
    const isFresh = before && before.endedAt === endedAt && (endedAt !== undefined || clock.now() - before.atMs < GOING_KEPT_MS);
    if (isFresh) return before.report;
    const report = keptReport(kept, evaluation);
    void report.catch(() => reports.delete(evaluation.id));
    reports.delete(evaluation.id);
    reports.set(evaluation.id, { report, atMs: clock.now(), endedAt });
    if (reports.size > REPORTS_KEPT_MAX) reports.delete(reports.keys().next().value ?? "");
    return report;
  }

  return {
    list: async (sight) => ({ evaluations: sight.kind === "all" ? (await kept.list()).slice(0, LISTED_MAX).map(lineOf) : [] }),
    async one(id, against, sight) {
      const report = await reportOn(id, sight);
      const other = against === undefined ? undefined : await reportOn(against, sight);
      if (!report || (against !== undefined && !other)) return undefined;
      const changes = other ? changesSince(other, report) : [];
      return {
        evaluation: lineOf(report.evaluation),
        state: report.state,
        cautions: [...report.cautions],
        grids: gridsOf(report, changes).map(({ title, titles, rows }) => ({
          title,
          titles: [...titles],
          rows: rows.map((row) => [...row]),
        })),
        solved: report.teams.map(({ team, solved }) => ({ team, ...finite(solved) })),
        ends: report.teams.map(({ team, ends }) => ({ team, shares: ends })),
        differences: [
          ...report.pairs.map(({ one, other: second, difference }) => ({ name: `${one} − ${second}`, ...finite(difference) })),
          ...changes.map(({ team, difference }) => ({ name: `${team}, now − then`, ...finite(difference) })),
        ],
      };
    },
    async cases(id, { show, after }, sight) {
      const report = await reportOn(id, sight);
      if (!report) return undefined;
      const all = groupedByCase(report.results).filter((runs) => isShown(runs, show));
      const page = all.slice(after, after + CASES_PER_PAGE);
      const cases = await Promise.all(
        page.map(async (runs) => ({ case: runs[0]?.case ?? "", runs: await Promise.all(runs.map((result) => runOf(result, logs))) })),
      );
      const next = after + page.length;
      return { cases, all: all.length, ...(next < all.length ? { next } : {}) };
    },
  };
}

function lineOf({ id, name, file, at, endedAt, stoppedAtUsd, ...of }: Kept): EvaluationsAnswer["evaluations"][number] {
  const { teams, cases, casesInAll, repeats, seed } = of;
  const left = { ...(endedAt === undefined ? {} : { endedAt }), ...(stoppedAtUsd === undefined ? {} : { stoppedAtUsd }) };
  return { id, name, file, at, ...left, teams: [...teams], cases, casesInAll, repeats, seed };
}

/** What JSON has no way to write is an interval of nothing. */
const finite = ({ value, low, high }: Report["teams"][number]["solved"]) => ({
  value: Number.isFinite(value) ? value : 0,
  low: Number.isFinite(low) ? low : 0,
  high: Number.isFinite(high) ? high : 1,
});

function isShown(runs: readonly Result[], show: CasesQuery["show"]): boolean {
  switch (show) {
    case "all":
      return true;
    case "unsolved":
      return !runs.every(isSolved);
    case "differing": {
      const shares = [...Map.groupBy(runs, ({ team }) => team).values()].map((of) => of.filter(isSolved).length / of.length);
      return new Set(shares).size > 1;
    }
  }
}

type CaseRun = CasesAnswer["cases"][number]["runs"][number];

async function runOf({ answer, verdicts, reason, ...result }: Result, logs: Pick<Logs, "load">): Promise<CaseRun> {
  const { team, repeat, end, turns, ms, usd, priced, thread } = result;
  const against = verdicts.filter(({ passed }) => !passed).map(({ scorer, why }) => `${scorer}: ${why}`);
  // The task may stand in front of the start.
  const started = (await logs.load(thread, 0, 3)).find((event) => event.type === "run.started" && event.within === undefined);
  return {
    team,
    repeat,
    end,
    answer: answer.slice(0, ANSWER_CHARS_MAX).toWellFormed(),
    why: (against.join("; ") || reason).slice(0, ANSWER_CHARS_MAX).toWellFormed(),
    turns,
    ms,
    usd,
    priced,
    thread,
    ...(started ? { seq: started.seq } : {}),
  };
}
