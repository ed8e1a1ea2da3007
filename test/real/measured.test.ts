import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { measure, type Played, table, turnsIn } from "./measured.ts";
import { tableOf } from "./suite.ts";

const usage = { inputTokens: 10, outputTokens: 5, cachedTokens: 0 };
const run = (door: string, bodies: readonly EventBody[], log = ""): Played => ({
  door,
  team: "research",
  log,
  ms: 6_000,
  events: bodies.map((body, at): RunEvent => ({ ...body, seq: at + 1, at: "2026-11-28T12:00:00.000Z" })),
});

const PLAYED = [
  run(
    "server, Chat Completions",
    [
      { type: "speaker.selected", agent: "Writer", by: "selector", usage: { ...usage, calls: 2 } },
      { type: "message.posted", agent: "Writer", text: "Blue", model: "m", usage, notices: ["m: cut off; raise outputTokensMax."] },
      { type: "speaker.selected", agent: "Researcher", by: "fallback", usage: { ...usage, calls: 3 } },
      { type: "tool.called", agent: "Researcher", call: "a", tool: "remember", args: "{}" },
      { type: "tool.returned", agent: "Researcher", call: "a", tool: "remember", output: "ok" },
      { type: "tool.called", agent: "Researcher", call: "b", tool: "remember", args: "{" },
      { type: "tool.failed", agent: "Researcher", call: "b", tool: "remember", error: { kind: "bad_args", message: "no JSON" } },
      { type: "turn.failed", agent: "Researcher", error: { kind: "bad_answer", message: "x" } },
      { type: "message.posted", agent: "Runner", text: "5" },
      {
        type: "run.stopped",
        run: "r",
        outcome: "done",
        reason: "x",
        reasons: [{ kind: "textMention", text: "TERMINATE", agent: "Writer" }],
      },
    ],
    "model openai-compatible http://127.0.0.1:1/v1 m: takes no seed: it was left out. Remembered for 30 days.\nother",
  ),
  run("LiteLLM, Messages", [{ type: "message.posted", agent: "Writer", text: "Blue", model: "m", usage }]),
];

test("what came of the runs is counted by door, and turns are those in which a model was asked", () => {
  expect(turnsIn(PLAYED)).toBe(3);
  expect(measure(PLAYED).get("server, Chat Completions")).toEqual({
    runs: 1,
    turns: 2,
    choices: 2,
    validChoices: 1,
    askedAgain: 2,
    fallbacks: 1,
    calls: 2,
    callsRun: 1,
    blocks: 0,
    blocksRun: 0,
    cut: 1,
    ms: 6_000,
    concessions: new Set(["takes no seed: it was left out."]),
    failures: new Map([["bad_answer", 1]]),
    ends: new Map([["textMention", 1]]),
  });
});

test("the table has a row for each door, and one for all", () => {
  const rows = table(PLAYED).split("\n");
  expect(rows).toHaveLength(5);
  expect(rows[2]).toContain("| 1 of 2 | 2 | 1 | 1 of 2 | 0 of 0 | 1 | takes no seed: it was left out. | bad_answer 1 | textMention 1 |");
  expect(rows[4]).toMatch(/^\| all \| 2 \| 3 \| 4\.0 \|/);
});

test("the suite's table tells doors apart, and what was not asked", () => {
  const one = (name: string, title: string, status: string) => ({ ancestorTitles: [`${name}, as a model`], title, status });
  const report = {
    testResults: [{ assertionResults: [one("a", "speaks", "passed"), one("b", "speaks", "failed"), one("b", "stops", "passed")] }],
  };
  const doors = ["a", "b"].map((name) => ({ name, settings: { provider: "anthropic" as const, model: "m" } }));
  expect(tableOf(report, doors).split("\n").slice(2)).toEqual(["| speaks | yes | no |", "| stops | not asked | yes |"]);
});
