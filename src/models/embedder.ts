import type { Clock } from "../engine/clock.ts";
import { EmbeddingFailure, type Embedder } from "../engine/knowledge.ts";
import type { Model } from "../engine/model.ts";
import { UnusableVectors, type Embeddings } from "./openai/embeddings.ts";
import { failure, toFailure } from "./refusals/failures.ts";

/**
 * An embedder whose calls are those of a model without words: what holds a model back, and counts what it costs, holds and counts these too. `around`: puts that
 * around such a call.
 */
export const embedderBy = (
  model: string,
  embeddings: Embeddings,
  { clock, around }: { readonly clock: Pick<Clock, "now">; readonly around: (model: Model) => Model },
): Embedder => ({
  model,
  async embed(texts, { held, turn }) {
    let vectors: readonly Float32Array[] = [];
    const making: Model = {
      name: model,
      // eslint-disable-next-line require-yield
      async *call(_request, { signal }) {
        try {
          const made = await embeddings.of(texts, signal);
          vectors = made.vectors;
          return { kind: "answer", text: "", toolCalls: [], usage: made.usage };
        } catch (error) {
          const { source } = embeddings;
          return error instanceof UnusableVectors
            ? failure("bad_answer", source, { detail: error.message })
            : toFailure(error, source, clock.now());
        }
      },
    };
    const messages = texts.map((text) => ({ role: "user" as const, text }));
    const call = held(around(making)).call({ agent: "knowledge", system: "", messages, tools: [] }, turn);
    let step = await call.next();
    while (!step.done) step = await call.next();
    const reply = step.value;
    if (reply.kind === "failure") throw new EmbeddingFailure(reply.error);
    return { vectors, usage: reply.usage };
  },
});
