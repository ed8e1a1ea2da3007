import { createTwoFilesPatch } from "diff";
import { ConfigError } from "../../config/config-error.ts";
import { at } from "../../config/file/notes.ts";
import type { TeamSettings } from "../../config/schema/team-file.ts";
import type { Settings } from "../../config/settings.ts";
import type { Case } from "../cases/read-cases.ts";
import type { Progress } from "../evaluate.ts";
import { withEvaluatedTeams } from "../evaluated-teams.ts";
import type { EvaluationSource, Variant } from "../evaluation-file.ts";
import { workspaceOf } from "../evaluation-threads.ts";
import { runEvaluation, type World } from "../evaluation.ts";
import type { Kept } from "../kept-evaluations.ts";
import { CHANCE_MAX } from "../report/pairs.ts";
import type { Report } from "../report/report.ts";
import { sample, type Interval } from "../statistics/resampling.ts";
import { askWriter, USD_LEAST } from "./ask-writer.ts";
import { proposalTask, WRITER, writerTeam, type Proposal } from "./proposals.ts";
import { rewrittenSource, type TeamSource } from "./team-source.ts";
import { nameOf, rewrittenTeam, type Change, type WrittenTeam } from "./team-texts.ts";

interface TuneProgress {
  /** What is done now, in one line. */
  readonly step: (line: string) => void;
  readonly begun: (evaluation: Kept, isResumed: boolean) => void;
  readonly tell: (progress: Progress) => void;
  readonly waits: (words: string) => void;
}

