import type { Model, ModelDelta, ModelReply, ModelRequest } from "../../../src/engine/model.ts";
import { aside } from "../../support/turn.ts";

/** A request with a tool and a short conversation. */
export const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  agent: "Coder",
  system: "You write code.",
  messages: [{ role: "user", text: "Ada: What is 6 × 7?" }],
  tools: [{ name: "search", description: "Searches.", parameters: { type: "object", properties: { q: { type: "string" } } } }],
  ...more,
});

export const ANSWER = {
  name: "next_speaker",
  schema: {
    type: "object",
    properties: { next: { type: "string", enum: ["Coder", "Runner"] }, reason: { type: "string" } },
    required: ["next", "reason"],
    additionalProperties: false,
  },
};

export interface Heard {
  readonly deltas: readonly ModelDelta[];
  readonly reply: ModelReply;
}

/** Calls a model to its end; `onDelta` is told while it speaks. */
export async function ask(
  model: Model,
  asked: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
  onDelta?: (delta: ModelDelta) => void,
  thread?: string,
): Promise<Heard> {
  const call = model.call(asked, aside(signal, thread));
  const deltas: ModelDelta[] = [];
  for (;;) {
    const step = await call.next();
    if (step.done) return { deltas, reply: step.value };
    deltas.push(step.value);
    onDelta?.(step.value);
  }
}

export const textOf = (deltas: readonly ModelDelta[]): string => deltas.map((delta) => (delta.type === "text" ? delta.text : "")).join("");

export function failureOf(reply: ModelReply): Extract<ModelReply, { kind: "failure" }>["error"] {
  if (reply.kind !== "failure") throw new Error(`the model answered: ${reply.text}`);
  return reply.error;
}
