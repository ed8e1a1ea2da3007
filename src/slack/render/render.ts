import { HUMAN, type CodeRan, type FileRef, type RunEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Post } from "../../store/store.ts";
import type { Rendered } from "../words/blocks.ts";
import { FILES_PER_CODE_RUN_MAX } from "../words/limits.ts";
import type { Translator } from "../language/translator.ts";
import type { TeamCard } from "../../team-shelf.ts";
import { eventAt, makesFiles, runOf, startOf, turnBefore, upTo, type Of, type Turn, type TurnEnd } from "./log-reading.ts";
import { renderApproval, renderApprovalFile } from "./approval-message.ts";
import {
  renderCard,
  renderFailure,
  renderFile,
  renderNoCode,
  renderNothingToAdd,
  renderPause,
  renderQuestion,
  renderResumed,
  renderSkip,
} from "./run-cards.ts";
import { renderHalt } from "./limit-card.ts";
import { renderEnd } from "./result-message.ts";
import { isShownWhole } from "./code-excerpt.ts";
import { transcriptFile } from "./transcript-file.ts";
import { handoverWords, renderAttachment, renderTurn, renderTurnFile, turnPosts } from "./turn-messages.ts";

/** One message that an event makes. */
export interface Planned {
  readonly kind:
    | "card"
    | "turn"
    | "turn-file"
    | "file"
    | "question"
    | "approval"
    | "halt"
    | "hold"
    | "notice"
    | "end"
    | "transcript"
    | "attachment"
    | "approval-file";
  /** Of several messages of a kind: 0, 1, 2 … */
  readonly part: number;
}

/**
 * Which messages an event makes; the runner records them with the event. `before` is the log up to the event. What the messages say is
 * decided by {@link render}, when they are sent.
 */
export function plan(event: RunEvent, before: Transcript): readonly Planned[] {
  const planned = shownOpenly(event, before);
  if (!turnsAreInFile(before)) return planned;
  const shown = planned.filter(
    ({ kind }) =>
      kind === "card" ||
      kind === "question" ||
      kind === "approval" ||
      kind === "approval-file" ||
      kind === "halt" ||
      kind === "hold" ||
      kind === "end",
  );
  if (event.type !== "run.stopped") return shown;
  const files = filesOfRun(before).map((_, part) => ({ kind: "file" as const, part }));
  return [...shown, { kind: "transcript", part: 0 }, ...files];
}

