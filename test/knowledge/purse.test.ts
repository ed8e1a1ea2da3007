import { expect, test } from "vitest";
import { EmbeddingFailure, type Embedder } from "../../src/engine/knowledge.ts";
import { createPurses, purseOf } from "../../src/knowledge/purse.ts";
import { payer } from "../support/payer.ts";

const NEVER = new AbortController().signal;
/** Each of at most three tokens. */
const TEXTS = ["leave", "money"];

/** Answers when it is told to, with four tokens a call; the first call with a refusal, where there is one. */
function embedding(refusal?: EmbeddingFailure) {
  const asked: (readonly string[])[] = [];
  const begun = Promise.withResolvers<void>();
  const embedder: Embedder = {
    model: "tiny",
    async embed(texts) {
      asked.push(texts);
      await begun.promise;
      if (refusal && asked.length === 1) throw refusal;
      return { vectors: texts.map(() => Float32Array.of(1)), usage: { inputTokens: 4, outputTokens: 0 } };
    },
  };
  return { asked, embedder, answer: () => begun.resolve() };
}

test("what a search may pay is not paid twice where several sources are indexed for it at the same time", async () => {
  const { asked, embedder, answer } = embedding();
  const purse = purseOf({ ...payer(), indexing: { tokens: 8, usd: 1 } });
  const [handbook, plans] = [createPurses(), createPurses()];
  const made = handbook.open(purse, () => handbook.embed(embedder, TEXTS, NEVER));
  expect(await plans.open(purse, () => plans.embed(embedder, TEXTS, NEVER))).toBeUndefined();
  answer();
  expect(await made).toHaveLength(2);
  // What it took less than it might have is there again.
  expect(await plans.open(purse, () => plans.embed(embedder, TEXTS, NEVER))).toHaveLength(1);
  expect(asked).toEqual([TEXTS, TEXTS.slice(0, 1)]);
  expect(purse.spent).toMatchObject({ inputTokens: 8 });
});

test("where the run of one that waits is stopped, or has nothing left, the next one pays; where nobody is left, it is told why", async () => {
  for (const kind of ["aborted", "limit"] as const) {
    const { asked, embedder, answer } = embedding(new EmbeddingFailure({ kind, message: "Stopped." }));
    const purses = createPurses();
    const [first, second] = [purseOf(payer()), purseOf(payer())];
    answer();
    const made = await purses.open(first, () => purses.open(second, () => purses.embed(embedder, TEXTS, NEVER)));
    expect([made?.length, asked.length, first.spent, second.spent?.inputTokens]).toEqual([2, 2, undefined, 4]);
    const alone = embedding(new EmbeddingFailure({ kind, message: "Stopped." }));
    alone.answer();
    await expect(purses.open(first, () => purses.embed(alone.embedder, TEXTS, NEVER))).rejects.toThrow("Stopped.");
  }
});
