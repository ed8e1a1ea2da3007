import { decided, type Verdict } from "../engine/approvals.ts";
import type { Clock } from "../engine/clock.ts";
import { isEvent, type Delta, type Person, type RaiseOffer, type RunEvent, type StopReason } from "../engine/events/events.ts";
import { offerAt, type RaiseCeilings } from "../engine/limits/run-limits.ts";
import { runStopped } from "../engine/stopping.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { RunSummarized } from "../engine/reading/summaries.ts";
import { steered, wasWished, type Steering } from "../engine/steering.ts";
import type { Dispatch, Serving } from "../store/dispatch.ts";
import { createLanes, type Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import type { FinishedRuns } from "../store/runs/finished-runs.ts";
import { lookAgainAtBudgets, type DayBudgets } from "./day-budgets.ts";
import { createForecasts, type Forecasts } from "./forecasts/forecasts.ts";
import { createForks, type Forked, type Forks, type ForkWish } from "./begin-fork.ts";
import { hear, type Heard, type HearingParts, type Said } from "./hear.ts";
import { isStoreTrouble } from "./store-trouble.ts";
import { createSummaries } from "./summaries.ts";
import { createVisits, type VisitParts } from "./visits.ts";
import { createWatch } from "./watch.ts";

export type { DayBudgets, Spending } from "./day-budgets.ts";
export type { Forgets } from "./forgetting.ts";
export type { Heard, Said } from "./hear.ts";
export type { RunnableTeam } from "./runnable-team.ts";

/** The only writer, one for each process. People's words come in, events are recorded, and readers are told of what has been recorded. */
export interface Runner {
  /** A person's words: a task, an answer, or steering, as the log says. Recorded before it resolves. */
  say(said: Said): Promise<Heard>;
  /** Answers an open approval; `false` when there is none by that call (it was answered before). */
  approve(thread: string, verdict: Verdict): Promise<boolean>;
  /** Ends the run at once, also in mid-call and in mid-container; `false` when nobody is talking. */
  stop(thread: string, person: Person): Promise<boolean>;
  /** Gives up the turns under way in these threads, wherever, as a crash would: their logs say how to go on. A wake-up begins them anew. */
  park(concerns: (thread: string) => boolean): Promise<void>;
  /** What a person wants of the run beside words for it; `false` when it is not to be had, and nothing is recorded. */
  steer(thread: string, wish: Steering): Promise<boolean>;
  /** Begins a fork of a run in a thread of its own; the same again, and it is there once. */
  fork(wish: ForkWish): Promise<Forked>;
  /** Whether a fork would be refused now, before there is a thread for it. */
  refusesFork: Forks["wouldRefuse"];
  /** Sums up the last run of the thread for a person; `undefined` where that is not to be had. Its cost counts for the run. */
  sumUp(thread: string, person: Person): Promise<RunSummarized | undefined>;
  /** What a person would be offered now at these limits. */
  offerAt(reasons: readonly StopReason[]): RaiseOffer;
  /** What a run will probably take. Absent where nothing is known of runs that are over. */
  readonly forecasts?: Forecasts;
  /** Lets a run that waits look again whether it can go on, as when a budget of the day has been raised. */
  lookAgain(thread: string): Promise<void>;
  /** Budgets of the day have been raised: the workspace's runs that wait for one of these, and for nothing else, look again; all but the one of `here`. */
  budgetsRaised(workspace: string, accounts: readonly string[], here?: string): Promise<void>;
  /**
   * Alone in the line of those who write to this thread, while `rewrite` puts anew what stands in its log; nobody holds what stood there
   * before. `stoppedBy`: a run that goes on is stopped first, in that person's name.
   */
  rewrite<T>(thread: string, rewrite: () => Promise<T>, stoppedBy?: Person): Promise<T>;
  /** The log of a thread, to read. Empty for an unknown thread. `throughSeq`: it is known to go as far as this event, as whoever has its post knows. */
  read(thread: string, throughSeq?: number): Promise<Transcript>;
  /** The same at once, where it is in memory and in use, as that of a run that goes on here is; nothing where it would have to be read. */
  atHand(thread: string): Transcript | undefined;
  /**
   * Tells of each event once it is recorded, by whichever process, and of the deltas of turns that are here, as they come. Returns how to
   * stop listening. A listener must not throw.
   */
  follow(listener: Follower): () => void;
  /** Takes what nobody may see out of words that are only shown, as {@link Runner.follow} does with each delta; for those who put several together. */
  readonly shown?: (delta: Delta) => Delta;
  /** What may be spent a day, and has been. Absent where nobody has to keep to anything. */
  readonly budgets?: DayBudgets;
  /** Takes up every run whose log says that it is unfinished, and works on what comes; of this workspace alone, where one is named. */
  start(workspace?: string): void;
  /** Takes no new work, gives up turns under way (their logs say how to go on) and resolves when nothing runs. What people say is still taken. */
  rest(): Promise<void>;
  /** Rests, and takes nothing more. */
  close(): Promise<void>;
}

export type { Forked, ForkWish } from "./begin-fork.ts";

export type Follower = (thread: string, item: RunEvent | Delta) => void;

export interface RunnerParts extends Omit<HearingParts, "forecasts">, Omit<VisitParts, "isParked"> {
  readonly store: Store;
  /** By which it is told beforehand what a run will probably take; it is not when absent. */
  readonly runs?: Pick<FinishedRuns, "alike" | "enter">;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  /** Which messages an event makes in its thread, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript, thread: string) => readonly { readonly kind: string; readonly part: number }[];
  /** Nobody could be answered there now: no turn begins until the thread is woken again. `served`: the workspace that alone is worked on here, where it is one. */
  readonly isParked?: (thread: string, served: string | undefined) => boolean;
  /** Threads worked on at once, and of one workspace while others wait. */
  readonly slots: number;
  readonly perWorkspace: number;
  /** A delta as whoever follows may see it; as it came when absent. Asked once of each, however many follow. */
  readonly shown?: (delta: Delta) => Delta;
  /** How far people may raise limits; as far as they like when absent. */
  readonly ceilings?: RaiseCeilings;
  /** Nothing can be recorded now, as on a full disk. Told in the log when absent. */
  readonly onStoreTrouble?: (error: Error) => void;
  /**
   * Whether all that people have said in the thread has come in by now; asked before a question, an approval or a halt expires. If not, the
   * thread is looked at again once it has: {@link Runner.lookAgain}. Always so when absent.
   */
  readonly heardAll?: (thread: string) => boolean;
}

/** See {@link Runner}. One lane per thread: appends to a log happen one after the other, and one turn at a time runs in it. */
export function createRunner(parts: RunnerParts): Runner {
  const { store, dispatch, clock } = parts;
  const followers = new Set<Follower>();
  let serving: Serving | undefined;
  const lanes = createLanes({ store, clock, posts: parts.posts, recorded: publish, ...accountsIn(parts.budgets) });
  const watch = createWatch({
    store,
    clock,
    budgets: parts.budgets,
    haltMinutes: parts.haltMinutes ?? 0,
    ceilings: parts.ceilings,
    heardAll: parts.heardAll ?? (() => true),
  });
  const summaries = createSummaries(parts);
  const forecasts = parts.runs && createForecasts({ ...parts, runs: parts.runs });
  const hearing = { ...parts, ...(forecasts ? { forecasts } : {}) };
  const forks = createForks({ ...parts, inLane });
  let served: string | undefined;
  const visits = createVisits({ ...parts, isParked: (thread) => parts.isParked?.(thread, served) ?? false, lanes, watch, publish });

  function steer(thread: string, wish: Steering): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (wasWished(lane.transcript, wish)) return true;
      const events = steered(lane.transcript, wish, parts.ceilings);
      if (events.length === 0) return false;
      await lane.append(events, GO_ON.has(wish.kind) ? "now" : "keep");
      // The visit ends, and the next one goes on behind the skipped turn.
      if (wish.kind === "skip") await dispatch.signal(thread, "skip");
      return true;
    });
  }

  function approve(thread: string, verdict: Verdict): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      const events = decided(lane.transcript, verdict);
      if (events.length === 0) return false;
      await lane.append(events, "now");
      return true;
    });
  }

  function stop(thread: string, person: Person): Promise<boolean> {
    return inLane(thread, undefined, (lane) => stopNow(lane, person));
  }

  async function stopNow({ thread, transcript, append }: Lane, person: Person): Promise<boolean> {
    if (!currentRun(transcript).running) return false;
    await append([runStopped(transcript, "stopped", [{ kind: "person", person }])], "none");
    await dispatch.signal(thread, "stop");
    return true;
  }

  function rewrite<T>(thread: string, job: () => Promise<T>, stoppedBy?: Person): Promise<T> {
    return inLane(thread, undefined, async (lane) => {
      if (stoppedBy) await stopNow(lane, stoppedBy);
      const result = await job();
      await lane.reload();
      return result;
    });
  }

  /** What the disk does not take is tried again until it does, unless somebody wants to hear of it. */
  function onBug(error: unknown, thread: string): void {
    if (!isStoreTrouble(error)) parts.log(`the work on ${thread} broke`, error);
    else if (parts.onStoreTrouble) parts.onStoreTrouble(error);
    else parts.log(`the work on ${thread} waits, and is tried again`, error);
  }

  function publish(thread: string, item: RunEvent | Delta): void {
    if (followers.size === 0) return;
    const seen = isEvent(item) ? item : (parts.shown?.(item) ?? item);
    for (const follower of followers) {
      try {
        follower(thread, seen);
      } catch (error) {
        parts.log("a follower of the log broke", error);
      }
    }
  }

  const lookAgain = (thread: string): Promise<void> =>
    inLane(thread, undefined, (lane) => (currentRun(lane.transcript).running ? lane.append([], "now") : Promise.resolve()));

  // Beside the line of those who write: what is recorded is there at once.
  function read(thread: string, throughSeq = 0): Promise<Transcript> {
    const known = lanes.atHand(thread, throughSeq);
    return known ? Promise.resolve(known) : readIn(thread, throughSeq);
  }

  async function readIn(thread: string, throughSeq: number): Promise<Transcript> {
    const lane = await lanes.enter(thread, undefined);
    try {
      return await lane.look(throughSeq);
    } finally {
      lanes.leave(lane);
    }
  }

  async function inLane<T>(thread: string, workspace: string | undefined, job: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = await lanes.enter(thread, workspace);
    try {
      return await lane.inTurn(() => job(lane));
    } finally {
      lanes.leave(lane);
    }
  }

  const closing = new AbortController();
  let resting: Promise<void> | undefined;
  const rest = (): Promise<void> => {
    visits.close();
    // Posts that are under way are ended by whoever serves them.
    return (resting ??= serving?.stop() ?? Promise.resolve());
  };

  return {
    say: (said) => inLane(said.thread, said.workspace, (lane) => hear(lane, said, hearing)),
    approve,
    stop,
    rewrite,
    async park(concerns) {
      for (const { thread } of await store.unfinished()) if (concerns(thread)) await dispatch.signal(thread, "park");
    },
    steer,
    fork: forks.begin,
    refusesFork: forks.wouldRefuse,
    // Not in the thread's line: whoever writes there does not wait for a model.
    async sumUp(thread, person) {
      const lane = await lanes.enter(thread, undefined);
      try {
        return await summaries.sumUp(lane, person);
      } finally {
        lanes.leave(lane);
      }
    },
    offerAt: (reasons) => offerAt(reasons, parts.ceilings),
    ...(forecasts ? { forecasts } : {}),
    lookAgain,
    budgetsRaised: (workspace, accounts, here) =>
      lookAgainAtBudgets({ workspace, accounts, here }, { store, clock, read, lookAgain, signal: closing.signal }),
    ...(parts.budgets ? { budgets: parts.budgets } : {}),
    ...(parts.shown ? { shown: parts.shown } : {}),
    read,
    atHand: (thread) => lanes.atHand(thread),
    follow(listener) {
      followers.add(listener);
      return () => void followers.delete(listener);
    },
    start(workspace) {
      served = workspace;
      const only = workspace === undefined ? {} : { workspace };
      serving = dispatch.serve("turn", { slots: parts.slots, perWorkspace: parts.perWorkspace, onBug, ...only }, visits.work);
    },
    rest,
    async close() {
      closing.abort(new Error("the runner has been closed"));
      summaries.close();
      await rest();
      lanes.close();
    },
  };
}

/** After these the thread is to be worked on. */
const GO_ON: ReadonlySet<Steering["kind"]> = new Set(["resume", "skip", "raise", "summarize"]);

const accountsIn = (budgets: DayBudgets | undefined): Pick<Parameters<typeof createLanes>[0], "accounts"> =>
  budgets ? { accounts: (thread, person) => budgets.accounts(thread, person) } : {};
