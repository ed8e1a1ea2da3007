import { expect, test } from "vitest";
import { assistant, type AssistantSettings } from "../../../src/engine/agents/assistant.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { swarm } from "../../../src/engine/policies/swarm.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { openLog, says, scripted, team } from "../../support/scripted.ts";

const tool = (name: string, run: Tool["run"]): Tool => ({ name, description: "", parameters: { type: "object" }, run });
const returns = (name: string, output: string) => tool(name, async () => ({ kind: "returned", output }));
const make = (settings: Partial<AssistantSettings> & Pick<AssistantSettings, "model">) =>
  assistant({
    name: "A",
    description: "",
    instructions: "Be brief.",
    tools: [],
    handoffs: [],
    toolRoundsMax: 5,
    afterTools: "prose",
    ...settings,
  });
const alone = (settings: Parameters<typeof make>[0]) => team({ agents: [make(settings)], nextSpeakers: roundRobin, limits: maxTurns(1) });
const types = (log: ReturnType<typeof openLog>) => log.events.slice(3, -1).map((event) => event.type);

test("it uses tools until it answers in words", async () => {
  const log = openLog();
  log.start("go");
  const model = scripted({ calls: [{ tool: "t1" }] }, { calls: [{ tool: "t2" }] }, "done");
  await log.run(alone({ model, tools: [returns("t1", "r1"), returns("t2", "r2")] }));
  expect(types(log)).toEqual(["tool.called", "tool.returned", "tool.called", "tool.returned", "message.posted"]);
  expect(model.requests[2]?.messages.slice(1)).toMatchObject([
    { role: "assistant", toolCalls: [{ tool: "t1" }] },
    { role: "tool", text: "[output] r1" },
    { role: "assistant", toolCalls: [{ tool: "t2" }] },
    { role: "tool", text: "[output] r2" },
  ]);
});

test("calls of one reply run side by side and are one message to the model", async () => {
  const log = openLog();
  log.start("go");
  let running = 0;
  let most = 0;
  const slow = (name: string) =>
    tool(name, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return { kind: "returned", output: name };
    });
  const model = scripted({ calls: [{ tool: "t1" }, { tool: "t2" }], text: "Let me look." }, "done");
  await log.run(alone({ model, tools: [slow("t1"), slow("t2")] }));
  expect(most).toBe(2);
  expect(model.requests[1]?.messages[1]).toMatchObject({
    role: "assistant",
    text: "Let me look.",
    toolCalls: [{ tool: "t1" }, { tool: "t2" }],
  });
});

test("broken arguments, an unknown tool and a crash are results that the model can read", async () => {
  const log = openLog();
  log.start("go");
  const bomb = tool("bomb", () => Promise.reject(new Error("boom")));
  const model = scripted({ calls: [{ tool: "bomb", args: "{not json" }, { tool: "nope" }, { tool: "bomb" }] }, "I see.");
  await log.run(alone({ model, tools: [bomb] }));
  const read = model.requests[1]?.messages.filter((message) => message.role === "tool");
  expect(read).toMatchObject([
    { failed: true, text: expect.stringContaining("not valid JSON") },
    { failed: true, text: expect.stringContaining('no tool "nope". There are: bomb') },
    { failed: true, text: expect.stringContaining("boom") },
  ]);
});

test("rounds used up: it answers in prose without tools, or with the last round's results as they are", async () => {
  const prose = openLog();
  prose.start("go");
  const model = scripted({ calls: [{ tool: "t" }] }, "in words");
  await prose.run(alone({ model, tools: [returns("t", "r")], toolRoundsMax: 1 }));
  expect(model.requests[1]?.tools).toEqual([]);
  expect(prose.said().at(-1)).toBe("A: in words");

  const summary = openLog();
  summary.start("go");
  await summary.run(
    alone({
      model: scripted({ calls: [{ tool: "t" }, { tool: "t" }] }),
      tools: [returns("t", "r")],
      toolRoundsMax: 1,
      afterTools: "summary",
    }),
  );
  expect(summary.said().at(-1)).toBe("A: r\nr");
});

test("a call that comes when the rounds are used up is answered, and its result is what the agent says; words beside it are its answer", async () => {
  const wordless = openLog();
  wordless.start("go");
  const model = scripted({ calls: [{ tool: "t" }] }, { calls: [{ tool: "u" }] }, "unasked");
  await wordless.run(alone({ model, tools: [returns("t", "r"), returns("u", "the last")], toolRoundsMax: 1 }));
  expect(model.requests).toHaveLength(2);
  expect(wordless.events.filter(({ type }) => type === "tool.returned")).toHaveLength(2);
  expect(wordless.said().at(-1)).toBe("A: the last");

  const spoken = openLog();
  spoken.start("go");
  const talker = scripted({ calls: [{ tool: "t" }] }, { text: "It is r.", calls: [{ tool: "t" }] });
  await spoken.run(alone({ model: talker, tools: [returns("t", "r")], toolRoundsMax: 1 }));
  expect(spoken.said().at(-1)).toBe("A: It is r.");
});

test("a hand-over ends the turn; other calls of the reply are run, a second hand-over is refused", async () => {
  const log = openLog();
  log.start("go");
  const model = scripted({ calls: [{ tool: "transfer_to_b" }, { tool: "t" }, { tool: "transfer_to_c" }] });
  await log.run(alone({ model, tools: [returns("t", "r")], handoffs: ["B", "C"] }));
  expect(types(log)).toEqual([
    "tool.called",
    "tool.called",
    "tool.called",
    "tool.returned",
    "tool.failed",
    "tool.returned",
    "handoff.made",
  ]);
  expect(log.events.findLast((event) => event.type === "handoff.made")).toMatchObject({
    to: "B",
    text: "Transferred to B, adopting the role of B immediately.",
  });
});

