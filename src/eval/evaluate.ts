import type { Clock } from "../engine/clock.ts";
import type { Case } from "./cases/read-cases.ts";
import { teamOf } from "./evaluated-teams.ts";
import { inTurns, jobsOf } from "./jobs.ts";
import { present } from "./kept-evaluations.ts";
import { preferences, type PreferenceParts } from "./preferences.ts";
import { createPurse } from "./purse.ts";
import { paidFor, type Preferred, type Result } from "./result.ts";
import { scoredRun, type ScoredRunParts } from "./scored-run.ts";

export interface EvaluateParts extends ScoredRunParts, PreferenceParts {
  readonly cases: readonly Case[];
  /** Whether some of it may have been had before. */
  readonly isResumed: boolean;
  readonly clock: Pick<Clock, "now">;
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
  /** `budget`: some runs were not begun, or not ended, or some answers not compared. `unscored`: of some the scorers could say nothing. */
  readonly state: "ended" | "budget" | "unscored";
}

/**
 * Has every case worked on by every team as often as is asked for, at most `concurrency` at once, the teams in turn, so that they can be compared however
 * far it comes. What is kept already is not had again, but for what is unfinished. Rejects when the signal is aborted; the same again goes on from there.
 */
export async function evaluate(parts: EvaluateParts): Promise<Evaluated> {
  const { source, evaluation, cases, kept } = parts;
  const { repeats, concurrency, budgetUsd } = source.settings;
  const jobs = jobsOf(source.variants, cases, repeats, evaluation.id);
  const threads = jobs.map(({ thread }) => thread);
  const results = new Map<string, Result>();
  const sum = { solved: 0, usd: 0, priced: true };
  const add = (thread: string, result: Result) => {
    const before = results.get(thread);
    results.set(thread, result);
    sum.solved += Number(result.end === "solved") - Number(before?.end === "solved");
    sum.usd += paidFor(result) - (before ? paidFor(before) : 0);
    sum.priced &&= result.priced && result.judging.priced && result.earlier.priced;
  };
  if (parts.isResumed) for (const [thread, result] of await present(threads, (one) => kept.result(evaluation.id, one))) add(thread, result);
  const money = createPurse(budgetUsd, sum.usd);
  const left = jobs.filter(({ thread }) => results.get(thread)?.unfinished !== undefined || !results.has(thread));
  const beganAtMs = parts.clock.now();
  let here = 0;
  const tell = () =>
    parts.tell({
      ...sum,
      total: jobs.length,
      done: jobs.length - left.length + here,
      msLeft: here === 0 ? undefined : ((parts.clock.now() - beganAtMs) / here) * (left.length - here),
    });
  tell();
  const isWhole = await inTurns(left, concurrency, async (job) => {
    const before = results.get(job.thread);
    // What is only to be scored again needs nothing for its run.
    const usdMax = await money.take(before?.unfinished === "unscored" ? 0 : parts.usdMax(teamOf(job.variant)));
    if (usdMax === undefined) return false;
    const held = { usdMax: budgetUsd === undefined ? undefined : usdMax, before };
    const result = await scoredRun(job, held, parts).catch((error: unknown) => {
      money.give(usdMax, 0);
      throw error;
    });
    money.give(usdMax, paidFor(result) - (before ? paidFor(before) : 0));
    await kept.putResult(evaluation.id, job.thread, result);
    add(job.thread, result);
    here++;
    tell();
    return result.unfinished !== "budget";
  });
  const ordered = threads.flatMap((thread) => results.get(thread) ?? []);
  if (!isWhole) return { results: ordered, preferred: [], state: "budget" };
  const { preferred, isWhole: areCompared } = await preferences(jobs, { results, money }, parts);
  const isScored = ordered.every(({ unfinished }) => unfinished === undefined) && preferred.every(({ failed }) => failed === undefined);
  return { results: ordered, preferred, state: !areCompared ? "budget" : isScored ? "ended" : "unscored" };
}
