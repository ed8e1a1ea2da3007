import { pairThreadOf, present, threadOf, type EvaluationReader, type Kept } from "../kept-evaluations.ts";
import { reportOf, type Report } from "./report.ts";

/** The report of an evaluation that was had before, ended or not, from what is kept of it. */
export async function keptReport(kept: EvaluationReader, evaluation: Kept): Promise<Report> {
  const results = await present([...threadsOf(evaluation)], (thread) => kept.result(evaluation.id, thread));
  const preferred = await present([...pairThreadsOf(evaluation)], (thread) => kept.preferred(evaluation.id, thread));
  return reportOf(evaluation, { results, preferred, state: evaluation.endedAt === undefined ? "interrupted" : "ended" });
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
