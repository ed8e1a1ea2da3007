import type { Piece } from "./attribution.ts";
import { DENIED, type FileRef, type RunEvent } from "../events/events.ts";
import type { ModelMessage, ToolCall } from "../model.ts";
import type { Fold } from "./fold.ts";
import { add, emptyContext, replaceLast, summarize, type Context } from "./context.ts";
import { amended, amendHeard, hear, openEar, type Ear } from "./hearing.ts";

/**
 * The thread as one agent's model reads it: its own words as the assistant's, everybody else's as the user's with their source (which comes
 * into the text, for providers drop or forbid a name field). Grows only at its end, so that prompt caches hit.
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
  readonly ear: Ear;
}

export function viewOf(agent: string): Fold<View> {
  return {
    growsInPlace: true,
    initial: () => ({ ...emptyContext(), open: new Map(), unrecorded: [], held: [], heldSeqs: [], ear: openEar() }),
    step: (view, event) => {
      if (event.type === "run.started") view.expectsTask = true;
      if (amendsOthers(view, event)) return view;
      if (isOwn(agent, event)) own(view, event);
      if (event.type === "run.stopped") closeAll(view, event.seq, "Not done: the run was stopped.");
      for (const message of hear(view.ear, agent, event, view.people)) {
        if (view.open.size > 0) hold(view, event.seq, message);
        else add(view, event.seq, message);
      }
      return view;
    },
  };
}

/**
 * The thread as all of a team hear it who have no part of it to themselves: everybody's words with their source, one's own too. The same for
 * each of them, so that what one has had read is in the provider's cache for the next.
 */
export const commonView: Fold<Context & { readonly ear: Ear }> = {
  growsInPlace: true,
  initial: () => ({ ...emptyContext(), ear: openEar() }),
  step: (view, event) => {
    if (event.type === "run.started") view.expectsTask = true;
    amendHeard(view, event);
    for (const message of hear(view.ear, NOBODY, event, view.people)) add(view, event.seq, message);
    return view;
  },
};
/** No agent is called so. */
const NOBODY = "";

const isOwn = (agent: string, event: RunEvent): event is RunEvent & { readonly agent: string } =>
  "agent" in event && event.agent === agent && event.type !== "speaker.selected";

function own(view: View, event: RunEvent): void {
  switch (event.type) {
    case "message.posted":
      // The results stand above already, and are no words of its own.
      add(view, event.seq, {
        role: "assistant",
        text: "kind" in event && event.kind === "summary" ? PASSED_ON : event.text,
        toolCalls: [],
      });
      return;
    case "turn.skipped":
      closeAll(view, event.seq, "Not done: a person ended the turn.");
      return;
    case "tool.called": {
      const call = { call: event.call, tool: event.tool, args: event.args };
      const last = view.messages.at(-1);
      // Calls of one reply follow each other in the log; they are one message to the model.
      if (view.open.size > 0 && last?.role === "assistant") replaceLast(view, event.seq, { ...last, toolCalls: [...last.toolCalls, call] });
      else {
        const kept = event.kept ? { kept: event.kept } : {};
        add(view, event.seq, { role: "assistant", text: event.text ?? "", toolCalls: [call], ...kept });
      }
      view.open.set(call.call, call);
      if (event.others) view.unrecorded.push(...event.others);
      else view.unrecorded.shift();
      return;
    }
    case "tool.returned":
    case "tool.failed": {
      const call = view.open.get(event.call);
      if (!call) return;
      if (event.type === "tool.returned")
        close(view, event.seq, call, {
          text: event.output,
          failed: false,
          told: told(event),
          ...(event.images ? { images: event.images } : {}),
        });
      // What people said no to has not been asked of the tool: these are no words of its own.
      else if (event.error.kind === DENIED)
        close(view, event.seq, call, { text: "", failed: true, told: [{ from: { kind: "not run" }, text: event.error.message }] });
      else
        close(view, event.seq, call, {
          text: event.error.message,
          failed: true,
          told: told(event),
          ...(event.images ? { images: event.images } : {}),
        });
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

const PASSED_ON = "(I gave these results to the others as they are.)";

/** It must know that this is not the result of what it asked for. */
const told = ({ changed }: Extract<RunEvent, { readonly type: "tool.returned" | "tool.failed" }>): readonly Piece[] =>
  changed
    ? [
        { text: "A person changed the arguments before the call. They were:" },
        { from: { kind: "person's change", name: changed.person.name }, text: changed.args },
      ]
    : [];

/** A message of somebody's that was changed before it was read; also one that is held back behind open calls. */
function amendsOthers(view: View, event: RunEvent): boolean {
  if (event.type !== "message.edited" && event.type !== "message.deleted") return false;
  const at = view.heldSeqs.indexOf(event.of);
  if (at < 0) amendHeard(view, event);
  else view.held[at] = amended(event, view.people);
  return true;
}

function closeAll(view: View, seq: number, why: string): void {
  view.unrecorded.length = 0;
  for (const call of view.open.values()) close(view, seq, call, { text: "", failed: true, told: [{ text: why }] });
}

interface Result {
  readonly text: string;
  readonly failed: boolean;
  readonly told: readonly Piece[];
  readonly images?: readonly FileRef[];
}

function close(view: View, seq: number, call: ToolCall, result: Result): void {
  const { told: before, ...rest } = result;
  add(view, seq, { role: "tool", call: call.call, tool: call.tool, ...rest, ...(before.length > 0 ? { told: before } : {}) });
  view.open.delete(call.call);
  if (view.open.size > 0) return;
  add(view, seq, ...view.held.splice(0));
  view.heldSeqs.length = 0;
}

function hold(view: View, seq: number, message: ModelMessage): void {
  view.held.push(message);
  view.heldSeqs.push(seq);
}
