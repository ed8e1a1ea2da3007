import type { RunEvent } from "../events.ts";
import type { Agent } from "../team.ts";
import { isMessage, speakerOf, type Transcript } from "../transcript.ts";

/** What an agent hears of one speaker: all of it, or its first or last words since the agent's own last turn. */
export interface HearingRule {
  readonly from: string;
  readonly take?: { readonly which: "first" | "last"; readonly count: number };
}

/** An agent that hears only some speakers; those without a rule are not heard. People's words are under the name `user`. */
export function messageFilter(agent: Agent, rules: readonly HearingRule[]): Agent {
  return {
    ...agent,
    turn(transcript, signal) {
      let seen = -1;
      let events: readonly RunEvent[] = [];
      const filtered: Transcript = {
        get events() {
          if (transcript.events.length !== seen) {
            events = hear(transcript.events, agent.name, rules);
            seen = transcript.events.length;
          }
          return events;
        },
      };
      return agent.turn(filtered, signal);
    },
  };
}

function hear(events: readonly RunEvent[], name: string, rules: readonly HearingRule[]): RunEvent[] {
  const dropped = new Set<RunEvent>();
  let fresh: RunEvent[] = [];
  const close = () => {
    for (const event of fresh) if (!rules.some((rule) => rule.from === sourceOf(event))) dropped.add(event);
    for (const { from, take } of rules) {
      if (!take) continue;
      const words = fresh.filter((event) => sourceOf(event) === from);
      const kept = take.which === "first" ? words.slice(0, take.count) : words.slice(-take.count);
      for (const event of words) if (!kept.includes(event)) dropped.add(event);
    }
    fresh = [];
  };
  for (const event of events) {
    if (!isMessage(event)) continue;
    if ("agent" in event && event.agent === name) close();
    else fresh.push(event);
  }
  close();
  return events.filter((event) => !dropped.has(event));
}

const sourceOf = (event: RunEvent): string => (!isMessage(event) ? "" : "person" in event ? "user" : speakerOf(event));
