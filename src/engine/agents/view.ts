import { HUMAN, type FileRef, type RunEvent } from "../events.ts";
import type { ModelMessage, ToolCall } from "../model.ts";
import { amendedText, speakerOf, type Fold } from "../transcript.ts";
import { add, emptyContext, replaceAt, replaceLast, summarize, type Context } from "./context.ts";

/**
 * The thread as one agent's model reads it: its own words as the assistant's, everybody else's as the user's with the speaker's name in
 * front (providers drop or forbid a name field). Grows only at its end, so that prompt caches hit.
 */
export interface View extends Context {
  /** Calls of this agent that have no result yet. */
  readonly open: Map<string, ToolCall>;
  /** Calls of the agent's last reply that are not recorded yet. */
  readonly unrecorded: ToolCall[];
  /** What others said while calls were open: providers want results right behind their calls. */
  readonly held: ModelMessage[];
  /** The seq of each. */
  readonly heldSeqs: number[];
}

export function viewOf(agent: string): Fold<View> {
  return {
    initial: () => ({ ...emptyContext(), open: new Map(), unrecorded: [], held: [], heldSeqs: [] }),
    step: (view, event) => {
      if (event.type === "run.started") view.expectsTask = true;
      if (isOwn(agent, event)) own(view, event);
      else {
        if (amendsOthers(view, event)) return view;
        const message = heardMessage(agent, event);
        if (message && view.open.size > 0) hold(view, event.seq, message);
        else if (message) add(view, event.seq, message);
        if (event.type === "run.stopped") closeAll(view, event.seq, "Not done: the run was stopped.");
      }
      return view;
    },
  };
}

const isOwn = (agent: string, event: RunEvent): event is RunEvent & { readonly agent: string } =>
  "agent" in event && event.agent === agent && event.type !== "speaker.selected";

function own(view: View, event: RunEvent): void {
  switch (event.type) {
    case "message.posted":
      add(view, event.seq, { role: "assistant", text: event.text, toolCalls: [] });
      return;
    case "turn.skipped":
      closeAll(view, event.seq, "Not done: a person ended the turn.");
      return;
    case "tool.called": {
      const call = { call: event.call, tool: event.tool, args: event.args };
      const last = view.messages.at(-1);
      // Calls of one reply follow each other in the log; they are one message to the model.
      if (view.open.size > 0 && last?.role === "assistant") replaceLast(view, event.seq, { ...last, toolCalls: [...last.toolCalls, call] });
      else add(view, event.seq, { role: "assistant", text: event.text ?? "", toolCalls: [call] });
      view.open.set(call.call, call);
      if (event.others) view.unrecorded.push(...event.others);
      else view.unrecorded.shift();
      return;
    }
    case "tool.returned":
    case "tool.failed": {
      const call = view.open.get(event.call);
      if (call)
        close(
          view,
          event.seq,
          call,
          event.type === "tool.returned" ? event.output : `Error: ${event.error.message}`,
          event.type === "tool.failed",
        );
      return;
    }
    case "context.summarized":
      summarize(view, event.text, event.upToSeq);
      return;
    default:
      // A hand-over's call and result say it already; a failed turn said nothing.
      return;
  }
}

/** A message of somebody's that was changed before it was read; also one that is held back behind open calls. */
function amendsOthers(view: View, event: RunEvent): boolean {
  if (event.type !== "message.edited" && event.type !== "message.deleted") return false;
  const at = view.heldSeqs.indexOf(event.of);
  if (at < 0) amendHeard(view, event);
  else view.held[at] = amended(event);
  return true;
}

function closeAll(view: View, seq: number, why: string): void {
  view.unrecorded.length = 0;
  for (const call of view.open.values()) close(view, seq, call, why, true);
}

function close(view: View, seq: number, call: ToolCall, text: string, failed: boolean): void {
  add(view, seq, { role: "tool", call: call.call, tool: call.tool, text, failed });
  view.open.delete(call.call);
  if (view.open.size > 0) return;
  add(view, seq, ...view.held.splice(0));
  view.heldSeqs.length = 0;
}

/** {@link heard}, with the images that were posted. */
export function heardMessage(agent: string, event: RunEvent): ModelMessage | undefined {
  const text = heard(agent, event);
  if (text === undefined) return undefined;
  return userMessage(text, event.type === "message.posted" && "person" in event ? event.files : undefined);
}

function userMessage(text: string, files: readonly FileRef[] = []): ModelMessage {
  const images = files.filter(isImage);
  return { role: "user", text, ...(images.length > 0 ? { images } : {}) };
}

const isImage = (file: FileRef): boolean => file.mediaType.startsWith("image/");

/** What an agent reads of an event that is not its own, with the speaker's name in front; nothing for what only watchers see. */
export function heard(agent: string, event: RunEvent): string | undefined {
  if (event.quiet) return undefined;
  switch (event.type) {
    case "message.posted":
      return `${speakerOf(event)}: ${event.text}${"person" in event ? posted(event.files) : ""}`;
    case "handoff.made":
      return event.to === HUMAN ? `${event.agent} asks a person: ${event.text}` : `${event.agent}: ${event.text}`;
    case "speaker.selected":
      return event.agent === agent && event.instruction ? `For ${agent}, from the team lead: ${event.instruction}` : undefined;
    case "question.expired":
      return "(Nobody has answered the question in time. Go on with what is known, and say what you assume.)";
    default:
      return undefined;
  }
}

/** Files are named in the words, so that everybody knows of them, also who cannot open them. */
const posted = (files: readonly FileRef[] = []): string =>
  files.length === 0
    ? ""
    : `\n(Posted with it: ${files.map(({ name, mediaType, bytes }) => `${name}, ${mediaType}, ${bytes} bytes`).join("; ")}.)`;

function hold(view: View, seq: number, message: ModelMessage): void {
  view.held.push(message);
  view.heldSeqs.push(seq);
}

type Amendment = Extract<RunEvent, { readonly type: "message.edited" | "message.deleted" }>;

/** An edit leaves what was posted with the words; what was taken back is gone with them. */
function amended(event: Amendment): ModelMessage {
  const files = event.type === "message.edited" ? event.files : undefined;
  return userMessage(`${event.person.name}: ${amendedText(event)}${posted(files)}`, files);
}

/** Puts what a message says now into its place in what a model is told; nothing for other events. */
export function amendHeard(context: Context, event: RunEvent): void {
  if (event.type === "message.edited" || event.type === "message.deleted") replaceAt(context, event.of, amended(event));
}
