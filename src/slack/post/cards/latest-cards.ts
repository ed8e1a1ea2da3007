import { HUMAN, type RunEvent } from "../../../engine/events/events.ts";
import { read, type Fold } from "../../../engine/reading/fold.ts";
import { currentRun, isWaiting, type Transcript } from "../../../engine/reading/transcript.ts";
import { LONG_RUN_EDIT_MS, LONG_RUN_TURNS_MIN, NEXT_SPEAKER_MS_MAX } from "../../words/limits.ts";
import { END_MS_MAX } from "./held-cards.ts";

/** A message that changes after it was posted, by the event that it was posted for. */
export interface Card {
  readonly seq: number;
  readonly kind: "card" | "question" | "approval" | "halt" | "hold";
}

/** The latest cards of a thread, the newest last; the older ones have said their last. */
export const latestCards: Fold<Card[]> = {
  growsInPlace: true,
  initial: () => [],
  step(cards, event) {
    const kind = cardOf(event);
    if (kind !== undefined) cards.push({ seq: event.seq, kind });
    if (cards.length > CARDS_PER_THREAD_MAX) cards.shift();
    return cards;
  },
};

function cardOf(event: RunEvent): Card["kind"] | undefined {
  switch (event.type) {
    case "run.started":
      return "card";
    case "handoff.made":
      return event.to === HUMAN ? "question" : undefined;
    case "approval.requested":
      return "approval";
    case "limit.reached":
      return "halt";
    case "run.paused":
      return "hold";
    default:
      return undefined;
  }
}

const CARDS_PER_THREAD_MAX = 10;

/**
 * For how long still the card of a run is not edited, as a turn has just ended: who is next, or that it was all, is recorded behind it, and one edit tells
 * both. Of a long run whose turns follow on each other quickly, one edit tells of several. Until then nothing on it has changed that anybody waits for: the
 * turns themselves are in the thread. `undefined`: it need not wait.
 */
export function turnEndsMs(transcript: Transcript, nowMs: number): number | undefined {
  const endsMs = held(leftOfMs(transcript, nowMs, NEXT_SPEAKER_MS_MAX), NEXT_SPEAKER_MS_MAX);
  const togetherMs = toldTogetherInMs(transcript, nowMs);
  return endsMs === undefined ? togetherMs : Math.max(endsMs, togetherMs ?? 0);
}

/** By a clock that is far ahead, that of whoever recorded it, it would begin anew again and again: then it is not held. */
const held = (leftMs: number | undefined, ms: number): number | undefined =>
  leftMs === undefined || leftMs <= 0 || leftMs > 2 * ms ? undefined : Math.min(leftMs, ms);

/** Read off the log alone, so that a process that takes over holds it as long: until the end of the ten or twenty seconds in which its last turn ended. */
function toldTogetherInMs(transcript: Transcript, nowMs: number): number | undefined {
  const { running, turns, halt } = currentRun(transcript);
  if (!running || turns < LONG_RUN_TURNS_MIN || halt || isWaiting(transcript)) return undefined;
  let lastMs: number | undefined;
  for (let index = transcript.events.length - 1; index >= 0; index--) {
    const event = transcript.events[index];
    if (!event || !(isEndOfTurn(event) || WORK.has(event.type))) return undefined;
    if (!isEndOfTurn(event)) continue;
    const atMs = Date.parse(event.at);
    if (lastMs === undefined) {
      lastMs = atMs;
      continue;
    }
    const everyMs = turns < 2 * LONG_RUN_TURNS_MIN ? LONG_RUN_EDIT_MS : 2 * LONG_RUN_EDIT_MS;
    const leftMs = everyMs - (lastMs % everyMs) + lastMs - nowMs;
    return lastMs - atMs < LONG_RUN_EDIT_MS ? held(leftMs, everyMs) : undefined;
  }
  return undefined;
}

/** What goes on between two turns without anybody being asked, or anything having failed. */
const WORK: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>([
  "speaker.selected",
  "tool.called",
  "tool.returned",
  "code.written",
  "code.ran",
  "context.summarized",
]);

/**
 * Whether cards that are looked at again at `againAtMs` in any case need not be looked at sooner for these events, the last ones of the log: a turn has
 * ended, or goes on, and the card of the run, the only one that there is, may wait for as long.
 */
export function waitsUntil(
  againAtMs: number,
  { transcript, events, nowMs }: { readonly transcript: Transcript; readonly events: readonly RunEvent[]; readonly nowMs: number },
): boolean {
  if (nowMs >= againAtMs || !events.every(goesOn)) return false;
  if (read(transcript, latestCards).some(({ kind }) => kind !== "card")) return false;
  const heldMs = turnEndsMs(transcript, nowMs);
  return heldMs !== undefined && againAtMs <= nowMs + heldMs;
}

const goesOn = (event: RunEvent): boolean => event.type !== "handoff.made" && (WORK.has(event.type) || isEndOfTurn(event));

/** Of the first turn alone, and only for as long as its end takes to be recorded right behind it. `undefined`: nothing is waited for. */
export function firstTurnEndsMs(transcript: Transcript, nowMs: number): number | undefined {
  const leftMs = currentRun(transcript).turns === 1 ? leftOfMs(transcript, nowMs, END_MS_MAX) : undefined;
  return leftMs === undefined ? undefined : Math.min(leftMs, END_MS_MAX);
}

/** For how long still it may be open what follows on the turn that has just ended, until `ms` after it by the clock of whoever recorded it. */
function leftOfMs(transcript: Transcript, nowMs: number, ms: number): number | undefined {
  const { running, openTurns, halt } = currentRun(transcript);
  if (!running || openTurns.length > 0 || halt || isWaiting(transcript)) return undefined;
  const last = transcript.events.findLast((event) => event.type === "run.started" || BROKEN_OFF.has(event.type) || isEndOfTurn(event));
  const leftMs = last && isEndOfTurn(last) ? Date.parse(last.at) + ms - nowMs : 0;
  return leftMs > 0 ? leftMs : undefined;
}

const isEndOfTurn = (event: RunEvent): boolean =>
  event.type === "turn.ended" || event.type === "handoff.made" || (event.type === "message.posted" && "agent" in event);
/** What ends a turn that has not come to its end. */
const BROKEN_OFF: ReadonlySet<RunEvent["type"]> = new Set(["turn.failed", "turn.skipped"]);
