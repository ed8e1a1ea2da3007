import type { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { RunEvent } from "../../parley.ts";

export interface OperatorLog {
  /** A line about something that is not part of a conversation. */
  line(message: string): void;
  /** What was recorded in a thread; runs that begin and end are told, without a word of what was said. */
  recorded(thread: string, events: readonly RunEvent[]): void;
}

const MESSAGE_CHARS_MAX = 8_000; // Collectors cut lines of more than 16 KiB in two, and half of one is no JSON.

/** For people: lines as they are. */
export const plainLog = (stream: Writable): OperatorLog => ({
  line: (message) => void stream.write(`${message}\n`),
  recorded: () => undefined,
});

/** For machines: one JSON object a line, with `at` (ISO 8601, UTC), `message`, and `thread` and `run` where they are known. */
export function jsonLog(stream: Writable, now: () => number = Date.now): OperatorLog {
  const write = (fields: object): void => void stream.write(`${JSON.stringify({ at: new Date(now()).toISOString(), ...fields })}\n`);
  return {
    line: (message) => write({ level: "warn", message: stripVTControlCharacters(message).slice(0, MESSAGE_CHARS_MAX) }),
    recorded(thread, events) {
      for (const event of events) {
        if (event.type === "run.started") write({ level: "info", message: "run started", thread, run: event.run, team: event.team });
        if (event.type === "run.stopped") write({ level: "info", message: "run stopped", thread, run: event.run, outcome: event.outcome });
        if (event.type === "turn.failed")
          write({ level: "warn", message: "turn failed", thread, seq: event.seq, agent: event.agent, failure: event.error.kind });
      }
    },
  };
}
