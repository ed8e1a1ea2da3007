import type { Clock } from "../engine/clock.ts";
import { isEvent, type Delta, type EventBody, type Failure, type RunEvent } from "../engine/events/events.ts";
import { converse } from "../engine/loop.ts";
import { runStopped } from "../engine/stopping.ts";
import { currentRun, isWaiting } from "../engine/reading/transcript.ts";
import { turnIn } from "../engine/turn.ts";
import type { Work } from "../store/dispatch.ts";
import { Fenced, type Lane, type Lanes } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import { teamOfRun, type RunnableTeam, type Teams } from "./runnable-team.ts";
import { isStoreTrouble } from "./store-trouble.ts";
import type { Watch, WatchedTeam } from "./watch.ts";

/** The work on threads: what the dispatcher calls when one is due. */
export interface Visits {
  /** Goes on with the thread until it stops or waits. */
  work(work: Work): Promise<void>;
  /** From now on every turn is given up, and its thread stays due. */
  close(): void;
}

export interface VisitParts {
  readonly store: Pick<Store, "file">;
  readonly teams: Teams;
  readonly clock: Clock;
  readonly log: (problem: string, error?: unknown) => void;
  /** Nobody could be answered there now: no turn begins until the thread is woken again. */
  readonly isParked?: (thread: string) => boolean;
}

/** A run that was left alone for longer is said to be resumed, and the gap does not count as its time. */
const RESUME_GAP_MS = 60_000;
/** What is parked is woken when it can go on; it is looked at now and then all the same, should that have been missed. */
const PARKED_LOOK_MS = 3_600_000;
/** One for all: an exception of each turn's own is made with the stack that led to it. */
const OVER = new DOMException("the turn is over", "AbortError");

