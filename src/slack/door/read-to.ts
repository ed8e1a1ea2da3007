import type { Place } from "../words/place.ts";

/** Up to where a thread was read, in Slack's time; and when, in ours, its end was reached: 0 where it was not. */
export function readTo(note: string | undefined): { readonly ts: string; readonly ms: number } | undefined {
  const [ts, ms] = note?.split(" ") ?? [];
  return ts && TS.test(ts) ? { ts, ms: Number(ms) || 0 } : undefined;
}

const TS = /^\d{1,12}\.\d{6}$/;

/** The ts of the run's task; the root's when the run began otherwise. */
export function beginningOf(task: object | undefined, place: Place): string {
  const id = task && "id" in task && typeof task.id === "string" ? task.id.split(":") : [];
  const ts = id[1] === place.channel ? id[2] : undefined;
  return ts && TS.test(ts) ? ts : place.ts;
}

/** Under which it is noted. */
export const noteKey = (thread: string): string => `read-back/${thread}`;

/** What is to be read: when that was asked for, and until when it matters. */
export interface Asked {
  readonly askedMs: number;
  readonly untilMs: number;
}

/** Until the later one of both. */
export const atLatest = (one: Asked | undefined, other: Asked): Asked => ({
  ...other,
  untilMs: Math.max(one?.untilMs ?? 0, other.untilMs),
});

/** Slack has trouble, or asks for a pause: the same is read later. After any other no there is nothing to be read. */
export const PASSES: ReadonlySet<string> = new Set(["ambiguous", "undocumented", "limited", "auth"]);

/** Under which it is noted that there was a gap of which not every thread of the workspace has been read yet. */
export const owedKey = (team: string): string => `read-back/${team}`;
