import type { Clock } from "../engine/clock.ts";
import { HUMAN, type EventBody } from "../engine/events/events.ts";
import { isHalted } from "../engine/events/limits-fold.ts";
import { limitReached, runStopped } from "../engine/stopping.ts";
import { limitsNow, nearing, offerAt, type RaiseCeilings } from "../engine/limits/run-limits.ts";
import { expiring } from "../engine/steering.ts";
import { any } from "../engine/limits/combined.ts";
import { currentRun, isWaiting } from "../engine/reading/transcript.ts";
import type { Reservation, Turn } from "../engine/turn.ts";
import type { Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";
import { dayOf, isUsedUp, nearingBudgets, nextDay, reasonsOf, type Budget, type DayBudgets } from "./day-budgets.ts";
import type { RunnableTeam } from "./runnable-team.ts";

/** Holds a run to its time and to the budgets of the day, which its team does not know of. */
export interface Watch {
  /**
   * Expires questions, approvals and halts that nobody has answered in time; a run that waited only for a new day's budget goes on. Called outside of the
   * lane's turn. False where something is over, but it is not known yet whether somebody has answered all the same.
   */
  expire(lane: Lane): Promise<boolean>;
  /** Has the thread looked at again when the next thing expires; soon, where `ended` says that something could not be expired yet. */
  expectTheEndOfWaiting(lane: Lane, ended: boolean): Promise<void>;
  /** The team, held to the budgets of the day as well. */
  within(team: RunnableTeam, lane: Lane): Promise<WatchedTeam>;
  /** Ends or halts the run at its limit on minutes even while nothing is recorded, as when a model or a tool hangs and heeds no signal. */
  minutes(lane: Lane, team: RunnableTeam, turn: AbortController): Promise<void>;
  /** Adds to a question, an approval or a halt until when it waits, and to a halt how far people may raise the limit. */
  timed(item: EventBody, team: RunnableTeam): EventBody;
}

export interface WatchedTeam {
  readonly team: RunnableTeam;
  /** To be called when something has been recorded, outside of the lane's turn: reads the budgets again, and records limits that come near. */
  looked(): Promise<void>;
  /** Sets money aside for its calls. Absent where there is no budget, and no other process could take the turn over. */
  readonly reserve?: Turn["reserve"];
  /** To be called when the visit is over: releases what is still set aside for it. */
  leave(): Promise<void>;
}

/** The thread is woken when its unheard words have been read; in case that is missed, it is looked at after this. */
const UNHEARD_LOOK_MS = 60_000;
/** A summary is one reply of a model; one that takes longer is not waited for. */
const SUMMARY_MINUTES_MAX = 2;

export function createWatch(parts: {
  readonly store: Pick<Store, "reserve" | "callEnded" | "stillHere">;
  readonly clock: Clock;
  readonly budgets: DayBudgets | undefined;
  /** How long a run waits at a limit for people. */
  readonly haltMinutes: number;
  /** How far people may raise limits. */
  readonly ceilings: RaiseCeilings | undefined;
  /** See RunnerParts. */
  readonly heardAll: (thread: string) => boolean;
}): Watch {
  const { store, clock, budgets, haltMinutes, heardAll } = parts;

  async function heldBy(lane: Lane): Promise<readonly Budget[]> {
    const { startedBy } = currentRun(lane.transcript);
    return budgets && startedBy ? budgets.held(lane.workspace, lane.thread, startedBy) : [];
  }

  /** The events that expire what is over now. */
  async function overNow(lane: Lane): Promise<readonly EventBody[]> {
    const run = currentRun(lane.transcript);
    if (isHalted(run) && run.halt) {
      const { reasons, until } = run.halt;
      const isFree = reasons.every(({ kind }) => kind === "budget") && !(await heldBy(lane)).some(isUsedUp);
      if (isFree) return [{ type: "limit.raised", run: run.run ?? "", to: {} }];
      if (until !== undefined && Date.parse(until) <= clock.now()) return [runStopped(lane.transcript, "limit", reasons)];
    }
    return expiring(lane.transcript, clock.now()).over;
  }

  /** When the next thing that the run waits for expires (ISO 8601). */
  function nextEnd({ transcript }: Lane): string | undefined {
    const { next } = expiring(transcript, clock.now());
    const run = currentRun(transcript);
    if (!isHalted(run) || !run.halt) return next;
    const tomorrow = run.halt.reasons.some(({ kind }) => kind === "budget") ? [nextDay(clock.now())] : [];
    return [next, run.halt.until, ...tomorrow].filter((at) => at !== undefined).toSorted()[0];
  }

  function elapsedMs({ transcript }: Lane): number {
    const last = transcript.events.at(-1);
    const since = last && !isWaiting(transcript) ? clock.now() - Date.parse(last.at) : 0;
    return currentRun(transcript).elapsedMs + Math.max(0, since);
  }

  function timed(item: EventBody, { answerWithinMinutes, approveWithinMinutes }: RunnableTeam): EventBody {
    if (item.type === "limit.reached") return { ...item, until: inMinutes(haltMinutes), ...offered(item) };
    if (item.type === "approval.requested" && approveWithinMinutes !== undefined)
      return { ...item, approveBy: inMinutes(approveWithinMinutes) };
    if (item.type === "handoff.made" && item.to === HUMAN && answerWithinMinutes !== undefined)
      return { ...item, answerBy: inMinutes(answerWithinMinutes) };
    return item;
  }

  const offered = ({ reasons }: EventBody & { readonly type: "limit.reached" }) =>
    parts.ceilings ? { offer: offerAt(reasons, parts.ceilings) } : {};
  const inMinutes = (minutes: number): string => new Date(clock.now() + minutes * 60_000).toISOString();

  return {
    expire: (lane) =>
      lane.inTurn(async () => {
        const over = await overNow(lane);
        if (over.length === 0) return true;
        // Nothing that people say could change a new day's budget.
        if (over.some(({ type }) => type !== "limit.raised") && !heardAll(lane.thread)) return false;
        await lane.append(over, "keep");
        return true;
      }),

    expectTheEndOfWaiting: (lane, ended) =>
      lane.inTurn(async () => {
        const next = ended ? nextEnd(lane) : new Date(clock.now() + UNHEARD_LOOK_MS).toISOString();
        // Where an answer has come meanwhile, the thread is awake, and that visit comes back here.
        if (next !== undefined && isWaiting(lane.transcript)) await lane.append([], { at: next });
      }),

    async within(team, lane) {
      let held = await heldBy(lane);
      const near = () => {
        const run = currentRun(lane.transcript);
        if (!run.haltsAtLimits || !run.running || run.halt) return [];
        return [...(team.limitsAtFirst ? nearing(team.limitsAtFirst, run) : []), ...nearingBudgets(held, run)];
      };
      const limited = { ...team, limits: any(team.limits, () => reasonsOf(held)) };
      const reserved = new Set<string>();
      /**
       * Whether the turn is still this process's. It may have stood still before the call, and been taken for gone: then another process has the turn, and
       * makes the call. Rejects where that cannot be known and the turn was not ended either.
       */
      const isHere = async (signal: AbortSignal): Promise<boolean> => {
        await store.stillHere?.().catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        return !signal.aborted;
      };
      const reserve: NonNullable<Turn["reserve"]> = async (usd, signal) => {
        if (held.length === 0) return (await isHere(signal)) ? NOTHING_SET_ASIDE : undefined;
        const limits = held.map(({ account, limit }) => ({ account, limit }));
        const told = await store.reserve({ workspace: lane.workspace, day: dayOf(clock.now()), usd, budgets: limits }, signal);
        if (told.kind === "aborted") return undefined;
        if (told.kind === "reserved") {
          reserved.add(told.reservation);
          if (await isHere(signal)) return { ended: (cost) => ended(told.reservation, cost) };
          ended(told.reservation, 0);
          return undefined;
        }
        held = await heldBy(lane);
        // The budget may have been raised while the call waited.
        const now = held.find(({ account }) => account === told.account);
        if (now && now.limit > told.spent) return reserve(usd, signal);
        // `told.spent` has costs in it that no event has told yet.
        held = held.map((one) => (one === now ? { ...one, spent: Math.max(one.spent, told.spent) } : one));
        return undefined;
      };
      const ended = (reservation: string, usd: number): void => {
        if (!reserved.has(reservation)) return;
        if (usd > 0) lane.settles(reservation);
        else reserved.delete(reservation);
        void store.callEnded(reservation, usd).catch(() => undefined); // A store that is gone has let go of it.
      };
      return {
        team: limited,
        ...(held.length > 0 || store.stillHere ? { reserve } : {}),
        async leave() {
          const left = [...reserved];
          reserved.clear();
          // All are begun: one that fails must not keep the others set aside.
          await Promise.all(left.map((reservation) => store.callEnded(reservation, 0)));
        },
        async looked() {
          held = await heldBy(lane);
          if (near().length === 0) return;
          await lane.inTurn(async () => {
            const events = near().map((one) => ({ type: "limit.neared" as const, run: currentRun(lane.transcript).run ?? "", ...one }));
            if (events.length > 0) await lane.append(events, "keep");
          });
        },
      };
    },

    async minutes(lane, team, turn) {
      const { minutesMax } = team;
      if (minutesMax === undefined) return;
      const summaryByMs = clock.now() + SUMMARY_MINUTES_MAX * 60_000;
      /** A summary has time of its own. */
      const leftMs = () => {
        const run = currentRun(lane.transcript);
        if (run.halt?.summary) return summaryByMs - clock.now();
        return limitsNow({ minutes: minutesMax }, run).minutes * 60_000 - elapsedMs(lane);
      };
      while (leftMs() > 0) {
        await clock.sleep(leftMs(), turn.signal);
        if (turn.signal.aborted) return;
      }
      try {
        await lane.inTurn(async () => {
          const run = currentRun(lane.transcript);
          if (turn.signal.aborted || !run.running || isHalted(run)) return;
          const reasons = run.halt?.reasons ?? [
            { kind: "minutes" as const, limit: limitsNow({ minutes: minutesMax }, run).minutes, elapsed: elapsedMs(lane) / 60_000 },
          ];
          if (run.haltsAtLimits && !run.halt) await lane.append([timed(limitReached(lane.transcript, reasons), team)], "keep");
          else await lane.append([runStopped(lane.transcript, "limit", reasons)], "none");
        });
      } finally {
        turn.abort();
      }
    },

    timed,
  };
}

/** For a call without a budget, of which only had to be known that it may be made here. */
const NOTHING_SET_ASIDE: Reservation = { ended: () => undefined };
