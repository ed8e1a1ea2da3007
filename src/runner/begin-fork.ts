import type { Clock } from "../engine/clock.ts";
import type { Person } from "../engine/events/events.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import { runStopped } from "../engine/stopping.ts";
import type { Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import { isUsedUp, type DayBudgets } from "./day-budgets.ts";
import { forkPointAt, writeFork } from "./fork.ts";
import { usedUpToday } from "./hear.ts";
import { heldToRate, rateWords, usedRate, type RateSettings } from "./rates.ts";
import type { Teams } from "./runnable-team.ts";

export interface ForkWish {
  /** The thread whose run is forked, and the event after which. */
  readonly from: string;
  readonly seq: number;
  /** The thread of the fork, in which nothing is yet. */
  readonly thread: string;
  readonly workspace: string;
  readonly team: string;
  readonly person: Person;
  /** Who speaks next; as the team decides when absent. */
  readonly speaker?: string;
}

/** `reason`: one sentence for the person. */
export type Forked = { readonly kind: "forked"; readonly run: string } | { readonly kind: "refused"; readonly reason: string };

/** Forks of runs, for people: held to the budgets and the rates that hold for a run. What they share was paid for once, and is not counted again. */
export function createForks(parts: {
  readonly store: Pick<Store, "load" | "commit" | "putFile">;
  readonly teams: Teams;
  readonly clock: Pick<Clock, "now">;
  readonly budgets?: DayBudgets;
  readonly rates?: RateSettings;
  readonly haltMinutes?: number;
  readonly inLane: <T>(thread: string, workspace: string, job: (lane: Lane) => Promise<T>) => Promise<T>;
}): { begin(wish: ForkWish): Promise<Forked> } {
  const { store, clock, budgets, rates, inLane } = parts;
  return {
    async begin({ from, seq, thread, workspace, team, person, speaker }) {
      const teams = (await parts.teams.of?.(workspace)) ?? parts.teams;
      const point = forkPointAt(await store.load(from, 0), seq);
      if (!point?.running) return { kind: "refused", reason: "The run had ended there: there is nothing to go on from." };
      if (!teams.has(team)) return { kind: "refused", reason: teams.whyNot?.(team) ?? `There is no team "${team}".` };
      const usedUp = (await budgets?.held(workspace, thread, person))?.filter(isUsedUp) ?? [];
      if (usedUp.length > 0) return { kind: "refused", reason: usedUpToday(usedUp, clock.now()) };
      const target = {
        thread,
        workspace,
        team,
        startedBy: person,
        ...(parts.haltMinutes === undefined ? {} : { haltsAtLimits: true as const }),
        at: new Date(clock.now()).toISOString(),
        wake: "none" as const,
        carded: true as const,
      };
      const events = await writeFork({ store, teams }, point, target);
      if (!events) return { kind: "refused", reason: "Somebody has begun something else in that thread." };
      return inLane(thread, workspace, async (lane): Promise<Forked> => {
        const { run = "" } = currentRun(lane.transcript);
        if (lane.transcript.events.length > events.length) return { kind: "forked", run };
        const wish = speaker === undefined ? [] : [{ type: "speaker.requested" as const, speaker, person }];
        const tooMany = await lane.appendHeard(wish, heldToRate({ person: person.id, kind: "run" }, rates));
        const rate = tooMany && usedRate(tooMany, clock.now());
        if (!rate) return { kind: "forked", run };
        await lane.append([runStopped(lane.transcript, "stopped", [{ kind: "person", person }])], "none");
        return { kind: "refused", reason: rateWords(rate) };
      });
    },
  };
}
