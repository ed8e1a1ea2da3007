import { HUMAN, type RunEvent } from "../../../engine/events/events.ts";
import type { Fold } from "../../../engine/reading/fold.ts";

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
