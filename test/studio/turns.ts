import type { Delta, EventBody, RunEvent } from "../../src/engine/events/events.ts";

/** Turns that are told by hand, as a runner tells them. */
export function turnsByHand() {
  const hearers = new Set<(thread: string, item: RunEvent | Delta) => void>();
  return {
    tell: (thread: string, item: RunEvent | Delta): void => hearers.forEach((hear) => hear(thread, item)),
    follow: (hear: (thread: string, item: RunEvent | Delta) => void) => (hearers.add(hear), () => void hearers.delete(hear)),
  };
}

export const textOf = (agent: string, words: string): Delta => ({ type: "text.delta", agent, text: words });

export const recorded = (body: EventBody, seq: number): RunEvent => ({ ...body, seq, at: "2026-01-01T00:00:00.000Z" });
