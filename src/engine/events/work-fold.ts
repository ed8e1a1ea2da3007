import type { RunEvent } from "./events.ts";
import { participantOf } from "./values.ts";

/** What of a run waits for a person's yes. */
export interface AwaitingApproval {
  /** Calls, the oldest first. */
  readonly approvals: readonly OpenApproval[];
}

export interface OpenApproval {
  readonly call: string;
  /** In whose turn it was asked for: the agent, or the team that it is part of. */
  readonly participant: string;
  /** ISO 8601; when it is taken for a no. */
  readonly approveBy: string | undefined;
}

export const awaitingApproval = {
  initial: (): AwaitingApproval => NOTHING_AWAITED,
  step<State extends AwaitingApproval>(state: State, event: RunEvent): State {
    // Those who work inside a participant wait for people too.
    if (event.type === "approval.requested") return { ...state, approvals: [...state.approvals, approvalOf(event)] };
    if (state.approvals.length === 0) return state;
    if (event.type === "approval.given" || event.type === "approval.expired")
      return { ...state, approvals: state.approvals.filter(({ call }) => call !== event.call) };
    if (event.within !== undefined) return state;
    if (event.type === "run.started" || event.type === "run.stopped") return { ...state, ...NOTHING_AWAITED };
    // The turn is over, and with it what it was waiting for.
    if (event.type === "turn.skipped")
      return { ...state, approvals: state.approvals.filter(({ participant }) => participant !== event.agent) };
    return state;
  },
};

const NOTHING_AWAITED: AwaitingApproval = { approvals: [] };

const approvalOf = (event: Extract<RunEvent, { readonly type: "approval.requested" }>): OpenApproval => ({
  call: event.call,
  participant: participantOf(event),
  approveBy: event.approveBy,
});
