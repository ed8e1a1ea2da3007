import { expect, test } from "vitest";
import type { CodeRun } from "../../../src/engine/agents/code/run-block.ts";
import { coder } from "../../../src/engine/agents/code/coder.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { MARIA, openLog, scripted, team, type Scripted } from "../../support/scripted.ts";

const F = "```";
const block = (code: string, language = "sh") => `${F}${language}\n${code}\n${F}`;

/** `outcomes`: of each run, in order; `ok` when there are no more. */
async function coding(replies: readonly Scripted[], outcomes: readonly CodeRun["outcome"][] = [], before: readonly EventBody[] = []) {
  const log = openLog();
  log.start("count");
  log.record(...before);
  const ran: string[] = [];
  const model = scripted(...replies);
  const agent = coder({
    name: "Coder",
    description: "",
    instructions: "You code.",
    model,
    languages: ["sh"],
    retriesMax: 1,
    async run({ code }) {
      ran.push(code.trim());
      const outcome = outcomes[ran.length - 1] ?? "ok";
      return { outcome, exitCode: outcome === "ok" ? 0 : 2, output: `out ${ran.length}`, elapsedMs: 1, executor: "x", files: [] };
    },
  });
  await log.run(team({ agents: [agent], nextSpeakers: roundRobin, limits: maxTurns(before.length === 0 ? 1 : 2) }));
  const types = log.events.slice(2 + before.length).map(({ type }) => type);
  return { log, model, ran, types, asked: model.requests.map(({ messages }) => messages.at(-1)?.text) };
}
const ENDS = ["message.posted", "run.stopped"];

test("a reply without code that it can run is its answer", async () => {
  const { types, ran, log } = await coding([`In words, and ${block("x = 1", "python")}`]);
  expect([types, ran]).toEqual([["speaker.selected", ...ENDS], []]);
  expect(log.said().at(-1)).toContain("Coder: In words");
});

test("its code is run block by block, and then it says what came of it, having read that", async () => {
  const { types, ran, asked, model } = await coding([`${block("one")}\n${block("two")}`, "Both ran."]);
  expect(ran).toEqual(["one", "two"]);
  expect(types).toEqual(["speaker.selected", "code.written", "code.ran", "code.ran", ...ENDS]);
  expect(asked).toEqual(["Maria: count", "Say in words what came of it, for the others."]);
  expect(model.requests[1]?.messages.map(({ role, text }) => `${role}: ${text.split("\n")[0]}`)).toEqual([
    "user: Maria: count",
    `assistant: ${F}sh`,
    "user: [code output] exit code 0: out 1",
    "user: [code output] exit code 0: out 2",
    "user: Say in words what came of it, for the others.",
  ]);
  expect(model.requests.map(({ answer }) => answer?.name)).toEqual([undefined, undefined]);
});

test("behind a failure the rest is not run; asked as JSON, it writes anew where it wants to, as often as it may", async () => {
  const again = await coding(
    [`${block("one")}\n${block("two")}`, '{"reason":"typo","retry" : true}', block("three"), "Done."],
    ["error", "ok"],
  );
  expect(again.ran).toEqual(["one", "three"]);
  expect(again.types).toEqual(["speaker.selected", "code.written", "code.ran", "code.written", "code.written", "code.ran", ...ENDS]);
  expect(again.asked[1]).toBe("The code failed. Should you write it anew? Answer as JSON.");
  expect(again.asked[2]).toBe("Write the code, in fenced blocks.");
  expect(again.model.requests.map(({ answer }) => answer?.name)).toEqual([undefined, "retry", undefined, undefined]);
  expect(again.model.requests[1]?.answer?.schema).toMatchObject({ required: ["reason", "retry"], additionalProperties: false });
  const twice = await coding([block("one"), '{"reason":"","retry":true}', block("two"), "I give up."], ["error", "timeout"]);
  expect(twice.ran).toEqual(["one", "two"]);
  expect(twice.log.said().at(-1)).toBe("Coder: I give up.");
});

test("where it does not want to it explains", async () => {
  for (const no of ['{"reason":"","retry":false}', "No."]) {
    const { ran, asked, types } = await coding([block("one"), no, "It cannot be."], ["error"]);
    expect([ran, asked.at(-1)]).toEqual([["one"], "Say in words what came of it, for the others."]);
    expect(types).toEqual(["speaker.selected", "code.written", "code.ran", "code.written", ...ENDS]);
  }
});

test("a model that fails ends its turn, before and after its code", async () => {
  const failure = { fails: { kind: "failure", error: { kind: "quota", message: "No credit." } } } as const;
  expect((await coding([failure])).types).toEqual(["speaker.selected", "turn.failed", "run.stopped"]);
  expect((await coding([block("one"), failure])).types).toEqual([
    "speaker.selected",
    "code.written",
    "code.ran",
    "turn.failed",
    "run.stopped",
  ]);
});

test("it reads the code of its earlier turns and what a person made of it; others' code is their words", async () => {
  const source = { seq: 4, block: 0 };
  const ran = { type: "code.ran", agent: "Coder", source, language: "sh", exitCode: 0, elapsedMs: 1, executor: "x", files: [] } as const;
  const { model } = await coding(
    ["Fine."],
    [],
    [
      { type: "speaker.selected", agent: "Coder", by: "policy" },
      { type: "code.written", agent: "Coder", text: block("old") },
      { ...ran, outcome: "ok", output: "old out", changed: { person: MARIA, code: "new" } },
      { ...ran, outcome: "rejected", output: "Maria said no." },
      { type: "message.posted", agent: "Coder", text: "Said." },
      { type: "code.written", agent: "Other", text: block("theirs") },
      { ...ran, agent: "Other", outcome: "ok", output: "their out" },
      { type: "message.posted", person: MARIA, text: "go on", id: "m9" },
    ],
  );
  expect(model.requests[0]?.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
    "user: Maria: count",
    `assistant: ${block("old")}`,
    "user: A person changed the code before it ran. What ran:\n[person's change] Maria: new",
    "user: [code output] exit code 0: old out",
    "user: [not run] Maria said no.",
    "assistant: Said.",
    "user: Maria: go on",
  ]);
});
