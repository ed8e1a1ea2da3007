import type { Person } from "../events.ts";
import { read, type Fold, type Transcript } from "../transcript.ts";

export type Approval =
  | { readonly kind: "unasked" }
  | { readonly kind: "asked" }
  | { readonly kind: "given"; readonly approved: boolean; readonly person: Person; readonly reason?: string };

interface Approvals {
  readonly byCall: Map<string, Approval>;
  readonly toolOf: Map<string, string>;
  /** Tools that somebody has said yes to. */
  readonly tools: Set<string>;
}

const approvals: Fold<Approvals> = {
  initial: () => ({ byCall: new Map(), toolOf: new Map(), tools: new Set() }),
  step(state, event) {
    if (event.type === "tool.called") state.toolOf.set(event.call, event.tool);
    if (event.type === "approval.requested") state.byCall.set(event.call, { kind: "asked" });
    if (event.type === "approval.given") {
      const { approved, person, reason } = event;
      state.byCall.set(event.call, { kind: "given", approved, person, ...(reason ? { reason } : {}) });
      const tool = state.toolOf.get(event.call);
      if (approved && tool !== undefined) state.tools.add(tool);
    }
    return state;
  },
};

/** What people have said to a call. */
export const approvalOf = (transcript: Transcript, call: string): Approval =>
  read(transcript, approvals).byCall.get(call) ?? { kind: "unasked" };

/** Whether somebody has said yes to this tool in the thread. */
export const wasApproved = (transcript: Transcript, tool: string): boolean => read(transcript, approvals).tools.has(tool);

/** For those who asked: who said no, and why. */
export const denial = ({ person, reason }: Extract<Approval, { kind: "given" }>): string =>
  `${person.name} said no${reason ? `: ${reason}` : "."}`;

/** What a person is asked to say yes to; long enough for a script, short enough for a card. */
export const asked = (what: string): string =>
  what.length <= ASKED_CHARS_MAX ? what : `${what.slice(0, ASKED_CHARS_MAX)}\n… cut: ${what.length - ASKED_CHARS_MAX} more characters`;
const ASKED_CHARS_MAX = 4_000;
