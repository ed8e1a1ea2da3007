import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxMessages } from "../../../src/engine/stops/max-messages.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { tokens } from "../../../src/engine/stops/tokens.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { currentRun, isWaiting } from "../../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team } from "../../support/scripted.ts";

test("agents take turns until the stop word, and the log says why it ended", async () => {
  const log = openLog();
  log.start("Print hello");
  await log.run(
    team({
      agents: [says("Coder", "here it is", "TERMINATE"), says("Critic", "looks good")],
      nextSpeakers: roundRobin,
      stopWhen: textMention("TERMINATE"),
    }),
  );
  expect(log.said()).toEqual(["Maria: Print hello", "Coder: here it is", "Critic: looks good", "Coder: TERMINATE"]);
  expect(log.stopped()).toMatchObject({ outcome: "done", reason: 'Coder said "TERMINATE"', reasons: [{ kind: "textMention" }] });
  expect(currentRun(log.transcript)).toMatchObject({ running: false, turns: 3 });
});

test("a stop word in a person's task does not end the run", async () => {
  const log = openLog();
  log.start("Say DONE when finished");
  await log.run(team({ agents: [says("A", "working", "DONE"), says("B", "ok")], nextSpeakers: roundRobin, stopWhen: textMention("DONE") }));
  expect(log.said().at(-1)).toBe("A: DONE");
});

test("a second run goes on with the next speaker and fresh counters", async () => {
  const log = openLog();
  const four = team({ agents: ["a1", "a2", "a3", "a4"].map((name) => says(name)), nextSpeakers: roundRobin, stopWhen: maxMessages(3) });
  log.start("t");
  await log.run(four);
  log.start("again");
  await log.run(four);
  expect(log.said().map((line) => line.split(":")[0])).toEqual(["Maria", "a1", "a2", "Maria", "a3", "a4"]);
});

test("a turn that was broken off is taken up again by the same agent, without a second selection", async () => {
  const log = openLog();
  log.start("t");
  const two = () => team({ agents: [says("A", "a1"), says("B", "b1")], nextSpeakers: roundRobin, limits: maxTurns(2) });
  await log.run(two(), { until: (event) => event.type === "speaker.selected" && event.agent === "B" });
  await log.run(two());
  expect(log.said()).toEqual(["Maria: t", "A: a1", "B: b1"]);
  expect(log.events.filter((event) => event.type === "speaker.selected")).toHaveLength(2);
});

test("any prefix of a log goes on to the same log", async () => {
  const make = () =>
    team({ agents: [says("A", "1", "2"), says("B", "3", "STOP")], nextSpeakers: roundRobin, stopWhen: textMention("STOP") });
  const whole = openLog();
  whole.start("t");
  await whole.run(make());
  for (let length = 2; length < whole.events.length; length++) {
    const cut = openLog();
    cut.start("t");
    await cut.run(make(), { until: (event) => event.seq === length });
    await cut.run(make());
    expect(cut.events).toEqual(whole.events);
  }
});

test("a limit is checked after every event: a turn is left before its next model call", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted({ calls: [{ tool: "look" }] }, "never asked");
  const tool = { name: "look", description: "", parameters: {}, run: async () => ({ kind: "returned", output: "x" }) as const };
  const agent = assistant({
    name: "A",
    description: "",
    instructions: "",
    model,
    tools: [tool],
    handoffs: [],
    toolRoundsMax: 5,
    afterTools: "prose",
  });
  await log.run(team({ agents: [agent], nextSpeakers: roundRobin, limits: tokens({ total: 15 }) }));
  expect(model.requests).toHaveLength(1);
  expect(log.stopped()).toMatchObject({ outcome: "limit", reasons: [{ kind: "tokens", total: 15, limit: 15 }] });
});

test("a goal that is reached together with a limit is the reason that is told", async () => {
  const log = openLog();
  log.start("t");
  await log.run(team({ agents: [says("A", "DONE")], nextSpeakers: roundRobin, stopWhen: textMention("DONE"), limits: maxTurns(1) }));
  expect(log.stopped()).toMatchObject({ outcome: "done" });
});

test("a question to a person parks the conversation, and the answer goes to the agent that asked", async () => {
  const log = openLog();
  log.start("when is the demo?");
  const model = scripted(
    { calls: [{ tool: "transfer_to_human", args: { question: "Which day?", options: ["Thursday", "Friday"] } }] },
    "Friday it is. DONE",
  );
  const asker = assistant({
    name: "Asker",
    description: "",
    instructions: "",
    model,
    tools: [],
    handoffs: ["human"],
    toolRoundsMax: 1,
    afterTools: "prose",
  });
  const asking = team({ agents: [asker, says("Other", "not me")], nextSpeakers: roundRobin, stopWhen: textMention("DONE") });
  await log.run(asking);
  expect(isWaiting(log.transcript)).toBe(true);
  expect(currentRun(log.transcript).questions[0]).toMatchObject({ agent: "Asker", text: "Which day?", options: ["Thursday", "Friday"] });
  const parked = log.events.length;
  await log.run(asking);
  expect(log.events).toHaveLength(parked);
  log.reply("Friday");
  await log.run(asking);
  expect(log.said().slice(-2)).toEqual(["Maria: Friday", "Asker: Friday it is. DONE"]);
  expect(model.requests[1]?.messages.map((message) => `${message.role}: ${message.text}`)).toEqual([
    "user: Maria: when is the demo?",
    "assistant: ",
    "tool: [output] The question was handed to a person; the answer follows.",
    "user: Maria: Friday",
  ]);
});

test("a model that fails ends the run with its reason, not with silence", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted({
    fails: { kind: "failure", error: { kind: "bad_key", message: "The key was refused. Set ANTHROPIC_API_KEY." } },
  });
  await log.run(
    team({
      agents: [
        assistant({ name: "A", description: "", instructions: "", model, tools: [], handoffs: [], toolRoundsMax: 1, afterTools: "prose" }),
      ],
      nextSpeakers: roundRobin,
    }),
  );
  expect(log.stopped()).toMatchObject({ outcome: "failed", reason: "A could not answer: The key was refused. Set ANTHROPIC_API_KEY." });
});

test("stopping in the middle of a call leaves no word of the turn", async () => {
  const log = openLog();
  log.start("t");
  const stop = new AbortController();
  const agent = assistant({
    name: "A",
    description: "",
    instructions: "",
    model: scripted("hang"),
    tools: [],
    handoffs: [],
    toolRoundsMax: 1,
    afterTools: "prose",
  });
  const running = log.run(team({ agents: [agent], nextSpeakers: roundRobin }), { signal: stop.signal });
  stop.abort();
  await running;
  expect(log.events.map((event) => event.type)).toEqual(["run.started", "message.posted", "speaker.selected"]);
});

test("a turn that records nothing is a bug, and is said to be one", async () => {
  const log = openLog();
  log.start("t");
  const mute: Agent = { name: "Mute", description: "", async *turn() {} };
  await expect(log.run(team({ agents: [mute], nextSpeakers: roundRobin }))).rejects.toThrow(
    "the turn of Mute ended and the log has not grown",
  );
});

test("time spent waiting for a person does not count", async () => {
  const log = openLog(60_000);
  log.start("t");
  log.record({ type: "handoff.made", agent: "A", to: "human", text: "?" }, { type: "run.resumed", run: "r1" });
  expect(currentRun(log.transcript).elapsedMs).toBe(120_000);
  log.reply("an hour later");
  expect(currentRun(log.transcript).elapsedMs).toBe(120_000);
});
