import { expect, test } from "vitest";
import { assistant, type AssistantSettings } from "../../src/engine/agents/assistant.ts";
import { codeRunner } from "../../src/engine/agents/code/code-runner.ts";
import { coder } from "../../src/engine/agents/code/coder.ts";
import { messageFilter } from "../../src/engine/agents/message-filter.ts";
import type { RunCode } from "../../src/engine/agents/code/run-block.ts";
import { isEvent } from "../../src/engine/events/events.ts";
import type { Model } from "../../src/engine/model.ts";
import { converse } from "../../src/engine/loop.ts";
import type { Agent, SpeakerPolicy } from "../../src/engine/team.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { toolCalled } from "../../src/engine/stops/tool-called.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { currentRun, isWaiting } from "../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team } from "../support/scripted.ts";
import { turnOn } from "../support/turn.ts";

const everybody: SpeakerPolicy = (_log, agents) => agents;
const look: Tool = { name: "look", description: "", parameters: {}, run: async () => ({ kind: "returned", output: "seen" }) };
const agent = (name: string, model: Model, more: Partial<AssistantSettings> = {}) =>
  assistant({
    name,
    description: "",
    instructions: "",
    model,
    tools: [look],
    handoffs: [],
    toolRoundsMax: 5,
    afterTools: "prose",
    ...more,
  });
const twoSteps = () => scripted({ calls: [{ tool: "look" }] }, "That was it.", "And that.");
const fine: RunCode = async () => ({ outcome: "ok", exitCode: 0, output: "ran\n", elapsedMs: 1, executor: "test", files: [] });
const texts = (model: ReturnType<typeof scripted>, nth: number) => model.requests[nth]?.messages.map((message) => message.text);

/** An agent that speaks when it is let. */
function gated(name: string, text: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const gate: Agent = {
    name,
    description: "",
    async *turn() {
      await promise;
      yield { type: "message.posted", agent: name, text };
    },
  };
  return { gate, open: resolve };
}

test("those who speak side by side hear each other when their own turn has ended, whoever is faster", async () => {
  const log = openLog();
  log.start("t");
  const model = twoSteps();
  await log.run(team({ agents: [agent("A", model), says("B", "I am quick.")], nextSpeakers: everybody, limits: maxTurns(4) }));
  expect(log.said()[1]).toBe("B: I am quick.");
  expect(texts(model, 1)).toEqual(["Maria: t", "", "[output] seen"]);
  expect(texts(model, 2)).toEqual(["Maria: t", "", "[output] seen", "That was it.", "[agent] B: I am quick."]);
});

test("a person is heard at once, in the middle of a turn", async () => {
  const log = openLog();
  log.start("t");
  const model = twoSteps();
  const both = team({ agents: [agent("A", model), says("B", "Quick.")], nextSpeakers: everybody, limits: maxTurns(2) });
  await log.run(both, { until: (event) => event.type === "tool.returned" });
  log.reply("and hurry");
  await log.run(both);
  expect(texts(model, 1)).toEqual(["Maria: t", "", "[output] seen", "Maria: and hurry"]);
});

test("a coder and a filtered agent are deaf to them until then, too", async () => {
  const log = openLog();
  log.start("t");
  const [codes, hears] = [scripted("```python\n1\n```", "It ran.", "Again."), twoSteps()];
  const cody = coder({ name: "Cody", description: "", instructions: "", model: codes, languages: ["python"], retriesMax: 0, run: fine });
  const ears = messageFilter(agent("Ears", hears), [{ from: "B", take: { which: "last", count: 1 } }, { from: "user" }]);
  await log.run(team({ agents: [cody, ears, says("B", "One.", "Two.")], nextSpeakers: everybody, limits: maxTurns(6) }));
  expect(texts(codes, 1)?.join()).not.toContain("[agent] B: One.");
  expect(texts(codes, 2)).toContain("[agent] B: One.");
  expect(texts(hears, 1)).toEqual(["Maria: t", "", "[output] seen"]);
  expect(texts(hears, 2)).toContain("[agent] B: One.");
});

