import { UNTOLD } from "../engine/limits/usage.ts";
import { usageOf } from "../engine/reading/spender.ts";
import type { RunEvent } from "../engine/events/events.ts";
import type { ModelReply } from "../engine/model.ts";

/** The reply that made this event. */
export function replyOf(event: RunEvent): ModelReply {
  const usage = usageOf(event) ?? UNTOLD;
  const notices = "notices" in event && event.notices ? { notices: event.notices } : {};
  const answer = (text: string, toolCalls: (ModelReply & { kind: "answer" })["toolCalls"] = []): ModelReply => ({
    kind: "answer",
    text,
    toolCalls,
    usage,
    ...(event.type === "tool.called" && event.kept ? { kept: event.kept } : {}),
    ...(event.type === "tool.called" && event.model !== undefined ? { model: event.model } : {}),
    ...notices,
  });
  switch (event.type) {
    case "message.posted":
    case "code.written":
    case "context.summarized":
      return answer(event.text);
    case "tool.called": {
      const { call, tool, args, others = [] } = event;
      return answer(event.text ?? "", [{ call, tool, args }, ...others]);
    }
    case "turn.failed":
      // Its kind is one that a model gave, or a tool of it; the agent passes it on as it is.
      return { kind: "failure", error: event.error as (ModelReply & { kind: "failure" })["error"], usage, ...notices };
    case "limit.reached": {
      const refused = event.reasons.find((reason) => reason.kind === "failure");
      const error = (refused?.error ?? { kind: "limit", message: event.reason }) as (ModelReply & { kind: "failure" })["error"];
      return { kind: "failure", error, usage, ...notices };
    }
    case "speaker.selected": {
      const { agent: next, reason = "", instruction = "", progress } = event;
      return answer(JSON.stringify({ next, reason, instruction, progress }));
    }
    case "handoff.made":
      return answer(JSON.stringify({ next: event.to, reason: "", instruction: event.text }));
    case "run.summarized":
      if (!event.error) return answer(event.text);
      return { kind: "failure", error: event.error as (ModelReply & { kind: "failure" })["error"], usage, ...notices };
    case "stance.given": {
      const { stance, reason, error } = event;
      if (error) return { kind: "failure", error: error as (ModelReply & { kind: "failure" })["error"], usage, ...notices };
      return answer(JSON.stringify({ stance, reason }));
    }
    case "finish.decided":
      return answer(JSON.stringify({ next: "finish", reason: event.reason, instruction: "" }));
    default:
      return answer("");
  }
}
