import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { selector } from "../../../src/engine/agents/leaders/selector.ts";
import { subTeam } from "../../../src/engine/agents/sub-team.ts";
import { createBudget, inputTokensMax, type BudgetLimits } from "../../../src/engine/limits/budget.ts";
import type { Model, ModelReply, ModelRequest } from "../../../src/engine/model.ts";
import { ledBy } from "../../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { MARIA, openLog, says, team } from "../../support/scripted.ts";
import { aside, turnOn } from "../../support/turn.ts";
import { runsOf } from "../../support/chance.ts";

const USD_PER_TOKEN = { input: 0.00001, output: 0.0001 };

/** A model that takes all it is given: its reply is as long as it may be, and its input as long as the bound says. */
function greedy({ outputTokensMax = 1_000, priced = true, reply = (_asked: number): ModelReply | undefined => undefined } = {}) {
  const requests: ModelRequest[] = [];
  const usd = (input: number, output: number) => input * USD_PER_TOKEN.input + output * USD_PER_TOKEN.output;
  const model: Model = {
    name: "greedy",
    terms: { outputTokensMax, usdMax: ({ inputTokens, outputTokens }) => (priced ? usd(inputTokens, outputTokens) : undefined) },
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call(request) {
      requests.push(request);
      const [inputTokens, outputTokens] = [inputTokensMax(request), request.outputTokensMax ?? outputTokensMax];
      const usage = { inputTokens, outputTokens, ...(priced ? { usd: usd(inputTokens, outputTokens) } : {}) };
      return reply(requests.length) ?? { kind: "answer", text: `words ${requests.length}`, toolCalls: [], usage };
    },
  };
  return { model, requests };
}

const talker = (name: string, model: Model): Agent =>
  assistant({ name, description: "", instructions: "Talk.", model, tools: [], handoffs: [], toolRoundsMax: 3, afterTools: "prose" });

async function held(limits: BudgetLimits, parts: Parameters<typeof greedy>[0] = {}) {
  const { model, requests } = greedy(parts);
  const budget = createBudget(limits, 0);
  const agents = ["Ana", "Ben"].map((name) => talker(name, budget.within(model)));
  const log = openLog();
  log.start("Go on and on.");
  await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(200) }));
  return { log, requests, usage: currentRun(log.transcript).usage };
}

test("a call that could pass the limit on tokens asks for a shorter reply, and when that would be too short is not made", async () => {
  const { log, requests, usage } = await held({ tokens: 5_000, usd: 1_000 });
  expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(5_000);
  expect(requests.at(-1)?.outputTokensMax).toBeLessThan(1_000);
  expect(requests[0]).not.toHaveProperty("outputTokensMax");
  expect(log.stopped()).toMatchObject({
    outcome: "limit",
    reason: expect.stringMatching(
      /^the next call could pass the limit of 5000 tokens: \d+ are taken, and the call may take up to \d+$/,
    ) as string,
  });
});

test("money is held the same way, by the upper bound of what a call may cost", async () => {
  const { log, usage } = await held({ tokens: 1e9, usd: 0.5 });
  expect(usage.usd).toBeLessThanOrEqual(0.5);
  expect(usage.usd).toBeGreaterThan(0.4);
  expect(log.stopped()).toMatchObject({ outcome: "limit", reason: expect.stringContaining("limit of $0.50: $0.") as string });
});

test("a model without a known price is held by tokens alone", async () => {
  const { log, usage } = await held({ tokens: 20_000, usd: 0.000001 }, { priced: false });
  expect(usage.calls).toBeGreaterThan(5);
  expect(log.stopped()?.reason).toContain("20000 tokens");
});

test("a reply that the shorter length has cut off is told as the limit, with what it took", async () => {
  const cut = {
    kind: "failure",
    error: { kind: "bad_answer", message: "cut off" },
    usage: { inputTokens: 10, outputTokens: 950 },
  } as const;
  const { log } = await held({ tokens: 1_000, usd: 1 }, { reply: () => cut });
  expect(log.events.at(-2)).toMatchObject({ type: "turn.failed", error: { kind: "limit" }, usage: { outputTokens: 950 } });
  expect(log.stopped()?.outcome).toBe("limit");
});

test("calls side by side do not pass a limit together, and one that was broken off counts as much as it may have taken", async () => {
  const hanging: Model = {
    name: "hanging",
    terms: { outputTokensMax: 1_000, usdMax: () => undefined },
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call(_request, { signal }) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      return { kind: "failure", error: { kind: "aborted", message: "" } };
    },
  };
  const budget = createBudget({ tokens: 2_300, usd: 1 }, 0);
  const model = budget.within(hanging);
  const request: ModelRequest = { agent: "Ana", system: "", messages: [{ role: "user", text: "Go" }], tools: [] };
  const stop = new AbortController();
  const turn = aside(stop.signal);
  const first = [1, 2].map(() => model.call(request, turn).next());
  const third = {
    done: true,
    value: expect.objectContaining({ kind: "failure", error: expect.objectContaining({ kind: "limit" }) as object }) as object,
  };
  expect(await model.call(request, turn).next()).toEqual(third);
  stop.abort();
  await Promise.all(first);
  expect(await model.call(request, { ...turn, signal: new AbortController().signal }).next()).toEqual(third);
});

