import type { Model } from "../../engine/model.ts";
import { jsonIn } from "../structured.ts";
import type { Concessions } from "./conceding.ts";

/** One answer in prose may be the model's own; two in a row are a server that lets it. */
const IN_PROSE_MAX = 2;

/**
 * A model whose server may take a schema, answer 200 and hold nobody to it, as several do at some of their doors. There is no refusal to learn
 * from; it is learnt from the answers, and from then on they are asked for as where schemas are refused. `isNative`: whether schemas are sent.
 */
export function heldToSchemas(model: Model, { refused, learn }: Pick<Concessions, "refused" | "learn">, isNative: boolean): Model {
  if (!isNative) return model;
  let inProse = 0;
  return {
    ...model,
    async *call(request, turn) {
      const isAsked = request.answer !== undefined && !refused.has("structured");
      const reply = yield* model.call(request, turn);
      if (isAsked && reply.kind === "answer") {
        inProse = jsonIn(reply.text) === undefined ? inProse + 1 : 0;
        if (inProse >= IN_PROSE_MAX) learn({ what: "structured" });
      }
      return reply;
    },
  };
}
