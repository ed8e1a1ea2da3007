import type { Model, ModelMessage } from "../model.ts";
import type { Sample } from "../tool.ts";
import type { Turn } from "../turn.ts";

/**
 * Has a model answer for a tool of an agent, with nothing of the conversation. `model` keeps within the budgets of the run, and the guards of the
 * team look at what goes to it; what it cost is told with the result of the call.
 */
export const sampleWith =
  (model: Model, agent: string, turn: Turn): Sample =>
  async ({ system, messages, outputTokensMax, temperature }) => {
    const request = {
      agent: `${agent}/sampling`,
      system,
      messages: endingOnUser(messages.map(asMessage)),
      tools: [],
      outputTokensMax,
      ...(temperature === undefined ? {} : { temperature }),
    };
    const call = model.call(request, turn);
    for (;;) {
      const step = await call.next();
      if (!step.done) continue;
      const reply = step.value;
      if (reply.kind === "answer") return { kind: "answer", text: reply.text, model: reply.model ?? model.name, usage: reply.usage };
      const { kind, message } = reply.error;
      return { kind: "failed", error: { kind, message }, ...(reply.usage ? { usage: reply.usage } : {}) };
    }
  };

type Said = Parameters<Sample>[0]["messages"][number];

const asMessage = ({ role, text, images }: Said): ModelMessage =>
  role === "assistant" ? { role, text, toolCalls: [] } : { role, text, ...(images ? { images } : {}) };

/** Some providers refuse a request that ends on the assistant's own words. */
const endingOnUser = (messages: readonly ModelMessage[]): readonly ModelMessage[] =>
  messages.at(-1)?.role === "assistant" ? [...messages, { role: "user", text: "(Please go on.)" }] : messages;
