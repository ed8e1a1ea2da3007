import type { Told } from "./wires.ts";

/** The Messages API: blocks one after another, counts at the start and in the last delta; cached input is counted beside the rest. */
export function anthropicBody({ reasoning = [], text = [], calls = [], finish = "stop", usage }: Told): string[] {
  const events: { type: string; [key: string]: unknown }[] = [];
  const input = {
    input_tokens: (usage?.input ?? 0) - (usage?.cached ?? 0),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage?.cached ?? 0,
  };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  events.push({ type: "message_start", message: { ...message, usage: { ...input, output_tokens: 1 } } });
  let index = 0;
  const block = (start: object, deltas: readonly object[]): void => {
    events.push({ type: "content_block_start", index, content_block: start });
    for (const delta of deltas) events.push({ type: "content_block_delta", index, delta });
    events.push({ type: "content_block_stop", index });
    index++;
  };
  if (reasoning.length > 0)
    block(
      { type: "thinking", thinking: "", signature: "" },
      reasoning.map((thinking) => ({ type: "thinking_delta", thinking })),
    );
  if (text.length > 0)
    block(
      { type: "text", text: "" },
      text.map((part) => ({ type: "text_delta", text: part })),
    );
  for (const call of calls) {
    block(
      { type: "tool_use", id: call.id, name: call.name, input: {} },
      ["", ...call.args].map((part) => ({ type: "input_json_delta", partial_json: part })),
    );
  }
  const reason = finish === "refused" ? "refusal" : finish === "length" ? "max_tokens" : calls.length > 0 ? "tool_use" : "end_turn";
  events.push({ type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: usage?.output ?? 0 } });
  events.push({ type: "message_stop" });
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
