import { z } from "zod";
import type { Scored, ScoredAnswer, ScorerDefinition } from "../registry/definition.ts";
import { checkedName, nothing } from "./checked.ts";

/** Says whether an answer is right, in `score: [{ kind: code, scorer: NAME, with: … }]` of an evaluation's file. */
export interface ScorerKind<Schema extends z.ZodObject> {
  readonly name: string;
  /** Of `with`; none when absent. */
  readonly schema?: Schema;
  /**
   * The same of the same answer, whenever it is asked. What it throws is no verdict: the run counts as failed, and the same command has it scored
   * again.
   */
  readonly score: (answer: ScoredAnswer, settings: z.output<Schema>) => Scored | Promise<Scored>;
}

const Verdict = z.object({ passed: z.boolean(), why: z.string() });

export function defineScorer<Schema extends z.ZodObject = typeof nothing>(scorer: ScorerKind<Schema>): ScorerDefinition<Schema> {
  const { schema, score } = scorer;
  return {
    defines: "scorer",
    name: checkedName("scorer", scorer, { score: "function" }),
    schema: (schema ?? nothing) as Schema,
    build: (settings) => async (answer) => {
      const said = Verdict.safeParse(await score(answer, settings));
      if (!said.success) throw new TypeError("it gave no { passed: true or false, why: one line }");
      return said.data;
    },
  };
}
