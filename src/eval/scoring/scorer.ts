import type { Spent } from "../../engine/limits/usage.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import type { Case } from "../cases/read-cases.ts";

/** What a team made of a case. */
export interface Attempt {
  readonly case: Case;
  /** In which thread, so that what a scorer asks for is found again beside it. */
  readonly thread: string;
  /** How often this run has been scored, this time counted: what a judge could not say is asked anew. */
  readonly tries: number;
  /** The last words of an agent, without the words that only end the run; none where nobody spoke. */
  readonly answer: string;
  readonly run: Pick<RunState, "turns" | "usage" | "priced" | "elapsedMs">;
}

/** Nothing can be said of an answer, as where a judge or a sandbox cannot be had: it is neither right nor wrong. `spent`: what the asking cost. */
export class NotScored extends Error {
  override readonly name = "NotScored";
  readonly spent: readonly Spent[];
  constructor(message: string, spent: readonly Spent[] = []) {
    super(message);
    this.spent = spent;
  }
}

/** What one scorer says of it. */
export interface Verdict {
  readonly passed: boolean;
  /** One line for people: what was expected, and what was found. */
  readonly why: string;
  /** Of the models that were asked to judge; nothing when absent. */
  readonly spent?: readonly Spent[];
  /** How people judged the same answer, where the case says so. */
  readonly human?: boolean;
}

export interface Scorer {
  /** As reports call it; no two of an evaluation have the same. */
  readonly name: string;
  /** Why answers to this case cannot be scored, asked before anything is paid for; nothing where they can. */
  readonly refuses?: (one: Case) => string | undefined;
  /** Given the same attempt it says the same. Rejects where it cannot be said, with {@link NotScored} where that cost something. */
  score(attempt: Attempt): Promise<Verdict>;
}

const SHOWN_CHARS_MAX = 160;

/** In one line. */
export const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN_CHARS_MAX ? `${line.slice(0, SHOWN_CHARS_MAX)}…` : line;
};
