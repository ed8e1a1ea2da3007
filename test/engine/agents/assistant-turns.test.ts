import { expect, test } from "vitest";
import { assistant, type AssistantSettings } from "../../../src/engine/agents/assistant.ts";
import { isEvent, type EventBody, type RunEvent } from "../../../src/engine/events/events.ts";
import type { Model, ModelReply, ModelRequest } from "../../../src/engine/model.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { asked, floor, handed, said, started } from "../../support/facts.ts";
import { MARIA, openLog, scripted, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const tool = (name: string, run: Tool["run"] = async () => ({ kind: "returned", output: `${name} says` })): Tool => ({
  name,
  description: `Does ${name}.`,
  parameters: { type: "object" },
  run,
});
const failing = (name: string) => tool(name, async () => ({ kind: "failed", error: { kind: "x", message: `${name} failed` } }));
const usage = { inputTokens: 10, outputTokens: 5 };
const called = (agent: string, call: string, more: object = {}): EventBody => ({
  type: "tool.called",
  agent,
  call,
  tool: "t",
  args: "{}",
  ...more,
});
const returned = (agent: string, call: string): EventBody => ({ type: "tool.returned", agent, call, tool: "t", output: "r" });

/** One turn of A on a log of these events. */
async function turnOf(facts: readonly EventBody[], replies: readonly Scripted[], more: Partial<AssistantSettings> = {}) {
  const log = openLog();
  log.record(...facts);
  const model = scripted(...replies);
  const agent = assistant({
    name: "A",
    description: "",
    instructions: "Be brief.",
    model,
    tools: [tool("t"), tool("u")],
    handoffs: [],
    toolRoundsMax: 5,
    afterTools: "prose",
    ...more,
  });
  const aborting = new AbortController();
  if (replies.includes("hang")) setImmediate(() => aborting.abort());
  for await (const item of agent.turn(turnOn(log.transcript, aborting.signal))) if (isEvent(item)) log.record(item);
  const events = log.events.slice(facts.length);
  return { model, events, types: events.map(({ type }) => type), offered: model.requests.map(({ tools }) => tools.length) };
}
/** A model that answers so, whatever it is asked. */
function answering(...replies: readonly ModelReply[]): Model & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    name: "m",
    requests,
    // eslint-disable-next-line require-yield
    async *call(request) {
      requests.push(request);
      return replies[requests.length - 1] ?? { kind: "answer", text: "Done.", toolCalls: [], usage };
    },
  };
}
const plain = (event: RunEvent | undefined): object => {
  const { seq: _seq, at: _at, ...body } = event ?? {};
  return body;
};
const TASK = [started(), asked("go"), floor("A")];

test("its model is told of its tools what they are called, what they do and what they take", async () => {
  const { model } = await turnOf(TASK, ["Done."]);
  expect(model.requests[0]?.tools).toEqual(
    ["t", "u"].map((name) => ({ name, description: `Does ${name}.`, parameters: { type: "object" } })),
  );
});

test("a call is recorded with its words and what it cost, the first of several with the others", async () => {
  const { events } = await turnOf(TASK, [{ calls: [{ tool: "t" }] }, { calls: [{ tool: "t" }, { tool: "u" }], text: "Both." }, "Done."]);
  const calls = events.filter(({ type }) => type === "tool.called").map(plain);
  expect(calls).toEqual([
    called("A", "c1-0", { usage }),
    called("A", "c2-0", { usage, text: "Both.", others: [{ call: "c2-1", tool: "u", args: "{}" }] }),
    called("A", "c2-1", { tool: "u" }),
  ]);
});

test("what a provider wants to have back, and which model spoke, stand on the call", async () => {
  const kept = { by: "m", what: { thought: "x" } };
  const model = answering({ kind: "answer", text: "", toolCalls: [{ call: "c", tool: "t", args: "{}" }], usage, kept, model: "m-2" });
  const { events } = await turnOf(TASK, [], { model });
  expect(plain(events[0])).toEqual(called("A", "c", { usage, kept, model: "m-2" }));
});

