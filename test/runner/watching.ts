import type { EventBody } from "../../src/engine/events/events.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import type { Budget, DayBudgets } from "../../src/runner/day-budgets.ts";
import type { RunnableTeam } from "../../src/runner/runnable-team.ts";
import { createWatch } from "../../src/runner/watch.ts";
import type { Lane } from "../../src/store/lanes.ts";
import type { Commit, Reserved } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";
import { MARIA, openLog, team } from "../support/scripted.ts";

export const MINUTE_MS = 60_000;
export const START_MS = Date.UTC(2026, 0, 5, 9);
export const at = (minutes: number) => new Date(START_MS + minutes * MINUTE_MS).toISOString();
export const JONAS_LIMIT: Budget = { account: "person/U1", day: "2026-01-05", limit: 1, spent: 0, priced: true };

export const duo: RunnableTeam = team({ agents: [], nextSpeakers: roundRobin });

export interface Given {
  readonly budgets?: Budget[];
  readonly heardAll?: boolean;
  readonly withoutBudgets?: true;
  readonly ceiling?: number;
  readonly reserve?: Reserved[];
  readonly stillHere?: () => Promise<void>;
}

/** A watch over a thread whose log is in memory; what is appended to it stands in the log at the clock's time. */
export function watching({ budgets = [], heardAll = true, withoutBudgets, ceiling, reserve = [], stillHere }: Given = {}) {
  const clock = manualClock(START_MS);
  const log = openLog();
  const wakes: Commit["wake"][] = [];
  const settled: string[] = [];
  const calls: unknown[] = [];
  const asked: unknown[] = [];
  const record = (...bodies: readonly EventBody[]) => {
    for (const body of bodies) log.events.push({ ...body, seq: log.events.length + 1, at: new Date(clock.now()).toISOString() });
  };
  const lane = {
    thread: "T/C/1",
    workspace: "T",
    transcript: log.transcript,
    inTurn: (job: () => Promise<unknown>) => job(),
    async append(bodies: readonly EventBody[], wake: Commit["wake"]) {
      record(...bodies);
      wakes.push(wake);
    },
    settles: (reservation: string) => void settled.push(reservation),
  } as unknown as Lane;
  const held: Pick<DayBudgets, "held"> = {
    async held(...given) {
      asked.push(given);
      return [...budgets];
    },
  };
  const watch = createWatch({
    store: {
      async reserve(wanted) {
        calls.push(wanted);
        const told = reserve.shift();
        if (!told) throw new Error("nothing more is set aside");
        return told;
      },
      async callEnded(...given) {
        calls.push(given);
      },
      ...(stillHere ? { stillHere } : {}),
    },
    clock,
    budgets: withoutBudgets ? undefined : (held as DayBudgets),
    haltMinutes: 30,
    ceilings: ceiling === undefined ? undefined : { limits: { turns: ceiling, minutes: 60, tokens: 9_000, usd: 9 }, budget: () => 5 },
    heardAll: () => heardAll,
  });
  const started = (more: object = {}) => record({ type: "run.started", run: "r1", team: "duo", startedBy: MARIA, ...more });
  return { clock, log, record, lane, wakes, watch, started, settled, calls, asked };
}

export const question = (minutes?: number): EventBody => ({
  type: "handoff.made",
  agent: "A",
  to: "human",
  text: "?",
  ...(minutes === undefined ? {} : { answerBy: at(minutes) }),
});
export const approval = (call: string, minutes: number): EventBody => ({
  type: "approval.requested",
  agent: "A",
  call,
  what: "x",
  approveBy: at(minutes),
});
export const halt = (until: number | undefined, ...kinds: readonly ("turns" | "budget")[]): EventBody => ({
  type: "limit.reached",
  run: "r1",
  reason: "",
  reasons: kinds.map((kind) =>
    kind === "turns"
      ? { kind: "maxTurns", limit: 2, count: 2 }
      : { kind: "budget", account: "person/U1", day: "2026-01-05", limit: 1, spent: 1, priced: true },
  ),
  ...(until === undefined ? {} : { until: at(until) }),
});
