import type { Person, RaiseOffer } from "../../engine/events/events.ts";
import type { Budget } from "../../runner/day-budgets.ts";
import type { Asker } from "../access.ts";

/** The seam to whoever runs teams: what people say and decide in runs that are shown in the studio alone, and where the others are talked about. */
export interface Acting {
  /** Whether this person says it here: the run is posted nowhere. */
  isHere(thread: string, asker: Asker): boolean;
  /** Why they may not, for them, and kept in the audit log where `isAsked`; nothing where they may. Rejects with `SightUnknown` while nobody can say. */
  refusal(asker: Asker, act: Act): Promise<string | undefined>;
  /** The address at which the thread is talked in, such as in Slack; nothing where it is in none. */
  linkTo(asker: Asker, thread: string): Promise<string | undefined>;
  /** Each resolves to why it was not done, for whoever asked; to nothing where it was. */
  say(thread: string, person: Person, words: { readonly text: string; readonly answers?: number }): Promise<string | undefined>;
  approve(thread: string, person: Person, verdict: { readonly call: string; readonly approved: boolean }): Promise<string | undefined>;
  stop(thread: string, person: Person): Promise<string | undefined>;
  /** `halt`: seq of the event that says so. */
  decideAtLimit(
    thread: string,
    person: Person,
    decision: { readonly halt: number; readonly wish: "raise" | "finish" },
  ): Promise<string | undefined>;
  /** Budgets of the day that keep this person from beginning a run where the thread is, and what would be raised. */
  usedUp(thread: string, person: Person): Promise<{ readonly budgets: readonly Budget[]; readonly offer: RaiseOffer }>;
  /** Raises them, for all runs that wait for them. */
  raiseUsedUp(thread: string, person: Person): Promise<string | undefined>;
}

/** What somebody wants to do in a run, by the lines of the table of permissions; `raiseBudget`: a budget of the day, by the line `raise`. */
export const ACTS = ["answer", "steer", "approve", "stop", "raise", "raiseBudget"] as const;

export interface Act {
  readonly deed: (typeof ACTS)[number];
  readonly thread: string;
  readonly startedBy: Person;
  /** Whether they want it now; else they are only told beforehand. */
  readonly isAsked: boolean;
}

export const TOO_LATE = "It is over, or somebody has said so already.";
