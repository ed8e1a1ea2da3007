import type { Usage } from "../engine/events/events.ts";
import { EmbeddingFailure, type Embedder, type Payer } from "../engine/knowledge.ts";
import { plus, tokensOf } from "../engine/limits/usage.ts";
import { tokensAtMost } from "../engine/reading/tokens.ts";

/** What one search pays for models: its own question, and while it waits vectors of the index, which it has of it, too. */
export interface Purse {
  readonly payer: Payer;
  /** The first of these texts, as many as there is enough left for; nothing where that is none. What they take at most is set aside until they are `done`. */
  setAside(texts: readonly string[]): { readonly texts: readonly string[]; done(): void } | undefined;
  pay(usage: Usage, what: "index" | "question"): void;
  readonly spent: Usage | undefined;
}

export function purseOf(payer: Payer): Purse {
  let left: Payer["indexing"] = payer.indexing;
  let spent: Usage | undefined;
  let aside = 0;
  return {
    payer,
    // Several sources may be indexed for one search at the same time.
    setAside(texts) {
      const free = left.usd > 0 ? left.tokens - aside : 0;
      let tokens = 0;
      const paid = texts.filter((text) => (tokens += tokensAtMost(text)) <= free);
      if (paid.length === 0) return undefined;
      const own = paid.reduce((sum, text) => sum + tokensAtMost(text), 0);
      aside += own;
      return { texts: paid, done: () => void (aside -= own) };
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

/** Nothing is wrong with the model: its call was too much for a budget, or stopped. */
export const isOfPayer = (error: unknown): boolean =>
  error instanceof EmbeddingFailure && (error.kind === "limit" || error.kind === "aborted");

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
      let refusal: unknown;
      for (const purse of waiting) {
        const { payer } = purse;
        const paid = payer.turn.signal.aborted ? undefined : purse.setAside(texts);
        if (!paid) continue;
        const turn = { ...payer.turn, signal: AbortSignal.any([payer.turn.signal, signal]) };
        try {
          const { vectors, usage } = await embedder.embed(paid.texts, { ...payer, turn });
          if (waiting.has(purse)) purse.pay(usage, "index");
          else rest = rest ? plus(rest, usage) : usage;
          return vectors;
        } catch (error) {
          // Its run was stopped, or has nothing left: another may have.
          if (signal.aborted || !isOfPayer(error)) throw error;
          refusal = error;
        } finally {
          paid.done();
        }
      }
      if (refusal !== undefined) throw refusal;
      return undefined;
    },
    untold() {
      const told = rest;
      rest = undefined;
      return told;
    },
  };
}
