import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Transcript } from "../../src/engine/reading/transcript.ts";
import type { TeamCard } from "../../src/team-shelf.ts";

const MARIA = { id: "U0MARIA", name: "Maria" };

export const TEAM: TeamCard = {
  name: "coding",
  description: "Writes code and runs it",
  agents: [
    { name: "Coder", icon: ":technologist:", description: "Writes code." },
    { name: "Runner", description: "Runs it.", runsCode: true },
    { name: "Critic", icon: "https://example.com/critic.png", description: "Reviews it." },
  ],
  limits: { turns: 24, minutes: 20, tokens: 200_000, usd: 1 },
  stopWords: ["TERMINATE"],
};

/** A log written by hand, an event every ten seconds. */
export function logOf(...bodies: readonly EventBody[]): Transcript {
  return {
    events: bodies.map((body, index): RunEvent => ({
      ...body,
      seq: index + 1,
      at: new Date(Date.UTC(2026, 0, 5, 9, 0, index * 10)).toISOString(),
    })),
  };
}

export const started = (run = "run-1", team = "coding"): EventBody => ({ type: "run.started", run, team, startedBy: MARIA });
export const asks = (text: string, id = "m1"): EventBody => ({ type: "message.posted", person: MARIA, text, id });
export const selects = (agent: string, reason?: string): EventBody => ({
  type: "speaker.selected",
  agent,
  by: "selector",
  ...(reason ? { reason } : {}),
});
export const says = (agent: string, text: string, usd?: number): EventBody => ({
  type: "message.posted",
  agent,
  text,
  model: "test-model",
  usage: { inputTokens: 1_000, outputTokens: 200, ...(usd === undefined ? {} : { usd }) },
});
export const question = (agent: string, text: string, options: readonly string[] = []): EventBody => ({
  type: "handoff.made",
  agent,
  to: "human",
  text,
  options,
});
export const stopped = (run = "run-1"): EventBody => ({
  type: "run.stopped",
  run,
  reason: "Critic said it",
  reasons: [{ kind: "textMention", text: "TERMINATE", agent: "Critic" }],
  outcome: "done",
});
export const ran = (output: string, more: Partial<Extract<EventBody, { readonly type: "code.ran" }>> = {}): EventBody => ({
  type: "code.ran",
  agent: "Runner",
  source: { seq: 4, block: 0 },
  language: "python",
  outcome: "ok",
  exitCode: 0,
  output,
  elapsedMs: 2_100,
  executor: "Docker, no network",
  files: [],
  ...more,
});