test("code that is written beside the turn of its runner is run in the runner's next turn, once", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const run: RunCode = (block, options) => {
    ran.push(block.code.trim());
    return fine(block, options);
  };
  const runner = codeRunner({ name: "Runner", description: "", runs: ["C"], languages: ["python"], run });
  const code = (text: string) => `\`\`\`python\n${text}\n\`\`\``;
  await log.run(team({ agents: [runner, says("C", code("one"), code("two"))], nextSpeakers: everybody, limits: maxTurns(6) }));
  expect(ran).toEqual(["one", "two"]);
});

test("calls of agents side by side keep different ids, also when a provider numbers the calls of each reply anew", async () => {
  const log = openLog();
  log.start("t");
  const model = (): Model => ({
    name: "m",
    // eslint-disable-next-line require-yield
    async *call({ messages }) {
      const usage = { inputTokens: 1, outputTokens: 1 };
      if (messages.some((message) => message.role === "tool")) return { kind: "answer", text: "done", toolCalls: [], usage };
      return { kind: "answer", text: "", toolCalls: [{ call: "call_0", tool: "look", args: "{}" }], usage };
    },
  });
  await log.run(team({ agents: [agent("A", model()), agent("B", model())], nextSpeakers: everybody, limits: maxTurns(2) }));
  const ids = log.events.flatMap((event) => (event.type === "tool.called" ? [event.call] : []));
  expect(new Set(ids).size).toBe(2);
  expect(log.said().slice(1)).toEqual(["A: done", "B: done"]);
});

const asks = { calls: [{ tool: "transfer_to_human", args: { question: "Which day?" } }] };

test("one who asked goes on with the answer while another is still at work", async () => {
  const log = openLog();
  log.start("t");
  const slow = gated("Slow", "At last.");
  const both = team({
    agents: [agent("A", scripted(asks, "Friday."), { handoffs: ["human"] }), slow.gate],
    nextSpeakers: everybody,
    limits: maxTurns(2),
  });
  let answered = Promise.withResolvers<void>();
  for await (const item of converse(
    both,
    turnOn(log.transcript, undefined, () => answered.promise),
  )) {
    if (!isEvent(item)) continue;
    log.record(item);
    if (item.type === "handoff.made") {
      log.reply("Friday");
      const told = answered;
      answered = Promise.withResolvers();
      told.resolve();
    }
    if (item.type === "message.posted" && "agent" in item && item.agent === "A") slow.open();
  }
  expect(log.said()).toEqual(["Maria: t", "A → human: Which day?", "Maria: Friday", "A: Friday.", "Slow: At last."]);
});

test("after a crash, whoever does not wait for the answer to another's question goes on without it", async () => {
  const log = openLog();
  log.start("t");
  const build = () =>
    team({
      agents: [agent("A", scripted(asks), { handoffs: ["human"] }), says("B", "I need no answer.")],
      nextSpeakers: everybody,
      limits: maxTurns(2),
    });
  log.record({ type: "speaker.selected", agent: "A", by: "policy", others: ["B"] }, { type: "speaker.selected", agent: "B", by: "policy" });
  log.record({ type: "handoff.made", agent: "A", to: "human", text: "Which day?" });
  expect(isWaiting(log.transcript)).toBe(false);
  await log.run(build());
  expect(log.said().at(-1)).toBe("B: I need no answer.");
  expect(isWaiting(log.transcript)).toBe(true);
  expect(currentRun(log.transcript).openTurns).toEqual(["A"]);
});

test("a goal that comes true in the middle of a turn ends the run at the turn's end, also when the process was away in between", async () => {
  const whole = openLog();
  const make = (model: Model) => team({ agents: [agent("A", model)], nextSpeakers: everybody, stopWhen: toolCalled("look") });
  whole.start("t");
  await whole.run(make(twoSteps()));
  expect(whole.said().at(-1)).toBe("A: That was it.");
  const cut = openLog();
  cut.start("t");
  const model = twoSteps();
  await cut.run(make(model), { until: (event) => event.type === "tool.returned" });
  await cut.run(make(model));
  expect(cut.events).toEqual(whole.events);
});
