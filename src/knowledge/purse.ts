import type { Usage } from "../engine/events/events.ts";
import type { Embedder, Payer } from "../engine/knowledge.ts";
import { plus, tokensOf } from "../engine/limits/usage.ts";
import { tokensAtMost } from "../engine/reading/tokens.ts";

/** What one search pays for models: its own question, and while it waits vectors of the index, which it has of it, too. */
export interface Purse {
  readonly payer: Payer;
  /** The first of these texts, as many as there is enough left for. */
  paysFor(texts: readonly string[]): readonly string[];
  pay(usage: Usage, what: "index" | "question"): void;
  readonly spent: Usage | undefined;
}

export function purseOf(payer: Payer): Purse {
  let left: Payer["indexing"] = payer.indexing;
  let spent: Usage | undefined;
  return {
    payer,
    paysFor(texts) {
      let tokens = left.usd > 0 ? left.tokens : 0;
      const count = texts.findIndex((text) => (tokens -= tokensAtMost(text)) < 0);
      return count < 0 ? texts : texts.slice(0, count);
    },
    pay(usage, what) {
      spent = spent ? plus(spent, usage) : usage;
      if (what === "index") left = { tokens: left.tokens - tokensOf(usage), usd: left.usd - (usage.usd ?? 0) };
    },
    get spent() {
      return spent;
    },
  };
}

/** The purses of the searches that wait for an index, the first of them first. What has been begun when its search waits no more is told to the next one. */
export interface Purses {
  /** For as long as the work lasts. */
  open<Value>(purse: Purse, whileWaiting: () => Promise<Value>): Promise<Value>;
  /** Vectors of the first of these texts, as many as one that waits can pay for; nothing where none can, or none waits. Rejects as the embedder does. */
  embed(embedder: Embedder, texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[] | undefined>;
  /** What nobody has been told of; none afterwards. */
  untold(): Usage | undefined;
}

export function createPurses(): Purses {
  const waiting = new Set<Purse>();
  let rest: Usage | undefined;
  return {
    async open(purse, whileWaiting) {
      waiting.add(purse);
      try {
        return await whileWaiting();
      } finally {
        waiting.delete(purse);
      }
    },
    async embed(embedder, texts, signal) {
      for (const purse of waiting) {
        const { payer } = purse;
        const paid = purse.paysFor(texts);
        if (paid.length === 0 || payer.turn.signal.aborted) continue;
        const turn = { ...payer.turn, signal: AbortSignal.any([payer.turn.signal, signal]) };
        const { vectors, usage } = await embedder.embed(paid, { ...payer, turn });
        if (waiting.has(purse)) purse.pay(usage, "index");
        else rest = rest ? plus(rest, usage) : usage;
        return vectors;
      }
      return undefined;
    },
    untold() {
      const told = rest;
      rest = undefined;
      return told;
    },
  };
}
