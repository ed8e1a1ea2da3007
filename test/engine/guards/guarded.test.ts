import { expect, test } from "vitest";
import type { CodeRun } from "../../../src/engine/agents/code/run-block.ts";
import type { Delta, EventBody } from "../../../src/engine/events/events.ts";
import { guardedAgent, guardedCode, guardedModel, guardedTool } from "../../../src/engine/guards/guarded.ts";
import type { ModelRequest } from "../../../src/engine/model.ts";
import type { Agent } from "../../../src/engine/team.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";
import { filesInMemory, masking, stopping } from "./guards-for-tests.ts";

const { files } = filesInMemory();
const TURN = turnOn({ events: [] });
const request = (text: string): ModelRequest => ({ agent: "Ada", system: "", tools: [], messages: [{ role: "user", text }] });

async function drained<Item, Result>(
  items: AsyncGenerator<Item, Result, void>,
): Promise<{ readonly items: Item[]; readonly result: Result }> {
  const all: Item[] = [];
  for (;;) {
    const next = await items.next();
    if (next.done) return { items: all, result: next.value };
    all.push(next.value);
  }
}

test("nothing is put around what no guard is for", () => {
  const model = scripted();
  const agent: Agent = { name: "Ada", description: "", async *turn() {} };
  const tool: Tool = { name: "t", description: "", parameters: {}, run: async () => ({ kind: "returned", output: "" }) };
  const run = async () => RAN;
  const at = (...places: readonly ("model" | "tool" | "people")[]) => [masking("red", places).guard];
  expect(guardedModel(model, at("tool", "people"), files)).toBe(model);
  expect(guardedTool(tool, "Ada", at("model", "people"))).toBe(tool);
  expect(guardedCode(run, "Ada", at("model", "people"))).toBe(run);
  expect(guardedAgent(agent, at("model", "tool"), files)).toBe(agent);
});

test("a model is asked what the guards have left, goes by the name that it has now, and is not asked what they stop", async () => {
  const model = { ...scripted("Fine.", "Fine."), name: "first" };
  const { guard, asked } = masking("red", ["model"]);
  const guarded = guardedModel(model, [guard, stopping("black", ["model"]), stopping("red", ["tool", "people"])], files);
  model.name = "second";
  expect(guarded.name).toBe("second");
  const answered = await drained(guarded.call(request("a red one"), TURN));
  expect(answered).toMatchObject({ items: [{ type: "text", text: "Fine." }], result: { kind: "answer", text: "Fine." } });
  expect(model.requests.map(({ messages }) => messages)).toEqual([[{ role: "user", text: "a [masked] one" }]]);
  expect(asked[0]?.going).toEqual({ to: "model", agent: "Ada" });
  const stop = 'The guard "gate" stopped this on its way to the model of Ada: it is not for others.';
  expect(await drained(guarded.call(request("a black one"), TURN))).toEqual({
    items: [],
    result: { kind: "failure", error: { kind: "guarded", message: stop } },
  });
  expect(model.requests).toHaveLength(1);
});

test("a tool is called with what the guards have left, and fails where they stop it", async () => {
  const calls: unknown[][] = [];
  const tool: Tool = {
    name: "search",
    description: "Looks.",
    parameters: { type: "object" },
    async run(...given) {
      calls.push(given);
      return { kind: "returned", output: "found" };
    },
  };
  const { guard, asked } = masking("red", ["tool"]);
  const guarded = guardedTool(tool, "Ada", [guard, stopping("black", ["tool"]), stopping("red", ["model"])]);
  expect(guarded).toMatchObject({ name: "search", description: "Looks.", parameters: { type: "object" } });
  expect(await guarded.run({ query: "red" }, TURN)).toEqual({ kind: "returned", output: "found" });
  expect(calls).toEqual([[{ query: "[masked]" }, TURN]]);
  expect(asked.at(-1)?.going).toEqual({ to: "tool", agent: "Ada", tool: "search" });
  const message = 'The guard "gate" stopped this on its way to the tool search: it is not for others.';
  expect(await guarded.run({ query: "black" }, TURN)).toEqual({ kind: "failed", error: { kind: "guarded", message } });
  expect(calls).toHaveLength(1);
});

