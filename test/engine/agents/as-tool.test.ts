import { expect, test } from "vitest";
import { agentAsTool, teamAsTool } from "../../../src/engine/agents/as-tool.ts";
import { assistant, type AssistantSettings } from "../../../src/engine/agents/assistant.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { tokens } from "../../../src/engine/stops/tokens.ts";
import { currentRun, repliesGiven } from "../../../src/engine/reading/transcript.ts";
import { never, openLog, says, scripted, team } from "../../support/scripted.ts";
import { aside } from "../../support/turn.ts";

const agent = (settings: Pick<AssistantSettings, "name" | "model"> & Partial<AssistantSettings>) =>
  assistant({ description: "", instructions: "", tools: [], handoffs: [], toolRoundsMax: 5, afterTools: "prose", ...settings });
const about = { name: "expert", description: "Knows." };

test("an agent as a tool answers with its last words, and the caller's run pays for its calls", async () => {
  const log = openLog();
  log.start("ask the expert");
  const inner = scripted("It is 42.");
  const outer = scripted({ calls: [{ tool: "expert", args: { task: "What is it?" } }] }, "The expert says 42.");
  const expert = agentAsTool(agent({ name: "Expert", model: inner }), never, about);
  await log.run(team({ agents: [agent({ name: "A", model: outer, tools: [expert] })], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(inner.requests[0]?.messages.map((message) => message.text)).toEqual(["[task] What is it?"]);
  expect(log.events.find((event) => event.type === "tool.returned")).toMatchObject({
    output: "It is 42.",
    usage: { calls: 1, inputTokens: 10 },
  });
  expect(currentRun(log.transcript).usage).toMatchObject({ calls: 3, inputTokens: 30 });
  expect(repliesGiven(log.transcript, "A")).toBe(2);
});

test("a team as a tool talks until its goal, and starts from nothing each time", async () => {
  const panel = () =>
    team({
      agents: [says("X", "first", "DONE: seven"), says("Y", "second")],
      nextSpeakers: roundRobin,
      stopWhen: textMention("DONE", undefined, "anywhere"),
    });
  const tool = teamAsTool(panel(), about);
  for (let call = 0; call < 2; call++)
    expect(await tool.run({ task: "count" }, aside())).toEqual({ kind: "returned", output: "DONE: seven" });
});

test("what cannot be had is a failed result that says why: no task, a question to a person, a model that is away, a limit of tokens", async () => {
  const tool = (model: ReturnType<typeof scripted>, limit = never as ReturnType<typeof maxTurns>) =>
    agentAsTool(agent({ name: "Expert", model, handoffs: ["human"], tools: [] }), limit, about);
  expect(await tool(scripted()).run({}, aside())).toMatchObject({ kind: "failed", error: { kind: "bad_arguments" } });
  const asks = scripted({ calls: [{ tool: "transfer_to_human", args: { question: "Which one?" } }] });
  expect(await tool(asks).run({ task: "t" }, aside())).toMatchObject({
    kind: "failed",
    error: { kind: "needs_person", message: expect.stringContaining("Which one?") },
    usage: { calls: 1 },
  });
  const away = scripted({ fails: { kind: "failure", error: { kind: "overloaded", message: "busy" } } });
  expect(await tool(away).run({ task: "t" }, aside())).toMatchObject({
    kind: "failed",
    error: { message: expect.stringContaining("busy") },
  });
  const dear = scripted({ calls: [{ tool: "nothing" }] });
  expect(await tool(dear, tokens({ total: 5 })).run({ task: "t" }, aside())).toMatchObject({
    kind: "failed",
    error: { message: expect.stringContaining("used 15 tokens, the limit is 5") },
  });
});

test("aborted, it ends at once", async () => {
  const stop = new AbortController();
  const running = agentAsTool(agent({ name: "Expert", model: scripted("hang") }), never, about).run({ task: "t" }, aside(stop.signal));
  stop.abort();
  expect(await running).toMatchObject({ kind: "failed", error: { kind: "aborted" } });
});
