import type { EventBody } from "../../src/engine/events/events.ts";
import type { Transcript } from "../../src/engine/reading/transcript.ts";
import { MARIA, openLog } from "./scripted.ts";

/** Events as tests write them down: whoever reads the log is tried by a list of these. */
type Fact<Type extends EventBody["type"]> = Partial<Extract<EventBody, { readonly type: Type }>>;

/** Recorded, a second apart. */
export function logOf(...facts: readonly EventBody[]): Transcript {
  const { transcript, record } = openLog();
  record(...facts);
  return transcript;
}

export const started = (more: Fact<"run.started"> = {}): EventBody => ({
  type: "run.started",
  run: "r",
  team: "team",
  startedBy: MARIA,
  ...more,
});

export const stopped: EventBody = { type: "run.stopped", run: "r", reason: "", reasons: [], outcome: "stopped" };

/** A person's words. */
export const asked = (text: string, more: { readonly answers?: number } = {}): EventBody => ({
  type: "message.posted",
  person: MARIA,
  text,
  ...more,
});

export const floor = (agent: string, more: Fact<"speaker.selected"> = {}): EventBody => ({
  type: "speaker.selected",
  agent,
  by: "policy",
  ...more,
});

export const said = (agent: string, text: string = agent, more: Fact<"message.posted"> = {}): EventBody =>
  ({ type: "message.posted", agent, text, ...more }) as EventBody;

export const handed = (agent: string, to: string, more: Fact<"handoff.made"> = {}): EventBody => ({
  type: "handoff.made",
  agent,
  to,
  text: `Transferred to ${to}.`,
  ...more,
});

export const skipped = (agent: string, more: Fact<"turn.skipped"> = {}): EventBody => ({
  type: "turn.skipped",
  agent,
  person: MARIA,
  ...more,
});

export const ended = (agent: string, reason = "", more: Fact<"turn.ended"> = {}): EventBody => ({
  type: "turn.ended",
  agent,
  reason,
  ...more,
});

export const failed = (agent: string, more: Fact<"turn.failed"> = {}): EventBody => ({
  type: "turn.failed",
  agent,
  error: { kind: "overloaded", message: "The model is overloaded." },
  ...more,
});
