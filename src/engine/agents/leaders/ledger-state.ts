import { HUMAN, type RunEvent } from "../../events/events.ts";
import type { Fold } from "../../reading/fold.ts";
import { APPROVE, onPlan } from "./plan-words.ts";
import { add, emptyContext, summarize, type Context } from "../../reading/context.ts";
import { amendHeard, heard } from "../../reading/hearing.ts";

/** How far the leader has come in the run; its next step follows from it. */
export interface LedgerState {
  readonly phase: "survey" | "plan" | "review" | "ask what to change" | "steps" | "finish";
  /** Plans made anew because the team was stuck, since the run began or a person spoke. */
  readonly replans: number;
  /** What a person wants changed in the plan. */
  readonly wished: boolean;
  /** A person has approved a plan of this run, or nobody has to. */
  readonly approved: boolean;
  readonly asked: boolean;
  readonly instruction: string;
}

export function ledgerState(leader: string, reviewPlan: boolean): Fold<LedgerState> {
  const start: LedgerState = { ...START, approved: !reviewPlan };
  return {
    initial: () => start,
    step(state, event) {
      if (event.type === "run.started") return start;
      if (event.within !== undefined) return state;
      if (event.type === "speaker.selected") return { ...state, instruction: event.instruction ?? state.instruction };
      if (event.type === "handoff.made") return event.agent === leader && event.to === HUMAN ? asked(state, event.options) : state;
      // Nobody said no in time: the team goes by the plan that there is.
      if (event.type === "question.expired" && state.asked) return { ...state, asked: false, replans: 0, phase: "steps", approved: true };
      if (event.type !== "message.posted") return state;
      if ("person" in event) return answered(state, event.text);
      return event.agent === leader ? said(state, event.kind === "stop") : state;
    },
  };
}

const START: LedgerState = { phase: "survey", replans: 0, wished: false, approved: false, asked: false, instruction: "" };

/** What the leader says in public is, in this order: what is known, the plan, and when the team got stuck both again; at last the answer. */
function said(state: LedgerState, isFinal: boolean): LedgerState {
  if (isFinal) return { ...state, phase: "finish" };
  switch (state.phase) {
    case "survey":
      return { ...state, phase: "plan" };
    case "plan":
      return { ...state, phase: state.approved ? "steps" : "review", wished: false };
    default:
      return { ...state, phase: "plan", replans: state.replans + 1 };
  }
}

/** A plan that is asked about is to be approved, also where an older version took the answer before for something else. */
const asked = (state: LedgerState, options: readonly string[] = []): LedgerState =>
  options.includes(APPROVE) ? { ...state, asked: true, phase: "review", approved: false } : { ...state, asked: true };

function answered(state: LedgerState, text: string): LedgerState {
  if (!state.asked) return state;
  const open = { ...state, asked: false, replans: 0 };
  const verdict = state.phase === "review" ? onPlan(text) : undefined;
  if (verdict === "yes") return { ...open, phase: "steps", approved: true };
  if (verdict === "no") return { ...open, phase: "ask what to change" };
  return state.phase === "steps" ? open : { ...open, phase: "plan", wished: true };
}

/** The conversation as the leader's model reads it, with what it asked of whom. */
export const leaderView = (leader: string): Fold<Context> => ({
  growsInPlace: true,
  initial: emptyContext,
  step(context, event) {
    amendHeard(context, event);
    if (event.type === "run.started") context.expectsTask = true;
    const own = ownWords(leader, event);
    if (own !== undefined) add(context, event.seq, { role: "assistant", text: own, toolCalls: [] });
    else if (event.type === "context.summarized" && event.agent === leader) summarize(context, event.text, event.upToSeq);
    else {
      const message = heard(leader, event, context.people);
      if (message) add(context, event.seq, message);
    }
    return context;
  },
});

function ownWords(leader: string, event: RunEvent): string | undefined {
  if (event.within !== undefined) return undefined;
  if (event.type === "speaker.selected") return event.leader === leader ? `To ${event.agent}: ${event.instruction ?? ""}` : undefined;
  return (event.type === "message.posted" || event.type === "handoff.made") && "agent" in event && event.agent === leader
    ? event.text
    : undefined;
}
