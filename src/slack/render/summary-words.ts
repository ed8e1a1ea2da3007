import type { RunEvent } from "../../engine/events/events.ts";
import { lastSummary, type RunSummarized } from "../../engine/reading/summaries.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Formats } from "../language/formats.ts";

/** What the result of a run is told with: a summary of all that was said before it ended, where there is one. */
export function summaryAtEnd(ended: Transcript): RunSummarized | undefined {
  const summary = lastSummary(ended);
  if (!summary || summary.text === "") return undefined;
  return ended.events.slice(summary.upToSeq).some(isSaid) ? undefined : summary;
}

const isSaid = (event: RunEvent): boolean => event.type === "message.posted";

/** `320 tokens, $0.01`; what it cost is told wherever it is shown. */
export function summaryCost(t: Pick<Formats, "tokens" | "cost">, { usage }: RunSummarized): string {
  return usage ? [t.tokens(usage), t.cost(usage, usage.usd !== undefined)].filter(Boolean).join(", ") : "";
}
