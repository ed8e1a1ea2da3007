import type { Beside, RunEvent } from "./engine/events/events.ts";
import { shown } from "./engine/reading/shown.ts";

type FileRef = Extract<RunEvent, { type: "code.ran" }>["files"][number];

/**
 * How much of a run people read: `brief` is what was said, run and decided, as in the file for a thread; `whole` has also what tools returned, the
 * files by their hashes, every notice, and who steered it how.
 */
export type Detail = "brief" | "whole";

/** A run as Markdown to be read by people: who said what, what ran and what it printed, and why it ended. */
export function transcriptOf(events: readonly RunEvent[], detail: Detail): string {
  const isWhole = detail === "whole";
  const sections = events.flatMap((event) => (isWhole ? [sectionOf(event, true), noticesOf(event)] : [briefly(event)]));
  return sections.filter((section) => section !== undefined).join("\n\n");
}

/** What is passed over where a thread itself shows it, or what becomes of it. */
const PASSED_OVER: ReadonlySet<RunEvent["type"]> = new Set([
  "approval.requested",
  "feedback.given",
  "run.paused",
  "run.resumed",
  "run.unpaused",
  "speaker.requested",
  "stance.given",
  "stop.requested",
  "tool.failed",
  "tool.returned",
] as const);

function briefly(event: RunEvent): string | undefined {
  if (event.type === "turn.ended" && event.notices?.length) return `*${line(event.agent)} had nothing to add to what its tools gave.*`;
  return PASSED_OVER.has(event.type) ? undefined : sectionOf(event, false);
}

/** What was not as it was asked for: another model spoke, a setting was left out. */
const noticesOf = (event: RunEvent): string | undefined =>
  "notices" in event && event.notices ? event.notices.map((notice) => `*${line(notice)}*`).join("\n\n") : undefined;

function sectionOf(event: RunEvent, isWhole: boolean): string | undefined {
  const posted = (files: readonly FileRef[] = []) => (isWhole ? listed(files) : "");
  switch (event.type) {
    case "run.started":
      return `# ${line(event.team)}${isWhole ? `: run ${line(event.run)}` : ""}\n\nStarted by ${line(event.startedBy.name)}, ${event.at}`;
    case "message.posted":
      return "person" in event
        ? `## ${line(event.person.name)} (person)\n\n${event.text}${along(event.beside)}${posted(event.files)}`
        : `## ${line(event.agent)}\n\n${event.text}`;
    case "speaker.selected":
      return event.reason ? `*Next: ${line(event.agent)}. ${line(event.reason)}*` : undefined;
    case "tool.called":
      return `${event.text ? `## ${line(event.agent)}\n\n${event.text}\n\n` : ""}*${line(event.agent)} called ${line(event.tool)}:*\n\n${fenced(event.args)}`;
    case "tool.returned":
      return `*${line(event.tool)} returned:*\n\n${fenced(event.output)}${posted(event.files)}`;
    case "tool.failed":
      return `*${line(event.tool)} failed: ${line(event.error.message)}*${posted(event.files)}`;
    case "code.written":
      return `## ${line(event.agent)} writes\n\n${event.text}`;
    case "code.ran":
      return `*Ran ${line(event.language)}: ${event.outcome}, exit code ${event.exitCode}, ${(event.elapsedMs / 1000).toFixed(1)} s, ${line(event.executor)}*\n\n${fenced(event.output)}${posted(event.files)}`;
    case "handoff.made":
      return event.to === "human"
        ? `## ${line(event.agent)} asks\n\n${event.text}${(event.options ?? []).map((option) => `\n- ${line(option)}`).join("")}`
        : `*${line(event.agent)} hands over to ${line(event.to)}.*`;
    case "approval.requested":
      return `*${line(event.agent)} asks to ${event.language === undefined ? "call" : `run ${line(event.language)}`}:*\n\n${fenced(shown(event.what))}`;
    case "approval.given":
      return `*${event.approved ? "Allowed" : "Denied"} by ${line(event.person.name)}${event.scope === "run" ? " for this run" : ""}${event.edited === undefined ? ".*" : `, changed to:*\n\n${fenced(event.edited)}`}`;
    case "approval.expired":
      return "*Nobody allowed it in time.*";
    case "approval.withdrawn":
      return `*${line(event.person.name)} wants to be asked again.*`;
    case "question.expired":
      return "*Nobody answered in time.*";
    case "turn.failed":
      return `*${line(event.agent)} could not answer: ${line(event.error.message)}*`;
    case "turn.skipped":
      return `*${line(event.person.name)} skipped the turn of ${line(event.agent)}.*`;
    case "stance.given":
      return event.stance === "agree"
        ? undefined
        : `**${line(event.agent)} ${event.stance === "disagree" ? "disagrees" : "does not say yes"}:** ${line(event.error?.message ?? event.reason)}`;
    case "speaker.requested":
      return `*${line(event.person.name)} asked for ${line(event.speaker)} to speak next.*`;
    case "message.edited":
      return `*${line(event.person.name)} changed ${isWhole ? `message ${event.of}, ` : "this "}before it was read, to:*\n\n${event.text}${along(event.beside)}`;
    case "message.deleted":
      return `*${line(event.person.name)} took ${isWhole ? `message ${event.of}` : "a message"} back before it was read.*`;
    case "limit.reached":
      return `*A limit is reached: ${line(event.reason)}.*`;
    case "limit.raised":
      return event.person ? `*${line(event.person.name)} raised the limit.*` : "*A new day has begun; the run goes on.*";
    case "summary.requested":
      return `*${line(event.person.name)} asked for a summary.*`;
    case "run.summarized":
      return event.text === "" ? undefined : `## In short\n\n${event.text}`;
    case "run.resumed":
      return `*Parley was away and went on at ${event.at}.*`;
    case "run.paused":
      return `*Paused by ${line(event.person.name)}.*`;
    case "run.unpaused":
      return `*${line(event.person.name)} let it go on.*`;
    case "feedback.given":
      return `*${line(event.person.name)} found this ${event.helpful ? "helpful" : "not helpful"}.*`;
    case "stop.requested":
      return `*${line(event.person.name)} asked to stop.*`;
    case "run.stopped":
      return `---\n\n**Ended (${event.outcome}):** ${line(event.reason)}, ${event.at}`;
    case "context.summarized":
    case "finish.decided": // The end of the run gives the reason.
    case "limit.neared":
    case "turn.ended":
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

function listed(files: readonly FileRef[]): string {
  const lines = files.map((file) => `\n- ${line(file.name)} (${line(file.mediaType)}, ${file.bytes} bytes, SHA-256 ${file.hash})`);
  return lines.length > 0 ? `\n${lines.join("")}` : "";
}

/** A fence that is longer than any in the text, so that the text cannot close it. */
export function fenced(text: string): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [ticks]) => Math.max(most, ticks.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

/** One line, without what Markdown would read as markup. */
const line = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|]/g, (mark) => `\\${mark}`);
