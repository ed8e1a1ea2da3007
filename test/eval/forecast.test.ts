import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { Report } from "../../src/eval/eval-room.ts";
import { parley } from "../cli/here.ts";
import { folderWith } from "../config/team-files.ts";

const CASES = 240;

/** Answers at once, and costs what the kind of its task costs, more or less, by a seed. */
const MODEL = `import { defineModel } from "@parley-team/parley";
import { createHash } from "node:crypto";
const KINDS = [["add", 0.01, 0.2], ["review", 0.2, 0.5], ["plan", 1.5, 0.9]];
export const told = defineModel({
  name: "told",
  reply: async ({ messages }) => {
    const words = messages.map(({ text }) => text).join(" ");
    const [, usd, spread] = KINDS.find(([word]) => words.includes(word));
    const bytes = createHash("sha256").update("7 " + /no\\. (\\d+)/.exec(words)[1]).digest();
    const [one, other] = [0, 4].map((at) => (bytes.readUInt32BE(at) + 1) / (2 ** 32 + 1));
    const normal = Math.sqrt(-2 * Math.log(one)) * Math.cos(2 * Math.PI * other);
    return { text: "The answer is 1.", usage: { inputTokens: 90, outputTokens: 10, usd: usd * Math.exp(spread * normal) } };
  },
});
`;

test("an evaluation says how often what it was to cost came true: in four of five of 200 runs that were not seen, of tasks whose cost differs", async () => {
  const kinds = ["add up the column of figures, no.", "review the clause of the contract, no.", "plan the move of the warehouse, no."];
  const cases = Array.from({ length: CASES }, (_, index) => ({
    id: `c${index}`,
    input: `${kinds[(index * 7) % 3]} ${index}`,
    expected: 1,
  }));
  const cwd = folderWith({
    "parley.yml": `extensions: [./model.ts]\nmodels: { a: { provider: told } }\nteams:\n  a:\n    description: Answers.\n    speakers: { policy: round-robin }\n    agents: [{ name: A, model: a, description: Answers. }]\n    stop: { maxMessages: 2 }\n    limits: { usd: 1000 }\n    summaryFromTurns: never\n`,
    "model.ts": MODEL,
    "suite.yml": stringify({ cases, teams: ["a"], score: [{ kind: "number" }], concurrency: 1 }),
  });
  const { code, out, err } = await parley(["eval", "suite.yml", "--json"], { cwd });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { forecasts } = JSON.parse(out) as Report;
  const [{ team, usd, seconds } = {}] = forecasts;
  console.log(`seed 7: the band of what it costs held in ${usd?.runs} runs, ${((usd?.held ?? 0) * 100).toFixed(1)} %`);
  expect(team).toBe("a");
  expect(usd?.runs).toBeGreaterThanOrEqual(200);
  expect(seconds?.runs).toBe(usd?.runs);
  expect(usd?.held).toBeGreaterThanOrEqual(0.75);
  expect(usd?.held).toBeLessThanOrEqual(0.85);
  const shown = await parley(["eval", "show"], { cwd });
  expect(shown.out).toMatch(/Forecasts that held \(of 80% bands\)\nteam +runs +cost +time\na +2\d\d +(?:7|8)\d\.\d%/);
});
