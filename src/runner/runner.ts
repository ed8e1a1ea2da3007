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
export type { Forgets } from "./upkeep/forgetting.ts";
export type { Heard, Said } from "./hear.ts";
export type { RunnableTeam } from "./runnable-team.ts";

/** The only writer of logs, one for each process. It takes people's words, records events, and tells those who follow of what was recorded. */
export interface Runner {
  /** A person's words: a task, an answer, or steering, as the log says. Recorded before it resolves. */
  say(said: Said): Promise<Heard>;
  /** Answers an open approval; `false` when there is none by that call (it was answered before). */
  approve(thread: string, verdict: Verdict): Promise<boolean>;
  /** Ends the run at once, also in the middle of a model's call or of a code run; `false` when no run goes on. */
  stop(thread: string, person: Person): Promise<boolean>;
  /** Ends the turns under way in these threads, in whichever process, as a crash would: their logs say how to go on. A wake-up begins them again. */
  park(concerns: (thread: string) => boolean): Promise<void>;
  /** What a person wants of the run beside saying words to it, such as a pause; `false` when it cannot be done now, and then nothing is recorded. */
  steer(thread: string, wish: Steering): Promise<boolean>;
  /** Begins a fork of a run in a thread of its own. Called again with the same wish, it begins no second one. */
  fork(wish: ForkWish): Promise<Forked>;
  /** Whether a fork would be refused now, before there is a thread for it. */
  refusesFork: Forks["wouldRefuse"];
  /** Sums up the last run of the thread for a person; `undefined` where that cannot be done. What it costs is added to the run. */
  sumUp(thread: string, person: Person): Promise<RunSummarized | undefined>;
  /** How far a person could raise these limits now. */
  offerAt(reasons: readonly StopReason[]): RaiseOffer;
  /** What a run will probably take. Absent where nothing is known of finished runs. */
  readonly forecasts?: Forecasts;
  /** Has a waiting run checked again: whether it can go on now, as when a budget of the day was raised. */
  lookAgain(thread: string): Promise<void>;
  /** Budgets of the day were raised: has those runs of the workspace checked again that wait for these budgets and for nothing else, except the one in `here`. */
  budgetsRaised(workspace: string, accounts: readonly string[], here?: string): Promise<void>;
  /**
   * Runs `rewrite`, which changes what stands in the thread's log, while nobody else writes to it; afterwards no process holds what stood there
   * before. `stoppedBy`: a run that goes on is stopped first, in that person's name.
   */
  rewrite<T>(thread: string, rewrite: () => Promise<T>, stoppedBy?: Person): Promise<T>;
  /** The log of a thread, to read; empty for an unknown thread. `throughSeq`: the result goes at least as far as this event, which the caller knows to be recorded. */
  read(thread: string, throughSeq?: number): Promise<Transcript>;
  /** The same without waiting, where the log is in memory, as that of a run that goes on here; `undefined` where it would have to be read. */
  atHand(thread: string): Transcript | undefined;
  /**
   * Calls the listener with each event once it is recorded, by whichever process, and with the deltas of turns in this process as they come. A
   * listener must not throw. Returns a function that stops it.
   */
  follow(listener: Follower): () => void;
  /** Takes secrets out of words that are only shown, as {@link Runner.follow} does with each delta; for those who join several deltas. */
  readonly shown?: (delta: Delta) => Delta;
  /** What may be spent a day, and what has been spent. Absent where there are no budgets. */
  readonly budgets?: DayBudgets;
  /** Resumes every run that its log calls unfinished, and works on what comes; on this workspace alone, where one is named. */
  start(workspace?: string): void;
  /** Takes no new work, ends the turns under way (their logs say how to go on) and resolves when nothing runs. What people say is still recorded. */
  rest(): Promise<void>;
  /** As {@link rest}, and records nothing more. */
  close(): Promise<void>;
}

export type { Forked, ForkWish } from "./begin-fork.ts";

export type Follower = (thread: string, item: RunEvent | Delta) => void;

export interface RunnerParts extends Omit<HearingParts, "forecasts">, Omit<VisitParts, "isParked"> {
  readonly store: Store;
  /** Finished runs, by which a forecast is made of a run that begins; none is made when absent. */
  readonly runs?: Pick<FinishedRuns, "alike" | "enter">;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  /** Which messages are posted for an event, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript, thread: string) => readonly { readonly kind: string; readonly part: number }[];
  /** Whether nobody could be answered in the thread now: then no turn begins until it is woken again. `served`: the only workspace that is worked on here, where it is one. */
  readonly isParked?: (thread: string, served: string | undefined) => boolean;
  /** How many threads are worked on at once; `perWorkspace`: how many of one workspace while others wait. */
  readonly slots: number;
  readonly perWorkspace: number;
  /** Makes of a delta what followers may see; unchanged when absent. Called once for each delta, however many follow. */
  readonly shown?: (delta: Delta) => Delta;
  /** How far people may raise limits; without bounds when absent. */
  readonly ceilings?: RaiseCeilings;
  /** Called when nothing can be recorded, as on a full disk; when absent, that goes to the operator's log. */
  readonly onStoreTrouble?: (error: Error) => void;
  /**
   * Whether everything that people have said in the thread has arrived; asked before a question, an approval or a halt expires. After a `false`,
   * {@link Runner.lookAgain} is to be called once it has. Always true when absent.
   */
  readonly heardAll?: (thread: string) => boolean;
}

/** See {@link Runner}. Each thread has one lane: its log is appended to by one writer after the other, and one visit at a time works on it. */
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

  /** Work that the store could not record is tried again until it can, unless the caller wants to hear of it. */
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

  // Readers do not wait for the thread's writers: what is recorded can be read at once.
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
    // Posts under way are ended by the outbox, which serves them.
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
    // Not in the thread's turn: nobody who writes there should wait for a model.
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

/** After these the thread is worked on at once. */
const GO_ON: ReadonlySet<Steering["kind"]> = new Set(["resume", "skip", "raise", "summarize"]);

const accountsIn = (budgets: DayBudgets | undefined): Pick<Parameters<typeof createLanes>[0], "accounts"> =>
  budgets ? { accounts: (thread, person) => budgets.accounts(thread, person) } : {};
