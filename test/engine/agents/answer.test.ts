import { expect, test } from "vitest";
import { assistant, type AssistantSettings } from "../../../src/engine/agents/assistant.ts";
import { mismatch } from "../../../src/engine/json-schema.ts";
import type { AnswerSpec, JsonSchema } from "../../../src/engine/model.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { openLog, scripted, team } from "../../support/scripted.ts";

const VERDICT: AnswerSpec = {
  name: "verdict",
  schema: {
    type: "object",
    properties: { ok: { type: "boolean" }, points: { type: "array", items: { type: "integer" } } },
    required: ["ok", "points"],
    additionalProperties: false,
  },
};
const judge = (settings: Pick<AssistantSettings, "model"> & Partial<AssistantSettings>) =>
  team({
    agents: [
      assistant({
        name: "J",
        description: "",
        instructions: "",
        tools: [],
        handoffs: [],
        toolRoundsMax: 3,
        afterTools: "prose",
        answer: VERDICT,
        ...settings,
      }),
    ],
    nextSpeakers: roundRobin,
    limits: maxTurns(1),
  });

test("an answer by schema is asked for, checked, and posted as JSON without its fence", async () => {
  const log = openLog();
  log.start("judge");
  const model = scripted('```json\n{"ok": true, "points": [1]}\n```');
  await log.run(judge({ model }));
  expect(model.requests[0]?.answer).toEqual(VERDICT);
  expect(log.said().at(-1)).toBe('J: {"ok": true, "points": [1]}');
});

test("what does not fit is sent back once with what is wrong, and both calls are paid for", async () => {
  const log = openLog();
  log.start("judge");
  const model = scripted('{"ok": "yes", "points": []}', '{"ok": true, "points": []}');
  await log.run(judge({ model }));
  expect(model.requests[1]?.messages.slice(-2)).toMatchObject([
    { role: "assistant", text: '{"ok": "yes", "points": []}' },
    { role: "user", text: '"ok" must be of type boolean, not "yes". Answer again, as JSON alone.' },
  ]);
  expect(model.requests.map((request) => request.nth)).toEqual([0, 1]);
  expect(currentRun(log.transcript).usage.calls).toBe(2);
});

test("an answer that does not fit twice is a failed turn that says why", async () => {
  const log = openLog();
  log.start("judge");
  await log.run(judge({ model: scripted("no idea", "{broken") }));
  expect(log.stopped()).toMatchObject({
    outcome: "failed",
    reason: expect.stringContaining('The answer does not fit "verdict": That held no JSON object.'),
  });
});

test("with tools it works first, in words, and then gives the answer", async () => {
  const log = openLog();
  log.start("judge");
  const look: Tool = { name: "look", description: "", parameters: {}, run: async () => ({ kind: "returned", output: "seen" }) };
  const model = scripted({ calls: [{ tool: "look" }] }, "It is fine.", '{"ok": true, "points": [3]}');
  await log.run(judge({ model, tools: [look] }));
  expect(model.requests.map((request) => [request.tools.length, request.answer?.name])).toEqual([
    [1, undefined],
    [1, undefined],
    [0, "verdict"],
  ]);
  expect(log.said().at(-1)).toBe('J: {"ok": true, "points": [3]}');
});

test.each<[string, JsonSchema, unknown, string | undefined]>([
  ["fits", VERDICT.schema, { ok: true, points: [1, 2] }, undefined],
  ["a missing key", VERDICT.schema, { ok: true }, 'the answer lacks "points".'],
  ["an unknown key", VERDICT.schema, { ok: true, points: [], more: 1 }, 'the answer may not have "more".'],
  ["an item", VERDICT.schema, { ok: true, points: [1, 1.5] }, '"points"[1] must be of type integer, not 1.5.'],
  ["a list for an object", VERDICT.schema, [], "the answer must be of type object, not []."],
  ["a choice", { enum: ["a", "b"] }, "c", 'the answer must be one of ["a","b"], not "c".'],
  ["a key of every object", { type: "object", required: ["toString"] }, {}, 'the answer lacks "toString".'],
])("schema: %s", (_title, schema, value, trouble) => {
  expect(mismatch(schema, value)).toBe(trouble);
});
