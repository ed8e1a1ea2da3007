import type { Payer } from "../../src/engine/knowledge.ts";
import { outside } from "../../src/engine/turn.ts";

/** Who looks something up, and keeps to no budget. */
export const payer = (signal: AbortSignal = new AbortController().signal): Payer => ({
  turn: outside(signal),
  held: (model) => model,
  indexing: { tokens: Infinity, usd: Infinity },
});
