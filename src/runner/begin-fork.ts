import type { Clock } from "../engine/clock.ts";
import type { Person, RunEvent } from "../engine/events/events.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import { isUsedUp, nextDay, type DayBudgets } from "./day-budgets.ts";
import { FORGETTING } from "./upkeep/forgetting.ts";
import { forkPointAt, withOtherWords, writeFork, type ForkTarget, type OtherWords } from "./fork.ts";
import { noTeam } from "./hear.ts";
import { heldToRate, usedRate, type RateSettings } from "./rates.ts";
import { refusedFor, type Refused } from "./refused.ts";
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
  /** In which language the person is told of it, such as `de`; English when absent. */
  readonly language?: string;
  /** Who speaks next; as the team decides when absent. */
  readonly speaker?: string;
  /** What is said otherwise in what it shares with the run: none when absent. */
  readonly words?: readonly OtherWords[];
  /** See {@link ForkTarget.snapshot}. */
  readonly snapshot?: string;
  /** Nothing of it is posted. */
  readonly unposted?: true;
}

export type Forked = { readonly kind: "forked"; readonly run: string } | Refused;

export interface Forks {
  /** Begins it; the same again, and it is there once. */
  begin(wish: ForkWish): Promise<Forked>;
  /** Whether it would be refused now, before there is a thread for it; rates are asked only where it begins. Records nothing. */
  wouldRefuse(wish: Omit<ForkWish, "thread">): Promise<Refused | undefined>;
}

/** Forks of runs, for people: held to the budgets and the rates that hold for a run. What they share was paid for once, and is not counted again. */
export function createForks(parts: {
  readonly store: Pick<Store, "load" | "commit" | "putFile" | "note" | "swapNote" | "exclusively">;
  readonly teams: Teams;
  readonly clock: Pick<Clock, "now">;
  readonly budgets?: DayBudgets;
  readonly rates?: RateSettings;
  readonly haltMinutes?: number;
  /** See the runner's. */
  readonly rulesAt?: (thread: string) => Promise<NonNullable<ForkTarget["rules"]>>;
  readonly inLane: <T>(thread: string, workspace: string, job: (lane: Lane) => Promise<T>) => Promise<T>;
}): Forks {
  const { store, clock, budgets, rates, inLane } = parts;

  /** Where it begins; or why it cannot. */
  async function prepare({ from, seq, workspace, team, words = [], person }: Omit<ForkWish, "thread">) {
    const teams = (await parts.teams.of?.(workspace)) ?? parts.teams;
    const there = forkPointAt(from, await store.load(from, 0), seq);
    const point = there && withOtherWords(there, words, person);
    if (!point?.running) return refusedFor({ kind: "ended" });
    if (!teams.has(team)) return refusedFor(noTeam(teams, team));
    return { teams, point };
  }

  async function usedUpFor(thread: string, { workspace, person }: Omit<ForkWish, "thread">): Promise<Refused | undefined> {
    const usedUp = (await budgets?.held(workspace, thread, person))?.filter(isUsedUp) ?? [];
    return usedUp.length > 0 ? refusedFor({ kind: "budget", budgets: usedUp, until: nextDay(clock.now()) }) : undefined;
  }

  /** Counted before anything is copied: who may begin no more has nothing written in their name. */
  async function heardOften({ thread, workspace, person }: ForkWish): Promise<Refused | undefined> {
    const heard = heldToRate({ person: person.id, kind: "run" }, rates);
    if (heard.perHour === undefined) return undefined;
    const at = new Date(clock.now()).toISOString();
    const counted = await store.commit({ thread, workspace, afterSeq: 0, at, events: [], posts: [], wake: "none", heard: [heard] });
    return counted.kind === "too many" ? refusedFor({ kind: "rate", rate: usedRate(counted, clock.now()) }) : undefined;
  }

  async function write(wish: ForkWish): Promise<{ readonly events: readonly RunEvent[] } | Refused> {
    const { thread, workspace, team, person, language, snapshot, unposted } = wish;
    const prepared = await prepare(wish);
    if ("reason" in prepared) return prepared;
    const { teams, point } = prepared;
    // What has begun is held to budgets as any run is.
    const isNew = (await store.load(thread, 0)).length === 0;
    const no = isNew && ((await usedUpFor(thread, wish)) ?? (await heardOften(wish)));
    if (no) return no;
    const target = {
      thread,
      workspace,
      team,
      startedBy: person,
      ...(language === undefined ? {} : { language }),
      ...(parts.haltMinutes === undefined ? {} : { haltsAtLimits: true as const }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(parts.rulesAt ? { rules: await parts.rulesAt(thread) } : {}),
      at: new Date(clock.now()).toISOString(),
      wake: "none" as const,
      ...(unposted ? {} : { carded: true as const }),
    };
    const events = await writeFork({ store, teams }, point, target);
    return events ? { events } : refusedFor({ kind: "taken" });
  }

  return {
    async wouldRefuse(wish) {
      const prepared = await prepare(wish);
      // In the same place, for the same budgets.
      return "reason" in prepared ? prepared : usedUpFor(wish.from, wish);
    },
    async begin(wish) {
      const { thread, workspace, person, speaker } = wish;
      // What is copied is as it stands there then, and what is forgotten later is found in the copy.
      const written = await store.exclusively(FORGETTING, () => write(wish));
      if ("reason" in written) return written;
      const { events } = written;
      return inLane(thread, workspace, async (lane): Promise<Forked> => {
        const { run = "" } = currentRun(lane.transcript);
        // Handled again after a crash: it stands there as it was decided.
        if (lane.transcript.events.length > events.length) return wasRefused(lane.transcript, events.length) ?? { kind: "forked", run };
        // Whoever forks it wants it to go on, whatever the first one waits for.
        const goesOn = currentRun(lane.transcript).pausedBy === undefined ? [] : [{ type: "run.unpaused" as const, run, person }];
        const wish = [...goesOn, ...(speaker === undefined ? [] : [{ type: "speaker.requested" as const, speaker, person }])];
        await lane.append(wish, "now");
        return { kind: "forked", run };
      });
    },
  };
}

/** Stopped in the place of its first turn: so an older version left it where its person could begin no more runs. */
function wasRefused({ events }: Transcript, shared: number): Refused | undefined {
  return events[shared]?.type === "run.stopped" ? refusedFor({ kind: "later" }) : undefined;
}