test("ids that a provider gives twice are given the place of the call in the thread: the turn's beginning, and the how-manieth of the turn", async () => {
  const before = [...TASK, called("A", "c1-0", { usage }), returned("A", "c1-0"), said("A", "Done."), asked("again"), floor("A")];
  const beside = [called("B", "c9", { usage }), returned("B", "c9")];
  const { events } = await turnOf([...before, ...beside], [{ calls: [{ tool: "t" }, { tool: "u" }] }, "Done."]);
  expect(events.flatMap((event) => (event.type === "tool.called" ? [event.call] : []))).toEqual(["c1-0-8-1", "c1-1"]);
  const twice = answering({ kind: "answer", text: "", toolCalls: ["", "x", "x"].map((call) => ({ call, tool: "t", args: "{}" })), usage });
  const ids = (await turnOf(TASK, [], { model: twice })).events.flatMap((event) => (event.type === "tool.called" ? [event.call] : []));
  expect(ids).toEqual(["call-3-1", "x", "x-3-3"]);
});

test("calls of one reply are one round; what others call beside it is none of its own", async () => {
  const two = await turnOf(TASK, [{ calls: [{ tool: "t" }, { tool: "u" }] }, { calls: [{ tool: "u" }] }, "Done."], { toolRoundsMax: 2 });
  expect(two.offered).toEqual([2, 2, 0]);
  const beside = [called("B", "b1", { usage }), returned("B", "b1"), called("B", "b2", { usage }), returned("B", "b2")];
  expect((await turnOf([...TASK, ...beside], ["Done."], { toolRoundsMax: 1 })).offered).toEqual([2]);
});

test("a person's answer begins its rounds anew; a yes to a call does not, nor what others say", async () => {
  const round = [called("A", "a1", { usage }), returned("A", "a1")];
  const offered = async (...more: readonly EventBody[]) =>
    (await turnOf([...TASK, ...round, ...more], ["Done."], { toolRoundsMax: 1, handoffs: [] })).offered;
  expect(await offered(asked("Use the other one."))).toEqual([2]);
  expect(await offered()).toEqual([0]);
  expect(await offered({ type: "approval.given", call: "a1", approved: true, person: MARIA })).toEqual([0]);
  expect(await offered(said("B", "beside"))).toEqual([0]);
});

test("rounds that are used up are passed on as they came out, failures too; blank words beside a call are no answer", async () => {
  const summed = await turnOf(TASK, [{ calls: [{ tool: "t" }, { tool: "f" }] }], {
    tools: [tool("t"), failing("f")],
    toolRoundsMax: 1,
    afterTools: "summary",
  });
  expect(plain(summed.events.at(-1))).toEqual(said("A", "t says\nf failed", { kind: "summary" }));
  const again = await turnOf(TASK, [{ calls: [{ tool: "t" }] }, { calls: [{ tool: "t" }], text: " " }], { toolRoundsMax: 1 });
  expect(plain(again.events.at(-1))).toEqual(said("A", "t says", { kind: "summary" }));
});

test("a model that has nothing to say ends its turn, and by its name", async () => {
  const notice = (name: string) => [`${name} had nothing to add to what its tools gave.`];
  const { events } = await turnOf(TASK, [" "]);
  expect(plain(events[0])).toEqual({ type: "turn.ended", agent: "A", reason: "", notices: notice("scripted"), usage });
  const other = answering({ kind: "answer", text: "", toolCalls: [], usage, model: "m-2", notices: ["Slow."] });
  expect(plain((await turnOf(TASK, [], { model: other })).events[0])).toMatchObject({ notices: ["Slow.", ...notice("m-2")] });
});

test("broken off while what was said is put in short, it asks its model nothing", async () => {
  const long = Array.from({ length: 8 }, () => said("B", "word ".repeat(200)));
  const aborting = new AbortController();
  const minutes = scripted("hang");
  const model = scripted();
  const log = openLog();
  log.record(started(), asked("go"), ...long, floor("A"));
  const context = { kind: "summary", model: minutes, tokensMax: 500 } as const;
  const settings = { description: "", instructions: "", tools: [], handoffs: [], toolRoundsMax: 1, afterTools: "prose" } as const;
  setImmediate(() => aborting.abort());
  const items = [];
  for await (const item of assistant({ name: "A", model, context, ...settings }).turn(turnOn(log.transcript, aborting.signal)))
    items.push(item.type);
  expect([items, minutes.requests.length, model.requests.length]).toEqual([["activity"], 1, 0]);
});

