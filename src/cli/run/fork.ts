import { randomUUID } from "node:crypto";
import type { ForkPoint, readStore, Parley, RunEvent } from "../../parley.ts";
import { UsageError } from "../command.ts";
import { personHere } from "./converse-here.ts";
import { findRun } from "../logs/find-run.ts";
import { noSuchRun } from "../logs/export.ts";

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

/** Writes it into a thread of this terminal, whose key it returns. Whether somebody is there to ask at a limit is for this terminal to say. */
export async function writeForkHere(
  parley: Parley,
  point: ForkPoint,
  team: string,
): Promise<{ thread: string; events: readonly RunEvent[] }> {
  const { isWaiting, writeFork } = await import("../../parley.ts");
  const thread = `terminal-${randomUUID()}`;
  const wake = isWaiting({ events: point.log.slice(0, point.seq) }) ? "none" : "now";
  const events = await writeFork(parley, point, { thread, workspace: "terminal", team, startedBy: personHere(), wake });
  return { thread, events: events || [] };
}
