import type { RunEvent } from "../../../src/engine/events/events.ts";
import { HUMAN } from "../../../src/engine/events/talk.ts";
import { money } from "../state/words.ts";

/** What happened, in one line; what was said beside it is `text`. */
export function factWords(event: RunEvent): { readonly line: string; readonly text?: string } {
  switch (event.type) {
    case "run.started":
      return {
        line: `${event.startedBy.name} began a run of the team ${event.team}${event.forkedFrom ? `, forked from ${event.forkedFrom.run} at ${event.forkedFrom.seq}` : ""}`,
      };
    case "run.stopped":
      return { line: `The run ended (${event.outcome}): ${event.reason}` };
    case "run.resumed":
      return { line: "Parley was away, and goes on" };
    case "run.paused":
      return { line: `${event.person.name} paused the run` };
    case "run.unpaused":
      return { line: `${event.person.name} let the run go on` };
    case "run.summarized":
      return { line: `${event.agent} summed the run up`, text: event.error?.message ?? event.text };
    case "finish.decided":
      return { line: `${event.agent} decided that it is done`, text: event.reason };
    case "stance.given":
      return { line: `${event.agent}: ${event.stance}`, text: event.error?.message ?? event.reason };
    case "feedback.given":
      return { line: `${event.person.name} found it ${event.helpful ? "helpful" : "not helpful"}` };
    case "stop.requested":
      return { line: `${event.person.name} asked for the end` };
    case "speaker.selected":
      return { line: `${event.agent} has the floor`, ...(event.reason ? { text: event.reason } : {}) };
    case "handoff.made":
      return event.to === HUMAN
        ? { line: `${event.agent} asks`, text: event.text }
        : { line: `${event.agent} hands over to ${event.to}`, text: event.beside ?? event.text };
    case "turn.ended":
      return { line: `${event.agent}'s turn ended: ${event.reason}` };
    case "turn.failed":
      return { line: `${event.agent} could not answer (${event.error.kind})`, text: event.error.message };
    case "speaker.requested":
      return { line: `${event.person.name} wants to hear ${event.speaker}` };
    case "turn.skipped":
      return { line: `${event.person.name} skipped ${event.agent}'s turn` };
    case "message.edited":
      return { line: `${event.person.name} changed a message`, text: event.text };
    case "message.deleted":
      return { line: `${event.person.name} took a message back` };
    case "question.expired":
      return { line: "Nobody answered in time" };
    case "context.summarized":
      return { line: `${event.agent} reads from here on a summary of what was said before`, text: event.text };
    case "approval.requested":
      return { line: `${event.agent} asks for a yes${event.tool ? ` to ${event.tool}` : " to its code"}`, text: event.what };
    case "approval.given":
      return {
        line: `${event.person.name} said ${event.approved ? "yes" : "no"}${event.scope === "run" ? ", for the whole run" : ""}`,
        ...(event.reason ? { text: event.reason } : {}),
      };
    case "approval.expired":
      return { line: "Nobody said yes in time" };
    case "approval.withdrawn":
      return { line: `${event.person.name} took a yes back` };
    case "code.written":
      return { line: `${event.agent} wrote code`, text: event.text };
    case "limit.neared":
      return { line: `Four fifths of ${event.limit} are used up: ${amount(event.limit, event.used)} of ${amount(event.limit, event.of)}` };
    case "limit.reached":
      return { line: `Stands at a limit: ${event.reason}` };
    case "limit.raised":
      return { line: `${event.person?.name ?? "A new day"} raised the limit` };
    case "summary.requested":
      return { line: `${event.person.name} asked for a summary` };
    case "message.posted":
    case "tool.called":
    case "tool.returned":
    case "tool.failed":
    case "code.ran":
      return { line: event.type };
  }
}

const amount = (limit: string, value: number): string => (limit === "usd" || limit === "budget" ? money(value) : String(Math.round(value)));
