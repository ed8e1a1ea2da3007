import fc from "fast-check";
import { expect, test } from "vitest";
import { teamAsTool } from "../../src/engine/agents/as-tool.ts";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { Model } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { CallOrigin, Tool } from "../../src/engine/tool.ts";
import { callKey, keyed } from "../../src/tools/call-key.ts";
import { MARIA, scripted, team } from "../support/scripted.ts";
import { startHttpFixture } from "../fixtures/mcp-http.ts";
import { connected, mcpServer } from "./mcp/setup.ts";
import { aside } from "../support/turn.ts";

const PAY = { tool: "pay", args: { cents: 1 } };

/** A model whose provider gives its calls these ids. */
const withIds = (model: Model, ids: readonly string[]): Model => ({
  ...model,
  async *call(request, turn) {
    const reply = yield* model.call(request, turn);
    if (reply.kind !== "answer") return reply;
    return { ...reply, toolCalls: reply.toolCalls.map((call, index) => ({ ...call, call: ids[index] ?? "" })) };
  },
});

const ORIGIN: CallOrigin = { run: "T/C/1#1", agent: "Ana", call: "call_1", askedBy: MARIA };

test("calls have one key only where thread, run, agent, id, tool and arguments are one", () => {
  const name = fc.string({ maxLength: 8 });
  const call = fc.record({ thread: name, run: name, agent: name, call: name, tool: name, args: fc.jsonValue() });
  const keyOf = ({
    thread,
    tool,
    args,
    ...origin
  }: {
    thread: string;
    run: string;
    agent: string;
    call: string;
    tool: string;
    args: unknown;
  }) => callKey(thread, { ...ORIGIN, ...origin }, tool, args);
  fc.assert(
    fc.property(call, call, (one, other) => {
      expect(keyOf(one)).toMatch(/^[0-9a-f]{64}$/);
      expect(keyOf(structuredClone(one))).toBe(keyOf(one));
      if (JSON.stringify(one) !== JSON.stringify(other)) expect(keyOf(one)).not.toBe(keyOf(other));
    }),
  );
});

test("a call over HTTP carries its key in a header too, and other requests none", async () => {
  const fixture = await startHttpFixture();
  const under = await connected(mcpServer({ name: "fixture", url: fixture.url }));
  try {
    const echo = under.server.tools().find(({ name }) => name === "fixture__echo");
    await echo?.run({ text: "hi" }, aside(), { ...ORIGIN, key: "k".repeat(64) });
    await echo?.run({ text: "hi" }, aside());
    expect(fixture.requests.flatMap(({ key }) => (key === undefined ? [] : [key]))).toEqual(["k".repeat(64)]);
  } finally {
    await under.close();
    await fixture.close();
  }
});

test("behind a tool the same call has the same key when the conversation is held again, whatever id the model gives it", async () => {
  const heard: (string | undefined)[] = [];
  const pay: Tool = {
    name: "pay",
    description: "Pays.",
    parameters: {},
    run: async (_args, _signal, origin) => {
      heard.push(origin?.key);
      return { kind: "returned", output: "paid" };
    },
  };
  const bookkeeper = (ids: readonly [string, string]) => {
    const model = withIds(scripted({ calls: [PAY, PAY] }, "done"), ids);
    const settings = { name: "Bo", description: "", instructions: "", handoffs: [], toolRoundsMax: 3, afterTools: "prose" } as const;
    const agents = [assistant({ ...settings, model, tools: [keyed(pay)] })];
    return teamAsTool(team({ agents, nextSpeakers: roundRobin, stopWhen: maxTurns(1) }), { name: "book", description: "" });
  };
  for (const ids of [
    ["toolu_a", "toolu_b"],
    ["toolu_x", ""],
  ] as const)
    await bookkeeper(ids).run({ task: "pay twice" }, aside(), ORIGIN);
  const [first, second, ...again] = heard;
  expect(first).not.toBe(second);
  expect(again).toEqual([first, second]);
  // Another call of the tool is another payment.
  await bookkeeper(["toolu_a", "toolu_b"]).run({ task: "pay twice" }, aside(), { ...ORIGIN, call: "call_2" });
  expect(new Set(heard).size).toBe(4);
});
