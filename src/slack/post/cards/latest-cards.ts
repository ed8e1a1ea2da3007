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
export const turnEndsMs = (transcript: Transcript, nowMs: number): number | undefined => knownInMs(transcript, nowMs, NEXT_SPEAKER_MS_MAX);

/** Of the first turn alone, and only for as long as its end takes to be recorded right behind it. `undefined`: nothing is waited for. */
export const firstTurnEndsMs = (transcript: Transcript, nowMs: number): number | undefined =>
  currentRun(transcript).turns === 1 ? knownInMs(transcript, nowMs, END_MS_MAX) : undefined;

/** For how long still it may be open what follows on the turn that has just ended, at most `msMax` after it. */
function knownInMs(transcript: Transcript, nowMs: number, msMax: number): number | undefined {
  const { running, openTurns, halt } = currentRun(transcript);
  if (!running || openTurns.length > 0 || halt || isWaiting(transcript)) return undefined;
  const ended = transcript.events.findLast((event) => event.type === "run.started" || isEndOfTurn(event));
  const leftMs = ended && isEndOfTurn(ended) ? Date.parse(ended.at) + msMax - nowMs : 0;
  // The clock of the process that recorded it may be ahead.
  return leftMs > 0 ? Math.min(leftMs, msMax) : undefined;
}

const isEndOfTurn = (event: RunEvent): boolean =>
  event.type === "turn.ended" || event.type === "handoff.made" || (event.type === "message.posted" && "agent" in event);
