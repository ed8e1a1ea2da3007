import type { Result } from "../result.ts";

/** What a person said of an answer. */
export interface PersonJudgement {
  readonly case: string;
  /** Whose answer; of an evaluation of one team alone it need not be said. */
  readonly team: string | undefined;
  /** Of which run, from 1. */
  readonly repeat: number;
  readonly good: boolean;
}

/** What people said of a run's answer: the last of several. */
export function saidBy(people: readonly PersonJudgement[]): (result: Result) => boolean | undefined {
  const keyOf = (judgement: { readonly case: string; readonly repeat: number }, team: string | undefined) =>
    JSON.stringify([judgement.case, team, judgement.repeat]);
  const said = new Map(people.map((one) => [keyOf(one, one.team), one.good]));
  return (result) => said.get(keyOf(result, result.team)) ?? said.get(keyOf(result, undefined));
}
