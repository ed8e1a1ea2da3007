import { wordsOf } from "../../config/define/conversation.ts";
import type { ScorerDefinition } from "../../config/registry/definition.ts";
import { tokensOf } from "../../engine/limits/usage.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { NotScored, type Scorer } from "./scorer.ts";

/** What an extension of the team file says of the answer; where it throws, it is not scored. */
export const code = (
  settings: Extract<ScorerSettings, { readonly kind: "code" }>,
  own: ReadonlyMap<string, ScorerDefinition>,
): Omit<Scorer, "name"> => {
  const definition = own.get(settings.scorer);
  if (!definition) throw new Error(`no extension defines the scorer "${settings.scorer}"`);
  const score = definition.build(definition.schema.parse(settings.with));
  return {
    async score({ answer, case: { id, input, expected, fields }, run: { turns, usage, priced, elapsedMs } }) {
      const cost = { turns, tokens: tokensOf(usage), seconds: elapsedMs / 1_000, ...(priced ? { usd: usage.usd } : {}) };
      try {
        return await score({ answer, case: id, task: input, expected, fields, ...cost });
      } catch (error) {
        throw new NotScored(`the scorer "${settings.scorer}" failed: ${wordsOf(error)}`);
      }
    },
  };
};
