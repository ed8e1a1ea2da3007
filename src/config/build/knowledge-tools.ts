import type { BudgetLimits } from "../../engine/limits/budget.ts";
import type { Tool } from "../../engine/tool.ts";
import { knowledgeTools } from "../../tools/knowledge.ts";
import type { Parts } from "./parts.ts";

/** Of a run, what one search may take to make vectors of an index, which others have of it, too: the run is to be left with enough to answer. */
const INDEXING_SHARE = 0.25;

/** What agents look things up with, of these limits; none where nothing is indexed, or their team has no sources. */
export const toolsOfKnowledge = (
  { tokens, usd }: BudgetLimits,
  { knowledge, sources, thread, held }: Pick<Parts, "knowledge" | "sources" | "thread" | "held">,
): readonly Tool[] =>
  knowledge && sources.length > 0
    ? knowledgeTools(knowledge(sources, thread), thread, { held, indexing: { tokens: tokens * INDEXING_SHARE, usd: usd * INDEXING_SHARE } })
    : [];
