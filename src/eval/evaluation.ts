import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../engine/clock.ts";
import { reachable } from "../config/build/snapshot.ts";
import { ConfigError, type Mistake } from "../config/config-error.ts";
import { at } from "../config/file/notes.ts";
import type { Settings } from "../config/settings.ts";
import type { Runner } from "../runner/runner.ts";
import type { Store } from "../store/store.ts";
import type { Case } from "./cases/read-cases.ts";
import { alone } from "./alone.ts";
import { evaluate, type Progress } from "./evaluate.ts";
import { judgeTeam, teamOf } from "./evaluated-teams.ts";
import type { EvaluationSource } from "./evaluation-file.ts";
import { workspaceOf } from "./evaluation-threads.ts";
import { createRuns } from "./had-run.ts";
import { keptEvaluations, type Kept } from "./kept-evaluations.ts";
import type { PersonJudgement } from "./report/people.ts";
import { reportOf, type Report } from "./report/report.ts";
import type { AskJudge } from "./scoring/judge.ts";
import type { RunProgram } from "./scoring/program.ts";
import { scorerNames } from "./scoring/names.ts";
import { createScorers } from "./scoring/scorers.ts";
import { sample } from "./statistics/resampling.ts";

/** Where an evaluation is worked on: a Parley whose settings have its teams ({@link withEvaluatedTeams}). */
export interface World {
  readonly runner: Runner;
  readonly store: Pick<Store, "note" | "putNote" | "swapNote" | "exclusively">;
  readonly settings: Pick<Settings, "teams" | "registry">;
  /** All that is set of a team, as text. */
  readonly snapshot: (team: string) => string;
  readonly stopWords: (team: string) => readonly string[];
  readonly runProgram: RunProgram;
  readonly clock: Clock;
}

export interface Wanted {
  readonly source: EvaluationSource;
  readonly cases: readonly Case[];
  /** How many of the cases are taken, drawn with the file's seed; all of them when absent. */
  readonly casesMax?: number;
  /** Begins a new one, also where one of the same is unfinished. */
  readonly anew: boolean;
  /** Reads one of the same that has ended, where there is one, and has nothing anew. */
  readonly orEnded?: boolean;
  /** As the person named it. */
  readonly file: string;
  /** What people said of answers, against which judges are held; nothing when absent. */
  readonly people?: readonly PersonJudgement[];
  readonly signal: AbortSignal;
  /** Before the first run: what it is, and whether some of it was had before. The runner is at work on its workspace ({@link workspaceOf}) when this resolves. */
  readonly begun: (evaluation: Kept, isResumed: boolean) => void | Promise<void>;
  readonly tell: (progress: Progress) => void;
  /** Another process works on it, and is waited for a little: which, in words. */
  readonly waits: (words: string) => void;
}

/**
 * Has the evaluation to its end, and keeps what comes of each run in the store. One of the same that was interrupted is gone on with, by one process at a time. Throws
 * {@link ConfigError} where a scorer cannot score a case, and {@link EvaluationHeld} where another process works on it. Rejects with the signal's reason
 * when it is aborted.
 */
