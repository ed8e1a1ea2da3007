import type { RunEvent } from "./events.ts";
import type { Person } from "./values.ts";

/** Which run it is, and whether it goes on. */
export interface RunAsWhole {
  readonly run: string | undefined;
  readonly team: string | undefined;
  readonly startedBy: Person | undefined;
  /** In which people are told of it; English when absent. */
  readonly language: string | undefined;
  /** Index of `run.started` in the events; -1 before any run. */
  readonly startIndex: number;
  readonly running: boolean;
  /** Who holds the run; nobody while it goes on. */
  readonly pausedBy: Person | undefined;
}

export const runAsWhole = {
  initial: (): RunAsWhole => NO_RUN,
  step<State extends RunAsWhole>(state: State, event: RunEvent): State {
    if (event.within !== undefined) return state;
    switch (event.type) {
      case "run.started": {
        const { run, team, startedBy, language, seq } = event;
        return { ...state, run, team, startedBy, language, startIndex: seq - 1, running: true, pausedBy: undefined };
      }
      case "run.stopped":
        return { ...state, running: false, pausedBy: undefined };
      case "run.paused":
        return { ...state, pausedBy: event.person };
      case "run.unpaused":
        return { ...state, pausedBy: undefined };
      default:
        return state;
    }
  },
};

const NO_RUN: RunAsWhole = {
  run: undefined,
  team: undefined,
  startedBy: undefined,
  language: undefined,
  startIndex: -1,
  running: false,
  pausedBy: undefined,
};
