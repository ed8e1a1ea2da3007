import type { FileRef } from "../events/events.ts";
import type { Transcript } from "./transcript.ts";

/** What people have posted, without what they have taken back, and what tools have given, oldest first. */
export function givenIn({ events }: Transcript = { events: [] }): readonly FileRef[] {
  const takenBack = new Set(events.flatMap((event) => (event.type === "message.deleted" ? [event.of] : [])));
  return events.flatMap((event) => {
    if (event.type === "tool.returned" || event.type === "tool.failed") return event.files ?? [];
    return event.type === "message.posted" && "person" in event && !takenBack.has(event.seq) ? (event.files ?? []) : [];
  });
}
