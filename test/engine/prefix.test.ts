import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { ContextStrategy } from "../../src/engine/reading/context.ts";
import { selector } from "../../src/engine/agents/leaders/selector.ts";
import type { Model, ModelRequest } from "../../src/engine/model.ts";
import { ledBy } from "../../src/engine/policies/led-by.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { openLog, team } from "../support/scripted.ts";
import { runsOf } from "../support/chance.ts";

const NAMES = ["Ana", "Ben", "Cleo", "Dan"];
const look: Tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object", properties: {} },
  run: async () => ({ kind: "returned", output: "seen" }),
};

/** What each call does: words, or first the tool; for the selector, who is next. */
const moves = fc.array(fc.record({ length: fc.integer({ min: 1, max: 400 }), tools: fc.integer({ min: 0, max: 2 }), next: fc.nat(3) }), {
  minLength: 20,
  maxLength: 60,
});

type Move = { readonly length: number; readonly tools: number; readonly next: number };

/** A conversation of four in which everything that models are asked is kept. */
async function requestsOf(
  script: readonly Move[],
  context?: ContextStrategy,
  kept: (request: ModelRequest) => ModelRequest = structuredClone,
): Promise<Map<string, ModelRequest[]>> {
  const asked = new Map<string, ModelRequest[]>();
  let calls = 0;
  const model: Model = {
    name: "moving",
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call(request) {
      asked.set(request.agent, [...(asked.get(request.agent) ?? []), kept(request)]);
      const move = script[calls++ % script.length] ?? { length: 1, tools: 0, next: 0 };
      const usage = { inputTokens: 1, outputTokens: 1 };
      if (request.answer)
        return {
          kind: "answer",
          text: JSON.stringify({ next: NAMES[move.next], reason: "", instruction: move.tools > 0 ? "Look closely." : "", progress: true }),
          toolCalls: [],
          usage,
        };
      const looks = request.messages.at(-1)?.role === "tool" ? 0 : move.tools;
      const toolCalls = Array.from({ length: looks }, (_, index) => ({ call: `c${calls}-${index}`, tool: "look", args: "{}" }));
      return { kind: "answer", text: "x".repeat(move.length), toolCalls, usage };
    },
  };
  const agents = NAMES.map((name) =>
    assistant({
      name,
      description: `Is ${name}.`,
      instructions: `You are ${name}.`,
      model,
      tools: [look],
      handoffs: [],
      toolRoundsMax: 5,
      afterTools: "prose",
      ...(context ? { context } : {}),
    }),
  );
  const leader = selector({ model, agents, allowRepeats: true, attempts: 1, mayAskHuman: false, stallsMax: 50 });
  const log = openLog();
  log.start("Debate it.");
  await log.run(team({ agents, nextSpeakers: ledBy(leader), limits: maxTurns(40) }));
  return asked;
}

/** How often an agent's window moved. Between two moves a request must begin with the whole of the one before, but for what was for that call alone. */
function moved(requests: readonly ModelRequest[]): number {
  let count = 0;
  for (const [index, request] of requests.entries()) {
    const before = requests[index - 1];
    if (!before) continue;
    expect([request.system, request.tools]).toEqual([before.system, before.tools]);
    if (leftOut(request) !== leftOut(before)) count++;
    else expect(request.messages.slice(0, before.stable)).toEqual(before.messages.slice(0, before.stable));
  }
  return count;
}

const leftOut = ({ messages }: ModelRequest): number =>
  Number(messages.map(({ text }) => /^\((\d+) earlier messages? (?:is|are) left out here\.\)$/.exec(text)?.[1]).find(Boolean) ?? 0);

test("from turn to turn, each agent's request begins with the whole of the one before; so does the selector's, but at the steps of its window", async () => {
  await fc.assert(
    fc.asyncProperty(moves, async (script) => {
      for (const [agent, requests] of await requestsOf(script, { kind: "all" }))
        expect(moved(requests)).toBeLessThanOrEqual(agent === "selector" ? 3 : 0);
    }),
    { numRuns: runsOf(20) },
  );
});

test.each([
  { kind: "lastMessages", count: 16 },
  { kind: "headAndTail", head: 2, tail: 16 },
] as const)("with a window ($kind) that holds but where it moves, which is once in half of its size", async (context) => {
  await fc.assert(
    fc.asyncProperty(moves, async (script) => {
      const tooOften = [...(await requestsOf(script, context))].filter(([agent, requests]) => {
        const heard = Math.max(...requests.map((request) => leftOut(request) + request.messages.length));
        return agent !== "selector" && moved(requests) > Math.ceil(heard / 8) + 1;
      });
      expect(tooOften).toEqual([]);
    }),
    { numRuns: runsOf(20) },
  );
});

test("a budget of tokens moves a few times in a long talk, and not at every turn", async () => {
  const script = Array.from({ length: 40 }, (_, index): Move => ({ length: 200, tools: 0, next: index % 4 }));
  const asked = await requestsOf(script, { kind: "tokenBudget", tokens: 1_200 });
  const tooOften = [...asked].filter(([agent, requests]) => agent !== "selector" && moved(requests) >= Math.max(1, requests.length / 2));
  expect(tooOften).toEqual([]);
});

test("what others said is marked with its source once, and not again for each request", async () => {
  const script = Array.from({ length: 40 }, (_, index): Move => ({ length: 200, tools: index % 2, next: index % 4 }));
  const asked = await requestsOf(script, { kind: "all" }, (request) => request);
  const again = NAMES.flatMap((agent) => {
    const [before, last] = (asked.get(agent) ?? []).slice(-2);
    return (before?.messages.slice(0, before.stable) ?? []).map((message, index) => message === last?.messages[index]);
  });
  expect(again.length).toBeGreaterThan(20);
  expect(again).not.toContain(false);
});
