import type { RunEvent } from "../events.ts";
import type { ModelMessage, ToolCall } from "../model.ts";
import type { Fold } from "../transcript.ts";
import { add, emptyContext, replaceLast, summarize, type Context } from "./context.ts";
import { amended, amendHeard, hear, openEar, type Ear } from "./hearing.ts";

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
  readonly ear: Ear;
}

export function viewOf(agent: string): Fold<View> {
  return {
    initial: () => ({ ...emptyContext(), open: new Map(), unrecorded: [], held: [], heldSeqs: [], ear: openEar() }),
    step: (view, event) => {
      if (event.type === "run.started") view.expectsTask = true;
      if (amendsOthers(view, event)) return view;
      if (isOwn(agent, event)) own(view, event);
      if (event.type === "run.stopped") closeAll(view, event.seq, "Not done: the run was stopped.");
      for (const message of hear(view.ear, agent, event)) {
        if (view.open.size > 0) hold(view, event.seq, message);
        else add(view, event.seq, message);
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
          changeTold(event) + (event.type === "tool.returned" ? event.output : `Error: ${event.error.message}`),
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

/** It must know that this is not the result of what it asked for. */
const changeTold = ({ changed }: Extract<RunEvent, { readonly type: "tool.returned" | "tool.failed" }>): string =>
  changed ? `${changed.person.name} changed the arguments before the call, to: ${changed.args}\n` : "";

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

function hold(view: View, seq: number, message: ModelMessage): void {
  view.held.push(message);
  view.heldSeqs.push(seq);
}
