import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Report } from "../../src/eval/eval-room.ts";
import { parley } from "../cli/here.ts";
import { folderWith } from "../config/team-files.ts";

/**
 * A folder with teams `a` and `b` of one agent each, whose n-th answer to a case is the n-th that the task names for it (`a=7/8 b=9`), and costs a
 * dollar for each thousand tokens. `twice` is `a` that speaks two times. `calls.log`: which calls were made, of all processes of one folder. As long as there is
 * a file `broken-judge`, the judge `j` says nothing that can be used.
 */
export function folderOfTeams(evaluation: object, more: { readonly [name: string]: string } = {}): string {
  const team = (name: string, handoffs = "") =>
    `  ${name}:\n    description: Answers.\n    speakers: { policy: round-robin }\n    agents: [{ name: ${name.toUpperCase()}, model: ${name}, description: Answers.${handoffs} }]\n    stop: { maxMessages: 2 }\n    summaryFromTurns: never\n`;
  return folderWith({
    "parley.yml": `extensions: [./model.ts]\nmodels:\n  a: { provider: told }\n  b: { provider: told }\n  j: { provider: told }\nteams:\n${team("a")}${team("b")}${team("asks", ", handoffs: [human]").replace("maxMessages: 2", "maxMessages: 4").replace("model: asks,", "model: a,")}${team("twice").replace("maxMessages: 2", "maxMessages: 3").replace("name: TWICE, model: twice", "name: A, model: a")}`,
    "model.ts": MODEL,
    "suite.yml": stringify(evaluation),
    ...more,
  });
}

export const CASES = [
  { id: "one", input: "case one a=7/7 b=7/8", expected: 7 },
  { id: "two", input: "case two a=7/8 b=8/8", expected: 8 },
  { id: "three", input: "case three a=3/3 b=1/2", expected: 3 },
  { id: "four", input: "case four a=1/1 b=4/4", expected: 4 },
];
export const SUITE = { cases: CASES, teams: ["a", "b"], score: [{ kind: "number" }], repeats: 2, concurrency: 1 };

/** Has it, or goes on with it. */
export const evaluated = async (cwd: string, ...more: readonly string[]) => {
  const { code, out, err } = await parley(["eval", "suite.yml", "--json", ...more], { cwd });
  return { code, err, report: out.trim() === "" ? undefined : (JSON.parse(out) as Report) };
};
/** Which calls of agents were made, of all processes of this folder. */
export const callsIn = (cwd: string) => readFileSync(join(cwd, "calls.log"), "utf8").trim().split("\n");

const MODEL = `import { appendFileSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { defineModel, defineScorer, z } from "@parley-team/parley";

export const even = defineScorer({
  name: "even",
  schema: z.object({ of: z.number() }),
  score({ answer, expected }, { of }) {
    const found = Number(/\\d+/.exec(answer)?.[0]);
    if (found === 1) throw new Error("one is odd");
    return { passed: found % of === 0, why: found + " for " + String(expected) };
  },
});

const CALLS = join(import.meta.dirname, "calls.log");
const before = new Map();
for (const line of existsSync(CALLS) ? readFileSync(CALLS, "utf8").split("\\n") : []) if (line) before.set(line, (before.get(line) ?? 0) + 1);

export const told = defineModel({
  name: "told",
  reply: async ({ agent, messages, answer }, { signal }) => {
    const words = messages.map(({ text }) => text).join("\\n");
    const usage = { inputTokens: 900, outputTokens: 100, usd: 0.25 };
    if (answer && existsSync(join(import.meta.dirname, "broken-judge"))) return { text: "Well.", usage };
    if (answer && /<answer order="first">/.test(words)) {
      const [first, second] = [...words.matchAll(/<answer order="\\w+">[^<]*?(\\d+)/g)].map(([, number]) => number);
      // It likes what stands first, unless the second is more by two.
      return { text: JSON.stringify({ reason: "r", better: Number(second) - Number(first) >= 2 ? "second" : "first" }), usage };
    }
    if (answer) return { text: JSON.stringify({ reason: "as it seems", passes: /<answer>[^<]*is [0-4]\\./.test(words) }), usage };
    const key = agent + " " + (/case (\\S+)/.exec(words)?.[1] ?? "");
    const nth = before.get(key) ?? 0;
    before.set(key, nth + 1);
    appendFileSync(CALLS, key + "\\n");
    const list = new RegExp(agent.toLowerCase() + "=(\\\\S+)").exec(words)?.[1]?.split("/") ?? [];
    const wanted = list[nth % list.length] ?? "nothing";
    if (wanted === "ask")
      return { text: "", toolCalls: [{ call: "c" + nth, tool: "transfer_to_human", args: JSON.stringify({ question: "Which?" }) }], usage };
    if (wanted === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    if (wanted === "unpriced") return { text: "The answer is 1.", usage: { inputTokens: 900, outputTokens: 100 } };
    if (wanted === "fail") throw new Error("the model is broken");
    return { text: "The answer is " + wanted + ".", usage };
  },
});
`;
