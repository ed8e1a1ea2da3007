import type { EvaluationSource } from "./evaluation-file.ts";
import { inTurns, type Job } from "./jobs.ts";
import { pairThreadOf } from "./evaluation-threads.ts";
import type { Kept, KeptEvaluations } from "./kept-evaluations.ts";
import type { Purse } from "./purse.ts";
import type { Preferred, Result } from "./result.ts";
import { spentIn } from "./scored-run.ts";
import { prefer, type AskJudge } from "./scoring/judge.ts";
import { NotScored } from "./scoring/scorer.ts";

export interface PreferenceParts {
  readonly source: EvaluationSource;
  readonly evaluation: Kept;
  /** The judge of the scorer at this place of the file. */
  readonly ask: (scorer: number) => AskJudge;
  /** What reports call the judge of pairs at this place of the file, from 1. */
  readonly pairwise: (scorer: number) => string;
  readonly kept: KeptEvaluations;
  readonly signal: AbortSignal;
}

interface PairOfJobs {
  readonly one: Job;
  readonly other: Job;
  /** The judge's place in the file, from 1. */
  readonly scorer: number;
  readonly thread: string;
}

/**
 * Every two teams' answers to each case, in both orders: what stands first is liked better by many judges, and that can be seen. As long as there is
 * money for it. `isWhole`: every pair was asked about, be it in vain.
 */
export async function preferences(
  jobs: readonly Job[],
  { results, money }: { readonly results: ReadonlyMap<string, Result>; readonly money: Purse },
  parts: PreferenceParts,
): Promise<{ readonly preferred: readonly Preferred[]; readonly isWhole: boolean }> {
  const { source, kept, evaluation } = parts;
  const pairs = pairsOf(jobs, parts);
  const all = new Map<string, Preferred>();
  const isWhole = await inTurns(pairs, source.settings.concurrency, async (pair) => {
    const { thread } = pair;
    const known = await kept.preferred(evaluation.id, thread);
    if (known) money.give(0, known.usd);
    const isLeft = known === undefined || known.failed !== undefined;
    if (isLeft && (await money.take(0)) === undefined) return false;
    const preferred = isLeft ? await preferredOf(pair, { results, tries: (known?.tries ?? 0) + 1 }, parts) : known;
    money.give(0, preferred.usd - (known?.usd ?? 0));
    if (isLeft) await kept.putPreferred(evaluation.id, thread, preferred);
    all.set(thread, preferred);
    return true;
  });
  return { preferred: pairs.flatMap(({ thread }) => all.get(thread) ?? []), isWhole };
}

function pairsOf(jobs: readonly Job[], { evaluation }: Pick<PreferenceParts, "evaluation">): readonly PairOfJobs[] {
  const alike = [...Map.groupBy(jobs, ({ place }) => `${place.repeat} ${place.case}`).values()];
  return evaluation.pairJudges.flatMap((scorer) =>
    alike.flatMap((group) =>
      group.flatMap((one, index) =>
        group
          .slice(index + 1)
          .map((other) => ({ one, other, scorer, thread: pairThreadOf(evaluation.id, { ...one.place, other: other.place.team, scorer }) })),
      ),
    ),
  );
}

async function preferredOf(
  { one, other, scorer, thread }: PairOfJobs,
  { results, tries }: { readonly results: ReadonlyMap<string, Result>; readonly tries: number },
  parts: PreferenceParts,
): Promise<Preferred> {
  const ask = parts.ask(scorer - 1);
  const answer = (job: Job): string => results.get(job.thread)?.answer ?? "";
  const task = one.case.input;
  const asked = async (first: Job, second: Job, at: string) => {
    try {
      return await prefer({ task, first: answer(first), second: answer(second) }, { thread: at, tries }, ask);
    } catch (error) {
      if (parts.signal.aborted) throw parts.signal.reason;
      const spent = error instanceof NotScored ? error.spent : [];
      return { better: "neither" as const, spent, failed: error instanceof Error ? error.message : String(error) };
    }
  };
  const forth = await asked(one, other, thread);
  const back = await asked(other, one, `${thread}-turned`);
  const failed = "failed" in forth ? forth.failed : "failed" in back ? back.failed : undefined;
  return {
    judge: parts.pairwise(scorer),
    case: one.case.id,
    repeat: one.repeat,
    one: one.variant.label,
    other: other.variant.label,
    whenFirst: failed === undefined ? ({ first: "one", second: "other", neither: "neither" } as const)[forth.better] : "neither",
    whenSecond: failed === undefined ? ({ first: "other", second: "one", neither: "neither" } as const)[back.better] : "neither",
    ...spentIn([...forth.spent, ...back.spent]),
    ...(failed === undefined ? {} : { failed }),
    tries,
  };
}
