import { randomUUID } from "node:crypto";
import type { readStore, Parley, RunEvent } from "../../parley.ts";
import { UsageError } from "../command.ts";
import { personHere } from "./converse-here.ts";
import { findRun, type FoundRun } from "../logs/find-run.ts";
import { noSuchRun } from "../logs/export.ts";

/** A run up to one of its events. */
export interface ForkPoint extends FoundRun {
  readonly run: string;
  /** The team that the run had. */
  readonly team: string;
  readonly seq: number;
  /** Whether the run was going on at that event. */
  readonly running: boolean;
}

/** Finds what `RUN@N` names: the run, and the number of an event of it; its last one when there is no number. Throws {@link UsageError}. */
export async function findForkPoint(store: ReturnType<typeof readStore>, wanted: string): Promise<ForkPoint> {
  const [, name = wanted, number] = /^(.+)@(\d{1,9})$/.exec(wanted) ?? [];
  const found = await findRun(store, name);
  const started = found?.log[found.start];
  if (!found || started?.type !== "run.started") throw new UsageError(noSuchRun(name));
  const [first, last] = [started.seq, found.end];
  const seq = number === undefined ? last : Number(number);
  if (seq < first || seq > last)
    throw new UsageError(`The run ${started.run} has the events ${first} to ${last}; there is no event ${seq} in it to fork it at.`);
  const running = !found.log.slice(found.start, seq).some((event) => event.type === "run.stopped");
  return { ...found, run: started.run, team: started.team, seq, running };
}

/**
 * Writes the log up to the fork point into a new thread, whose key it returns. Every event keeps its number and its time; only the run gets
 * an id of its own, and the team and the person with whom it goes on, and says what it is a fork of.
 */
export async function writeFork(parley: Parley, point: ForkPoint, team: string): Promise<{ thread: string; events: readonly RunEvent[] }> {
  const { copyLog, isWaiting } = await import("../../parley.ts");
  const { run, seq, start } = point;
  const thread = `terminal-${randomUUID()}`;
  const id = `${thread}#${start + 1}`;
  const teamHash = await parley.store.putFile(Buffer.from(parley.teams.snapshot(team)));
  const events = point.log.slice(0, seq).map((event, index): RunEvent => {
    if (index < start) return event;
    if (isOfRun(event)) return { ...event, run: id };
    if (event.type !== "run.started") return event;
    // Whether somebody is there to ask at a limit is for this terminal to say.
    const { teamHash: _before, haltsAtLimits: _halts, ahead: _ahead, ...rest } = event;
    const forkedFrom = { run, seq, team: point.team };
    return { ...rest, run: id, team, startedBy: personHere(), teamHash, forkedFrom };
  });
  await copyLog(parley.store, { thread, workspace: "terminal", events, wake: isWaiting({ events }) ? "none" : "now" });
  return { thread, events };
}

type OfRun = Extract<
  RunEvent,
  { readonly type: "run.resumed" | "run.stopped" | "run.paused" | "run.unpaused" | "feedback.given" | LimitEvent }
>;
type LimitEvent = "limit.neared" | "limit.reached" | "limit.raised" | "summary.requested";
const LIMIT_EVENTS: readonly LimitEvent[] = ["limit.neared", "limit.reached", "limit.raised", "summary.requested"];
const OF_RUN: ReadonlySet<string> = new Set([
  "run.resumed",
  "run.stopped",
  "run.paused",
  "run.unpaused",
  "feedback.given",
  ...LIMIT_EVENTS,
]);

const isOfRun = (event: RunEvent): event is OfRun => OF_RUN.has(event.type);