function shownOpenly(event: RunEvent, before: Transcript): readonly Planned[] {
  switch (event.type) {
    case "run.started":
      return [{ kind: "card", part: 0 }];
    case "message.posted":
      // People's words are in the thread already.
      return "agent" in event ? [...turnPosts(event, before), ...filePosts(event.agent, event.seq, before)] : [];
    case "handoff.made":
      if (event.to === HUMAN) return [{ kind: "question", part: 0 }];
      // A hand-over without words is told by the footer of the next turn.
      return handoverWords(event, turnBefore(before, event.seq, event.agent)) ? turnPosts(event, before) : [];
    case "code.written":
      // An agent that runs its own code also records here whether it will try again; that is no code.
      return /^ {0,3}(?:```|~~~)/m.test(event.text) ? turnPosts(event, before) : [];
    case "code.ran":
      // Its files stand under the turn that it is part of.
      return tellsThatCodeIsOff(event, before) ? [NOTICE] : [];
    case "approval.requested":
      // Whoever decides has all of it above the buttons.
      return [...(isShownWhole(event) ? [] : [{ kind: "approval-file" as const, part: 0 }]), { kind: "approval", part: 0 }];
    case "limit.reached":
      return [{ kind: "halt", part: 0 }];
    case "turn.failed":
      return [NOTICE, ...filePosts(event.agent, event.seq, before)];
    case "turn.skipped":
      return [HOLD, ...filePosts(event.agent, event.seq, before)];
    case "run.paused":
      return [HOLD];
    case "run.resumed":
      return [NOTICE];
    case "run.stopped":
      return [
        ...currentRun(before)
          .openTurns.flatMap((agent) => turnFiles(before, event.seq, agent))
          .map((_, part) => ({ kind: "file" as const, part })),
        { kind: "end", part: 0 },
      ];
    case "speaker.selected": // Shown as "is thinking", on the card, and as the reason in the turn's footer.
    case "tool.called": // Work, not words: shown as "is thinking" while it lasts.
    case "tool.returned":
    case "tool.failed": // The agent reads it and goes on.
    case "approval.given": // Edits the card that asked, as do the next two.
    case "approval.expired":
    case "approval.withdrawn":
    case "finish.decided": // The end follows, with the reason.
    case "stance.given": // The result says who disagrees.
    case "run.summarized": // It stands on the result, or is told to who asked for it.
    case "question.expired": // The question's card says it.
    case "speaker.requested": // The words that asked for it are in the thread; the card and the next turn's footer say it.
    case "limit.neared": // A line on the card.
    case "limit.raised": // Edits the card that asked.
    case "summary.requested":
    case "run.unpaused": // Edits the line that the pause has made.
    case "message.edited":
    case "message.deleted":
    case "feedback.given":
    case "stop.requested":
    case "context.summarized": // What an agent keeps in mind; nobody said it.
      return [];
    case "turn.ended":
      // A team's members have spoken; of an agent it is said once in a run.
      return isSilent(event) && !hasBeenSilent(event.agent, before) ? [NOTICE] : [];
  }
}

/** What a planned message looks like now, in the language of its run. `origin`: the log that a fork was made of. */
export function render(
  t: Translator,
  post: Pick<Post, "seq" | "kind" | "part">,
  transcript: Transcript,
  team: TeamCard,
  origin?: Transcript,
): Rendered {
  const event = eventAt(transcript, post.seq);
  if (!event) return { kind: "nothing", why: `the log has no event ${post.seq}` };
  switch (event.type) {
    case "run.started":
      return renderCard(t, event, transcript, team);
    case "message.posted":
      if (!("agent" in event)) return NOTHING;
      return post.kind === "file" ? fileOf(t, turnFiles(transcript, event.seq, event.agent), post) : turn(t, event, post, transcript, team);
    case "handoff.made":
      return event.to === HUMAN ? renderQuestion(t, event, transcript, team) : turn(t, event, post, transcript, team);
    case "code.written":
      return turn(t, event, post, transcript, team);
    case "code.ran": {
      if (post.kind === "notice") return renderNoCode(t, event, startOf(transcript, event.seq));
      const file = filesOf(event)[post.part];
      return file ? renderFile(t, file, event.agent) : NOTHING;
    }
    case "approval.requested":
      return post.kind === "approval-file" ? renderApprovalFile(t, event) : renderApproval(t, event, transcript);
    case "limit.reached":
      return renderHalt(t, event, transcript);
    case "turn.failed":
      return post.kind === "file"
        ? fileOf(t, turnFiles(transcript, event.seq, event.agent), post)
        : renderFailure(t, event.agent, event.error);
    case "run.paused":
      return renderPause(t, event, transcript);
    case "turn.skipped":
      if (post.kind === "hold") return renderSkip(t, event);
      return fileOf(t, turnFiles(transcript, event.seq, event.agent), post);
    case "run.resumed":
      return renderResumed(t);
    case "run.stopped":
      if (post.kind === "transcript") return renderTranscript(t, event, transcript);
      return post.kind === "file" ? fileOf(t, filesAtEnd(event, transcript), post) : renderEnd(t, event, transcript, team, origin);
    case "speaker.selected":
    case "tool.called":
    case "tool.returned":
    case "tool.failed":
    case "approval.given":
    case "approval.expired":
    case "approval.withdrawn":
    case "finish.decided":
    case "run.summarized":
    case "stance.given":
    case "question.expired":
    case "speaker.requested":
    case "limit.neared":
    case "limit.raised":
    case "summary.requested":
    case "run.unpaused":
    case "message.edited":
    case "message.deleted":
    case "feedback.given":
    case "stop.requested":
    case "context.summarized":
      return NOTHING;
    case "turn.ended":
      return isSilent(event) ? renderNothingToAdd(t, event.agent) : NOTHING;
  }
}

/** An agent that had nothing to add to what its tools gave; a team that has come to its end has no notices. */
const isSilent = ({ notices = [] }: Of<"turn.ended">): boolean => notices.length > 0;

const hasBeenSilent = (agent: string, before: Transcript): boolean =>
  runOf(before, before.events.length).events.some((event) => event.type === "turn.ended" && event.agent === agent && isSilent(event));

const NOTICE: Planned = { kind: "notice", part: 0 };
const HOLD: Planned = { kind: "hold", part: 0 };
const NOTHING: Rendered = { kind: "nothing", why: "this event makes no such message" };

const turn = (t: Translator, end: TurnEnd, post: Pick<Post, "kind" | "part">, transcript: Transcript, team: TeamCard): Rendered =>
  post.kind === "turn-file"
    ? renderTurnFile(t, end, transcript)
    : post.kind === "attachment"
      ? renderAttachment(t, end, post.part, transcript)
      : renderTurn(t, end, post.part, transcript, team);

/** Of a run whose turns are in a file; before it has begun, of none. */
function turnsAreInFile(before: Transcript): boolean {
  const { running, startIndex } = currentRun(before);
  const started = before.events[startIndex];
  return running && started?.type === "run.started" && started.turnsInFile === true;
}

interface MadeFile {
  readonly file: FileRef;
  readonly agent: string;
}

const made = (by: Turn["made"][number]): readonly MadeFile[] => filesOf(by).map((file) => ({ file, agent: by.agent }));

/** What the code and the tools of a turn left behind, in order. */
const turnFiles = (transcript: Transcript, seq: number, agent: string): readonly MadeFile[] =>
  turnBefore(transcript, seq, agent).made.flatMap(made);

const filePosts = (agent: string, seq: number, before: Transcript): readonly Planned[] =>
  turnFiles(before, seq, agent).map((_, part) => ({ kind: "file", part }));

/** What all the code and the tools of a run left behind; as many files as the code of one turn may leave. */
const filesOfRun = (ended: Transcript): readonly MadeFile[] =>
  ended.events
    .slice(Math.max(0, currentRun(ended).startIndex))
    .flatMap((event) => (makesFiles(event) ? made(event) : []))
    .slice(-FILES_PER_CODE_RUN_MAX);

function filesAtEnd(event: RunEvent, transcript: Transcript): readonly MadeFile[] {
  const before = upTo(transcript, event.seq - 1);
  if (turnsAreInFile(before)) return filesOfRun(before);
  return currentRun(before).openTurns.flatMap((agent) => turnFiles(before, event.seq, agent));
}

function fileOf(t: Translator, files: readonly MadeFile[], { part }: Pick<Post, "part">): Rendered {
  const found = files[part];
  return found ? renderFile(t, found.file, found.agent) : NOTHING;
}

function renderTranscript(t: Translator, stopped: RunEvent, transcript: Transcript): Rendered {
  const { events } = runOf(transcript, stopped.seq);
  return {
    kind: "file",
    name: "transcript.md",
    alt: t("turns.text.allTurnsAsText"),
    comment: t("turns.text.allTurns"),
    content: { text: transcriptFile(events.filter(({ seq }) => seq <= stopped.seq)) },
  };
}

const filesOf = ({ files = [] }: Pick<Turn["made"][number], "files">): readonly FileRef[] => files.slice(0, FILES_PER_CODE_RUN_MAX);

/** Where nothing is run at all, it is said once in a thread and not at every block. */
function tellsThatCodeIsOff(ran: CodeRan, before: Transcript): boolean {
  return isOff(ran) && !before.events.some((event) => event.type === "code.ran" && isOff(event));
}

/** The label of an executor that runs nothing begins so. */
const isOff = (ran: CodeRan): boolean => ran.outcome === "rejected" && /^off\b/.test(ran.executor);
