import type { Person } from "../../engine/events/events.ts";
import { channelOf, scopeOfChannel } from "./place.ts";

/** Agents share their notes over the threads of a channel; all threads that are not in one, as those of a terminal, are one scope. */
export function scopeOf(thread: string): string {
  const place = channelOf(thread);
  return place ? scopeOfChannel(place) : "terminal";
}

/** For whom the costs of a thread count; by the names under which their settings are kept. */
export function accountsOf(thread: string, startedBy: Person): readonly string[] {
  const place = channelOf(thread);
  return ["workspace", ...(place ? [`channel/${place.channel}`] : []), `person/${startedBy.id}`];
}
