import type { RunEvent } from "../engine/events/events.ts";
import type { Standing, Step } from "./conversations.ts";

const WORDS_CHARS_MAX = 300;

/** Follows a step to where the conversation stands then, and tells of it. Where telling throws, the step is left. */
export async function followed(step: Step, tell: (line: string) => Promise<void> | void): Promise<Standing> {
  try {
    for (;;) {
      const next = await step.next();
      if (next.done) return next.value;
      const line = progressOf(next.value);
      if (line !== undefined) await tell(line);
    }
  } finally {
    await step.return(LEFT);
  }
}

/** Read by nobody: a step that is over gives nothing more, and one that is left is waited for by nobody. */
const LEFT: Standing = { kind: "ended", outcome: "stopped", reason: "it was left", answer: undefined };

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
