import type { Model, ModelReply } from "../engine/model.ts";
import { FAILURES } from "./refusals/failure-table.ts";
import { following } from "./retry.ts";

/**
 * The first of these models that answers. The next is asked when the one before it failed in a way that another may not: see the rules in
 * {@link FAILURES}. The reply says who spoke and why those before did not, and its usage counts them all; when nobody answers, it is the last one's failure.
 */
export function withFallback(first: Model, others: readonly Model[]): Model {
  if (others.length === 0) return first;
  return {
    // Read when it is asked for: some models learn their names late.
    get name() {
      return first.name;
    },
    async *call(request, turn) {
      let reply: ModelReply = yield* first.call(request, turn);
      for (const model of others) {
        if (reply.kind === "answer" || !passesOn(reply) || turn.signal.aborted) break;
        const before: ModelReply = {
          ...reply,
          notices: [...(reply.notices ?? []), `${model.name} was asked instead. ${reply.error.message}`],
        };
        const own = yield* model.call(request, turn);
        reply = { ...following(before, own), model: own.model ?? model.name };
      }
      return reply;
    },
  };
}

function passesOn({ error }: Extract<ModelReply, { kind: "failure" }>): boolean {
  const { does } = FAILURES[error.kind].rule;
  return does === "retry" || does === "next";
}
