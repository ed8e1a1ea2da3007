import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import { said } from "../../../src/store/contracts/commits.ts";

/** What an event written by the child says of its own commit. */
export interface Written {
  readonly posts: number;
  readonly filler: string;
}

export function writtenEvent({ posts, filler }: Written, wake: "now" | "none" | "keep"): EventBody {
  return said(JSON.stringify({ posts, wake, filler }));
}

/** Reads it back; `undefined` for other events. */
export function readWritten(event: RunEvent): { readonly posts: number; readonly wake: "now" | "none" | "keep" } | undefined {
  return event.type === "message.posted" ? (JSON.parse(event.text) as { posts: number; wake: "now" | "none" | "keep" }) : undefined;
}
