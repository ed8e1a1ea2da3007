import type { Usage } from "../../engine/events/events.ts";
import { EMBEDDED_AT_ONCE } from "../../engine/knowledge.ts";
import { openAiClient, type OpenAiSettings } from "./client.ts";
import { sourceOf } from "./openai.ts";
import type { Source } from "../refusals/failure-table.ts";

const DIMENSIONS_MAX = 4_096;
const CALL_MS_MAX = 60_000;

/** What a server makes of texts: a vector for each, in their order, at most {@link EMBEDDED_AT_ONCE} of them. Rejects as the SDK does, or with {@link UnusableVectors}; it does not retry. */
export interface Embeddings {
  readonly source: Source;
  of(texts: readonly string[], signal: AbortSignal): Promise<{ readonly vectors: readonly Float32Array[]; readonly usage: Usage }>;
}

/** What came is not what was asked for; it would not be at another try either. */
export class UnusableVectors extends Error {
  override readonly name = "UnusableVectors";
}

/** By `/v1/embeddings`, as OpenAI has it, and every server that speaks it. */
export function openAiEmbeddings(settings: OpenAiSettings): Embeddings {
  const { model } = settings;
  const { client, baseUrl } = openAiClient(settings);
  return {
    source: sourceOf(settings, baseUrl),
    async of(texts, signal) {
      if (texts.length > EMBEDDED_AT_ONCE) throw new RangeError(`at most ${EMBEDDED_AT_ONCE} texts are embedded at once`);
      const asked = { model, input: [...texts], encoding_format: "float" as const };
      const answer = await (await client).embeddings.create(asked, { signal, timeout: CALL_MS_MAX });
      const found = answer.data.toSorted((one, other) => one.index - other.index).map(({ embedding }) => embedding);
      const [first = []] = found;
      const isWhole = found.length === texts.length && first.length > 0 && first.length <= DIMENSIONS_MAX;
      if (!isWhole || found.some((one) => one.length !== first.length || !one.every(Number.isFinite)))
        throw new UnusableVectors(`${model} gave ${found.length} vectors for ${texts.length} texts, or none that can be used`);
      const inputTokens = answer.usage?.total_tokens;
      const usage = {
        inputTokens: inputTokens ?? estimated(texts),
        outputTokens: 0,
        ...(inputTokens === undefined ? { estimated: true as const } : {}),
      };
      return { vectors: found.map((one) => Float32Array.from(one)), usage };
    },
  };
}

/** Of a server that counts nothing: about four characters a token. */
const estimated = (texts: readonly string[]): number => Math.ceil(texts.reduce((sum, { length }) => sum + length, 0) / 4);