interface TuneParts {
  readonly team: string;
  readonly source: EvaluationSource;
  readonly written: TeamSource;
  readonly cases: readonly Case[];
  readonly settings: Settings;
  /** The team's settings as it would be. Throws with what is wrong with it. */
  readonly settingsOf: (team: WrittenTeam) => TeamSettings;
  /** The model that proposes, by its name in the team file. */
  readonly model: string;
  readonly rounds: number;
  /** As the person named the evaluation's file. */
  readonly file: string;
  /** Does a job with a Parley of these settings, in the same database each time; it works on a workspace once that is started. */
  readonly within: <T>(settings: Settings, job: (world: World, start: (workspace: string) => Promise<void>) => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  readonly progress: TuneProgress;
}

/** What came of it. Shares are of 1. */
export interface Tuned {
  readonly version: 1;
  readonly team: string;
  /**
   * `helped`: on cases that nobody had seen the team is better than it was, beyond the interval and by more than chance ({@link CHANCE_MAX}). `unclear`: it
   * may be, or not. `worse`: it is not.
   * `none`: no proposal solved more of the seen cases. `solved`: there was nothing to mend. `budget`: the money was used up before it was known.
   */
  readonly outcome: "helped" | "unclear" | "worse" | "none" | "solved" | "budget";
  readonly seen: { readonly cases: number; readonly before: number; readonly after: number };
  /** On cases of which no proposal knew; absent where it did not come to that. */
  readonly heldOut?: {
    readonly cases: number;
    readonly before: Interval;
    readonly after: Interval;
    /** After − before, case by case. */
    readonly difference: Interval;
    /** By chance: how likely so large a difference is where neither is better. */
    readonly p: number;
  };
  readonly tried: readonly Tried[];
  /** What the writer said that the changes mend which were judged. */
  readonly reasons: readonly string[];
  /** Of the proposal that was judged: where, and what stands there now. */
  readonly changes: readonly { readonly path: string; readonly text: string }[];
  /** Of the file, as `diff -u` writes it. */
  readonly diff?: string;
  /** The file's text with the changes. */
  readonly text?: string;
  readonly usd: number;
}

interface Tried {
  readonly round: number;
  readonly reason: string;
  /** Of the seen cases; absent where it could not be used, as `refused` says. */
  readonly solved?: number;
  readonly refused?: string;
}

const CASES_LEAST = 8;
/** For either half there is the other: what is learned from one is judged by the other. */
const HALF = 2;

/**
 * Looks for changes to a team's texts that make it solve more. Half of the cases, drawn by the seed, are seen: a model reads what failed of them and
 * proposes, and the proposal that solves most of them, if more than the team as it is, goes on; each round begins with the best so far. Then that one
 * alone is judged against the team as it is on the other half, which no proposal has seen and by which none was chosen, so that its interval means what
 * it says. Whatever was had in the same database is not had again. Changes no file.
 */
export async function tune(parts: TuneParts): Promise<Tuned> {
  const { team, source, written, settings, progress, signal } = parts;
  if (parts.cases.length < CASES_LEAST)
    throw new ConfigError([
      at(
        source.yaml,
        ["cases"],
        `${parts.cases.length} cases are too few to learn from some and judge by others; give at least ${CASES_LEAST}`,
      ),
    ]);
  const heldOut = sample(parts.cases, Math.floor(parts.cases.length / HALF), source.settings.seed);
  const kept = new Set(heldOut);
  const seen = parts.cases.filter((one) => !kept.has(one));
  const budgetUsd = source.settings.budgetUsd ?? Number.POSITIVE_INFINITY;
  const candidateName = `${team} (proposed)`;
  const asItIs: Variant = { label: team, team, models: {} };
  const tried: Tried[] = [];
  let usd = 0;

  const first = await evaluated("The team as it is, on the seen cases", [asItIs], seen);
  const before = solvedIn(first, team);
  let best: {
    readonly team: WrittenTeam;
    readonly report: Report;
    readonly label: string;
    readonly changes: readonly Change[];
    readonly reasons: readonly string[];
    readonly solved: number;
  } = {
    team: written.team,
    report: first,
    label: team,
    changes: [],
    reasons: [],
    solved: before,
  };
  if (first.state === "budget") return ended("budget");
  if (before === 1) return ended("solved");
  // The judgement at the end is what the rest is for: it is not begun with money that this needs.
  const aRunUsd = first.results.reduce((sum, one) => sum + one.usd + one.judging.usd, 0) / first.results.length;
  const needUsd = (cases: number, teams: number) => aRunUsd * cases * source.settings.repeats * teams;
  const reservedUsd = needUsd(heldOut.length, 2);

  const needsUsd = () => needUsd(seen.length, 1) + reservedUsd;
  const isOver = () => usd + needsUsd() > budgetUsd;
  let isShort = false;
  for (let round = 1; round <= parts.rounds && best.solved < 1 && !isShort; round++) {
    // A proposal that cannot be tried is not paid for.
    isShort = isOver();
    if (isShort) break;
    const proposed = await proposals(round, best);
    isShort = proposed === undefined;
    for (const proposal of proposed ?? []) {
      const candidate = usable(round, proposal);
      if (!candidate) continue;
      isShort = isOver();
      if (isShort) break;
      const report = await evaluated(
        `Round ${round}: ${proposal.reason}`,
        [{ label: candidateName, team: candidateName, models: {} }],
        seen,
        {
          candidate: candidate.team,
          keptBackUsd: reservedUsd,
        },
      );
      isShort = report.state === "budget";
      if (isShort) {
        tried.push({ round, reason: proposal.reason, refused: "the budget was used up before it was tried on all seen cases" });
        break;
      }
      const solved = solvedIn(report, candidateName);
      tried.push({ round, reason: proposal.reason, solved });
      if (solved > best.solved) best = { ...candidate, report, label: candidateName, solved };
    }
  }
  if (best.changes.length === 0) return ended(isShort ? "budget" : "none");

  const last = await evaluated(
    "Held-out cases: as proposed against as it is",
    [{ label: candidateName, team: candidateName, models: {} }, asItIs],
    heldOut,
    { candidate: best.team },
  );
  const [pair] = last.pairs;
  if (last.state === "budget" || !pair) return ended("budget");
  const { low, high } = pair.difference;
  // The interval of few cases is too narrow to be believed alone.
  const isSure = pair.p <= CHANCE_MAX;
  return ended(low > 0 && isSure ? "helped" : high < 0 && isSure ? "worse" : "unclear", {
    cases: pair.cases,
    before: tallyIn(last, team).solved,
    after: tallyIn(last, candidateName).solved,
    difference: pair.difference,
    p: pair.p,
  });

  async function evaluated(
    step: string,
    variants: readonly Variant[],
    cases: readonly Case[],
    { candidate, keptBackUsd = 0 }: { readonly candidate?: WrittenTeam; readonly keptBackUsd?: number } = {},
  ): Promise<Report> {
    progress.step(step);
    const score = source.settings.score.filter(({ kind }) => kind !== "pairwise");
    const left = Math.max(budgetUsd - usd - keptBackUsd, USD_LEAST);
    const own: EvaluationSource = {
      ...source,
      name: `${source.name} tune ${team}`,
      variants,
      settings: { ...source.settings, score, ...(Number.isFinite(left) ? { budgetUsd: left } : {}) },
    };
    const teams = new Map(settings.teams);
    if (candidate) teams.set(candidateName, parts.settingsOf(candidate));
    const report = await parts.within(withEvaluatedTeams({ ...settings, teams }, own), (world, start) =>
      runEvaluation(world, {
        source: own,
        cases,
        anew: false,
        orEnded: true,
        file: parts.file,
        signal,
        begun: async (evaluation, isResumed) => {
          progress.begun(evaluation, isResumed);
          await start(workspaceOf(evaluation.id));
        },
        tell: progress.tell,
        waits: progress.waits,
      }),
    );
    usd += report.teams.reduce((sum, one) => sum + one.usd + one.judgingUsd, 0);
    return report;
  }

  /** Of the model, to what the best so far did not solve; nothing where the budget cut it off. That there is none, and why, is told as what was tried. */
  async function proposals(round: number, { team: now, report, label }: typeof best): Promise<readonly Proposal[] | undefined> {
    progress.step(`Round ${round}: ${parts.model} proposes`);
    const failed = report.results.flatMap((result) => {
      const one = seen.find(({ id }) => id === result.case);
      return result.team === label && result.end !== "solved" && one ? [{ case: one, result }] : [];
    });
    const teams = new Map([...settings.teams, [WRITER, writerTeam(settings, parts.model)]]);
    // What trying one of them needs is not spent on asking for it.
    const asked = { of: [parts.model, round], task: proposalTask(now, failed), team: now, usdMax: budgetUsd - usd - needsUsd(), signal };
    const proposed = await parts.within({ ...settings, teams }, (world, start) => askWriter(world, start, asked));
    usd += proposed.usd;
    if (proposed.kind === "short") return undefined;
    if (proposed.proposals.length === 0) tried.push({ round, reason: `${parts.model} proposed nothing`, refused: proposed.why });
    return proposed.proposals;
  }

  /** The best so far with what is proposed; what cannot be used is told. */
  function usable(round: number, { reason, changes }: Proposal): Pick<typeof best, "team" | "changes" | "reasons"> | undefined {
    try {
      const candidate = rewrittenTeam(best.team, changes);
      parts.settingsOf(candidate);
      const others = best.changes.filter(({ path }) => !changes.some((one) => nameOf(one.path) === nameOf(path)));
      return { team: candidate, changes: [...others, ...changes], reasons: [...best.reasons, reason] };
    } catch (error) {
      tried.push({ round, reason, refused: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  function ended(outcome: Tuned["outcome"], judged?: Tuned["heldOut"]): Tuned {
    const text = judged ? rewrittenSource(written, team, best.changes) : undefined;
    return {
      version: 1,
      team,
      outcome,
      seen: { cases: seen.length, before, after: best.solved },
      ...(judged ? { heldOut: judged } : {}),
      tried,
      reasons: judged ? best.reasons : [],
      changes: judged ? best.changes.map(({ path, text: now }) => ({ path: nameOf(path), text: now })) : [],
      ...(text === undefined ? {} : { text, diff: createTwoFilesPatch(written.shown, written.shown, written.text, text) }),
      usd,
    };
  }
}

const tallyIn = (report: Report, label: string) => {
  const tally = report.teams.find((one) => one.team === label);
  if (!tally) throw new Error(`the report has no team "${label}"`);
  return tally;
};

const solvedIn = (report: Report, label: string): number => report.teams.find((one) => one.team === label)?.solved.value ?? 0;
