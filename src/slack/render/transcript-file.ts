import type { RunEvent } from "../../engine/events/events.ts";
import { transcriptOf } from "../../transcript.ts";

/** A run as the Markdown file that people are given in a thread. */
export const transcriptFile = (events: readonly RunEvent[]): string => `${transcriptOf(events, "brief")}\n`;
