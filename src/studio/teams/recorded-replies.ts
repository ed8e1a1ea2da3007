import type { ReplayFile } from "../../models/replay/replay.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { requesterOf } from "../../engine/reading/spender.ts";

type Replies = ReplayFile["replies"];
type Reply = Replies[string][number];

/**
 * What the models said in a run, by who asked them, as a replay file has it. Texts that look like a template of those files stay as they were said:
 * a zero-width space parts their braces.
 */
export function recordedReplies(events: readonly RunEvent[]): Replies {
  const replies: { [name: string]: Reply[] } = {};
  for (const event of events) {
    const name = requesterOf(event);
    const reply = name === undefined ? undefined : replyOf(event);
    if (name !== undefined && reply !== undefined) (replies[name] ??= []).push(reply);
  }
  return replies;
}

function replyOf(event: RunEvent): Reply | undefined {
  switch (event.type) {
    case "message.posted":
    case "code.written":
    case "context.summarized":
    case "run.summarized":
      return said(event.text);
    case "tool.called": {
      const calls = [event, ...(event.others ?? [])].map(({ tool, args }) => ({ name: tool, args }));
      return { toolCalls: calls, ...(event.text === undefined ? {} : { text: said(event.text) }) };
    }
    case "speaker.selected":
      return {
        next: event.agent,
        reason: said(event.reason ?? ""),
        instruction: said(event.instruction ?? ""),
        progress: event.progress ?? true,
      };
    case "finish.decided":
      return { next: "finish", reason: said(event.reason), instruction: "", progress: true };
    case "stance.given":
      return event.error ? undefined : { answer: { stance: event.stance, reason: event.reason } };
    default:
      return undefined;
  }
}

const said = (text: string): string => text.replaceAll("{{", "{\u200B{");
