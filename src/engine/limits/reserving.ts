import type { Model, ModelDelta, ModelReply, ModelRequest } from "../model.ts";
import type { Turn } from "../turn.ts";
import { inputTokensMax } from "./budget.ts";

/** A model for whose calls money is set aside before they are made, where a budget is shared with others. One whose price is unknown sets nothing aside. */
export const reserving = (model: Model): Model =>
  model.terms ? { ...model, call: (request, turn) => reservedCall(model, request, turn) } : model;

async function* reservedCall(model: Model, request: ModelRequest, turn: Turn): AsyncGenerator<ModelDelta, ModelReply, void> {
  const outputTokens = Math.min(request.outputTokensMax ?? Infinity, model.terms?.outputTokensMax ?? Infinity);
  const usd = turn.reserve ? (model.terms?.usdMax({ inputTokens: inputTokensMax(request), outputTokens }) ?? 0) : 0;
  if (!turn.reserve || usd === 0) return yield* model.call(request, turn);
  const reservation = await turn.reserve(usd, turn.signal);
  if (!reservation) return turn.signal.aborted ? ABORTED : USED_UP;
  let reply: ModelReply | undefined;
  try {
    return (reply = yield* model.call(request, turn));
  } finally {
    reservation.ended(reply?.usage?.usd ?? 0);
  }
}

const ABORTED: ModelReply = { kind: "failure", error: { kind: "aborted", message: "The call was given up before it was made." } };
const USED_UP: ModelReply = {
  kind: "failure",
  error: { kind: "limit", message: "of a budget of the day nothing is left for the next call" },
  usage: { inputTokens: 0, outputTokens: 0, usd: 0, calls: 0 },
};
