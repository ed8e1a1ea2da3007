import { HUMAN, type CodeRan, type RunEvent } from "../engine/events.ts";
import type { Transcript } from "../engine/transcript.ts";
import type { Post } from "../store/store.ts";
import type { Rendered } from "./blocks.ts";
import { FILES_PER_CODE_RUN_MAX } from "./limits.ts";
import type { TeamCard } from "./personas.ts";
import { eventAt, turnBefore, type TurnEnd } from "./reading.ts";
import {
  renderApproval,
  renderCard,
  renderEnd,
  renderFailure,
  renderFile,
  renderNoCode,
  renderQuestion,
  renderResumed,
} from "./render-cards.ts";
import { handoverWords, renderTurn, renderTurnFile, turnPosts } from "./render-turn.ts";

/** One message that an event makes. */
export interface Planned {
  readonly kind: "card" | "turn" | "turn-file" | "file" | "question" | "approval" | "notice" | "end";
  /** Of several messages of a kind: 0, 1, 2 … */
  readonly part: number;
}

/**
 * Which messages an event makes; the runner records them with the event. `before` is the log up to the event. What the messages say is
 * decided by {@link render}, when they are sent.
 */
export function plan(event: RunEvent, before: Transcript): readonly Planned[] {
  switch (event.type) {
    case "run.started":
      return [{ kind: "card", part: 0 }];
    case "message.posted":
      // People's words are in the thread already.
      return "agent" in event ? turnPosts(event, before) : [];
    case "handoff.made":
      if (event.to === HUMAN) return [{ kind: "question", part: 0 }];
      // A hand-over without words is told by the footer of the next turn.
      return handoverWords(event, turnBefore(before, event.seq, event.agent)) ? turnPosts(event, before) : [];
    case "code.written":
      // An agent that runs its own code also records here whether it will try again; that is no code.
      return /^ {0,3}(?:```|~~~)/m.test(event.text) ? turnPosts(event, before) : [];
    case "code.ran":
      return [
        ...filesOf(event).map((_, part) => ({ kind: "file" as const, part })),
        ...(tellsThatCodeIsOff(event, before) ? [NOTICE] : []),
      ];
    case "approval.requested":
      return [{ kind: "approval", part: 0 }];
    case "turn.failed":
    case "run.resumed":
      return [NOTICE];
    case "run.stopped":
      return [{ kind: "end", part: 0 }];
    case "speaker.selected": // Shown as "is thinking", on the card, and as the reason in the turn's footer.
    case "tool.called": // Work, not words: shown as "is thinking" while it lasts.
    case "tool.returned":
    case "tool.failed": // The agent reads it and goes on.
    case "approval.given": // Edits the card that asked.
    case "finish.decided": // The end follows, with the reason.
    case "question.expired": // The question's card says it.
    case "speaker.requested": // The words that asked for it are in the thread; the card and the next turn's footer say it.
    case "turn.skipped":
    case "run.paused":
    case "run.unpaused":
    case "message.edited":
    case "message.deleted":
    case "feedback.given":
    case "stop.requested":
    case "context.summarized": // What an agent keeps in mind; nobody said it.
    case "turn.ended": // Its members have spoken.
      return [];
  }
}

/** What a planned message looks like now. */
export function render(post: Pick<Post, "seq" | "kind" | "part">, transcript: Transcript, team: TeamCard): Rendered {
  const event = eventAt(transcript, post.seq);
  if (!event) return { kind: "nothing", why: `the log has no event ${post.seq}` };
  switch (event.type) {
    case "run.started":
      return renderCard(event, transcript, team);
    case "message.posted":
      return "agent" in event ? turn(event, post, transcript, team) : NOTHING;
    case "handoff.made":
      return event.to === HUMAN ? renderQuestion(event, transcript, team) : turn(event, post, transcript, team);
    case "code.written":
      return turn(event, post, transcript, team);
    case "code.ran": {
      if (post.kind === "notice") return renderNoCode(event);
      const file = filesOf(event)[post.part];
      return file ? renderFile(file, event.agent) : NOTHING;
    }
    case "approval.requested":
      return renderApproval(event, transcript);
    case "turn.failed":
      return renderFailure(event.agent, event.error);
    case "run.resumed":
      return renderResumed();
    case "run.stopped":
      return renderEnd(event, transcript);
    case "speaker.selected":
    case "tool.called":
    case "tool.returned":
    case "tool.failed":
    case "approval.given":
    case "finish.decided":
    case "question.expired":
    case "speaker.requested":
    case "turn.skipped":
    case "run.paused":
    case "run.unpaused":
    case "message.edited":
    case "message.deleted":
    case "feedback.given":
    case "stop.requested":
    case "context.summarized":
    case "turn.ended":
      return NOTHING;
  }
}

const NOTICE: Planned = { kind: "notice", part: 0 };
const NOTHING: Rendered = { kind: "nothing", why: "this event makes no such message" };

const turn = (end: TurnEnd, post: Pick<Post, "kind" | "part">, transcript: Transcript, team: TeamCard): Rendered =>
  post.kind === "turn-file" ? renderTurnFile(end, transcript) : renderTurn(end, post.part, transcript, team);

const filesOf = (ran: CodeRan) => ran.files.slice(0, FILES_PER_CODE_RUN_MAX);

/** Where nothing is run at all, it is said once in a thread and not at every block. */
function tellsThatCodeIsOff(ran: CodeRan, before: Transcript): boolean {
  return isOff(ran) && !before.events.some((event) => event.type === "code.ran" && isOff(event));
}

/** The label of an executor that runs nothing begins so. */
const isOff = (ran: CodeRan): boolean => ran.outcome === "rejected" && /^off\b/.test(ran.executor);
