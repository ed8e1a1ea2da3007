import { pairThreadOf, threadOf } from "../evaluation-threads.ts";
import { present, type EvaluationReader, type Kept } from "../kept-evaluations.ts";
import type { PersonJudgement } from "./people.ts";
import type { Preferred, Result } from "../result.ts";
import { reportOf, type Report } from "./report.ts";
import { isHad } from "./tally.ts";

/** The report of an evaluation that was had before, ended or not, from what is kept of it. */
export async function keptReport(kept: EvaluationReader, evaluation: Kept, people: readonly PersonJudgement[] = []): Promise<Report> {
  const results = await present([...threadsOf(evaluation)], (thread) => kept.result(evaluation.id, thread));
  const preferred = await present([...pairThreadsOf(evaluation)], (thread) => kept.preferred(evaluation.id, thread));
  const found = { results: [...results.values()], preferred: [...preferred.values()] };
  return reportOf(evaluation, { ...found, state: stateOf(evaluation, found) }, people);
}

/** Where every run was had and it has not ended all the same, something could not be scored. */
function stateOf(
  evaluation: Kept,
  { results, preferred }: { readonly results: readonly Result[]; readonly preferred: readonly Preferred[] },
): Report["state"] {
  if (evaluation.endedAt !== undefined) return "ended";
  if (evaluation.stoppedAtUsd !== undefined) return "budget";
  const isHadWhole = results.length === evaluation.cases * evaluation.teams.length * evaluation.repeats && results.every(isHad);
  const isUnscored = results.some(({ unfinished }) => unfinished === "unscored") || preferred.some(({ failed }) => failed !== undefined);
  return isHadWhole && isUnscored ? "unscored" : "interrupted";
}

/** In the order in which its runs are had. */
export function* threadsOf({ id, cases, teams, repeats }: Pick<Kept, "id" | "cases" | "teams" | "repeats">): Generator<string> {
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (let one = 1; one <= cases; one++) for (let team = 1; team <= teams.length; team++) yield threadOf(id, { case: one, team, repeat });
}

function* pairThreadsOf({ id, cases, teams, repeats, pairJudges }: Kept): Generator<string> {
  for (const scorer of pairJudges)
    for (let repeat = 1; repeat <= repeats; repeat++)
      for (let one = 1; one <= cases; one++)
        for (let team = 1; team <= teams.length; team++)
          for (let other = team + 1; other <= teams.length; other++) yield pairThreadOf(id, { case: one, team, other, repeat, scorer });
}
