import type { Usage } from "../../../src/engine/events/events.ts";
import type { Model, ModelFailure, ModelReply, ModelRequest } from "../../../src/engine/model.ts";

/** Gives these replies in order, a word before each, and keeps the requests. */
export function inOrder(name: string, ...replies: readonly ModelReply[]): Model & { readonly requests: readonly ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    name,
    requests,
    async *call(request) {
      const reply = replies[requests.length];
      requests.push(request);
      if (!reply) throw new Error(`${name} has no reply left`);
      yield { type: "text", text: `try ${requests.length}` };
      return reply;
    },
  };
}

export const fails = (kind: ModelFailure["kind"], more: { retryAfterMs?: number; usage?: Usage } = {}): ModelReply => ({
  kind: "failure",
  error: { kind, message: `It said ${kind}.`, ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }) },
  ...(more.usage ? { usage: more.usage } : {}),
});

export const answers = (text = "Yes.", usage: Usage = { inputTokens: 10, outputTokens: 5 }): ModelReply => ({
  kind: "answer",
  text,
  toolCalls: [],
  usage,
});
