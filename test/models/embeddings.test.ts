import { expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createEmbedder } from "../../src/models/create.ts";
import { aside } from "../support/turn.ts";
import { chatServer, refuses } from "./servers/chat-server.ts";

async function vectorsOf(answer: unknown) {
  const { url } = await chatServer((_, response) => refuses(response, 200, answer));
  const embedder = createEmbedder(
    { provider: "openai-compatible", model: "x", baseUrl: url, attempts: 1 },
    { env: {}, clock: systemClock, random: () => 0 },
  );
  return embedder.embed(["a", "b"], { held: (model) => model, turn: aside(new AbortController().signal) });
}

const bytes = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString("base64");

test.each<[string, unknown, number]>([
  ["OpenAI's, out of order", { data: [{ index: 1, embedding: [3, 4] }, { index: 0, embedding: [1, 2] }], usage: { total_tokens: 7 } }, 7],
  ["without places, counts as text", { data: [{ embedding: [1, 2] }, { embedding: [3, 4] }], usage: { prompt_tokens: "7" } }, 7],
  ["as bytes", { data: [{ index: 0, embedding: bytes(1, 2) }, { index: 1, embedding: bytes(3, 4) }], usage: null }, 1],
  ["Ollama's", { embeddings: [[1, 2], [3, 4]], prompt_eval_count: 2 }, 1],
  ["a bare list", [[1, 2], [3, 4]], 1],
])("vectors are read: %s", async (_, answer, inputTokens) => {
  const { vectors, usage } = await vectorsOf(answer);
  expect(vectors.map((one) => [...one])).toEqual([[1, 2], [3, 4]]); // prettier-ignore
  expect(usage?.inputTokens).toBe(inputTokens);
}); // prettier-ignore

test.each([
  ["an error with status 200", { error: { message: "The lamp is out", code: 500 } }, "The lamp is out"],
  ["a page", "<!doctype html><title>Chat</title>", "a web page came"],
  ["null", null, "0 vectors for 2 texts"],
  ["no list", { status: "ok" }, "0 vectors for 2 texts"],
  ["one too few", { data: [{ embedding: [1] }] }, "1 vectors for 2 texts"],
  ["words", { data: ["a", null] }, "or none that can be used"],
])("what comes in place of vectors is told: %s", async (_, answer, words) => {
  await expect(vectorsOf(answer)).rejects.toThrow(words);
});
