import type { ContextStrategy } from "../../engine/reading/context.ts";
import type { AnswerSpec, JsonSchema } from "../../engine/model.ts";
import type { AnswerObject, AnswerValue } from "../schema/answer.ts";
import type { ContextSettings } from "../schema/assistant.ts";
import type { Parts } from "./parts.ts";

export function contextOf(context: ContextSettings, parts: Pick<Parts, "modelNamed">): ContextStrategy {
  if (context === "all") return { kind: "all" };
  if ("tokens" in context) return { kind: "tokenBudget", tokens: context.tokens };
  if ("lastMessages" in context) return { kind: "lastMessages", count: context.lastMessages };
  if ("head" in context) return { kind: "headAndTail", head: context.head, tail: context.tail };
  return { kind: "summary", model: parts.modelNamed(context.summary.model), tokensMax: context.summary.tokensMax };
}

/** The answer that an agent gives, as strict as providers want it: every property required, no others. */
export function answerOf(agent: string, answer: AnswerObject | undefined): { readonly answer?: AnswerSpec } {
  return answer ? { answer: { name: `answer_of_${agent.replaceAll(/[^a-zA-Z0-9_-]/g, "_")}`, schema: strict(answer) } } : {};
}

function strict(value: AnswerValue): JsonSchema {
  if (value.type === "array") return { ...value, items: strict(value.items) };
  if (value.type !== "object") return { ...value };
  const properties = Object.fromEntries(Object.entries(value.properties).map(([name, inner]) => [name, strict(inner)]));
  return { ...value, properties, required: Object.keys(properties), additionalProperties: false };
}
