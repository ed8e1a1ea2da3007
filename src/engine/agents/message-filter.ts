import { hearing, type HearingRule } from "../reading/hearing-rules.ts";
import type { Agent } from "../team.ts";

/** An agent that hears only some speakers, as {@link hearing} has it. */
export function messageFilter(agent: Agent, rules: readonly HearingRule[]): Agent {
  const filtered = hearing(agent.name, rules);
  return {
    ...agent,
    goesOn: (transcript) => agent.goesOn?.(filtered(transcript)) ?? false,
    turn: (turn) => agent.turn({ ...turn, transcript: filtered(turn.transcript) }),
  };
}
