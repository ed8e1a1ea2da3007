import { randomUUID } from "node:crypto";
import type { Clock } from "../../engine/clock.ts";
import { lookOver, type Since } from "../../runner/look-over.ts";
import { editNote } from "../../store/notes.ts";
import { EVERY_THREAD, type Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";

/** Between two notes, and from what was recorded to the first of them. */
const NOTED_EVERY_MS = 30_000;
/**
 * Clocks of processes may be a minute apart, and what one has recorded another one hears some seconds later, or once its connection is there again:
 * whoever is cut off for longer leads no more.
 */
const MARGIN_MS = 600_000;

/**
 * Up to when all that was recorded in a workspace is shown in Slack, and kept, as its log says. Whoever leads notes it, so that the next one has to look over
 * what was recorded since, and threads that wait for a person cost a start nothing.
 */
export interface ShownUntil {
  /** Takes the note over: whoever led before, and does not know yet that it does so no more, notes nothing from here on. Where there is none, all is to be looked over. */
  readonly since: Since;
  start(): void;
  /** Notes nothing more. */
  close(): Promise<void>;
}

/**
 * `settled`: resolves when all that had been recorded by the call has been dealt with, what a start looks over included; `false`: something was left undone, and
 * the next start is to look at it. `atWorkSince`: what was recorded from then on is to be looked at in any case, in ms since the epoch.
 */
export function createShownUntil(parts: {
  readonly store: Pick<Store, "note" | "swapNote" | "follow">;
  readonly team: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settled: () => Promise<boolean>;
  readonly atWorkSince: () => number | undefined;
}): ShownUntil {
  const { store, team, clock, log, settled, atWorkSince } = parts;
  const key = `shown/${team}`;
  const me = randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  let taken: Promise<string> | undefined;
  let noting: Promise<void> | undefined;
  let isDue = false;
  /** Something was left undone, or another one leads. */
  let isOver = false;
  /** What is shown may be in any thread what is forgotten by now. */
  let isAnew = false;

  /** The time that stood there; empty without one. */
  async function takeOver(): Promise<string> {
    let until = "";
    await editNote(store, key, (noted) => {
      until = untilIn(noted);
      return `${until} ${me}`;
    });
    return until;
  }

  const until = (): Promise<string> =>
    (taken ??= takeOver().catch((error: unknown) => {
      taken = undefined;
      throw error;
    }));

  async function note(): Promise<void> {
    const before = await until();
    if (isAnew) {
      isOver = true;
      return void (await store.swapNote(key, `${before} ${me}`, ` ${me}`));
    }
    const nowMs = clock.now();
    const isAll = await orAborted(settled(), signal);
    if (signal.aborted) return;
    const next = new Date(Math.min(nowMs, atWorkSince() ?? nowMs)).toISOString();
    isOver ||= !isAll;
    // A clock that was set back takes back nothing that is shown.
    if (isOver || next <= before) return;
    if (await store.swapNote(key, `${before} ${me}`, `${next} ${me}`)) taken = Promise.resolve(next);
    else isOver = true;
  }

  async function noteWhileDue(): Promise<void> {
    const problem = (error: unknown) => log("up to when all is shown could not be noted yet", error);
    while (isDue && !isOver) {
      await clock.sleep(NOTED_EVERY_MS, signal);
      if (signal.aborted) return;
      isDue = false;
      await lookOver(note, { clock, signal, problem });
    }
  }

  function due(): void {
    isDue = true;
    noting ??= noteWhileDue().finally(() => (noting = undefined));
  }

  let unfollow: (() => void) | undefined;
  return {
    async since() {
      const noted = await until();
      const sinceMs = Date.parse(noted) - MARGIN_MS;
      // A clock that was ahead and has been set right says nothing of what was recorded since.
      return noted === "" || sinceMs > clock.now() ? undefined : new Date(sinceMs).toISOString();
    },
    start() {
      unfollow ??= store.follow(({ thread, events, rewritten }) => {
        isAnew ||= rewritten === true && thread === EVERY_THREAD;
        if (events.length > 0 || isAnew) due();
      });
      due();
    },
    async close() {
      unfollow?.();
      closing.abort();
      await noting;
    },
  };
}

/** What it resolves to, or `false` once the signal is aborted. */
function orAborted(work: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const stop = () => resolve(false);
  signal.addEventListener("abort", stop, { once: true });
  work.then(resolve, reject);
  return promise.finally(() => signal.removeEventListener("abort", stop));
}

function untilIn(noted: string | undefined): string {
  const [until = ""] = noted?.split(" ") ?? [];
  return Number.isNaN(Date.parse(until)) ? "" : until;
}
