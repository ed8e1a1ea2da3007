import { HUMAN, type RunEvent } from "../../../engine/events/events.ts";
import type { Fold } from "../../../engine/reading/fold.ts";
import { currentRun, isWaiting, type Transcript } from "../../../engine/reading/transcript.ts";
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
 * For how long still the card of a run is not edited, as the first turn has just ended: that it was all, or who is next, is recorded right behind it, and
 * one edit tells both. `undefined`: it need not wait.
 */
export function firstTurnEndsMs(transcript: Transcript, nowMs: number): number | undefined {
  const { running, turns, openTurns } = currentRun(transcript);
  if (!running || turns !== 1 || openTurns.length > 0 || isWaiting(transcript)) return undefined;
  const turn = transcript.events.findLast((event) => event.type === "message.posted" && "agent" in event);
  const leftMs = turn ? Date.parse(turn.at) + END_MS_MAX - nowMs : 0;
  // The clock of the process that recorded it may be ahead.
  return leftMs > 0 ? Math.min(leftMs, END_MS_MAX) : undefined;
}
