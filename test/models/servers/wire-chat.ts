import type { Told } from "./wires.ts";

/** Chat Completions: chunks, tool-call deltas interleaved by index, usage in a chunk of its own without choices, then [DONE]. */
export function chatBody({ reasoning = [], text = [], calls = [], finish = "stop", usage }: Told): string[] {
  const deltas: object[] = [{ role: "assistant", content: "", refusal: null }];
  for (const part of reasoning) deltas.push({ reasoning_content: part });
  for (const part of text) deltas.push(finish === "refused" ? { refusal: part } : { content: part });
  calls.forEach((call, index) =>
    deltas.push({ tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] }),
  );
  const rounds = Math.max(0, ...calls.map((call) => call.args.length));
  for (let round = 0; round < rounds; round++) {
    calls.forEach((call, index) => {
      const part = call.args[round];
      if (part !== undefined) deltas.push({ tool_calls: [{ index, function: { arguments: part } }] });
    });
  }
  const reason = finish === "filtered" ? "content_filter" : finish === "length" ? "length" : calls.length > 0 ? "tool_calls" : "stop";
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, logprobs: null, finish_reason: null }], usage: null })),
    { choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: reason }], usage: null },
    ...(usage ? [{ choices: [], usage: usageOf(usage) }] : []),
  ];
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_767_603_600, model: "gpt-5-mini", service_tier: "default" };
  return [...chunks.map((chunk) => `data: ${JSON.stringify({ ...head, ...chunk })}\n\n`), "data: [DONE]\n\n"];
}

const usageOf = ({ input, output, cached, reasoning }: NonNullable<Told["usage"]>) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
});