/** `publish`: where words go that are shown and not kept. */
export function createVisits(
  parts: VisitParts & {
    readonly lanes: Lanes;
    readonly watch: Watch;
    readonly publish: (thread: string, item: RunEvent | Delta) => void;
  },
): Visits {
  const { store, teams, clock, lanes, watch, publish } = parts;
  /** The turns under way here. */
  const turns = new Set<AbortController>();
  let closing = false;

  async function work({ key: thread, workspace, claim, failures, onSignal }: Work): Promise<void> {
    const turn = new AbortController();
    // Whatever was said, the log has it or will: this turn is given up, and the next look decides.
    onSignal(() => turn.abort());
    const lane = await lanes.enter(thread, workspace, claim);
    turns.add(turn);
    // Closed while the log was read.
    if (closing) turn.abort();
    try {
      if (!parts.isParked?.(thread)) await goOn(lane, { turn, brokeOff: failures > 0 });
      await lookAgainIfParked(lane);
    } catch (error) {
      if (isStoreTrouble(error)) throw error;
      if (error instanceof Fenced) return parts.log(`a turn in ${thread} was given up`, "another process has it by now");
      parts.log(`a turn in ${thread} broke`, error);
      await endFailed(lane, { kind: "bug", message: error instanceof Error ? error.message : String(error) });
    } finally {
      turns.delete(turn);
      lanes.leave(lane);
    }
  }

  /** `brokeOff`: the visit before could record nothing. */
  async function goOn(lane: Lane, { turn, brokeOff }: { readonly turn: AbortController; readonly brokeOff: boolean }): Promise<void> {
    const ended = await watch.expire(lane);
    await resume(lane, brokeOff);
    let wasGivenUp = turn.signal.aborted;
    // Also when it waits: a crash right behind a question may have left a goal, such as that very question, without its end.
    const team = currentRun(lane.transcript).running ? await teamOf(lane) : undefined;
    if (team) {
      const watched = watch.minutes(lane, team, turn);
      watched.catch(() => undefined); // It is awaited below; until then nobody else hears of it.
      try {
        const { signal } = turn;
        const held = await watch.within(team, lane);
        const here = turnIn({ id: lane.thread, transcript: lane.transcript }, signal, lane.heard, held.reserve);
        try {
          await drain(lane, converse(held.team, here), { held, signal });
        } finally {
          await held.leave();
        }
      } finally {
        wasGivenUp = turn.signal.aborted;
        turn.abort(OVER);
        await watched;
      }
    }
    await watch.expectTheEndOfWaiting(lane, ended);
    // Given up half-way: the thread stays due, and whoever is next goes on from its log.
    const isDue = () => currentRun(lane.transcript).running && !isWaiting(lane.transcript);
    if (closing || (wasGivenUp && !parts.isParked?.(lane.thread)))
      await lane.inTurn(async () => (isDue() ? lane.append([], "now") : undefined));
  }

  /** In the same breath as the look at the parking: whoever ends it wakes the thread. */
  async function lookAgainIfParked(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      if (!parts.isParked?.(lane.thread) || !currentRun(lane.transcript).running) return;
      await lane.append([], { at: new Date(clock.now() + PARKED_LOOK_MS).toISOString() });
    });
  }

  /** A run that was left alone for long says so. One that broke off because nothing could be recorded does too: before a model is paid again for nothing. */
  async function resume(lane: Lane, brokeOff: boolean): Promise<void> {
    await lane.inTurn(async () => {
      const run = currentRun(lane.transcript);
      const last = lane.transcript.events.at(-1);
      if (!last || !run.running || !run.run || isWaiting(lane.transcript)) return;
      if (clock.now() - Date.parse(last.at) < RESUME_GAP_MS && !brokeOff) return;
      await lane.append([{ type: "run.resumed", run: run.run }], "keep");
    });
  }

  /** Where the team of the run cannot be had, the run ends with a word. */
  async function teamOf(lane: Lane): Promise<RunnableTeam | undefined> {
    const found = await teamOfRun(lane.transcript, { teams, store, thread: lane.thread });
    if (!("error" in found)) return found;
    const { name, error } = found;
    parts.log(`the team of ${lane.thread} cannot be built`, error);
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.?$/, ".");
    const message = `the settings with which this run began cannot be used any more: ${why} A new task begins with the settings of now.`;
    await endFailed(lane, { kind: "team_unavailable", message }, name);
    return undefined;
  }

  async function drain(
    lane: Lane,
    conversation: AsyncGenerator<EventBody | Delta, void, void>,
    { held, signal }: { readonly held: WatchedTeam; readonly signal: AbortSignal },
  ): Promise<void> {
    const givenUp = untilAborted(signal);
    try {
      for (;;) {
        const next = await givenUp.orElse(conversation.next());
        if (!next || next.done || signal.aborted) return;
        const item = next.value;
        if (!isEvent(item)) publish(lane.thread, item);
        else if (await record(lane, watch.timed(item, held.team), signal)) await held.looked();
      }
    } finally {
      givenUp.forget();
      // Not awaited: a model or a tool that does not listen to the signal must not hold the lane.
      conversation.return().catch((error: unknown) => parts.log(`a stopped turn in ${lane.thread} broke`, error));
    }
  }

  /** False when the run was ended, or the turn given up, before it could be recorded. */
  function record(lane: Lane, item: EventBody, signal: AbortSignal): Promise<boolean> {
    return lane.inTurn(async () => {
      if (signal.aborted || !currentRun(lane.transcript).running) return false;
      // With the end of the run its place in the line goes, in the same commit.
      await lane.append([item], item.type === "run.stopped" ? "none" : "keep");
      return true;
    });
  }

  function endFailed(lane: Lane, error: Failure, agent?: string): Promise<void> {
    return lane.inTurn(async () => {
      const { running, openTurns } = currentRun(lane.transcript);
      if (!running) return;
      const reason = { kind: "failure", agent: agent ?? openTurns[0] ?? "the team", error } as const;
      await lane.append([runStopped(lane.transcript, "failed", [reason])], "none");
    });
  }

  return {
    work,
    close() {
      closing = true;
      for (const turn of turns) turn.abort();
    },
  };
}

/** What work comes to, or `undefined` once the signal is aborted, whatever becomes of the work. Hears the signal once for all that is awaited. */
function untilAborted(signal: AbortSignal): { orElse<T>(work: Promise<T>): Promise<T | undefined>; forget(): void } {
  let giveUp: () => void = () => undefined;
  const abort = (): void => giveUp();
  signal.addEventListener("abort", abort, { once: true });
  return {
    orElse: (work) =>
      new Promise((resolve, reject) => {
        giveUp = () => resolve(undefined);
        if (signal.aborted) giveUp();
        work.then(resolve, reject);
      }),
    forget: () => signal.removeEventListener("abort", abort),
  };
}
