import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Transcript } from "../../src/engine/reading/transcript.ts";

/** A log in memory with a clock of its own: what doubles take, at least a millisecond an event, and `sleep` moves it on. */
export function openLog() {
  const events: RunEvent[] = [];
  const begun = performance.now();
  let slept = 0;
  let last = 0;
  const now = () => (last = Math.max(last + 1, Math.floor(performance.now() - begun) + slept));
  return {
    transcript: { events } as Transcript,
    events,
    record: (body: EventBody) =>
      void events.push({ ...body, seq: events.length + 1, at: new Date(Date.UTC(2026, 0, 1) + now()).toISOString() }),
    sleep: (ms: number) => void (slept += ms),
  };
}
export type Log = ReturnType<typeof openLog>;

export const startRun = (log: Log) =>
  log.record({ type: "run.started", run: `run-${log.events.length + 1}`, team: "team", startedBy: { id: "user", name: "user" } });
