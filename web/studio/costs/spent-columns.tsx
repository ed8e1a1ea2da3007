import type { Column } from "../charts/figure.tsx";
import type { CostsAnswer } from "../state/api.ts";
import { money } from "../state/words.ts";

type Spent = CostsAnswer["total"];

/** What is told of any sum: as it is in a table, and as it is in a file. */
export const spentColumns = (): readonly Column<Spent>[] => [
  { title: "calls", shown: ({ calls }) => counted(calls), kept: ({ calls }) => calls, isNumber: true },
  { title: "tokens in", shown: ({ inputTokens }) => counted(inputTokens), kept: ({ inputTokens }) => inputTokens, isNumber: true },
  { title: "cached", shown: cachedShare, kept: ({ cachedTokens }) => cachedTokens, isNumber: true },
  { title: "tokens out", shown: ({ outputTokens }) => counted(outputTokens), kept: ({ outputTokens }) => outputTokens, isNumber: true },
  {
    title: "thought",
    shown: ({ reasoningTokens }) => counted(reasoningTokens),
    kept: ({ reasoningTokens }) => reasoningTokens,
    isNumber: true,
  },
  {
    title: "usd",
    shown: ({ usd, priced, estimated }) => `${estimated ? "about " : ""}${money(usd, priced)}`,
    kept: ({ usd }) => usd,
    isNumber: true,
  },
];

/** Of the input, what the provider's cache had. */
export const cachedShare = ({ inputTokens, cachedTokens }: Pick<Spent, "inputTokens" | "cachedTokens">): string =>
  inputTokens === 0 ? "–" : `${Math.round(Math.min(1, cachedTokens / inputTokens) * 100)}%`;

const COUNT = new Intl.NumberFormat();
const counted = (count: number): string => COUNT.format(count);
