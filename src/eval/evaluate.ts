import type { Clock } from "../engine/clock.ts";
import { tokensOf, type Spent } from "../engine/limits/usage.ts";
import { answerOf } from "../engine/reading/answer.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import type { Case } from "./cases/read-cases.ts";
import { teamOf } from "./evaluated-teams.ts";
import type { EvaluationSource, Variant } from "./evaluation-file.ts";
import type { Runs } from "./had-run.ts";
import { pairThreadOf, present, threadOf, type Kept, type KeptEvaluations } from "./kept-evaluations.ts";
import type { End, Preferred, Result } from "./result.ts";
import { prefer, type AskJudge } from "./scoring/judge.ts";
import type { Scorer, Verdict } from "./scoring/scorer.ts";

export interface EvaluateParts {
  readonly source: EvaluationSource;
  readonly evaluation: Kept;
  readonly cases: readonly Case[];
  readonly scorers: readonly Scorer[];
  /** The judge of the scorer at this place of the file. */
  readonly ask: (scorer: number) => AskJudge;
  readonly runs: Runs;
  readonly kept: KeptEvaluations;
  /** Whether some of it may have been had before. */
  readonly isResumed: boolean;
  /** What a team's agents say only to end a run. */
  readonly stopWords: (team: string) => readonly string[];
  /** What a run of this team may cost at most, in US dollars. */
  readonly usdMax: (team: string) => number;
  readonly clock: Pick<Clock, "now">;
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly solved: number;
  readonly usd: number;
  readonly priced: boolean;
  /** Of what is left, by how long what was done here took; `undefined` before the first. */
  readonly msLeft: number | undefined;
}

export interface Evaluated {
  readonly results: readonly Result[];
  readonly preferred: readonly Preferred[];
  /** `budget`: some runs were not begun, or some answers not compared. */
  readonly state: "ended" | "budget";
}

/**
 * Has every case worked on by every team as often as is asked for, at most `concurrency` at once, the teams in turn, so that they can be compared however
 * far it comes. What is kept already is not had again. Rejects when the signal is aborted; the same again goes on from there.
 */
export async function evaluate(parts: EvaluateParts): Promise<Evaluated> {
  const { source, evaluation, cases, kept } = parts;
  const { repeats, concurrency, budgetUsd } = source.settings;
  const jobs = jobsOf(source.variants, cases, repeats, evaluation.id);
  const results = new Map<string, Result>();
  const sum = { solved: 0, usd: 0, priced: true };
  const add = (result: Result) => {
    results.set(result.thread, result);
    sum.solved += Number(result.end === "solved");
    sum.usd += result.usd + result.judging.usd;
    sum.priced &&= result.priced && result.judging.priced;
  };
  const threads = jobs.map(({ thread }) => thread);
  if (parts.isResumed) for (const result of await present(threads, (thread) => kept.result(evaluation.id, thread))) add(result);
  const money = createPurse(budgetUsd, sum.usd);
  const left = jobs.filter(({ thread }) => !results.has(thread));
  const [beganAtMs, before] = [parts.clock.now(), results.size];
  const tell = () => {
    const here = results.size - before;
    parts.tell({
      ...sum,
      total: jobs.length,
      done: results.size,
      msLeft: here === 0 ? undefined : ((parts.clock.now() - beganAtMs) / here) * (jobs.length - results.size),
    });
  };
  tell();
  const isWhole = await inTurns(left, concurrency, async (job) => {
    const usdMax = await money.take(parts.usdMax(teamOf(job.variant)));
    if (usdMax === undefined) return false;
    const result = await resultOf(job, budgetUsd === undefined ? undefined : usdMax, parts).catch((error: unknown) => {
      money.give(usdMax, 0);
      throw error;
    });
    money.give(usdMax, result.usd + result.judging.usd);
    await kept.putResult(evaluation.id, result);
    add(result);
    tell();
    return true;
  });
  const ordered = threads.flatMap((thread) => results.get(thread) ?? []);
  if (!isWhole) return { results: ordered, preferred: [], state: "budget" };
  const compared = await preferences(jobs, { results, money }, parts);
  return { results: ordered, preferred: compared.preferred, state: compared.isWhole ? "ended" : "budget" };
}

