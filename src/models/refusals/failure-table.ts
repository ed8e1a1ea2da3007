import type { ModelFailureKind } from "../../engine/model.ts";

/** Where a reply comes from, for messages to people. */
export interface Source {
  /** Such as `OpenAI`. */
  readonly provider: string;
  readonly model: string;
  /** Where it is asked, without path and credentials. */
  readonly host: string;
  /** The same with its path. */
  readonly address: string;
  /** The environment variable that holds the key, to be named in a mend; the setting's name when there is none. */
  readonly keyName: string;
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

/**
 * What is done about a failure. `retry`: the same call again, with back-off and jitter, `triesMax` times in all where that is fewer than the
 * model's attempts; then as `next`. `next`: the next model of the chain; where there is none, the turn ends. `shorten`: whoever asked sends less, once; then
 * the turn ends. `end`: the turn ends at once, also where other models are left.
 */
export type FailureRule = { readonly does: "retry"; readonly triesMax?: number } | { readonly does: "next" | "shorten" | "end" };

interface FailureEntry {
  /** One sentence that names the mend. */
  readonly sentence: (source: Source) => string;
  readonly rule: FailureRule;
}

const who = ({ provider, model }: Source): string => `${provider} model "${model}"`;

/** Everything that can become of a call but an answer. */
export const FAILURES: { readonly [kind in ModelFailureKind]: FailureEntry } = {
  rate_limited: {
    sentence: (source) => `${who(source)} limits how often it may be asked: wait a minute, or raise the limit with the provider.`,
    rule: { does: "retry" },
  },
  overloaded: {
    sentence: (source) => `${who(source)} is overloaded: try again in a few minutes.`,
    rule: { does: "retry" },
  },
  unavailable: {
    sentence: (source) => `${who(source)} could not be reached at ${source.host} or broke off: check that it is up, then try again.`,
    rule: { does: "retry" },
  },
  timeout: {
    sentence: (source) => `${who(source)} took too long: try again, or allow it more time.`,
    rule: { does: "retry" },
  },
  empty: {
    sentence: (source) => `${who(source)} answered with nothing: try again.`,
    rule: { does: "retry", triesMax: 2 }, // Each try costs the whole input; a model that is silent twice stays silent.
  },
  bad_key: {
    sentence: (source) => `${who(source)} did not accept the key: check ${source.keyName}.`,
    rule: { does: "next" },
  },
  unknown_model: {
    sentence: (source) => `${who(source)} was not found at ${source.host}: check the model's name and the address.`,
    rule: { does: "next" },
  },
  quota: {
    sentence: (source) => `${who(source)}: the account has no credit left: check its plan and billing.`,
    rule: { does: "next" },
  },
  queue_full: {
    sentence: (source) => `Too many calls wait for ${who(source)} already: try again in a few minutes, or allow more calls at once.`,
    rule: { does: "next" },
  },
  bad_request: {
    sentence: (source) => `${who(source)} rejected the request: check the model's settings.`,
    rule: { does: "next" },
  },
  bad_answer: {
    sentence: (source) => `${who(source)} gave a reply that cannot be used: try again.`,
    rule: { does: "next" }, // Cut off at the limit of output tokens it would be again, at the same price.
  },
  filtered: {
    sentence: (source) => `The provider's content filter stopped ${who(source)}: put it differently.`,
    rule: { does: "next" }, // Filters differ, and take harmless words for harm.
  },
  refused: {
    sentence: (source) => `${who(source)} declined to answer: put it differently.`,
    rule: { does: "end" }, // A no is an answer: others are not asked until one says yes.
  },
  context_too_long: {
    sentence: (source) => `${who(source)} cannot read that much at once: shorten the conversation or take a model with a larger context.`,
    rule: { does: "shorten" },
  },
  limit: {
    sentence: (source) => `A limit of the run stands in the way of a call of ${who(source)}.`,
    rule: { does: "end" }, // The limit holds for every model of the chain.
  },
  guarded: {
    sentence: (source) => `A guard of the team stands in the way of a call of ${who(source)}.`,
    rule: { does: "end" }, // It looks at what goes to every model of the chain.
  },
  aborted: {
    sentence: (source) => `The call of ${who(source)} was stopped.`,
    rule: { does: "end" },
  },
};
