import type { CommitResult, Heard } from "../store/store.ts";

/** What one person may ask of agents within an hour, whichever these are. */
export interface RateSettings {
  readonly runsPerHour: number;
  readonly messagesPerHour: number;
}

/** A rate that is used up. */
export interface UsedRate {
  readonly kind: Heard["kind"];
  readonly perHour: number;
  /** When the next one is heard: ISO 8601. */
  readonly until: string;
}

const HOUR_MS = 3_600_000;

/** What is heard of a person, held to their rate where there is one. The commit decides; only what was heard counts, not what was refused. */
export function heldToRate(heard: Omit<Heard, "perHour">, rates: RateSettings | undefined): Heard {
  return rates ? { ...heard, perHour: heard.kind === "run" ? rates.runsPerHour : rates.messagesPerHour } : heard;
}

/** Over the last hour, wherever it begins: whoever has used it up may go on an hour after the first of these. */
export function usedRate({ heard: { kind, perHour = 0 }, at }: Extract<CommitResult, { kind: "too many" }>, nowMs: number): UsedRate {
  // A clock that was set back makes nobody wait for longer than an hour.
  return { kind, perHour, until: new Date(Math.min(at, nowMs) + HOUR_MS).toISOString() };
}

/** For the person who was not heard. */
export function rateWords({ kind, perHour, until }: UsedRate): string {
  // To the next full minute: who tries then is heard.
  const at = new Date(Math.ceil(Date.parse(until) / 60_000) * 60_000).toISOString().slice(0, 16).replace("T", " ");
  return kind === "run"
    ? `You have started ${perHour} ${perHour === 1 ? "run" : "runs"} within an hour, as many as one person may here. You can start the next at ${at} UTC.`
    : `You have written ${perHour} ${perHour === 1 ? "message" : "messages"} to agents within an hour, as many as one person may here; they have not been given this one. Say it again at ${at} UTC.`;
}
