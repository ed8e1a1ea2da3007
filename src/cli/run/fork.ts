import { randomUUID } from "node:crypto";
import type { ForkPoint, writeFork, Parley, RunEvent, StoreReader } from "../../parley.ts";
import { UsageError } from "../command.ts";
import { personHere } from "./converse-here.ts";
import { findRun } from "../logs/find-run.ts";
import { noSuchRun } from "../logs/export.ts";

/** Finds what `RUN@N` names: the run, and the number of an event of it; its last one when there is no number. Throws {@link UsageError}. */
export async function findForkPoint(store: StoreReader, wanted: string): Promise<ForkPoint> {
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
 * Writes it into a thread of this terminal, whose key it returns. Whether somebody is there to ask at a limit is for this terminal to say. `isKept`:
 * it goes on in the database that the run is in, and so is copied as it stands there by now, with nothing forgotten meanwhile. Throws
 * {@link UsageError} where the run itself was.
 */
export async function writeForkHere(
  parley: { readonly store: Parley["store"]; readonly teams: Parameters<typeof writeFork>[0]["teams"] },
  point: ForkPoint,
  { team, isKept }: { readonly team: string; readonly isKept: boolean },
): Promise<{ thread: string; events: readonly RunEvent[] }> {
  const { FORGETTING, forkPointAt, isWaiting, writeFork: write } = await import("../../parley.ts");
  const thread = `terminal-${randomUUID()}`;
  const events = await parley.store.exclusively(FORGETTING, async () => {
    const now = isKept ? forkPointAt(point.thread, await parley.store.load(point.thread, 0), point.seq) : point;
    if (now?.run !== point.run) throw new UsageError(`The run ${point.run} was forgotten just now; there is nothing to fork.`);
    const wake = isWaiting({ events: now.log.slice(0, now.seq) }) ? "none" : "now";
    return write(parley, now, { thread, workspace: "terminal", team, startedBy: personHere(), wake });
  });
  return { thread, events: events || [] };
}
