import { expect, test } from "vitest";
import { outside } from "../../../src/engine/turn.ts";
import type { Model, ModelReply, ToolSpec } from "../../../src/engine/model.ts";
import { withToolRules } from "../../../src/models/tool-rules/offered.ts";
import { TOOL_RULES } from "../../../src/models/tool-rules/rules.ts";
import { scripted, type Scripted, type ScriptedModel } from "../../support/scripted.ts";

const spec = (name: string, properties: object = {}): ToolSpec => ({
  name,
  description: `Does ${name}.`,
  parameters: { type: "object", properties },
});
const refused = (message: string): Scripted => ({ fails: { kind: "failure", error: { kind: "bad_request", message } } });
const offeredIn = ({ requests }: ScriptedModel) => requests.map(({ tools }) => tools.map(({ name }) => name));

function ruled(...replies: readonly Scripted[]) {
  const under = scripted(...replies);
  const logged: string[] = [];
  const model = withToolRules(under, TOOL_RULES.anthropic, (line) => logged.push(line));
  return { under, logged, model };
}

async function ask(model: Model, tools: readonly ToolSpec[], messages: Parameters<Model["call"]>[0]["messages"] = []): Promise<ModelReply> {
  const asking = model.call({ agent: "A", system: "", messages, tools }, outside(new AbortController().signal));
  for (;;) {
    const next = await asking.next();
    if (next.done) return next.value;
  }
}

test("a call comes back with the tool's own names, and goes back into the next request with the provider's", async () => {
  const { under, model } = ruled({ calls: [{ tool: "list", args: { StartTime_: "now", other: { "a<": 1 } } }] }, "done");
  const tools = [spec("list", { "StartTime<": { type: "string" }, other: { type: "object" } })];
  const reply = await ask(model, tools);
  expect(Object.keys(under.requests[0]?.tools[0]?.parameters["properties"] as object)).toEqual(["StartTime_", "other"]);
  const calls = reply.kind === "answer" ? reply.toolCalls : [];
  expect(JSON.parse(calls[0]?.args ?? "")).toEqual({ "StartTime<": "now", other: { "a<": 1 } });
  await ask(model, tools, [{ role: "assistant", text: "", toolCalls: calls }]);
  const [sent] = under.requests[1]?.messages ?? [];
  expect(sent?.role === "assistant" && JSON.parse(sent.toolCalls[0]?.args ?? "")).toEqual({ StartTime_: "now", other: { "a<": 1 } });
});

test("a tool that no form can be found for is left out by name, once in the log, and the others stay", async () => {
  const { under, logged, model } = ruled("one", "two");
  const tools = [spec("good"), { ...spec("bad"), parameters: { type: "string" } }];
  const first = await ask(model, tools);
  expect(first.notices).toEqual(["scripted was not offered bad: its provider does not take them. The log says why."]);
  expect((await ask(model, tools)).notices).toBeUndefined();
  expect(offeredIn(under)).toEqual([["good"], ["good"]]);
  expect(logged).toEqual([
    'model scripted: the tool "bad" is left out, and the agent goes on without it: its arguments are no object, but of type string.',
  ]);
});

test.each([
  "tools.1.custom.input_schema: a rule that nobody knew of",
  "Invalid schema for function 'odd': In context=('x',), a rule that nobody knew of",
  "Invalid 'tools[1].function.parameters': unheard of",
])("a tool that the provider blames is left out, and the agent goes on: %s", async (message) => {
  const { under, logged, model } = ruled(refused(message), "done", "again");
  const tools = [spec("good"), spec("odd", { x: {} })];
  expect(await ask(model, tools)).toMatchObject({ kind: "answer", text: "done" });
  await ask(model, tools);
  expect(offeredIn(under)).toEqual([["good", "odd"], ["good"], ["good"]]);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('the tool "odd" is left out');
});

test("what a refused request cost, and was noticed for, is in the answer that comes in the end", async () => {
  const under = ((): Model => {
    const usage = { inputTokens: 10, outputTokens: 1, calls: 1 };
    let calls = 0;
    return {
      name: "m",
      async *call() {
        yield* [];
        const notices = [`notice ${++calls}`];
        if (calls === 2) return { kind: "answer", text: "done", toolCalls: [], usage, notices };
        return { kind: "failure", error: { kind: "bad_request", message: "Invalid schema for function 'odd': x" }, usage, notices };
      },
    };
  })();
  const model = withToolRules(under, TOOL_RULES.anthropic, () => undefined);
  expect(await ask(model, [spec("good"), spec("odd")])).toEqual({
    kind: "answer",
    text: "done",
    toolCalls: [],
    usage: { inputTokens: 20, outputTokens: 2, calls: 2 },
    notices: ["notice 1", "notice 2", "m was not offered odd: its provider does not take them. The log says why."],
  });
});

test("threads are told for as long as there are new ones", async () => {
  const { model } = ruled(...Array.from({ length: 10_010 }, () => "x"));
  const tools = [{ ...spec("bad"), parameters: { type: "string" } }];
  const told = async (thread: string) => {
    const asking = model.call({ agent: "A", system: "", messages: [], tools }, outside(new AbortController().signal, thread));
    for (;;) {
      const next = await asking.next();
      if (next.done) return next.value.notices !== undefined;
    }
  };
  for (let thread = 0; thread < 10_005; thread++) expect(await told(`t${thread}`)).toBe(true);
  expect(await told("t10004")).toBe(false);
});

test("another schema under a name that was blamed is tried", async () => {
  const { under, model } = ruled(refused("Invalid schema for function 'odd': x"), "done", "again");
  await ask(model, [spec("odd", { x: {} })]);
  await ask(model, [spec("odd", { y: {} })]);
  expect(offeredIn(under)).toEqual([["odd"], [], ["odd"]]);
});

test("a refusal that names no tool is the model's answer", async () => {
  const { model } = ruled(refused("messages: too many"));
  expect(await ask(model, [spec("good")])).toMatchObject({ kind: "failure" });
});
