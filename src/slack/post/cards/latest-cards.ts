import { HUMAN, type RunEvent } from "../../../engine/events/events.ts";
import type { Fold } from "../../../engine/reading/fold.ts";
import { currentRun, isWaiting, type Transcript } from "../../../engine/reading/transcript.ts";
import { NEXT_SPEAKER_MS_MAX } from "../../words/limits.ts";
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
 * both. Until then nothing on it has changed that anybody waits for: the turn itself is in the thread. `undefined`: it need not wait.
 */
export function turnEndsMs(transcript: Transcript, nowMs: number): number | undefined {
  const leftMs = leftOfMs(transcript, nowMs, NEXT_SPEAKER_MS_MAX);
  // By a clock that is far ahead, that of whoever recorded it, this would begin anew again and again.
  return leftMs === undefined || leftMs > 2 * NEXT_SPEAKER_MS_MAX ? undefined : Math.min(leftMs, NEXT_SPEAKER_MS_MAX);
}

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
