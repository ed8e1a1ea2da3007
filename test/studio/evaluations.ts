import { keptEvaluations } from "../../src/eval/kept-evaluations.ts";
import type { End, Result } from "../../src/eval/result.ts";
import type { Store } from "../../src/store/store.ts";

const AT = "2026-01-05T09:00:00.000Z";

interface Wanted {
  readonly name?: string;
  readonly teams?: readonly string[];
  readonly cases?: number;
  readonly repeats?: number;
  /** How a run ended: of a case from 1, a team by its place from 0, a repeat from 1. */
  readonly endOf?: (one: number, team: number, repeat: number) => End;
  readonly text?: (words: string) => string;
}

/** An evaluation as `parley eval` keeps one, with the logs of its runs; its id. */
export async function keptEvaluation(
  store: Store,
  { name = "sums", teams = ["solo", "pair"], cases = 3, repeats = 2, endOf = everySecond, text = (words) => words }: Wanted = {},
): Promise<string> {
  const kept = keptEvaluations(store);
  const evaluation = await kept.begin({
    name: text(name),
    file: text("evals/sums.yml"),
    identity: name,
    at: AT,
    teams: [...teams],
    cases,
    casesInAll: cases,
    repeats,
    seed: 7,
    pairJudges: [],
    judges: [],
  });
  for (let one = 1; one <= cases; one++)
    for (const [nth, team] of teams.entries())
      for (let repeat = 1; repeat <= repeats; repeat++) {
        const thread = `eval-${evaluation.id}-${one}-${nth + 1}-${repeat}`;
        const end = endOf(one, nth, repeat);
        const result: Result = {
          team,
          case: text(`case ${one}`),
          repeat,
          thread,
          end,
          reason: text("a goal was reached"),
          answer: text(`The sum is ${one * 2}.`),
          turns: 2,
          ms: 1_500,
          usd: 0.01 * (nth + 1),
          priced: true,
          tokens: 120,
          verdicts: [{ scorer: "number", passed: end === "solved", why: text(`${one} is not ${one * 2}`) }],
          judging: { usd: 0, priced: true, tokens: 0 },
          tries: 1,
          earlier: { usd: 0, priced: true, tokens: 0 },
        };
        await kept.putResult(evaluation.id, thread, result);
        await store.commit({
          thread,
          workspace: "evaluation",
          afterSeq: 0,
          at: AT,
          events: [
            { type: "message.posted", person: { id: "evaluation", name: "User" }, text: text(`What is ${one} and ${one}?`), id: "task" },
            { type: "run.started", run: `${thread}#2`, team, startedBy: { id: "evaluation", name: "User" } },
            {
              type: "message.posted",
              agent: "Ana",
              text: result.answer,
              model: "m",
              usage: { inputTokens: 100, outputTokens: 20, usd: result.usd },
            },
            { type: "run.stopped", run: `${thread}#2`, outcome: "done", reason: result.reason, reasons: [] },
          ],
          posts: [],
          wake: "none",
        });
      }
  await kept.put({ ...evaluation, endedAt: AT });
  return evaluation.id;
}

/** The first team solves all of every other case, the second team all cases but the first. */
const everySecond = (one: number, team: number): End => ((team === 0 ? one % 2 === 1 : one > 1) ? "solved" : "wrong");