export async function runEvaluation(world: World, wanted: Wanted): Promise<Report> {
  const { source } = wanted;
  let { signal } = wanted;
  const { settings, variants } = source;
  const cases = wanted.casesMax === undefined ? wanted.cases : sample(wanted.cases, wanted.casesMax, settings.seed);
  const count = cases.length * variants.length * settings.repeats;
  if (count > RUNS_MAX) {
    const what = `${cases.length} cases, ${variants.length} teams and ${settings.repeats} runs of each are ${count} runs`;
    throw new ConfigError([at(source.yaml, ["cases"], `${what}; at most ${RUNS_MAX} are had at once, with --cases or fewer repeats`)]);
  }
  const runs = createRuns(world.runner);
  let workspace = "";
  try {
    const ask =
      (scorer: number): AskJudge =>
      async (thread, task) =>
        (await runs.have({ workspace, thread, team: judgeTeam(scorer), task, answers: [], approvals: "end" }, signal)).transcript;
    const scorers = createScorers(settings.score, { ask, runProgram: world.runProgram, own: world.settings.registry.scorer });
    const names = scorerNames(settings.score);
    const mistakes = cases.flatMap((one) =>
      scorers.flatMap((scorer): Mistake[] => {
        const why = scorer.refuses?.(one);
        return why === undefined ? [] : [at(source.yaml, ["score"], why)];
      }),
    );
    if (mistakes.length > 0) throw new ConfigError(mistakes.slice(0, MISTAKES_TOLD_MAX));
    const kept = keptEvaluations(world.store);
    const identity = identityOf(source, cases, { snapshot: (team) => world.snapshot(team), own: world.settings.registry.scorer });
    const now = () => new Date(world.clock.now()).toISOString();
    // Of two that begin at the same time the second one finds the first one's.
    const { found, isResumed } = await world.store.exclusively(`evaluations/${identity}`, async () => {
      const before = wanted.anew ? undefined : await kept.unfinished(identity, wanted.orEnded === true);
      if (before) return { found: before, isResumed: true };
      const begun = await kept.begin({
        name: source.name,
        file: wanted.file,
        identity,
        at: now(),
        teams: variants.map(({ label }) => label),
        cases: cases.length,
        casesInAll: wanted.cases.length,
        repeats: settings.repeats,
        seed: settings.seed,
        pairJudges: settings.score.flatMap(({ kind }, index) => (kind === "pairwise" ? [index + 1] : [])),
        judges: settings.score.flatMap(({ kind }, index) => (kind === "judge" ? [names[index] ?? kind] : [])),
      });
      return { found: begun, isResumed: false };
    });
    return await alone(world, { id: found.id, signal, waits: wanted.waits }, async (lost) => {
      signal = AbortSignal.any([wanted.signal, lost]);
      // As whoever had it until now has left it.
      const { stoppedAtUsd, ...evaluation } = (await kept.find(found.id)) ?? found;
      if (stoppedAtUsd !== undefined) await kept.put(evaluation);
      workspace = workspaceOf(evaluation.id);
      await wanted.begun(evaluation, isResumed);
      const evaluated = await evaluate({
        source,
        evaluation,
        cases,
        scorers,
        ask,
        pairwise: (place) => names[place - 1] ?? "pairwise",
        runs,
        kept,
        isResumed,
        stopWords: world.stopWords,
        usdMax: (team) => world.settings.teams.get(team)?.limits.usd ?? Number.POSITIVE_INFINITY,
        clock: world.clock,
        signal,
        tell: wanted.tell,
      });
      const left: Kept =
        evaluated.state === "ended"
          ? { ...evaluation, endedAt: evaluation.endedAt ?? now() }
          : evaluated.state === "budget"
            ? { ...evaluation, stoppedAtUsd: settings.budgetUsd ?? 0 }
            : evaluation;
      if (left.endedAt !== evaluation.endedAt || left.stoppedAtUsd !== undefined) await kept.put(left);
      return reportOf(left, evaluated, wanted.people);
    });
  } finally {
    runs.close();
  }
}

const MISTAKES_TOLD_MAX = 10;
const RUNS_MAX = 200_000; // The results of all are in memory for the report, some kilobytes each.

/**
 * The same where the same would be had again: also the teams' settings are part of it, for their runs keep to those, and the code of the scorers that
 * extensions define.
 */
function identityOf(
  { settings, variants }: EvaluationSource,
  cases: readonly Case[],
  { snapshot, own }: { readonly snapshot: (team: string) => string; readonly own: World["settings"]["registry"]["scorer"] },
): string {
  const { concurrency: _, budgetUsd: __, name: ___, cases: ____, teams: _____, ...rest } = settings;
  const teams = variants.map((variant) => [variant.label, snapshot(teamOf(variant))]);
  const judges = settings.score.flatMap(({ kind }, index) => (kind === "judge" || kind === "pairwise" ? [snapshot(judgeTeam(index))] : []));
  const code = settings.score.flatMap((scorer) => (scorer.kind === "code" ? [own.get(scorer.scorer)?.code ?? ""] : []));
  return createHash("sha256")
    .update(JSON.stringify([rest, cases, teams, judges, ...(code.length > 0 ? [code] : [])]))
    .digest("hex");
}

/** The models that an evaluation speaks, chooses and judges with. */
export function modelsOf(settings: Settings, { variants, settings: { score } }: EvaluationSource): Settings["models"] {
  const judges = score.flatMap(({ kind }, index) => (kind === "judge" || kind === "pairwise" ? [judgeTeam(index)] : []));
  return new Map([...variants.map(teamOf), ...judges].flatMap((team) => [...reachable(settings, team).models]));
}

/** Runs programs of scorers in an executor's sandboxes, a new one for each. */
export const programsIn =
  (
    executor: {
      open(thread: string): Promise<{
        run(
          block: { readonly language: string; readonly code: string },
          options: { readonly timeoutMs: number; readonly signal: AbortSignal },
        ): Promise<{ readonly outcome: string; readonly output: string }>;
        end(): Promise<void>;
      }>;
    },
    signal: AbortSignal,
  ): RunProgram =>
  async ({ thread, language, code, timeoutMs }) => {
    const session = await executor.open(`${thread}-test-${randomUUID()}`);
    try {
      return await session.run({ language, code }, { timeoutMs, signal });
    } finally {
      await session.end();
    }
  };
