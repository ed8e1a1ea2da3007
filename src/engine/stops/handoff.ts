import { isHandover, when } from "../limits/by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** A hand-over to this agent, or to a person by the name `human`. */
export const handoffTo = (name: string): TerminationCondition =>
  when((event) => (isHandover(event) && event.to === name ? { kind: "handoff", agent: event.agent, to: name } : undefined));