test("what people raise holds from the next call on, and what a run may cost at most holds in place of more", async () => {
  const request: ModelRequest = { agent: "Ana", system: "", messages: [{ role: "user", text: "Go" }], tools: [] };
  const log = openLog();
  log.start("Go");
  const kindOf = async (limits: BudgetLimits) => {
    const call = createBudget(limits, 0).within(greedy().model).call(request, turnOn(log.transcript));
    return (await call.next()).value;
  };
  const isRefused = { kind: "failure", error: { kind: "limit" } };
  expect(await kindOf({ tokens: 100, usd: 1 })).toMatchObject(isRefused);
  log.record({ type: "limit.raised", run: "r", person: MARIA, to: { tokens: 5_000 } });
  expect(await kindOf({ tokens: 100, usd: 1 })).toMatchObject({ kind: "answer" });
  log.record({ type: "run.started", run: "s", team: "team", startedBy: MARIA, usdMax: 0.001 });
  expect(await kindOf({ tokens: 5_000, usd: 1 })).toMatchObject(isRefused);
});

test("a new run in the thread begins with all of it", async () => {
  const { model } = greedy();
  const budget = createBudget({ tokens: 3_000, usd: 100 }, 0);
  const agents = [talker("Ana", budget.within(model))];
  const log = openLog();
  for (const task of ["One.", "Two."]) {
    log.start(task);
    await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(200) }));
    expect(log.stopped()?.outcome).toBe("limit");
    expect(currentRun(log.transcript).usage.calls).toBeGreaterThan(1);
  }
});

test("a selector whose call could pass the limit ends the run at once; nobody is chosen by a rule instead", async () => {
  const { model, requests } = greedy({ outputTokensMax: 8_000 });
  const budget = createBudget({ tokens: 200, usd: 1 }, 0);
  const agents = [says("Ana", "a"), says("Ben", "b")];
  const leader = selector({ model: budget.within(model), agents, allowRepeats: true, attempts: 3, mayAskHuman: false });
  const log = openLog();
  log.start("Talk.");
  await log.run(team({ agents, nextSpeakers: ledBy(leader) }));
  expect(requests).toEqual([]);
  expect(log.events.slice(2).map((event) => event.type)).toEqual(["turn.failed", "run.stopped"]);
  expect(log.stopped()?.outcome).toBe("limit");
});

test("what calls have taken that are not recorded yet counts at the next one of the same turn", async () => {
  const nonsense = { kind: "answer", text: "?", toolCalls: [], usage: { inputTokens: 10, outputTokens: 900 } } as const;
  const { model, requests } = greedy({ reply: () => nonsense });
  const budget = createBudget({ tokens: 2_500, usd: 1 }, 0);
  const agents = [says("Ana", "a"), says("Ben", "b")];
  const leader = selector({ model: budget.within(model), agents, allowRepeats: true, attempts: 10, mayAskHuman: false });
  const log = openLog();
  log.start("Talk.");
  await log.run(team({ agents, nextSpeakers: ledBy(leader) }));
  // All of one turn, which is recorded at its end: two fit, the third could pass the limit.
  expect(requests).toHaveLength(2);
  expect(log.stopped()).toMatchObject({ outcome: "limit", reason: expect.stringContaining("1820 are taken") as string });
});

test("the limit of a team inside ends that team's turn, and the others go on", async () => {
  const { model } = greedy();
  const inner = createBudget({ tokens: 2_500, usd: 100 }, 1);
  const desk = subTeam({
    name: "Desk",
    description: "",
    team: team({ agents: [talker("Ana", inner.within(model))], nextSpeakers: roundRobin }),
    voice: "members",
  });
  const log = openLog();
  log.start("Talk.");
  await log.run(team({ agents: [desk, says("Ben", "I go on.")], nextSpeakers: roundRobin, limits: maxTurns(2) }));
  expect(log.events.find((event) => event.type === "turn.ended")).toMatchObject({
    agent: "Desk",
    reason: expect.stringContaining("could pass") as string,
  });
  expect(log.said().at(-1)).toBe("Ben: I go on.");
});

test("whatever the limits, what is taken never passes them, and a run that has room for a call makes one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 500 }), async (tokens, cents) => {
      const { usage, requests } = await held({ tokens, usd: cents / 100 });
      expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(tokens);
      expect(usage.usd).toBeLessThanOrEqual(cents / 100 + 1e-9);
      if (tokens > 2_000 && cents > 15) expect(requests.length).toBeGreaterThan(0);
    }),
    { numRuns: runsOf(60) },
  );
});

test("the bound of the input counts instructions, words, calls, tools and the shape of an answer, and other scripts more than ASCII", () => {
  const empty: ModelRequest = { agent: "A", system: "", messages: [], tools: [] };
  const bound = inputTokensMax(empty);
  const parameters = { type: "object", properties: {} };
  for (const more of [
    { system: "x".repeat(100) },
    { messages: [{ role: "user" as const, text: "x".repeat(100) }] },
    { messages: [{ role: "assistant" as const, text: "", toolCalls: [{ call: "c", tool: "t", args: "x".repeat(100) }] }] },
    { tools: [{ name: "t", description: "x".repeat(100), parameters }] },
    { answer: { name: "a", schema: { description: "x".repeat(100) } } },
  ])
    expect(inputTokensMax({ ...empty, ...more })).toBeGreaterThanOrEqual(bound + 50);
  expect(inputTokensMax({ ...empty, system: "語".repeat(100) })).toBe(bound + 200);
});