interface Job {
  readonly variant: Variant;
  readonly case: Case;
  readonly repeat: number;
  readonly thread: string;
  /** From 1, as its thread is called. */
  readonly place: { readonly case: number; readonly team: number; readonly repeat: number };
}

const jobsOf = (variants: readonly Variant[], cases: readonly Case[], repeats: number, id: string): readonly Job[] =>
  Array.from({ length: repeats }, (_, index) => index + 1).flatMap((repeat) =>
    cases.flatMap((one, at) =>
      variants.map((variant, team) => {
        const place = { case: at + 1, team: team + 1, repeat };
        return { variant, case: one, repeat, thread: threadOf(id, place), place };
      }),
    ),
  );

/** `false` as soon as one job was not done; those under way come to their end. Rejects as the first of them that does. */
async function inTurns<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<boolean>): Promise<boolean> {
  let [next, isWhole] = [0, true];
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (isWhole && failures.length === 0 && next < items.length) {
        const item = items[next++] as Item;
        isWhole = (await work(item).catch((error: unknown) => void failures.push(error))) !== false && isWhole;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return isWhole;
}

type Purse = ReturnType<typeof createPurse>;

/** What may still be spent: no run begins that could go over it, and what a run did not need is there for the next. */
function createPurse(usdMax: number | undefined, spentUsd: number) {
  let [left, heldUsd] = [(usdMax ?? Number.POSITIVE_INFINITY) - spentUsd, 0];
  const waiting: (() => void)[] = [];
  return {
    /** What a run may cost, at most `wanted`; `undefined` when nothing is left. Waits while others hold what may be left. */
    async take(wanted: number): Promise<number | undefined> {
      while (left - heldUsd < Math.min(wanted, left) - ROUNDING_USD && heldUsd > 0)
        await new Promise<void>((resolve) => waiting.push(resolve));
      if (left <= 0) return undefined;
      const taken = Math.min(wanted, left - heldUsd);
      heldUsd += taken;
      return taken;
    },
    give(taken: number, spent: number): void {
      heldUsd -= taken;
      left -= spent;
      for (const wake of waiting.splice(0)) wake();
    },
  };
}

const ROUNDING_USD = 1e-9;
const ANSWER_CHARS_KEPT_MAX = 4_000; // The whole of it is in the log.
const WHY_CHARS_KEPT_MAX = 2_000; // A judge may say a lot, and a note has an end.

async function resultOf({ variant, case: one, repeat, thread }: Job, usdMax: number | undefined, parts: EvaluateParts): Promise<Result> {
  const { runs, scorers, signal, source } = parts;
  const team = teamOf(variant);
  const { transcript, asked } = await runs.have(
    {
      thread,
      team,
      task: one.input,
      answers: one.answers,
      approvals: source.settings.approvals,
      ...(usdMax === undefined ? {} : { usdMax }),
    },
    signal,
  );
  const run = currentRun(transcript);
  const stopped = transcript.events.findLast((event) => event.type === "run.stopped");
  if (stopped?.type !== "run.stopped") throw new Error(`the run in ${thread} is over, and its log does not say so`);
  const answer = answerOf(transcript, parts.stopWords(team))?.text ?? "";
  const verdicts: (Verdict & { readonly scorer: string })[] = [];
  for (const scorer of scorers)
    verdicts.push({ scorer: scorer.name, ...(await scorer.score({ case: one, thread, answer, run: run }).catch(unscored(signal))) });
  const isSolved = verdicts.every(({ passed }) => passed) && stopped.outcome !== "failed" && !asked;
  return {
    team: variant.label,
    case: one.id,
    repeat,
    thread,
    end: isSolved ? "solved" : endOf(stopped.outcome, asked),
    reason: stopped.reason,
    answer: answer.slice(0, ANSWER_CHARS_KEPT_MAX),
    turns: run.turns,
    ms: run.elapsedMs,
    ...spentIn([run]),
    verdicts: verdicts.map(({ scorer, passed, why, human }) => ({
      scorer,
      passed,
      why: why.slice(0, WHY_CHARS_KEPT_MAX),
      ...(human === undefined ? {} : { human }),
    })),
    judging: spentIn(verdicts.flatMap(({ spent }) => spent ?? [])),
  };
}

/** A scorer that broke has not passed the answer, and says why; an end from outside is no verdict. */
const unscored =
  (signal: AbortSignal) =>
  (error: unknown): Verdict => {
    if (signal.aborted) throw signal.reason;
    return { passed: false, why: `it could not be scored: ${error instanceof Error ? error.message : String(error)}` };
  };

function endOf(outcome: "done" | "limit" | "stopped" | "failed", asked: boolean): Exclude<End, "solved"> {
  if (asked) return "asked";
  return outcome === "limit" || outcome === "failed" ? outcome : "wrong";
}

const spentIn = (all: readonly Spent[]): Pick<Result, "usd" | "priced" | "tokens"> => ({
  usd: all.reduce((sum, { usage }) => sum + usage.usd, 0),
  priced: all.every(({ priced }) => priced),
  tokens: all.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
});

/**
 * Every two teams' answers to each case, in both orders: what stands first is liked better by many judges, and that can be seen. As long as there is
 * money for it.
 */
async function preferences(
  jobs: readonly Job[],
  { results, money }: { readonly results: ReadonlyMap<string, Result>; readonly money: Purse },
  parts: EvaluateParts,
): Promise<{ readonly preferred: readonly Preferred[]; readonly isWhole: boolean }> {
  const { source, kept, evaluation } = parts;
  const alike = [...Map.groupBy(jobs, ({ place }) => `${place.repeat} ${place.case}`).values()];
  const pairs = evaluation.pairJudges.flatMap((scorer) =>
    alike.flatMap((group) =>
      group.flatMap((one, index) =>
        group
          .slice(index + 1)
          .map((other) => ({ one, other, scorer, thread: pairThreadOf(evaluation.id, { ...one.place, other: other.place.team, scorer }) })),
      ),
    ),
  );
  const all = new Map<string, Preferred>();
  const isWhole = await inTurns(pairs, source.settings.concurrency, async ({ one, other, scorer, thread }) => {
    const known = await kept.preferred(evaluation.id, thread);
    if (!known && (await money.take(0)) === undefined) return false;
    const preferred = known ?? (await preferredOf({ one, other, scorer, thread }, results, parts));
    money.give(0, preferred.usd);
    if (!known) await kept.putPreferred(evaluation.id, thread, preferred);
    all.set(thread, preferred);
    return true;
  });
  return { preferred: pairs.flatMap(({ thread }) => all.get(thread) ?? []), isWhole };
}

async function preferredOf(
  { one, other, scorer, thread }: { readonly one: Job; readonly other: Job; readonly scorer: number; readonly thread: string },
  results: ReadonlyMap<string, Result>,
  parts: EvaluateParts,
): Promise<Preferred> {
  const ask = parts.ask(scorer - 1);
  const answer = (job: Job): string => results.get(job.thread)?.answer ?? "";
  const task = one.case.input;
  const forth = await prefer({ task, first: answer(one), second: answer(other) }, thread, ask);
  const back = await prefer({ task, first: answer(other), second: answer(one) }, `${thread}-turned`, ask);
  return {
    case: one.case.id,
    repeat: one.repeat,
    one: one.variant.label,
    other: other.variant.label,
    whenFirst: ({ first: "one", second: "other", neither: "neither" } as const)[forth.better],
    whenSecond: ({ first: "other", second: "one", neither: "neither" } as const)[back.better],
    ...spentIn([forth.spent, back.spent]),
  };
}
