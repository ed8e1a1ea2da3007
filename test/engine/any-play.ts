import fc from "fast-check";
import { isEvent, type EventBody, type RunEvent } from "../../src/engine/events/events.ts";
import { converse } from "../../src/engine/loop.ts";
import { currentRun, type Transcript } from "../../src/engine/reading/transcript.ts";
import { MARIA } from "../support/scripted.ts";
import { turnOn } from "../support/turn.ts";
import { build, type AnyTeam } from "./any-team.ts";

/** A conversation that never ends would give more than this. */
const ITEMS_MAX = 4_000;
/** A person answers so many questions of a run and is then away. */
const ANSWERS_MAX = 4;
const TASKS = 2;
/** Where the process dies, as counts of items (events and deltas) since it began; `abort` in mid-turn, `crash` right after recording. */
export interface Interruption {
  readonly afterItems: number;
  readonly how: "abort" | "crash";
}

/** Plays tasks to their end, with a person who answers; each interruption is followed by a start from the bare log. */
export async function play(any: AnyTeam, interruptions: readonly Interruption[] = []): Promise<RunEvent[]> {
  let events: RunEvent[] = [];
  const record = (body: EventBody) =>
    events.push({ ...body, seq: events.length + 1, at: new Date(Date.UTC(2026, 0, 1) + events.length).toISOString() });
  const pending = [...interruptions];
  let items = 0;
  for (let task = 0; task < TASKS; task++) {
    record({ type: "run.started", run: `r${task}`, team: "team", startedBy: MARIA });
    record({ type: "message.posted", person: MARIA, text: `task ${task}`, id: `task-${task}` });
    for (let answers = 0; ;) {
      const interruption = pending.shift();
      // A new process: nothing is left but the log.
      events = structuredClone(events);
      const log: Transcript = { events };
      let since = 0;
      let interrupted = false;
      const stop = new AbortController();
      for await (const item of converse(build(any), turnOn(log, stop.signal))) {
        if (++items > ITEMS_MAX) throw new Error("the conversation does not end");
        if (isEvent(item)) record(item);
        since++;
        if (interruption && since >= interruption.afterItems) {
          if (interruption.how === "abort") stop.abort();
          interrupted = true;
          break;
        }
      }
      const run = currentRun(log);
      if (!run.running) break;
      if (interrupted) continue;
      if (++answers > ANSWERS_MAX) return events;
      if (run.questions.length > 0) record({ type: "message.posted", person: MARIA, text: "Go on", id: `answer-${events.length}` });
      for (const { call } of run.approvals) record({ type: "approval.given", call, person: MARIA, approved: !call.endsWith("1") });
    }
  }
  return events;
}

export const interruptions = fc.array(
  fc.record({ afterItems: fc.integer({ min: 1, max: 12 }), how: fc.constantFrom<"abort" | "crash">("abort", "crash") }),
  { maxLength: 6 },
);
