import type { RunEvent } from "./events.ts";
import type { NearedLimit, RunLimits } from "./limits.ts";
import type { StopReason } from "./run.ts";
import type { Person } from "./values.ts";

/** For so long a run may be set to wait for people at a limit: a day. */
export const HALT_MINUTES_MAX = 24 * 60;

/** Where a run stands with its limits. */
export interface AtLimits {
  /** Whether it halts at a limit, and waits for people; else it stops. */
  readonly haltsAtLimits: boolean;
  /** What people have raised; the team's own limits hold for the rest. */
  readonly raised: Partial<RunLimits>;
  /** Where the run was begun with less money than its team has. */
  readonly usdMax: number | undefined;
  /** What has been said to be nearly used up. */
  readonly neared: readonly NearedLimit[];
  /** Set while it stands at a limit. */
  readonly halt: Halt | undefined;
}

export interface Halt {
  /** Of the event that says so. */
  readonly seq: number;
  readonly reasons: readonly StopReason[];
  /** ISO 8601; when the run stops by itself. */
  readonly until: string | undefined;
  /** Set when a person has asked for one: whether it has been given, or could not be. */
  readonly summary: { readonly person: Person; readonly askedAt: string; readonly isGiven: boolean } | undefined;
}

export const atLimits = {
  initial: (): AtLimits => NO_LIMITS_MET,
  step<State extends AtLimits>(state: State, event: RunEvent): State {
    if (event.within !== undefined) return state;
    switch (event.type) {
      case "run.started":
        return { ...state, ...NO_LIMITS_MET, haltsAtLimits: event.haltsAtLimits === true, usdMax: event.usdMax };
      case "run.stopped":
        return state.halt ? { ...state, halt: undefined } : state;
      case "limit.neared": {
        const { limit, account, used, of } = event;
        return { ...state, neared: [...state.neared, { limit, used, of, ...(account === undefined ? {} : { account }) }] };
      }
      case "limit.reached":
        return { ...state, halt: { seq: event.seq, reasons: event.reasons, until: event.until, summary: undefined } };
      case "limit.raised":
        return {
          ...state,
          halt: undefined,
          raised: { ...state.raised, ...event.to },
          // What was raised may come near again; a budget may have been raised in another run.
          neared: state.neared.filter(({ limit }) => limit !== "budget" && !(limit in event.to)),
        };
      case "summary.requested":
        return state.halt
          ? { ...state, halt: { ...state.halt, summary: { person: event.person, askedAt: event.at, isGiven: false } } }
          : state;
      case "message.posted":
        return "agent" in event ? summed(state) : state;
      case "turn.failed":
        return summed(state);
      case "turn.ended":
        return event.usage ? summed(state) : state;
      default:
        return state;
    }
  },
};

const NO_LIMITS_MET: AtLimits = { haltsAtLimits: false, raised: {}, usdMax: undefined, neared: [], halt: undefined };

/** An agent has spoken, or could not: of a run that only waits for its summary, that was it. */
const summed = <State extends AtLimits>(state: State): State =>
  state.halt?.summary ? { ...state, halt: { ...state.halt, summary: { ...state.halt.summary, isGiven: true } } } : state;

/** Whether it is for people to say what becomes of the run. */
export const isHalted = ({ halt }: Pick<AtLimits, "halt">): boolean => halt !== undefined && halt.summary === undefined;
