import { shown } from "../../config/shown.ts";
import type { RunEvent } from "../../parley.ts";
import { spentIn } from "../../engine/limits/usage.ts";
import { costOf } from "../cost.ts";

type FileRef = Extract<RunEvent, { type: "code.ran" }>["files"][number];
type Beside = NonNullable<Extract<RunEvent, { type: "message.edited" }>["beside"]>;

/** A transcript to be read by people: who said what, what was run and what it printed, why it ended and what it cost. */
export function markdownOf(events: readonly RunEvent[]): string {
  const sections = events.flatMap((event) => [sectionOf(event), noticesOf(event)]).filter((section) => section !== undefined);
  return [...sections, costOf(spentIn(events))].join("\n\n");
}

/** What a person brought along: words of others, line by line, and what the app says of it. */
const along = (beside: Beside = []): string =>
  beside
    .map(({ source, text }) =>
      source === undefined ? `\n\n*${plain(text)}*` : `\n\n*Quoted: ${plain(source)}*\n\n> ${text.replaceAll("\n", "\n> ")}`,
    )
    .join("");

/** What was not as it was asked for: another model spoke, a setting was left out. */
const noticesOf = (event: RunEvent): string | undefined =>
  "notices" in event && event.notices ? event.notices.map((notice) => `*${plain(notice)}*`).join("\n\n") : undefined;

function sectionOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "run.started":
      return `# ${plain(event.team)}: run ${plain(event.run)}\n\nStarted by ${plain(event.startedBy.name)}, ${event.at}`;
    case "message.posted":
      return "person" in event
        ? `## ${plain(event.person.name)} (person)\n\n${event.text}${along(event.beside)}${posted(event.files)}`
        : `## ${plain(event.agent)}\n\n${event.text}`;
    case "speaker.selected":
      return event.reason ? `*Next: ${plain(event.agent)}. ${plain(event.reason)}*` : undefined;
    case "tool.called":
      return `${event.text ? `## ${plain(event.agent)}\n\n${event.text}\n\n` : ""}*${plain(event.agent)} called ${plain(event.tool)}:*\n\n${fenced(event.args)}`;
    case "tool.returned":
      return `*${plain(event.tool)} returned:*\n\n${fenced(event.output)}${posted(event.files)}`;
    case "tool.failed":
      return `*${plain(event.tool)} failed: ${plain(event.error.message)}*`;
    case "code.ran": {
      const files = posted(event.files);
      return `*Ran ${plain(event.language)}: ${event.outcome}, exit code ${event.exitCode}, ${(event.elapsedMs / 1000).toFixed(1)} s, ${plain(event.executor)}*\n\n${fenced(event.output)}${files}`;
    }
    case "handoff.made":
      return event.to === "human"
        ? `## ${plain(event.agent)} asks\n\n${event.text}${(event.options ?? []).map((option) => `\n- ${plain(option)}`).join("")}`
        : `*${plain(event.agent)} hands over to ${plain(event.to)}.*`;
    case "approval.requested":
      return `*${plain(event.agent)} asks to ${event.language === undefined ? "call" : `run ${plain(event.language)}`}:*\n\n${fenced(shown(event.what))}`;
    case "approval.given":
      return `*${event.approved ? "Allowed" : "Refused"} by ${plain(event.person.name)}${event.scope === "run" ? " for this run" : ""}${event.edited === undefined ? ".*" : `, changed to:*\n\n${fenced(event.edited)}`}`;
    case "approval.expired":
      return "*Nobody allowed it in time.*";
    case "approval.withdrawn":
      return `*${plain(event.person.name)} wants to be asked again.*`;
    case "turn.failed":
      return `*${plain(event.agent)} could not answer: ${plain(event.error.message)}*`;
    case "code.written":
      return `*${plain(event.agent)} wrote:*\n\n${event.text}`;
    case "run.resumed":
      return `*Parley was away and went on at ${event.at}.*`;
    case "context.summarized":
    case "turn.ended":
    case "finish.decided":
      return undefined; // The end of the run gives the reason.
    case "run.summarized":
      return event.text === "" ? undefined : `**In short:** ${event.text}`;
    case "stance.given":
      return event.stance === "agree"
        ? undefined
        : `**${plain(event.agent)} ${event.stance === "disagree" ? "disagrees" : "does not say yes"}:** ${plain(event.error?.message ?? event.reason)}`;
    case "speaker.requested":
      return `*${plain(event.person.name)} asked for ${plain(event.speaker)} to speak next.*`;
    case "turn.skipped":
      return `*${plain(event.person.name)} skipped the turn of ${plain(event.agent)}.*`;
    case "run.paused":
      return `*Paused by ${plain(event.person.name)}.*`;
    case "run.unpaused":
      return `*${plain(event.person.name)} let it go on.*`;
    case "message.edited":
      return `*${plain(event.person.name)} changed message ${event.of}, before it was read, to:*\n\n${event.text}${along(event.beside)}`;
    case "message.deleted":
      return `*${plain(event.person.name)} took message ${event.of} back before it was read.*`;
    case "question.expired":
      return "*Nobody answered in time.*";
    case "limit.neared":
      return undefined;
    case "limit.reached":
      return `*A limit is reached: ${plain(event.reason)}.*`;
    case "limit.raised":
      return event.person ? `*${plain(event.person.name)} raised the limit.*` : "*A new day has begun; the run goes on.*";
    case "summary.requested":
      return `*${plain(event.person.name)} asked for a summary.*`;
    case "feedback.given":
      return `*${plain(event.person.name)} found this ${event.helpful ? "helpful" : "not helpful"}.*`;
    case "stop.requested":
      return `*${plain(event.person.name)} asked to stop.*`;
    case "run.stopped":
      return `---\n\n**Ended (${event.outcome}):** ${plain(event.reason)}, ${event.at}`;
  }
}

function posted(files: readonly FileRef[] = []): string {
  const lines = files.map((file) => `\n- ${plain(file.name)} (${plain(file.mediaType)}, ${file.bytes} bytes, SHA-256 ${file.hash})`);
  return lines.length > 0 ? `\n${lines.join("")}` : "";
}

/** A fence that is longer than any in the text, so that the text cannot close it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

/** One line, without what Markdown would read as markup. */
const plain = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|]/g, (mark) => `\\${mark}`);
