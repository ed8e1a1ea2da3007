import type { EventBody, RunEvent, Usage } from "../events/events.ts";

/** The selector's name in the log and in replay files; of one inside a participant only in the log of its own team. */
export const SELECTOR = "selector";

/** The name of the selector inside this participant, where there may be others: in requests, and so in replay files. */
export const selectorWithin = (participant: string): string => `${participant}/${SELECTOR}`;

/** What the calls behind an event took; `undefined` where there were none. */
export const usageOf = (event: EventBody): Usage | undefined => ("usage" in event ? event.usage : undefined);

/** Who pays for what an event cost: a selection is paid by who chose, what a tool's models took by the agent that called it. */
export function spenderOf(event: EventBody): string {
  if (event.type === "speaker.selected") return event.leader ?? SELECTOR;
  if (event.type === "turn.failed" && event.member !== undefined) return event.member.split("/").at(-1) ?? event.agent;
  return "agent" in event && event.agent !== undefined ? event.agent : SELECTOR;
}

/**
 * The model behind an event's usage, by its name in the team file, since that alone stands with every request; of logs that hold no requests, by the
 * provider's name for it. Where several worked on one reply, the one that gave it. Empty where neither is told.
 */
export function modelOf(event: EventBody): string {
  const sent = usageOf(event)?.sent ?? [];
  const last = sent.findLast(({ failed }) => failed === undefined) ?? sent.at(-1);
  return last?.model ?? ("model" in event ? (event.model ?? "") : "");
}

/**
 * Whose model gave the reply that an event was made of, by the name that it has in requests; `undefined` for an event that no reply is behind.
 * What a tool spent is no reply to the agent that called it.
 */
export function requesterOf(event: RunEvent): string | undefined {
  if (!usageOf(event) || event.type === "tool.returned" || event.type === "tool.failed") return undefined;
  const spender = spenderOf(event);
  return spender === SELECTOR && event.within !== undefined ? selectorWithin(event.within.split("/").at(-1) ?? "") : spender;
}
