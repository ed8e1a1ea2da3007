import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { messageFilter } from "../../../src/engine/agents/message-filter.ts";
import type { HearingRule } from "../../../src/engine/reading/hearing-rules.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { openLog, says, scripted, team, type ScriptedModel } from "../../support/scripted.ts";

const hearing = (model: ScriptedModel, rules: readonly HearingRule[]) =>
  messageFilter(
    assistant({
      name: "A",
      description: "",
      instructions: "",
      model,
      tools: [],
      handoffs: ["human"],
      toolRoundsMax: 3,
      afterTools: "prose",
    }),
    rules,
  );
const texts = (model: ScriptedModel, call: number) => model.requests[call]?.messages.map((message) => message.text);

test("an agent hears whom its rules name, and of each the first or last words since its own last turn", async () => {
  const log = openLog();
  log.start("the task");
  const model = scripted("a1", "a2", "a3");
  const agents = [
    says("B", "b1", "b2"),
    says("C", "c1", "c2"),
    hearing(model, [{ from: "user" }, { from: "B", take: { which: "last", count: 1 } }]),
  ];
  await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(6) }));
  expect(texts(model, 0)).toEqual(["Maria: the task", "[agent] B: b1"]);
  expect(texts(model, 1)).toEqual(["Maria: the task", "[agent] B: b1", "a1", "[agent] B: b2"]);
});

test("what is heard does not depend on where the process died", async () => {
  const log = openLog();
  log.start("the task");
  const make = (model: ScriptedModel) =>
    team({
      agents: [says("B", "b1", "b2"), hearing(model, [{ from: "B", take: { which: "first", count: 1 } }])],
      nextSpeakers: roundRobin,
      limits: maxTurns(4),
    });
  await log.run(make(scripted("a1")), { until: (event) => event.type === "speaker.selected" && event.agent === "A" && event.seq > 5 });
  const after = scripted("a2");
  await log.run(make(after));
  expect(texts(after, 0)).toEqual(["[agent] B: b1", "a1", "[agent] B: b2"]);
});

test("the answer to its own question is heard, also where people are not", async () => {
  const log = openLog();
  log.start("the task");
  const model = scripted({ calls: [{ tool: "transfer_to_human", args: { question: "Which?" } }] }, "thanks");
  const asking = team({ agents: [hearing(model, [])], nextSpeakers: roundRobin, limits: maxTurns(1) });
  await log.run(asking);
  log.reply("the blue one");
  await log.run(asking);
  expect(texts(model, 1)?.at(-1)).toBe("Maria: the blue one");
});
