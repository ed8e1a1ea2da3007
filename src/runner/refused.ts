import { describe } from "../engine/limits/termination.ts";
import { reasonsOf, type Budget } from "./day-budgets.ts";
import { rateWords, type UsedRate } from "./rates.ts";

/** Why words are not heard, or a fork is not begun: values, so that people can be told in their language. */
export type RefusedFor =
  | { readonly kind: "empty" }
  | { readonly kind: "long"; readonly chars: number; readonly charsMax: number }
  /** There is no such team, or it cannot be had: `because` in the words of its team file's rules. */
  | { readonly kind: "team"; readonly team: string; readonly teams: readonly string[]; readonly because?: string }
  /** Budgets of the day that are used up; `until`: when they start anew, ISO 8601. */
  | { readonly kind: "budget"; readonly budgets: readonly Budget[]; readonly until: string }
  | { readonly kind: "rate"; readonly rate: UsedRate }
  /** Of a fork: its run had ended there; something else has begun in its thread; its person could start no more runs; its thread is not here. */
  | { readonly kind: "ended" | "taken" | "later" | "elsewhere" };

/** `reason`: the same in one English sentence with the mend, for logs and terminals. */
export interface Refused {
  readonly kind: "refused";
  readonly why: RefusedFor;
  readonly reason: string;
}

export const refusedFor = (why: RefusedFor): Refused => ({ kind: "refused", why, reason: reasonOf(why) });

function reasonOf(why: RefusedFor): string {
  switch (why.kind) {
    case "empty":
      return "There is nothing to do in an empty message. Mention me with a task.";
    case "long":
      return `The message has ${why.chars} characters; I read at most ${why.charsMax}. Shorten it, or attach the text as a file.`;
    case "team":
      return why.because ?? `There is no team "${why.team}". The teams are: ${why.teams.join(", ")}.`;
    case "budget":
      return `Today's budget is used up: ${reasonsOf(why.budgets).map(describe).join("; ")}. It starts anew at ${why.until.slice(0, 16).replace("T", " ")} UTC.`;
    case "rate":
      return rateWords(why.rate);
    case "ended":
      return "The run had ended there: there is nothing to go on from.";
    case "taken":
      return "Somebody has begun something else in that thread.";
    case "elsewhere":
      return "There is no such thread here.";
    case "later":
      return "No more runs could be started then. Fork it once more.";
  }
}
