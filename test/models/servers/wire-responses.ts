import type { Told } from "./wires.ts";

/** The Responses API: typed events with an index for each output item; deltas of function calls interleaved. */
export function responsesBody({ reasoning = [], text = [], calls = [], finish = "stop", usage }: Told): string[] {
  const events: { type: string; [key: string]: unknown }[] = [];
  const response = {
    id: "resp_1",
    object: "response",
    model: "gpt-5-mini",
    output: [],
    error: null,
    incomplete_details: null,
    usage: null,
  };
  events.push({ type: "response.created", response: { ...response, status: "in_progress" } });
  events.push({ type: "response.in_progress", response: { ...response, status: "in_progress" } });
  let index = 0;
  if (reasoning.length > 0) {
    events.push({ type: "response.output_item.added", output_index: index, item: { id: "rs_1", type: "reasoning", summary: [] } });
    for (const delta of reasoning)
      events.push({ type: "response.reasoning_summary_text.delta", item_id: "rs_1", output_index: index, summary_index: 0, delta });
    events.push({ type: "response.output_item.done", output_index: index++, item: { id: "rs_1", type: "reasoning", summary: [] } });
  }
  if (text.length > 0) {
    const item = { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [] };
    events.push({ type: "response.output_item.added", output_index: index, item });
    for (const delta of text)
      events.push({ type: "response.output_text.delta", item_id: "msg_1", output_index: index, content_index: 0, delta, logprobs: [] });
    events.push({
      type: "response.output_text.done",
      item_id: "msg_1",
      output_index: index,
      content_index: 0,
      text: text.join(""),
      logprobs: [],
    });
    events.push({ type: "response.output_item.done", output_index: index++, item });
  }
  const first = index;
  const items = calls.map((call, at) => ({ id: `fc_${at}`, type: "function_call", call_id: call.id, name: call.name }));
  items.forEach((item, at) =>
    events.push({ type: "response.output_item.added", output_index: first + at, item: { ...item, arguments: "", status: "in_progress" } }),
  );
  const rounds = Math.max(0, ...calls.map((call) => call.args.length));
  for (let round = 0; round < rounds; round++) {
    calls.forEach((call, at) => {
      const delta = call.args[round];
      if (delta !== undefined)
        events.push({ type: "response.function_call_arguments.delta", item_id: `fc_${at}`, output_index: first + at, delta });
    });
  }
  // A reply that is cut off has no ends of its calls.
  if (finish === "refused")
    events.push({ type: "response.refusal.done", item_id: "msg_1", output_index: 0, content_index: 0, refusal: text.join("") });
  if (finish === "stop") {
    items.forEach((item, at) => {
      const whole = calls[at]?.args.join("") ?? "";
      events.push({ type: "response.function_call_arguments.done", item_id: item.id, output_index: first + at, arguments: whole });
      events.push({
        type: "response.output_item.done",
        output_index: first + at,
        item: { ...item, arguments: whole, status: "completed" },
      });
    });
  }
  const counted = usage ? usageOf(usage) : null;
  const incomplete = {
    ...response,
    status: "incomplete",
    incomplete_details: { reason: finish === "filtered" ? "content_filter" : "max_output_tokens" },
    usage: counted,
  };
  events.push(
    finish === "stop" || finish === "refused"
      ? { type: "response.completed", response: { ...response, status: "completed", usage: counted } }
      : { type: "response.incomplete", response: incomplete },
  );
  return events.map((event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`);
}

const usageOf = ({ input, output, cached, reasoning }: NonNullable<Told["usage"]>) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});
