import { expect, test } from "vitest";
import { agentAsTool } from "../../src/engine/agents/as-tool.ts";
import { assistant, type AssistantSettings } from "../../src/engine/agents/assistant.ts";
import { subTeam } from "../../src/engine/agents/sub-team.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { CallOrigin, Tool } from "../../src/engine/tool.ts";
import { MARIA, never, openLog, scripted, team } from "../support/scripted.ts";

const agent = (settings: Pick<AssistantSettings, "name" | "model"> & Partial<AssistantSettings>) =>
  assistant({ description: "", instructions: "", tools: [], handoffs: [], toolRoundsMax: 5, afterTools: "prose", ...settings });

/** A tool that notes from where and with what it was called. */
function recorder(name: string) {
  const calls: { readonly args: unknown; readonly origin: CallOrigin | undefined }[] = [];
  const tool: Tool = {
    name,
    description: "",
    parameters: {},
    async run(args, _signal, origin) {
      calls.push({ args, origin });
      return { kind: "returned", output: `note ${calls.length}` };
    },
  };
  return { tool, calls };
}

const solo = (one: ReturnType<typeof agent>, turns = 1) => team({ agents: [one], nextSpeakers: roundRobin, limits: maxTurns(turns) });

test("a tool is told who calls it, in which run, and on whose words; the same after a crash before its result", async () => {
  const log = openLog();
  log.start("keep this");
  log.record({ type: "message.posted", person: { id: "U0JONAS", name: "Jonas" }, text: "and this" });
  const { tool, calls } = recorder("keep");
  const model = scripted({ calls: [{ tool: "keep", args: { text: "x" } }] }, "Kept.");
  const run = () => solo(agent({ name: "A", model, tools: [tool] }));
  await log.run(run(), { until: (event) => event.type === "tool.called" });
  await log.run(run(), { until: (event) => event.type === "tool.called" });
  await log.run(run());
  const askedBy = { id: "U0JONAS", name: "Jonas" };
  const expected = { args: { text: "x" }, origin: { run: "r1", agent: "A", call: "c1-0", askedBy, tell: expect.any(Function) as unknown } };
  expect(calls).toEqual(calls.map(() => expected));
  expect(log.said().at(-1)).toBe("A: Kept.");
});

test("behind a tool and inside a team, equal calls at different times have different origins, and the person is still known", async () => {
  const { tool, calls } = recorder("keep");
  const calling = () => scripted({ calls: [{ tool: "keep" }] }, "Kept.", { calls: [{ tool: "keep" }] }, "Kept again.");
  const expert = () =>
    agentAsTool(
      assistant({ name: "E", description: "", instructions: "", model: scripted({ calls: [{ tool: "keep" }] }, "Kept."), tools: [tool], handoffs: [], toolRoundsMax: 2, afterTools: "prose" }),
      never,
      { name: "expert", description: "" },
    ); // prettier-ignore
  for (let time = 0; time < 2; time++) {
    const log = openLog();
    log.start("first");
    const model = scripted({ calls: [{ tool: "expert", args: { task: `${time}` } }] }, "Done.");
    if (time === 1) log.reply("once more");
    await log.run(solo(agent({ name: `A${time}`, model, tools: [expert()] })));
  }
  const log = openLog();
  log.start("inside");
  const inner = team({ agents: [agent({ name: "B", model: calling(), tools: [tool] })], nextSpeakers: roundRobin, limits: maxTurns(1) });
  const crowd = subTeam({ name: "Crowd", description: "", team: inner, voice: "members" });
  await log.run(team({ agents: [crowd], nextSpeakers: roundRobin, limits: maxTurns(2) }));
  expect(calls.map(({ origin }) => origin?.askedBy)).toEqual([MARIA, MARIA, MARIA, MARIA]);
  const keys = calls.map(({ origin }) => `${origin?.run} ${origin?.agent} ${origin?.call}`);
  expect(keys.slice(0, 2)).toEqual(['r1/A0/c1-0 E ["keep","{}",1]', 'r1/A1/c1-0 E ["keep","{}",1]']);
  expect(new Set(keys).size).toBe(4);
});

test("an agent that recalls first does so once a run, by rule: it is in the log, costs no reply and no round of tools", async () => {
  const log = openLog();
  log.start("where do we deploy?");
  const { tool, calls } = recorder("recall");
  const model = scripted({ calls: [{ tool: "recall", args: { query: "servers" } }] }, "In Oslo.", "As I said.", "Again: Oslo.");
  const one = () => agent({ name: "A", model, tools: [tool], recallsFirst: true, toolRoundsMax: 1 });
  await log.run(solo(one(), 2));
  expect(calls.map(({ args }) => args)).toEqual([{ query: "where do we deploy?" }, { query: "servers" }]);
  expect(model.requests[0]?.messages).toMatchObject([
    { role: "user", text: "Maria: where do we deploy?" },
    { role: "assistant", toolCalls: [{ tool: "recall" }] },
    { role: "tool", tool: "recall", text: "[output] note 1" },
  ]);
  // The call of its own was the one round it has: then it had to answer.
  expect(model.requests.map(({ tools }) => tools.length)).toEqual([1, 0, 1]);
  expect(model.requests.map(({ nth }) => nth)).toEqual([0, 1, 2]);
  expect(log.stopped()?.reason).toContain("2 turns");

  log.start("and now?");
  await log.run(solo(one(), 1));
  expect(calls.map(({ args }) => args)).toEqual([{ query: "where do we deploy?" }, { query: "servers" }, { query: "and now?" }]);
});

test("broken off at any event, an agent that recalls first goes on to the same log", async () => {
  const make = () => {
    const model = scripted({ calls: [{ tool: "recall", args: { query: "more" } }] }, "Done.");
    const { tool } = recorder("recall");
    return { model, tool };
  };
  const play = async (cutAt: number) => {
    const log = openLog();
    log.start("task");
    const { model } = make();
    const quiet: Tool = {
      name: "recall",
      description: "",
      parameters: {},
      run: async (args) => ({ kind: "returned", output: JSON.stringify(args) }),
    };
    const run = () => solo(agent({ name: "A", model, tools: [quiet], recallsFirst: true }));
    await log.run(run(), { until: (event) => event.seq === cutAt });
    await log.run(run());
    return log.events;
  };
  const whole = await play(0);
  expect(whole.map(({ type }) => type)).toEqual([
    "run.started", "message.posted", "speaker.selected", "tool.called", "tool.returned", "tool.called", "tool.returned", "message.posted", "run.stopped",
  ]); // prettier-ignore
  for (let seq = 3; seq < whole.length; seq++) expect(await play(seq)).toEqual(whole);
});

test("without the tool there is nothing to recall with", async () => {
  const log = openLog();
  log.start("task");
  await log.run(solo(agent({ name: "A", model: scripted("Hello."), recallsFirst: true })));
  expect(log.events.some((event) => event.type === "tool.called")).toBe(false);
});
