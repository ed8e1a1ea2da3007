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

/** What holds a run to its time and its money, beside what it says itself. */
export interface Watch {
  /**
   * Ends what nobody has decided or answered in time; a run that only waited for a new day's budget goes on. In nobody's turn. False when
   * something is over, and whether somebody has answered all the same is not known yet.
   */
  expire(lane: Lane): Promise<boolean>;
  /** Sees to it that the thread is looked at again when the next thing is over, or soon, where something is over and could not be ended. */
  expectTheEndOfWaiting(lane: Lane, ended: boolean): Promise<void>;
  /** The team, held to the budgets of the day as well. */
  within(team: RunnableTeam, lane: Lane): Promise<WatchedTeam>;
  /** Holds the limit on minutes also while nothing is recorded: a model or a tool that hangs and hears no signal does not hold the run. */
  minutes(lane: Lane, team: RunnableTeam, turn: AbortController): Promise<void>;
  /** Until when a question, an approval or a halt waits, and what can be made of it; agents know of neither. */
  timed(item: EventBody, team: RunnableTeam): EventBody;
}

export interface WatchedTeam {
  readonly team: RunnableTeam;
  /** To be called when something has been recorded, in nobody's turn: reads the budgets anew, and tells of limits that come near. */
  looked(): Promise<void>;
  /** Sets money aside for its calls; absent where nobody has set a budget. */
  readonly reserve?: Turn["reserve"];
  /** The visit is over: nothing stays set aside for it. */
  leave(): Promise<void>;
}

/** Whoever reads what was said wakes the thread when it has; should that be missed, it is looked at all the same. */
const UNHEARD_LOOK_MS = 60_000;
/** A summary is one reply; what takes longer is not waited for. */
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

  /** What is over now. */
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

  /** When something that the run waits for is over next. */
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
        // A new day's budget has nothing to do with what people say.
        if (over.some(({ type }) => type !== "limit.raised") && !heardAll(lane.thread)) return false;
        await lane.append(over, "keep");
        return true;
      }),

    expectTheEndOfWaiting: (lane, ended) =>
      lane.inTurn(async () => {
        const next = ended ? nextEnd(lane) : new Date(clock.now() + UNHEARD_LOOK_MS).toISOString();
        // An answer that has come meanwhile has woken the thread already; that visit comes back here.
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
       * Between a call that was asked for and one that is made this process may have stood still, and been taken for gone: then the turn is another's, and
       * so is its call. Rejects where it cannot be known and nobody has the turn either.
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
        // Raised while the call waited.
        const now = held.find(({ account }) => account === told.account);
        if (now && now.limit > told.spent) return reserve(usd, signal);
        // Costs that no event has told yet are spent all the same.
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
          // One that cannot be told keeps no other from being told.
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

/** There is no budget: the call was only to be asked about. */
const NOTHING_SET_ASIDE: Reservation = { ended: () => undefined };
