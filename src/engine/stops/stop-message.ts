import { when } from "../limits/by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** An agent has posted a message that asks for the end by itself. */
export const stopMessage = (): TerminationCondition =>
  when((event) =>
    event.type === "message.posted" && "agent" in event && event.kind === "stop" ? { kind: "stopMessage", agent: event.agent } : undefined,
  );
