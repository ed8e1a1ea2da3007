import { when } from "../limits/by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** One of these agents has spoken; one who is a person, with the answer that ends their turn. */
export const source = (...agents: readonly string[]): TerminationCondition =>
  when((event, participants) => {
    if (event.type !== "message.posted") return undefined;
    const agent = ("agent" in event ? [event.agent] : participants).find((name) => agents.includes(name));
    return agent === undefined ? undefined : { kind: "source", agent };
  });
