import type { Beside, RunEvent } from "../../engine/events/events.ts";
import { fenced } from "./turn-messages.ts";

/** A run as a Markdown file to be read by people: who said what, what ran and what it printed, and why it ended. */
export function transcriptFile(events: readonly RunEvent[]): string {
  const sections = events.map(sectionOf).filter((section) => section !== undefined);
  return `${sections.join("\n\n")}\n`;
}

function sectionOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "run.started":
      return `# ${line(event.team)}\n\nBegun by ${line(event.startedBy.name)}, ${event.at}`;
    case "message.posted":
      return "person" in event
        ? `## ${line(event.person.name)} (person)\n\n${event.text}${along(event.beside)}`
        : `## ${line(event.agent)}\n\n${event.text}`;
    case "handoff.made":
      return event.to === "human"
        ? `## ${line(event.agent)} asks\n\n${event.text}${(event.options ?? []).map((option) => `\n- ${line(option)}`).join("")}`
        : `*${line(event.agent)} hands over to ${line(event.to)}.*`;
    case "code.written":
      return `## ${line(event.agent)} writes\n\n${event.text}`;
    case "code.ran":
      return `*Ran ${line(event.language)}: ${event.outcome}, exit code ${event.exitCode}, ${(event.elapsedMs / 1000).toFixed(1)} s, ${line(event.executor)}*\n\n${fenced(event.output.trimEnd())}`;
    case "tool.called":
      return `*${line(event.agent)} called ${line(event.tool)}:* ${line(event.args)}`;
    case "turn.failed":
      return `*${line(event.agent)} could not answer: ${line(event.error.message)}*`;
    case "turn.ended":
      return event.notices?.length ? `*${line(event.agent)} had nothing to add to what its tools gave.*` : undefined;
    case "turn.skipped":
      return `*${line(event.person.name)} skipped the turn of ${line(event.agent)}.*`;
    case "approval.given":
      return `*${event.approved ? "Allowed" : "Denied"} by ${line(event.person.name)}${event.scope === "run" ? " for this run" : ""}${event.edited === undefined ? ".*" : `, changed to:*\n\n${fenced(event.edited)}`}`;
    case "approval.expired":
      return "*Nobody allowed it in time.*";
    case "approval.withdrawn":
      return `*${line(event.person.name)} wants to be asked again.*`;
    case "question.expired":
      return "*Nobody answered in time.*";
    case "run.stopped":
      return `---\n\n*Ended (${event.outcome}): ${line(event.reason)}, ${event.at}*`;
    case "speaker.selected":
      return event.reason ? `*Next: ${line(event.agent)}. ${line(event.reason)}*` : undefined;
    case "message.edited":
    case "message.deleted":
      return `*${line(event.person.name)} ${event.type === "message.edited" ? `changed this before it was read: ${line(event.text)}` : "took a message back before it was read"}*`;
    case "limit.reached":
      return `*A limit is reached: ${line(event.reason)}.*`;
    case "limit.raised":
      return event.person ? `*${line(event.person.name)} raised the limit.*` : "*A new day has begun; the run goes on.*";
    case "summary.requested":
      return `*${line(event.person.name)} asked for a summary.*`;
    case "run.summarized":
      return event.text === "" ? undefined : `## In short\n\n${event.text}`;
    case "limit.neared":
    case "approval.requested": // What becomes of it follows.
    case "tool.returned":
    case "tool.failed":
    case "finish.decided":
    case "stance.given":
    case "stop.requested":
    case "context.summarized":
    case "run.resumed":
    case "run.paused":
    case "run.unpaused":
    case "speaker.requested":
    case "feedback.given":
      return undefined;
  }
}

/** What a person brought along: words of others, line by line, and what the app says of it. */
const along = (beside: Beside = []): string =>
  beside
    .map(({ source, text }) =>
      source === undefined ? `\n\n*${line(text)}*` : `\n\n*Quoted: ${line(source)}*\n\n> ${text.replaceAll("\n", "\n> ")}`,
    )
    .join("");

const line = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|]/g, (mark) => `\\${mark}`);
