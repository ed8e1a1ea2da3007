import { createHash } from "node:crypto";
import { tokensOf, type Spent } from "../engine/limits/usage.ts";
import { answerOf } from "../engine/reading/answer.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import type { RunEvent } from "../engine/events/events.ts";
import type { Case } from "./cases/read-cases.ts";
import { teamOf } from "./evaluated-teams.ts";
import type { EvaluationSource } from "./evaluation-file.ts";
import { workspaceOf } from "./evaluation-threads.ts";
import type { Runs } from "./had-run.ts";
import type { Job } from "./jobs.ts";
import type { Kept } from "./kept-evaluations.ts";
import type { End, Result } from "./result.ts";
import { triedThread } from "./scoring/judge.ts";
import { NotScored, type Attempt, type Scorer, type Verdict } from "./scoring/scorer.ts";

export interface ScoredRunParts {
  readonly source: EvaluationSource;
  readonly evaluation: Kept;
  readonly scorers: readonly Scorer[];
  readonly runs: Runs;
  /** What a team's agents say only to end a run. */
  readonly stopWords: (team: string) => readonly string[];
  /** What a run of this team may cost at most, in US dollars. */
  readonly usdMax: (team: string) => number;
  readonly signal: AbortSignal;
}

const ANSWER_CHARS_KEPT_MAX = 4_000; // The whole of it is in the log.
const WHY_CHARS_KEPT_MAX = 2_000; // A judge may say a lot, and a note has an end.

/**
 * Has the run, and scores it. `before`: what came of it when it was tried last. A run that could not be scored is only scored again; one that the
 * budget ended is had again, in a thread of its own, and what it had cost stays counted. Rejects when the signal is aborted.
 */
export async function scoredRun(
  { variant, case: one, repeat, thread: first }: Job,
  { usdMax, before }: { readonly usdMax: number | undefined; readonly before: Result | undefined },
  parts: ScoredRunParts,
): Promise<Result> {
  const { runs, signal, source, evaluation } = parts;
  const team = teamOf(variant);
  const tries = (before?.tries ?? 0) + 1;
  const thread = before?.unfinished === "unscored" ? before.thread : triedThread(first, tries);
  const { approvals } = source.settings;
  const wanted = { workspace: workspaceOf(evaluation.id), thread, team, task: one.input, answers: one.answers, approvals };
  const { transcript, asked } = await runs.have({ ...wanted, ...(usdMax === undefined ? {} : { usdMax }) }, signal);
  const run = currentRun(transcript);
  const stopped = transcript.events.findLast((event) => event.type === "run.stopped");
  if (stopped?.type !== "run.stopped") throw new Error(`the run in ${thread} is over, and its log does not say so`);
  const answer = answerOf(transcript, parts.stopWords(team))?.text ?? "";
  const verdicts = await verdictsOf({ case: one, thread, tries, answer, run }, parts);
  const unscored = verdicts.find((verdict) => verdict.unscored);
  const started = transcript.events[run.startIndex];
  const forecast = started?.type === "run.started" ? started.forecast : undefined;
  const isSolved = verdicts.every(({ passed }) => passed) && stopped.outcome !== "failed" && !asked;
  const isCut = !isSolved && run.usdMax !== undefined && run.usdMax < parts.usdMax(team) && endedAt(stopped, run.usdMax);
  const unfinished = isCut ? ("budget" as const) : unscored ? ("unscored" as const) : undefined;
  return {
    team: variant.label,
    case: one.id,
    asked: digestOf(one),
    repeat,
    thread,
    end: isSolved ? "solved" : unscored ? "failed" : endOf(stopped.outcome, asked),
    reason: unscored ? `scoring failed: ${unscored.scorer}: ${unscored.why}`.slice(0, WHY_CHARS_KEPT_MAX) : stopped.reason,
    answer: answer.slice(0, ANSWER_CHARS_KEPT_MAX),
    turns: run.turns,
    ms: run.elapsedMs,
    ...spentIn([run]),
    verdicts: verdicts.map(({ scorer, passed, unscored: isUnscored, why, human }) => ({
      scorer,
      passed,
      ...(isUnscored ? { unscored: isUnscored } : {}),
      why: why.slice(0, WHY_CHARS_KEPT_MAX),
      ...(human === undefined ? {} : { human }),
    })),
    ...(forecast ? { forecast } : {}),
    judging: spentIn(verdicts.flatMap(({ spent }) => spent ?? [])),
    ...(unfinished === undefined ? {} : { unfinished }),
    tries,
    earlier: earlierOf(before),
  };
}

const DIGEST_CHARS = 16;

const digestOf = ({ input, expected }: Pick<Case, "input" | "expected">): string =>
  createHash("sha256")
    .update(JSON.stringify([input, expected]))
    .digest("hex")
    .slice(0, DIGEST_CHARS);

type Said = Verdict & { readonly scorer: string; readonly unscored?: true };

/** Of every scorer, in turn: what one of them costs says nothing of the others. An end from outside is no verdict. */
async function verdictsOf(attempt: Attempt, { scorers, signal }: Pick<ScoredRunParts, "scorers" | "signal">): Promise<readonly Said[]> {
  const said: Said[] = [];
  for (const { name, score } of scorers) said.push({ scorer: name, ...(await scored(attempt, score, signal)) });
  return said;
}

async function scored(attempt: Attempt, score: Scorer["score"], signal: AbortSignal): Promise<Verdict & { readonly unscored?: true }> {
  try {
    return await score(attempt);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const spent = error instanceof NotScored ? error.spent : [];
    return { passed: false, unscored: true, why: error instanceof Error ? error.message : String(error), spent };
  }
}

/** Whether it was so much money that ended it. */
export const endedAt = ({ reasons }: Extract<RunEvent, { readonly type: "run.stopped" }>, usd: number): boolean =>
  reasons.some(
    (reason) =>
      (reason.kind === "usd" && reason.limit === usd) ||
      (reason.kind === "failure" && reason.error.limit?.kind === "usd" && reason.error.limit.of === usd),
  );

function endOf(outcome: "done" | "limit" | "stopped" | "failed", asked: boolean): Exclude<End, "solved"> {
  if (asked) return "asked";
  return outcome === "limit" || outcome === "failed" ? outcome : "wrong";
}

/** Of a run that the budget ended, all that was paid; one that was only not scored is the same run still. */
function earlierOf(before: Result | undefined): Result["earlier"] {
  if (!before) return { usd: 0, priced: true, tokens: 0 };
  if (before.unfinished !== "budget") return before.earlier;
  const all = [before, before.judging, before.earlier];
  return {
    usd: all.reduce((sum, { usd }) => sum + usd, 0),
    priced: all.every(({ priced }) => priced),
    tokens: all.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** Together, as results have it. */
export const spentIn = (all: readonly Spent[]): Pick<Result, "usd" | "priced" | "tokens"> => ({
  usd: all.reduce((sum, { usage }) => sum + usage.usd, 0),
  priced: all.every(({ priced }) => priced),
  tokens: all.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
});
