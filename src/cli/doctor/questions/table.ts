import { harmless } from "../../terminal.ts";
import { seconds, type QuestionName, type Verdict } from "./questions.ts";

/** One question and what became of it: a line of the table, and one of `--json`. */
export interface Row extends Verdict {
  readonly question: QuestionName;
  readonly asks: string;
  /** Milliseconds; absent where nothing came. */
  readonly firstMs?: number;
  readonly wholeMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly estimated?: true;
  /** Absent where the price is not known. */
  readonly usd?: number;
  /** What was refused while it was asked, and what is done without it. */
  readonly conceded: readonly string[];
}

const WIDTHS = { question: 8, outcome: 5, first: 8, whole: 8 } as const;

const columns = (question: string, outcome: string, first: string, whole: string, found: string): string =>
  `  ${question.padEnd(WIDTHS.question)}${outcome.padEnd(WIDTHS.outcome)}${first.padStart(WIDTHS.first)}${whole.padStart(WIDTHS.whole)}  ${found}`.trimEnd();

export const HEAD = columns("question", "", "first", "whole", "what came");

const OUTCOMES = { ok: "ok", gap: "gap", fail: "FAIL", skipped: "–" } as const;

/** A row for people; what a model or its server said is made harmless. */
export function lineOf({ question, outcome, firstMs, wholeMs, found, does, conceded }: Row): string {
  const time = (ms: number | undefined): string => (ms === undefined ? "–" : seconds(ms));
  const more = [...conceded.map((one) => `it ${one}`), ...(does === undefined ? [] : [`→ Parley ${does}.`])];
  const margin = " ".repeat(HEAD.length - "what came".length);
  return [
    columns(question, OUTCOMES[outcome], time(firstMs), time(wholeMs), oneLine(found)),
    ...more.map((line) => margin + oneLine(line)),
  ].join("\n");
}

export const oneLine = (text: string): string => harmless(text).replaceAll(/\s+/g, (blanks) => (blanks.includes("\n") ? " " : blanks));
