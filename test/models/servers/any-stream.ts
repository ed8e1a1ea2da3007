import fc from "fast-check";

/** One thing that a stream says, whatever its wire format. */
export type Step =
  | { readonly says: "text" | "reasoning"; readonly item: number; readonly text: string }
  | { readonly says: "call"; readonly item: number; readonly name: string }
  | { readonly says: "args"; readonly item: number; readonly part: string; readonly last: boolean };

export interface AnyStream {
  /** In an order that the format allows. */
  readonly steps: readonly Step[];
  readonly text: string;
  readonly calls: readonly { readonly tool: string; readonly args: string }[];
}

const words = fc.string({ unit: "grapheme", maxLength: 12 });
const pieces = fc.array(words, { minLength: 1, maxLength: 5 });
const call = fc.record({
  name: fc.stringMatching(/^[a-z_]{1,12}$/),
  args: fc.dictionary(words, fc.jsonValue()).map((value) => JSON.stringify(value)),
  cuts: fc.array(fc.nat({ max: 200 }), { maxLength: 4 }),
});
type Item = { kind: "text" | "reasoning"; pieces: string[] } | { kind: "call"; name: string; args: string; cuts: number[] };
const item: fc.Arbitrary<Item> = fc.oneof(
  pieces.map((own) => ({ kind: "text" as const, pieces: own })),
  pieces.map((own) => ({ kind: "reasoning" as const, pieces: own })),
  call.map((own) => ({ kind: "call" as const, ...own })),
);

/** `interleaved`: the parts of several items may come between each other; else one item follows the other, in any order. */
export const anyStream = (interleaved: boolean): fc.Arbitrary<AnyStream> =>
  fc
    .tuple(fc.array(item, { maxLength: 6 }), fc.array(fc.nat({ max: 1_000 }), { minLength: 40, maxLength: 40 }))
    .map(([items, order]) => streamOf(merged(items.map(stepsOf), interleaved ? order : [])));

function stepsOf(one: Item, index: number): Step[] {
  if (one.kind !== "call") return one.pieces.map((text) => ({ says: one.kind, item: index, text }));
  const cuts = [0, ...one.cuts.map((at) => at % (one.args.length + 1)).toSorted((a, b) => a - b), one.args.length];
  const parts = cuts.slice(1).map((end, at) => one.args.slice(cuts[at], end));
  return [
    { says: "call", item: index, name: one.name },
    ...parts.map((part, at) => ({ says: "args" as const, item: index, part, last: at === parts.length - 1 })),
  ];
}

function merged(sequences: Step[][], order: readonly number[]): Step[] {
  const left = sequences.map((steps) => [...steps]).filter((steps) => steps.length > 0);
  const all: Step[] = [];
  for (let turn = 0; left.length > 0; turn++) {
    const at = (order[turn] ?? 0) % left.length;
    all.push(...(left[at] ?? []).splice(0, 1));
    if (left[at]?.length === 0) left.splice(at, 1);
  }
  return all;
}

function streamOf(steps: readonly Step[]): AnyStream {
  const text = steps.map((step) => (step.says === "text" ? step.text : "")).join("");
  const argsOf = (index: number) => steps.map((step) => (step.says === "args" && step.item === index ? step.part : "")).join("");
  const calls = steps.flatMap((step) => (step.says === "call" ? [{ tool: step.name, args: argsOf(step.item) }] : []));
  return { steps, text, calls };
}

const chunk = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { readonly type: string; readonly [key: string]: unknown }) => `event: ${value.type}\n${chunk(value)}`;

/** Each wire's events for these steps, its beginning and its end included. */
export function chatEvents(steps: readonly Step[]): string[] {
  const order = steps.flatMap((step) => (step.says === "call" ? [step.item] : []));
  const delta = (step: Step): object => {
    switch (step.says) {
      case "text":
        return { content: step.text };
      case "reasoning":
        return { reasoning_content: step.text };
      case "call":
        return { tool_calls: [{ index: order.indexOf(step.item), id: `call_${step.item}`, type: "function", function: { name: step.name, arguments: "" } }] }; // prettier-ignore
      case "args":
        return { tool_calls: [{ index: order.indexOf(step.item), function: { arguments: step.part } }] };
    }
  };
  const choice = (own: object, finish: string | null) => chunk({ choices: [{ index: 0, delta: own, finish_reason: finish }] });
  return [
    choice({ role: "assistant", content: "" }, null),
    ...steps.map((step) => choice(delta(step), null)),
    choice({}, order.length > 0 ? "tool_calls" : "stop"),
    "data: [DONE]\n\n",
  ];
}

export function responsesEvents(steps: readonly Step[]): string[] {
  const args = (index: number) => steps.map((step) => (step.says === "args" && step.item === index ? step.part : "")).join("");
  const of = (step: Step): string[] => {
    const at = { output_index: step.item, item_id: `item_${step.item}` };
    switch (step.says) {
      case "text":
        return [event({ type: "response.output_text.delta", ...at, content_index: 0, delta: step.text })];
      case "reasoning":
        return [event({ type: "response.reasoning_summary_text.delta", ...at, summary_index: 0, delta: step.text })];
      case "call":
        return [event({ type: "response.output_item.added", ...at, item: { type: "function_call", call_id: `call_${step.item}`, name: step.name, arguments: "" } })]; // prettier-ignore
      case "args": {
        const delta = event({ type: "response.function_call_arguments.delta", ...at, delta: step.part });
        const item = { type: "function_call", call_id: `call_${step.item}`, arguments: args(step.item) };
        return step.last ? [delta, event({ type: "response.output_item.done", ...at, item })] : [delta];
      }
    }
  };
  return [
    event({ type: "response.created" }),
    ...steps.flatMap(of),
    event({ type: "response.completed", response: { status: "completed", usage: null } }),
  ];
}

export function anthropicEvents(steps: readonly Step[]): string[] {
  const events = [event({ type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1 } } })];
  const last = (step: Step, at: number) => steps[at + 1]?.item !== step.item;
  const first = (step: Step, at: number) => steps[at - 1]?.item !== step.item;
  for (const [at, step] of steps.entries()) {
    const index = step.item;
    const start = (block: object) => event({ type: "content_block_start", index, content_block: block });
    const delta = (own: object) => event({ type: "content_block_delta", index, delta: own });
    if (step.says === "call") events.push(start({ type: "tool_use", id: `call_${index}`, name: step.name, input: {} }));
    else if (step.says === "args") events.push(delta({ type: "input_json_delta", partial_json: step.part }));
    else {
      const isText = step.says === "text";
      if (first(step, at)) events.push(start(isText ? { type: "text", text: "" } : { type: "thinking", thinking: "", signature: "" }));
      events.push(delta(isText ? { type: "text_delta", text: step.text } : { type: "thinking_delta", thinking: step.text }));
    }
    if (last(step, at)) events.push(event({ type: "content_block_stop", index }));
  }
  const calls = steps.some((step) => step.says === "call");
  return [
    ...events,
    event({ type: "message_delta", delta: { stop_reason: calls ? "tool_use" : "end_turn" }, usage: { output_tokens: 1 } }),
    event({ type: "message_stop" }),
  ];
}