const RAN: CodeRun = { outcome: "ok", exitCode: 0, output: "1", elapsedMs: 5, executor: "wasm", files: [] };

test("code is run as the guards have left it, and not at all where they stop it", async () => {
  const blocks: unknown[] = [];
  const { guard, asked } = masking("red", ["tool"]);
  const guarded = guardedCode(
    async (block) => {
      blocks.push(block);
      return RAN;
    },
    "Ada",
    [guard, stopping("black", ["tool"]), stopping("red", ["people"])],
  );
  expect(await guarded({ language: "python", code: "print('red')" }, TURN)).toBe(RAN);
  expect(blocks).toEqual([{ language: "python", code: "print('[masked]')" }]);
  expect(asked.at(-1)?.going).toEqual({ to: "tool", agent: "Ada", tool: "python" });
  const output = 'The guard "gate" stopped this on its way to the tool python: it is not for others.';
  expect(await guarded({ language: "python", code: "black" }, TURN)).toEqual({
    outcome: "rejected",
    exitCode: 1,
    output,
    elapsedMs: 0,
    executor: "none",
    files: [],
  });
  expect(blocks).toHaveLength(1);
});

const agentWith = (...items: readonly (EventBody | Delta)[]): Agent => ({
  name: "Ada",
  description: "Knows.",
  async *turn() {
    yield* items;
  },
});
const turnOf = async (
  agent: Agent,
  guards = [masking("red", ["people"]).guard, stopping("black", ["people"]), stopping("red", ["model"])],
) => (await drained(guardedAgent(agent, guards, files).turn(TURN))).items;

test("of an agent's turn, people see its events as the guards have left them and what it is doing, and nothing that streams", async () => {
  const doing = { type: "activity", agent: "Ada", doing: "looks at red" } as const;
  const items = await turnOf(
    agentWith(
      doing,
      { type: "text.delta", agent: "Ada", text: "re" } as Delta,
      { type: "reasoning.delta", agent: "Ada", text: "d" } as Delta,
      { type: "message.posted", agent: "Ada", text: "red" },
    ),
  );
  expect(items).toEqual([doing, { type: "message.posted", agent: "Ada", text: "[masked]" }]);
});

const FAILED = {
  type: "turn.failed",
  agent: "Ada",
  error: { kind: "guarded", message: 'The guard "gate" stopped this on its way to people: it is not for others.' },
};

test("a stop ends the turn with a failure; what the words cost stays told", async () => {
  const usage = { inputTokens: 3, outputTokens: 4 };
  const posted = (text: string): EventBody => ({ type: "message.posted", agent: "Ada", text });
  expect(await turnOf(agentWith(posted("one"), { ...posted("black"), usage } as EventBody, posted("three")))).toEqual([
    posted("one"),
    { ...FAILED, usage },
  ]);
  expect(await turnOf(agentWith(posted("black")))).toEqual([FAILED]);
});

test("a stop of what was said inside a participant is that member's, and as quiet as it was", async () => {
  const inside = { type: "message.posted", agent: "Ben", text: "black", within: "Ada" } as const;
  expect(await turnOf(agentWith(inside))).toEqual([{ ...FAILED, agent: "Ben", within: "Ada" }]);
  expect(await turnOf(agentWith({ ...inside, quiet: true }))).toEqual([{ ...FAILED, agent: "Ben", within: "Ada", quiet: true }]);
  const handed = { type: "approval.requested", agent: "Ben", call: "c", what: "black", within: "Ada" } as const;
  expect(await turnOf(agentWith(handed))).toEqual([{ ...FAILED, agent: "Ben", within: "Ada" }]);
});
