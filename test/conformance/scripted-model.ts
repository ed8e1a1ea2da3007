import type { Model, ModelRequest } from "../../src/engine/model.ts";
import type { Reply } from "./format.ts";

export interface ScenarioModel extends Model {
  readonly requests: ModelRequest[];
}

/** A model of a scenario: its replies in order, whoever asks. A text reply without usage counts its words as tokens, at least 1. */
export function scenarioModel(id: string, replies: readonly Reply[]): ScenarioModel {
  const requests: ModelRequest[] = [];
  return {
    name: id,
    requests,
    // A scripted answer is there at once: there is nothing to wait for.
    async *call(request) {
      const reply = replies[requests.length];
      requests.push(structuredClone(request));
      if (reply === undefined) throw new Error(`model ${id} has no reply ${requests.length}`);
      if (typeof reply !== "string" && "error" in reply)
        return { kind: "failure", error: { kind: "unavailable", message: reply.error }, usage: { inputTokens: 0, outputTokens: 0 } };
      if (typeof reply !== "string" && "ledger" in reply) {
        const { in_loop: inLoop = false, ...given } = reply.ledger;
        const judged = JSON.stringify({ satisfied: false, progress: true, inLoop, instruction: "", reason: "", ...given });
        return { kind: "answer", text: judged, toolCalls: [], usage: { inputTokens: 0, outputTokens: 0 } };
      }
      // Words beside calls are its thought; those beside an answer are not kept.
      const text = typeof reply === "string" ? reply : ((reply.tool_calls ? reply.thought : undefined) ?? reply.text ?? "");
      const given = typeof reply === "string" ? undefined : reply.usage;
      const words = Math.max(1, text.split(/\s+/).filter((word) => word !== "").length);
      const [inputTokens, outputTokens] = given ?? (typeof reply === "string" ? [words, words] : [0, 0]);
      yield { type: "text", text };
      const toolCalls = typeof reply === "string" ? [] : (reply.tool_calls ?? []);
      return {
        kind: "answer",
        text,
        toolCalls: toolCalls.map(({ name, args }, index) => ({
          call: `${id}-${requests.length}-${index}`,
          tool: name,
          args: typeof args === "string" ? args : JSON.stringify(args ?? {}),
        })),
        usage: { inputTokens, outputTokens },
      };
    },
  };
}
