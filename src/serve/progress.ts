import type { RunEvent } from "../engine/events/events.ts";

const WORDS_CHARS_MAX = 300;

/** One line of how far a run has come, for whoever waits for it; nothing for what brings it on by nothing. */
export function progressOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "speaker.selected":
      return `${event.agent} has the floor.`;
    case "message.posted":
      return "agent" in event ? `${event.agent}: ${inShort(event.text)}` : undefined;
    case "tool.called":
      return `${event.agent} calls ${event.tool}.`;
    case "code.ran":
      return `${event.agent} ran ${event.language}: ${event.outcome}.`;
    case "handoff.made":
      return event.to === "human" ? `${event.agent} asks a person.` : `${event.agent} hands over to ${event.to}.`;
    case "approval.requested":
      return `${event.agent} waits for a yes.`;
    case "turn.failed":
      return `${event.agent} could not answer: ${inShort(event.error.message)}`;
    default:
      return undefined;
  }
}

function inShort(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= WORDS_CHARS_MAX ? line : `${line.slice(0, WORDS_CHARS_MAX - 1).toWellFormed()}…`;
}
