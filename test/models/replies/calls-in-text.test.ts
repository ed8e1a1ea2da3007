import fc from "fast-check";
import { expect, test } from "vitest";
import { callsInText } from "../../../src/models/replies/calls-in-text.ts";
import { addAll, conclude, newDraft } from "../../../src/models/replies/draft.ts";
import { ask, request } from "../servers/asking.ts";
import { chatServer, modelAt, says } from "../servers/chat-server.ts";

const tool = (name: string) => ({
  name,
  description: "Does.",
  parameters: { type: "object", properties: { q: { type: "string" }, n: { type: "integer" } } },
});
const TOOLS = [tool("search"), tool("recall")];
const A = { tool: "search", args: '{"q":"1"}' };
const B = { tool: "recall", args: '{"q":"2"}' };

test.for([
  ["Hermes, Qwen", '<tool_call>\n{"name": "search", "arguments": {"q": "1"}}\n</tool_call>', [A]],
  ["two of them", '<tool_call>{"name":"search","arguments":{"q":"1"}}</tool_call>\n<tool_call>{"name":"recall","arguments":"{\\"q\\":\\"2\\"}"}</tool_call>', [A, B]],
  ["one whose end was a stop sequence", '<tool_call>{"name":"search","arguments":{"q":"1"}}', [A]],
  ["Qwen's coder", "<tool_call>\n<function=search>\n<parameter=q>\n1\n</parameter>\n</function>\n</tool_call>", [A]],
  ["Qwen's coder, words of HTML and a number", "<tool_call><function=search><parameter=q>\n<b>1</b>\n</parameter><parameter=n>7</parameter></function></tool_call>", [{ tool: "search", args: '{"q":"<b>1</b>","n":7}' }]],
  ["Qwen's coder without arguments", "<tool_call>\n<function=search>\n</function>\n</tool_call>", [{ tool: "search", args: "{}" }]],
  ["GLM", "<tool_call>search\n<arg_key>q</arg_key>\n<arg_value>1</arg_value>\n</tool_call>", [A]],
  ["Mistral", '[TOOL_CALLS][{"name":"search","arguments":{"q":"1"}},{"name":"recall","arguments":{"q":"2"}}]', [A, B]],
  ["Mistral since", '[TOOL_CALLS]search[ARGS]{"q":"1"}[TOOL_CALLS]recall{"q":"2"}', [A, B]],
  ["Llama", '<function=search>{"q":"1"}</function>', [A]],
  ["Llama's mark", '<|python_tag|>{"name":"search","parameters":{"q":"1"}}<|eom_id|>', [A]],
  ["Llama, bare", '{"type": "function", "name": "search", "parameters": {"q": "1"}}', [A]],
  ["DeepSeek", '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n```json\n{"q":"1"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [A]],
  ["DeepSeek since", '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>search<｜tool▁sep｜>{"q":"1"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>recall<｜tool▁sep｜>{"q":"2"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [A, B]],
  ["Kimi", '<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"q":"1"}<|tool_call_end|><|tool_calls_section_end|>', [A]],
  ["Hunyuan", '<tool_calls>[{"name":"search","arguments":{"q":"1"}}]</tool_calls>', [A]],
  ["Nemotron", '<TOOLCALL>[{"name":"search","arguments":{"q":"1"}}]</TOOLCALL>', [A]],
  ["Granite", '<|tool_call|>[{"name":"search","arguments":{"q":"1"}}]', [A]],
  ["Phi", '<|tool_call|>[{"name":"search","arguments":{"q":"1"}}]<|/tool_call|>', [A]],
  ["Phi again", 'functools[{"name":"search","arguments":{"q":"1"}}]', [A]],
  ["Cohere", '<|START_ACTION|>[{"tool_call_id":"0","tool_name":"search","parameters":{"q":"1"}}]<|END_ACTION|>', [A]],
  ["InternLM", '<|action_start|><|plugin|>\n{"name":"search","parameters":{"q":"1"}}<|action_end|>', [A]],
  ["Seed", "<seed:tool_call>\n<function=search>\n<parameter=q>1</parameter>\n</function>\n</seed:tool_call>", [A]],
  ["MiniMax", '<minimax:tool_call>\n<invoke name="search">\n<parameter name="q">1</parameter>\n</invoke>\n<invoke name="recall">\n<parameter name="q">2</parameter>\n</invoke>\n</minimax:tool_call>', [A, B]],
  ["XML", '<function_calls>\n<invoke name="search">\n<parameter name="q">1</parameter>\n</invoke>\n</function_calls>', [A]],
  ["DeepSeek today", '<｜DSML｜function_calls>\n<｜DSML｜invoke name="search">\n<｜DSML｜parameter name="q" string="true">1</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>', [A]],
  ["DeepSeek today, nothing around it", '<｜DSML｜invoke name="search">\n<｜DSML｜parameter name="q" string="true">1</｜DSML｜parameter>\n</｜DSML｜invoke>', [A]],
  ["DeepSeek today, a list in it", '<｜DSML｜invoke name="search">\n<｜DSML｜parameter name="n" string="false">[7]</｜DSML｜parameter>\n</｜DSML｜invoke>', [{ tool: "search", args: '{"n":[7]}' }]],
  ["marks in what it is given", '<tool_call>{"name":"search","arguments":{"q":"[CALL_ID]a </invoke>"}}</tool_call>', [{ tool: "search", args: '{"q":"[CALL_ID]a </invoke>"}' }]],
  ["LongCat", "<longcat_tool_call>search\n<longcat_arg_key>q</longcat_arg_key>\n<longcat_arg_value>1</longcat_arg_value>\n</longcat_tool_call>", [A]],
  ["gpt-oss", '<|channel|>commentary to=functions.search <|constrain|>json<|message|>{"q":"1"}<|call|>', [A]],
  ["gpt-oss, whom it calls in front", 'to=functions.search<|channel|>commentary <|constrain|>json<|message|>{"q":"1"}', [A]],
  ["gpt-oss, the channel once more", '<|channel|>commentary to=functions.search<|channel|>commentary json<|message|>{"q":"1"}<|call|>', [A]],
  ["Mistral with ids", '[TOOL_CALLS]search[CALL_ID]abcdefghi[ARGS]{"q":"1"}', [A]],
  ["a function's name in quotes", '<function name="search">{"q":"1"}</function>', [A]],
  ["OpenAI's nesting", '<tool_call>{"type":"function","function":{"name":"search","arguments":"{\\"q\\":\\"1\\"}"}}</tool_call>', [A]],
  ["a bare list", '[{"name":"search","arguments":{"q":"1"}},{"name":"recall","arguments":{"q":"2"}}]', [A, B]],
  ["OpenAI's field, bare", '{"tool_calls":[{"id":"c","type":"function","function":{"name":"search","arguments":{"q":"1"}}}]}', [A]],
] as const)("a call that its server left in the text is one: %s", ([, written, calls]) => {
  expect(callsInText(written, TOOLS)).toEqual({ text: "", calls });
  expect(callsInText(`Let me look.\n${written}`, TOOLS)).toEqual(/^[{[]+[^T]/.test(written) ? undefined : { text: "Let me look.", calls });
}); // prettier-ignore

const CALL = '<tool_call>{"name":"search","arguments":{"q":"1"}}</tool_call>';
test.for([
  ["in a block of code", `Like so:\n\`\`\`\n${CALL}\n\`\`\``],
  ["in a block of code without an end", `Like so:\n\`\`\`\n${CALL}`],
  ["in one with tildes", `Like so:\n~~~\n${CALL}`],
  ["in one that is indented", `Like so:\n\n    ${CALL}`],
  ["as code among words", `It is \`${CALL}\``],
  ["quoted", `The page says:\n\n> ${CALL}`],
  ["quoted behind words", `The page says:\n> Please end with ${CALL}`],
  ["quoted, line by line", `The page says:\n> <tool_call>\n> {"name":"search","arguments":{}}\n> </tool_call>`],
  ["words behind it", `${CALL}\nThat is how it is written.`],
  ["a tool that was not offered", CALL.replace("search", "shell")],
  ["arguments that are broken", CALL.replace('"1"}', "")],
  ["JSON that is an answer", '{"name": "search", "age": 7}'],
  ["JSON that names somebody", '{"name": "Ada", "arguments": {}}'],
  ["a mark alone", "<tool_call>"],
  ["a list of tools", '[{"name":"search"},{"name":"recall"}]'],
  ["a list of somebody's", '[{"name":"Ada"},{"name":"search","age":7}]'],
  ["a channel that calls nobody", "<|channel|>commentary<|message|>I look."],
  ["XML of one's own", '<function_calls>search(q="1")</function_calls>'],
  ["no mark", "search"],
] as const)("what the model only shows is no call: %s", ([, written]) => {
  expect(callsInText(written, TOOLS)).toBeUndefined();
  expect(callsInText(CALL, [])).toBeUndefined();
});

test("behind code and quotations that have ended, and indented for itself, it is a call", () => {
  for (const before of ["```\nx\n```\n", "~~~\nx\n~~~\n", "> They want a search.\n\n", "I look.\n    ", "\n    "])
    expect([before, callsInText(before + CALL, TOOLS)?.calls]).toEqual([before, [A]]);
});

test("whatever stands in a text, it is read at once", () => {
  const pieces = ["<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<function=search>", "<parameter=q>", "</parameter>", "{", "}", '"name":"search"', "```", "\n", "[ARGS]"]; // prettier-ignore
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 60 }), (all) => {
      const found = callsInText(all.join(""), TOOLS);
      for (const call of found?.calls ?? []) expect(typeof JSON.parse(call.args)).toBe("object");
    }),
    { numRuns: 300 },
  );
});

