import type { Usage } from "../../engine/events/events.ts";
import { EMBEDDED_AT_ONCE, type Embedder } from "../../engine/knowledge.ts";
import { priced, type Price } from "../prices.ts";
import { openAiClient, type OpenAiSettings } from "./client.ts";

const DIMENSIONS_MAX = 4_096;
/** Of the SDK, with its own pauses between. */
const RETRIES_MAX = 2;
const CALL_MS_MAX = 60_000;

/** By `/v1/embeddings`, as OpenAI has it, and every server that speaks it. */
export function openAiEmbedder(settings: OpenAiSettings, price: Price | undefined): Embedder {
  const { model } = settings;
  const { client } = openAiClient(settings);
  return {
    model,
    async embed(texts, signal) {
      if (texts.length > EMBEDDED_AT_ONCE) throw new RangeError(`at most ${EMBEDDED_AT_ONCE} texts are embedded at once`);
      const asked = { model, input: [...texts], encoding_format: "float" as const };
      const answer = await (await client).embeddings.create(asked, { signal, maxRetries: RETRIES_MAX, timeout: CALL_MS_MAX });
      const found = answer.data.toSorted((one, other) => one.index - other.index).map(({ embedding }) => embedding);
      const [first = []] = found;
      const isWhole = found.length === texts.length && first.length > 0 && first.length <= DIMENSIONS_MAX;
      if (!isWhole || found.some((one) => one.length !== first.length || !one.every(Number.isFinite)))
        throw new Error(`${model} gave ${found.length} vectors for ${texts.length} texts, or none that can be used`);
      const inputTokens = answer.usage?.total_tokens;
      const counted: Usage = {
        inputTokens: inputTokens ?? estimated(texts),
        outputTokens: 0,
        ...(inputTokens === undefined ? { estimated: true } : {}),
      };
      return { vectors: found.map((one) => Float32Array.from(one)), usage: price ? priced(counted, price) : counted };
    },
  };
}

/** Of a server that counts nothing: about four characters a token. */
const estimated = (texts: readonly string[]): number => Math.ceil(texts.reduce((sum, { length }) => sum + length, 0) / 4);
