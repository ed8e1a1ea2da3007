import type { Clock } from "../engine/clock.ts";
import type { Heard, Store } from "../store/store.ts";

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

export interface Rates {
  /** Nothing while the person may. Only what was heard counts, not what was refused. */
  used(workspace: string, heard: Heard): Promise<UsedRate | undefined>;
}

const HOUR_MS = 3_600_000;

/** Over the last hour, wherever it begins: whoever has used it up may go on an hour after the first of these. */
export function createRates({
  store,
  rates,
  clock,
}: {
  readonly store: Pick<Store, "heardAt">;
  readonly rates: RateSettings;
  readonly clock: Pick<Clock, "now">;
}): Rates {
  return {
    async used(workspace, heard) {
      const perHour = heard.kind === "run" ? rates.runsPerHour : rates.messagesPerHour;
      const at = await store.heardAt(workspace, heard, perHour);
      if (at === undefined) return undefined;
      const now = clock.now();
      // A clock that was set back makes nobody wait for longer than an hour.
      const freeAt = Math.min(at, now) + HOUR_MS;
      return freeAt > now ? { kind: heard.kind, perHour, until: new Date(freeAt).toISOString() } : undefined;
    },
  };
}

/** For the person who was not heard. */
export function rateWords({ kind, perHour, until }: UsedRate): string {
  // To the next full minute: who tries then is heard.
  const at = new Date(Math.ceil(Date.parse(until) / 60_000) * 60_000).toISOString().slice(0, 16).replace("T", " ");
  return kind === "run"
    ? `You have started ${perHour} ${perHour === 1 ? "run" : "runs"} within an hour, as many as one person may here. You can start the next at ${at} UTC.`
    : `You have written ${perHour} ${perHour === 1 ? "message" : "messages"} to agents within an hour, as many as one person may here; they have not been given this one. Say it again at ${at} UTC.`;
}