test("such a call is the agent's, with an id of its own; asked for an answer by a schema, it is no call", async () => {
  const { url } = await chatServer((_, response) => says(response, `Let me look.\n${CALL}`));
  const { reply } = await ask(modelAt(url), request());
  expect(reply).toMatchObject({
    kind: "answer",
    text: "Let me look.",
    toolCalls: [{ ...A, call: expect.stringMatching(/^call_/) as string }],
  });
});

async function replyOf(text: string, host: string) {
  const draft = newDraft(false);
  addAll(draft, [
    { type: "text", text },
    { type: "finished", why: "stop" },
  ]);
  draft.splitter.end();
  return conclude(draft, request(), { provider: "The server's", model: "m", host, address: host, keyName: "KEY", secrets: [] }, "m");
}

test("a text of those who make their models themselves is a text, whatever stands in it", async () => {
  for (const host of ["https://api.openai.com", "https://ours.openai.azure.com", "https://api.anthropic.com"])
    expect(await replyOf(CALL, host)).toMatchObject({ text: CALL, toolCalls: [] });
  for (const host of ["https://api.openai.com.example", "http://127.0.0.1:11434"])
    expect(await replyOf(CALL, host)).toMatchObject({ text: "", toolCalls: [A] });
});

test("more calls than any reply has are far too many, however they are written", async () => {
  const list = (count: number) => `[TOOL_CALLS]${JSON.stringify(Array.from({ length: count }, () => ({ name: "search" })))}`;
  expect((await replyOf(list(128), "http://127.0.0.1:11434")).kind).toBe("answer");
  expect(await replyOf(list(129), "http://127.0.0.1:11434")).toMatchObject({ kind: "failure", error: { kind: "bad_answer" } });
});
