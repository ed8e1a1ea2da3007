import type { RunLine } from "./api.ts";

/** Numbers and times as people read them. */

const SMALL_USD = 0.01;

export function money(usd: number, priced = true): string {
  const text = usd === 0 ? "$0" : usd < SMALL_USD ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
  return priced ? text : `≥ ${text}`;
}

export const many = (count: number): string =>
  count < 1_000
    ? String(count)
    : count < 1_000_000
      ? `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)}k`
      : `${(count / 1_000_000).toFixed(1)}M`;

export function lasted(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A log from outside may have other words there. */
function written(iso: string, how: (at: Date) => string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : how(at);
}

export const when = (iso: string): string => written(iso, whenOf);

function whenOf(at: Date): string {
  return at.toDateString() === new Date().toDateString() ? TIME.format(at) : DAY.format(at);
}

export const whole = (iso: string): string => written(iso, (at) => `${DAY.format(at)}, ${SECONDS.format(at)}`);
export const clock = (iso: string): string => written(iso, (at) => SECONDS.format(at));

export const STATES: { readonly [state in RunLine["state"]]: string } = {
  running: "Running",
  waiting: "Waits for you",
  paused: "Paused",
  "at-limit": "At a limit",
  done: "Done",
  limit: "Stopped at a limit",
  stopped: "Stopped",
  failed: "Failed",
};

/** Of a place its last part, such as the channel. */
export const placeName = (place: string): string => place.slice(place.lastIndexOf("/") + 1) || "terminal";
