import type { Usage } from "../../engine/events/events.ts";
import { EMBEDDED_AT_ONCE } from "../../engine/knowledge.ts";
import type { Source } from "../refusals/failure-table.ts";
import { ServerError } from "../refusals/refusal.ts";
import { isError, saidBy, saidIn } from "../refusals/said.ts";
import { countedTokens } from "../tokens/counted.ts";
import { openAiClient, type OpenAiSettings } from "./client.ts";
import { sourceOf } from "./openai.ts";

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
      const response = await (await client).embeddings.create(asked, { signal, timeout: CALL_MS_MAX }).asResponse();
      const answer = answerIn(await response.text(), response.headers);
      const found = vectorsIn(answer);
      const [first = []] = found;
      const isWhole = found.length === texts.length && first.length > 0 && first.length <= DIMENSIONS_MAX;
      if (!isWhole || found.some((one) => one.length !== first.length || !one.every(Number.isFinite)))
        throw new UnusableVectors(`${model} gave ${found.length} vectors for ${texts.length} texts, or none that can be used`);
      const { usage: counted } = answer as {
        readonly usage?: { readonly total_tokens?: unknown; readonly prompt_tokens?: unknown } | null;
      };
      const inputTokens = countedTokens(counted?.total_tokens) || countedTokens(counted?.prompt_tokens);
      const usage = {
        inputTokens: inputTokens || estimated(texts),
        outputTokens: 0,
        ...(inputTokens === 0 ? { estimated: true as const } : {}),
      };
      return { vectors: found.map((one) => Float32Array.from(one)), usage };
    },
  };
}

/** Throws what stands there in place of vectors, whatever the status said. */
function answerIn(text: string, headers: Headers): object {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new ServerError(saidIn(text), headers);
  }
  if (isError(answer)) throw new ServerError(saidBy(answer), headers);
  return typeof answer === "object" && answer !== null ? answer : {};
}

/** In the order of the texts: OpenAI's list, or those of others (Ollama, Cohere, TEI), bare or within a field. None where there is no such list. */
function vectorsIn(answer: object): readonly (readonly number[])[] {
  const { data, embeddings } = answer as { readonly data?: unknown; readonly embeddings?: unknown };
  const list = [data, embeddings, answer].find(Array.isArray) as readonly unknown[] | undefined;
  return (list ?? [])
    .map((one, at) => {
      const { index, embedding = one } = (one ?? {}) as { readonly index?: unknown; readonly embedding?: unknown };
      return { at: typeof index === "number" ? index : at, vector: vectorOf(embedding) };
    })
    .toSorted((one, other) => one.at - other.at)
    .map(({ vector }) => vector);
}

/** Some servers give their bytes, whatever was asked for. */
function vectorOf(embedding: unknown): readonly number[] {
  if (Array.isArray(embedding)) return embedding as readonly number[];
  if (typeof embedding !== "string") return [];
  const bytes = Buffer.from(embedding, "base64");
  return Array.from({ length: Math.floor(bytes.length / FLOAT_BYTES) }, (_, at) => bytes.readFloatLE(at * FLOAT_BYTES));
}

const FLOAT_BYTES = 4;

/** Of a server that counts nothing: about four characters a token. */
const estimated = (texts: readonly string[]): number => Math.ceil(texts.reduce((sum, { length }) => sum + length, 0) / 4);
