import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { selector } from "../../../src/engine/agents/leaders/selector.ts";
import type { Model, ModelReply } from "../../../src/engine/model.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { MARIA, openLog, says, scripted, team } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const talker = (model: Model) =>
  assistant({ name: "A", description: "", instructions: "", model, tools: [], handoffs: [], toolRoundsMax: 3, afterTools: "prose" });

const FILES = [
  { hash: "a".repeat(64), name: "chart.png", mediaType: "image/png", bytes: 2_000 },
  { hash: "b".repeat(64), name: "data.csv", mediaType: "text/csv", bytes: 90 },
];
const NAMED = "Maria: Look.\n(Posted with it: chart.png, image/png, 2000 bytes; data.csv, text/csv, 90 bytes.)";

test("files that a person posts are named to everybody, and agents are handed the images among them", async () => {
  const log = openLog();
  log.start("the task");
  log.record({ type: "message.posted", person: MARIA, text: "Look.", id: "m9", files: FILES });
  const [model, chooser] = [scripted("I see."), scripted('{"next":"A","reason":"","instruction":"","progress":true}')];
  await log.run(team({ agents: [talker(model)], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(model.requests[0]?.messages[1]).toEqual({ role: "user", text: NAMED, images: FILES.slice(0, 1) });
  const leader = selector({ model: chooser, agents: [says("A"), says("B")], allowRepeats: true, attempts: 1, mayAskHuman: false });
  for await (const _ of leader.turn(turnOn(log.transcript))) continue;
  expect(chooser.requests[0]?.messages[1]?.text).toBe(NAMED);
});

test("an edit leaves what was posted with the words; what was taken back takes its files along", async () => {
  const log = openLog();
  log.start("the task");
  log.record({ type: "message.posted", person: MARIA, text: "Lok.", id: "m9", files: FILES });
  const of = log.events.length;
  log.record({ type: "message.edited", of, id: "m9", person: MARIA, text: "Look.", files: FILES });
  const model = scripted("I see.", "It is gone.");
  const agents = [talker(model)];
  await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(model.requests[0]?.messages[1]).toEqual({ role: "user", text: NAMED, images: FILES.slice(0, 1) });
  log.start("the next task");
  log.record({ type: "message.posted", person: MARIA, text: "And this.", id: "m10", files: FILES });
  log.record({ type: "message.deleted", of: log.events.length, id: "m10", person: MARIA });
  await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(model.requests[1]?.messages.at(-1)).toEqual({ role: "user", text: "Maria: (took this message back)" });
});

/** Gives these replies in order, each after a thought. */
function thinking(...replies: readonly ModelReply[]): Model {
  let calls = 0;
  return {
    name: "smart",
    async *call() {
      yield { type: "reasoning", text: "Let me think." };
      return replies[calls++] ?? { kind: "failure", error: { kind: "unavailable", message: "no reply is left" } };
    },
  };
}
const usage = { inputTokens: 10, outputTokens: 5 };

test("which model spoke, and what it was not given, is in the log with its words and with its calls", async () => {
  const log = openLog();
  log.start("the task");
  const calls = [{ call: "c1", tool: "no_such_tool", args: "{}" }, { call: "c2", tool: "no_such_tool", args: "{}" }]; // prettier-ignore
  const model = thinking(
    { kind: "answer", text: "", toolCalls: calls, usage, model: "fast", notices: ["smart was busy."] },
    { kind: "failure", error: { kind: "context_too_long", message: "too long" }, usage, notices: ["smart takes no seed."] },
    { kind: "answer", text: "Done.", toolCalls: [], usage },
  );
  await log.run(team({ agents: [talker(model)], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  const [first, second] = log.events.filter((event) => event.type === "tool.called");
  expect(first).toMatchObject({ model: "fast", notices: ["smart was busy."] });
  expect(second).not.toHaveProperty("notices");
  expect(log.events.findLast((event) => event.type === "message.posted")).toMatchObject({
    model: "smart",
    notices: ["smart takes no seed.", "The conversation was too long for smart: it was shortened."],
    usage: { calls: 2 },
  });
});

test("thoughts are shown as they come and are no part of what is said", async () => {
  const log = openLog();
  log.start("the task");
  const seen: unknown[] = [];
  const turn = talker(thinking({ kind: "answer", text: "Done.", toolCalls: [], usage })).turn(turnOn(log.transcript));
  for await (const item of turn) seen.push(item);
  expect(seen).toEqual([
    { type: "reasoning.delta", agent: "A", text: "Let me think." },
    { type: "message.posted", agent: "A", text: "Done.", model: "smart", usage },
  ]);
});