test("an answer that does not fit is sent back with what was said; where nothing was, alone", async () => {
  const answer = { name: "n", schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } };
  const asJson = async (first: string) => {
    const { model, events } = await turnOf(TASK, [first, '{"n":1}'], { tools: [], answer });
    expect(events).toMatchObject([{ type: "message.posted", text: '{"n":1}' }]);
    return model.requests[1]?.messages.slice(1).map(({ role, text }) => `${role}: ${text.slice(-28)}`);
  };
  const again = "user: Answer again, as JSON alone.";
  expect(await asJson("one")).toEqual(["assistant: one", again]);
  expect(await asJson(" ")).toEqual([again]);
});

test("what is for one of several alone stands behind what all of them read, the order of this turn before it; behind its own calls, in front", async () => {
  const facts = [
    started(),
    asked("go"),
    floor("B", { instruction: "Not this." }),
    said("B", "Hm."),
    floor("A", { instruction: "Count." }),
    floor("C"),
  ];
  const { model } = await turnOf(facts, ["Done."], { tools: [], ownPart: "You are A." });
  expect(model.requests[0]?.system.split("\n")[0]).toBe("Be brief.");
  expect(model.requests[0]?.system).not.toContain("You are A.");
  const texts = model.requests[0]?.messages.map(({ text }) => text) ?? [];
  expect(texts.slice(-2)).toEqual([expect.stringMatching(/Count\.$/), "You are A."]);
  expect(texts.join("\n")).not.toContain("Not this.");
  const calls = await turnOf([...TASK, called("A", "a1", { usage }), returned("A", "a1")], ["Done."], { ownPart: "You are A." });
  expect(calls.model.requests[0]?.system).toMatch(/^Be brief\.\n\nYou are A\.\n\n/);
  expect(calls.model.requests[0]?.messages.map(({ text }) => text)).toEqual(["Maria: go", "", "[output] r"]);
  const none = await turnOf([started(), asked("go"), floor("A")], ["Done."], { tools: [], ownPart: "You are A." });
  expect(none.model.requests[0]?.messages.map(({ text }) => text)).toEqual(["Maria: go", "You are A."]);
});

test("it recalls with the task and what was quoted in it, not with what the app says beside it; with nothing where there is no task", async () => {
  const queries: unknown[] = [];
  const recall = tool("recall", async (args) => {
    queries.push(args);
    return { kind: "failed", error: { kind: "away", message: "no memory" } };
  });
  const more = { tools: [recall], recallsFirst: true, toolRoundsMax: 1 };
  const task = {
    type: "message.posted",
    person: MARIA,
    text: "go",
    beside: [{ source: "Jonas", text: "quoted" }, { text: "(by the app)" }],
  } as const;
  const first = await turnOf([started(), task, floor("A")], ["Done."], more);
  expect(first.types).toEqual(["tool.called", "tool.failed", "message.posted"]);
  // No reply of its model made that call: it still has its round.
  expect(first.offered).toEqual([1]);
  await turnOf([started(), floor("A")], ["Done."], more);
  await turnOf([started(), said("B", "begins"), floor("A")], ["Done."], more);
  expect(queries).toEqual([{ query: "go\nquoted" }, { query: "" }, { query: "begins" }]);
});

test("a question that it asked before is not one that it asks now: with the answer it goes on", async () => {
  const question = [
    called("A", "q", { tool: "transfer_to_human", usage }),
    returned("A", "q"),
    handed("A", "human", { call: "q" }),
    asked("Red."),
  ];
  const { types } = await turnOf([...TASK, ...question], [{ calls: [{ tool: "t" }] }, "Done."], { handoffs: ["human"] });
  expect(types).toEqual(["tool.called", "tool.returned", "message.posted"]);
});
