import type { EventBody } from "../../../src/engine/events/events.ts";
import type { TerminationCondition } from "../../../src/engine/team.ts";
import { asked, logOf, started } from "../../support/facts.ts";

/** What a stop gives for a run in which these facts have followed the task. */
export const fires = (condition: TerminationCondition, ...facts: readonly EventBody[]) => condition(logOf(started(), asked("t"), ...facts));

/** An agent says something that may have cost something. */
export const say = (agent: string, text: string, usage?: { inputTokens: number; outputTokens: number; usd?: number }): EventBody => ({
  type: "message.posted",
  agent,
  text,
  ...(usage ? { usage } : {}),
});

/** A call of a tool begins or ends. */
export const tool = (type: "tool.called" | "tool.returned" | "tool.failed", name = "search"): EventBody =>
  ({
    type,
    agent: "A",
    call: "c",
    tool: name,
    ...(type === "tool.called" ? { args: "{}" } : type === "tool.returned" ? { output: "" } : { error: { kind: "crashed", message: "" } }),
  }) as EventBody;

/** One turn that cost 6 tokens in, 4 out, and half a dollar. */
export const paidTurn: readonly EventBody[] = [
  { type: "speaker.selected", agent: "A", by: "policy" },
  say("A", "x", { inputTokens: 6, outputTokens: 4, usd: 0.5 }),
];
