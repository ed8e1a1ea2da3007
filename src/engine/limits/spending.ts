import type { Person, RunEvent } from "../events/events.ts";
import { modelOf, spenderOf, usageOf } from "../reading/spender.ts";
import { NOTHING_SPENT, spend, type Spent } from "./usage.ts";

/** What one agent's calls of one model took in one run on one day. */
export interface Spending extends Spent {
  readonly run: string;
  readonly team: string;
  /** Who started the run. */
  readonly person: Person;
  /** The agent, or `selector`, whose calls they were. */
  readonly agent: string;
  /** As {@link modelOf} names it; empty where no log says which it was. */
  readonly model: string;
  /** UTC: `2026-11-23`. */
  readonly day: string;
}

/** The seq up to which a log was copied from another thread's by a fork; 0 where nothing was. */
export const copiedUpTo = (events: readonly RunEvent[]): number =>
  events.reduce((upTo, event) => Math.max(upTo, event.type === "run.started" ? (event.forkedFrom?.seq ?? 0) : 0), 0);

/**
 * What was spent in a thread, read off its log from the first event. What a fork has copied was spent in the thread where it happened, and is
 * not counted again: what stands up to `copied`, which whoever has only a part of the log reads off the whole of it.
 */
export function spendingOf(events: readonly RunEvent[], copied = copiedUpTo(events)): readonly Spending[] {
  const found = new Map<string, Spending>();
  let run: Extract<RunEvent, { type: "run.started" }> | undefined;
  for (const event of events) {
    if (event.type === "run.started") run = event;
    const usage = usageOf(event);
    if (!usage || !run || event.seq <= copied) continue;
    const [agent, model, day] = [spenderOf(event), modelOf(event), event.at.slice(0, DAY_CHARS)];
    const key = JSON.stringify([run.run, agent, model, day]);
    const before = found.get(key) ?? { ...NOTHING_SPENT, run: run.run, team: run.team, person: run.startedBy, agent, model, day };
    found.set(key, { ...before, ...spend(before, usage) });
  }
  return [...found.values()];
}

const DAY_CHARS = "2026-11-23".length;

/** All of it together. */
export const totalOf = (spending: Iterable<Spent>): Spent =>
  [...spending].reduce((sum, { usage, priced }) => ({ ...spend(sum, usage), priced: sum.priced && priced }), NOTHING_SPENT);