test("a question without words of its own uses the words beside the call", async () => {
  const log = openLog();
  log.start("go");
  await log.run(alone({ model: scripted({ calls: [{ tool: "transfer_to_human" }], text: "Shall I go on?" }), handoffs: ["human"] }));
  expect(log.said().at(-1)).toBe("A → human: Shall I go on?");
});

test("after a crash between a call and its result the call is made again, and the model is not", async () => {
  const log = openLog();
  log.start("go");
  const parts = { tools: [returns("t", "r")] };
  await log.run(alone({ model: scripted({ calls: [{ tool: "t" }] }), ...parts }), { until: (event) => event.type === "tool.called" });
  const after = scripted("done");
  await log.run(alone({ model: after, ...parts }));
  expect(types(log)).toEqual(["tool.called", "tool.returned", "message.posted"]);
  expect(after.requests).toHaveLength(1);
});

test("what people say between a call and its result comes behind the result", async () => {
  const log = openLog();
  log.start("go");
  const model = scripted({ calls: [{ tool: "t" }] }, "done");
  const chatty = tool("t", async () => {
    log.reply("hurry");
    return { kind: "returned", output: "r" };
  });
  await log.run(alone({ model, tools: [chatty] }));
  expect(model.requests[1]?.messages.map((message) => message.text)).toEqual(["Maria: go", "", "[output] r", "Maria: hurry"]);
});

test("the prompt only grows at its end, speakers are named, and it never ends on the assistant's own words", async () => {
  const log = openLog();
  log.start("go");
  const model = scripted("one", "two", "three");
  await log.run(
    team({
      agents: [make({ model }), says("B", "b1", "b2")],
      nextSpeakers: (_transcript, agents) => agents.slice(log.said().length === 3 ? 1 : 0).slice(0, 1),
      limits: maxTurns(4),
    }),
  );
  const texts = model.requests.map((request) => request.messages.map((message) => message.text));
  expect(texts[0]).toEqual(["Maria: go"]);
  expect(texts[1]?.slice(0, 2)).toEqual(["Maria: go", "one"]);
  expect(model.requests[1]?.messages.at(-1)?.role).toBe("user");
  expect(texts[2]).toEqual(["Maria: go", "one", "two", "[agent] B: b1"]);
  expect(model.requests.map((request) => request.nth)).toEqual([0, 1, 2]);
});

test("what is said beside a hand-over is heard by all, with the notice, and can be the stop word; people read it once", async () => {
  const log = openLog();
  log.start("t");
  const target = scripted("Thanks.");
  const make = (name: string, model: ReturnType<typeof scripted>, handoffs: readonly string[]) =>
    assistant({ name, description: "", instructions: "", model, tools: [], handoffs, toolRoundsMax: 3, afterTools: "prose" });
  const front = make("Front", scripted({ calls: [{ tool: "transfer_to_back" }], text: "Order 17 is Bob's." }), ["Back"]);
  const both = team({ agents: [front, make("Back", target, [])], nextSpeakers: swarm, limits: maxTurns(2) });
  await log.run(both);
  expect(target.requests[0]?.messages.at(-1)?.text).toBe(
    "[agent] Front: Order 17 is Bob's.\n| Transferred to Back, adopting the role of Back immediately.",
  );
  expect(textMention("Bob's", undefined, "anywhere")(log.transcript)).toEqual([{ kind: "textMention", text: "Bob's", agent: "Front" }]);
});

test("what tools of the same reply returned travels with a hand-over, and nothing of an earlier reply", async () => {
  const log = openLog();
  log.start("t");
  const target = scripted("Thanks.");
  const lookUp = { ...about("look_up"), run: async () => ({ kind: "returned" as const, output: "Order 17 is paid." }) };
  const early = { ...about("early"), run: async () => ({ kind: "returned" as const, output: "Long ago." }) };
  const model = scripted({ calls: [{ tool: "early" }] }, { calls: [{ tool: "look_up" }, { tool: "transfer_to_back" }] });
  const settings = { description: "", instructions: "", toolRoundsMax: 3, afterTools: "prose" as const };
  const front = assistant({ ...settings, name: "Front", model, tools: [lookUp, early], handoffs: ["Back"] });
  const back = assistant({ ...settings, name: "Back", model: target, tools: [], handoffs: [] });
  await log.run(team({ agents: [front, back], nextSpeakers: swarm, limits: maxTurns(2) }));
  const read = target.requests[0]?.messages.map(({ text }) => text).join("\n") ?? "";
  expect(read).toContain("look_up: Order 17 is paid.");
  expect(read).not.toContain("Long ago.");
});

const about = (name: string) => ({ name, description: name, parameters: { type: "object" } });

test("a turn with nothing to add to what its tools gave ends with a notice, and the next agent speaks", async () => {
  const log = openLog();
  log.start("go");
  const first = make({ name: "Clerk", model: scripted({ calls: [{ tool: "t1" }] }, ""), tools: [returns("t1", "noted")] });
  const second = make({ name: "Closer", model: scripted("All noted.") });
  await log.run(team({ agents: [first, second], nextSpeakers: roundRobin, limits: maxTurns(2) }));
  expect(log.events.find((event) => event.type === "turn.ended")).toMatchObject({
    agent: "Clerk",
    reason: "noted",
    notices: [expect.stringContaining("nothing to add")],
    usage: expect.anything() as object,
  });
  expect(log.events.find((event) => event.type === "message.posted" && "agent" in event)).toMatchObject({ agent: "Closer" });
});
