import { isEvent, type Person } from "../engine/events/events.ts";
import { currentRun, messagesOfRun } from "../engine/reading/transcript.ts";
import { lastSummary, type RunSummarized } from "../engine/reading/summaries.ts";
import { turnIn } from "../engine/turn.ts";
import type { Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import { isUsedUp, type DayBudgets } from "./day-budgets.ts";
import { teamOfRun, type Teams } from "./runnable-team.ts";

/** Words of a run that are summed up; of fewer there is nothing to sum up. */
const MESSAGES_MIN = 4;

/** Sums up the last run of a thread for a person, whether it goes on or not. */
export interface Summaries {
  /** What is recorded of it; `undefined` where it is not to be had: too little was said, no model, or no money. */
  sumUp(lane: Lane, person: Person): Promise<RunSummarized | undefined>;
  /** From now on none is begun, and those under way are given up. */
  close(): void;
}

export function createSummaries(parts: {
  readonly store: Pick<Store, "file">;
  readonly teams: Teams;
  readonly budgets?: DayBudgets;
}): Summaries {
  const { store, teams, budgets } = parts;
  const closing = new AbortController();
  /** Who asks while one is being made gets the same. */
  const underWay = new Map<string, Promise<RunSummarized | undefined>>();

  async function make(lane: Lane, person: Person): Promise<RunSummarized | undefined> {
    const { transcript, thread } = lane;
    const run = currentRun(transcript);
    const said = messagesOfRun(transcript);
    const last = lastSummary(transcript);
    if (last && last.upToSeq >= (said.at(-1)?.seq ?? 0)) return last;
    if (run.run === undefined || said.length < MESSAGES_MIN || closing.signal.aborted) return undefined;
    const team = await teamOfRun(transcript, { teams, store, thread });
    if ("error" in team || !team.summarizer || team.limits(transcript).length > 0) return undefined;
    const held = run.startedBy ? await budgets?.held(lane.workspace, thread, run.startedBy) : undefined;
    if (held?.some(isUsedUp)) return undefined;
    // The log goes on meanwhile; what is summed up is what stands there now.
    const here = turnIn({ id: `${thread}#summary`, transcript: { events: transcript.events.slice() } }, closing.signal);
    for await (const item of team.summarizer.agent.turn(here)) {
      if (!isEvent(item) || item.type !== "run.summarized") continue;
      await lane.inTurn(() => lane.append([{ ...item, person }], "keep"));
    }
    const made = lastSummary(lane.transcript);
    return made === last ? undefined : made;
  }

  return {
    sumUp(lane, person) {
      const known = underWay.get(lane.thread);
      if (known) return known;
      const made = make(lane, person).finally(() => underWay.delete(lane.thread));
      underWay.set(lane.thread, made);
      return made;
    },
    close: () => closing.abort(),
  };
}
