import { createHash } from "node:crypto";

/**
 * Model servers that give something opaque along with a call and want it back: by its format the words of a stream, and where in a request it stands
 * then.
 */
export interface ThinkingModel {
  readonly name: string;
  /** Its entry in a team file, but for `baseUrl`. */
  readonly entry: { readonly provider: string; readonly model: string; readonly [setting: string]: unknown };
  /** What is behind the server's address. */
  readonly path: string;
  readonly env: { readonly [name: string]: string };
  /** A reply that calls tools after a thought; `nth` makes it another one each time. */
  calls(nth: number, calls: readonly Call[], thought?: string): string[];
  says(text: string): string[];
  /** Of a request: what came with each reply that has calls, in order, and the calls themselves. */
  // eslint-disable-next-line -- a body is whatever JSON came
  given(body: { readonly [key: string]: any }): { readonly kept: readonly unknown[]; readonly calls: readonly Call[] }[];
  /** What `given` finds of that reply. */
  kept(nth: number, thought?: string): readonly unknown[];
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: string;
}

export const THOUGHT = "Hm, Maria wants it.";
/** Sealed words as providers make them: as random as a key. */
export const sealed = (nth: number): string => createHash("sha512").update(`sealed thought ${nth}`).digest("base64");

type Json = { readonly [key: string]: unknown };
const named = (events: readonly Json[]) => events.map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`);

const messages: ThinkingModel = {
  name: "signed and sealed thoughts of the Messages API",
  entry: { provider: "anthropic", model: "claude-sonnet-5-5", reasoningText: true },
  path: "",
  env: { ANTHROPIC_API_KEY: "sk-ant-of-this-test" },
  calls(nth, calls, thought = THOUGHT) {
    const blocks = [
      { type: "redacted_thinking", data: sealed(-nth) },
      ...calls.map(({ id, name }) => ({ type: "tool_use", id, name, input: {} })),
    ];
    return named([
      { type: "message_start", message: { usage: { input_tokens: 5, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: thought } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: sealed(nth) } },
      ...blocks.map((block, at) => ({ type: "content_block_start", index: at + 1, content_block: block })),
      ...calls.map(({ args }, at) => ({
        type: "content_block_delta",
        index: at + 2,
        delta: { type: "input_json_delta", partial_json: args },
      })),
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
      { type: "message_stop" },
    ]);
  },
  says: (text) =>
    named([
      { type: "message_start", message: { usage: { input_tokens: 5, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
      { type: "message_stop" },
    ]),
  given: (body) =>
    (body["messages"] as { role: string; content: Json[] }[]).flatMap(({ role, content }) => {
      const calls = content.filter(({ type }) => type === "tool_use");
      if (role !== "assistant" || calls.length === 0) return [];
      return [
        {
          kept: content.filter(({ type }) => /thinking/.test(String(type))),
          calls: calls.map(({ id, name, input }) => ({ id: String(id), name: String(name), args: JSON.stringify(input) })),
        },
      ];
    }),
  kept: (nth, thought = THOUGHT) => [
    { type: "thinking", thinking: thought, signature: sealed(nth) },
    { type: "redacted_thinking", data: sealed(-nth) },
  ],
};

const reasoningItem = (nth: number, thought: string) => ({
  id: `rs_${nth}`,
  type: "reasoning",
  summary: [{ type: "summary_text", text: thought }],
  encrypted_content: sealed(nth),
});

const responses: ThinkingModel = {
  name: "encrypted reasoning of the Responses API",
  entry: { provider: "openai", model: "gpt-5-mini", api: "responses" },
  path: "/v1",
  env: { OPENAI_API_KEY: "sk-of-this-test" },
  calls: (nth, calls, thought = THOUGHT) =>
    named([
      { type: "response.output_item.done", output_index: 0, item: reasoningItem(nth, thought) },
      ...calls.map(({ id, name, args }, at) => ({
        type: "response.output_item.done",
        output_index: at + 1,
        item: { id: `fc_${id}`, type: "function_call", call_id: id, name, arguments: args },
      })),
      { type: "response.completed", response: { status: "completed", output: [], usage: null } },
    ]),
  says: (text) =>
    named([
      { type: "response.output_text.delta", item_id: "m", output_index: 0, content_index: 0, delta: text, logprobs: [] },
      { type: "response.completed", response: { status: "completed", output: [], usage: null } },
    ]),
  given(body) {
    const found: { kept: unknown[]; calls: Call[] }[] = [];
    let before = "";
    for (const item of body["input"] as Json[]) {
      const type = String(item["type"]);
      // All that one reply brought stands in a row.
      if (type === "reasoning") found.push({ kept: [item], calls: [] });
      if (type === "function_call") {
        if (before !== "reasoning" && before !== "function_call") found.push({ kept: [], calls: [] });
        found.at(-1)?.calls.push({ id: String(item["call_id"]), name: String(item["name"]), args: String(item["arguments"]) });
      }
      before = type;
    }
    return found;
  },
  kept: (nth, thought = THOUGHT) => [reasoningItem(nth, thought)],
};

const frames = (...deltas: readonly Json[]) => [
  ...deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`),
  "data: [DONE]\n\n",
];

/** Chat Completions: of each message with calls, what is none of the format's own fields, and of its calls the same. */
const chat = (name: string, beside: (nth: number, thought: string) => { readonly message: Json; readonly call: Json }): ThinkingModel => ({
  name,
  entry: { provider: "openai-compatible", model: "thinker" },
  path: "/v1",
  env: {},
  calls(nth, calls, thought = THOUGHT) {
    const { message, call } = beside(nth, thought);
    return frames({
      ...message,
      tool_calls: calls.map(({ id, name: tool, args }, index) => ({
        index,
        id,
        type: "function",
        function: { name: tool, arguments: args },
        // Only the first call of a reply is signed.
        ...(index === 0 ? call : {}),
      })),
    });
  },
  says: (text) => frames({ content: text }),
  given: (body) =>
    (body["messages"] as Json[]).flatMap(({ role: _role, content: _content, tool_calls: calls, ...message }) => {
      if (!Array.isArray(calls)) return [];
      const own = (calls as (Json & { function: { name: string; arguments: string } })[]).map(
        ({ id, type: _type, function: tool, ...rest }) => ({
          call: { id: String(id), name: tool.name, args: tool.arguments },
          rest,
        }),
      );
      const kept = [message, ...own.map(({ rest }) => rest)].filter((one) => Object.keys(one).length > 0);
      return [{ kept, calls: own.map(({ call }) => call) }];
    }),
  kept(nth, thought = THOUGHT) {
    const { message, call } = beside(nth, thought);
    return [message, call].filter((one) => Object.keys(one).length > 0);
  },
});

const signatures = chat("thought signatures of Gemini's compatible door", (nth) => ({
  message: {},
  call: { extra_content: { google: { thought_signature: sealed(nth) } } },
}));
const reasoningContent = chat("reasoning_content of DeepSeek and Kimi", (_nth, thought) => ({
  message: { reasoning_content: thought },
  call: {},
}));

export const THINKING_MODELS: readonly ThinkingModel[] = [messages, responses, signatures, reasoningContent];
