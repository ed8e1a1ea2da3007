import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { fakeExecutor, ran } from "./fake-executor.ts";
import { play } from "./play.ts";

const TEAMS = resolve(import.meta.dirname, "../../teams");

/** An example as it is, with scripted models in the place of those that it names. */
function scripted(name: string): string {
  const { tools = {}, teams } = parse(readFileSync(resolve(TEAMS, name), "utf8")) as { tools?: object; teams: object };
  return stringify({ tools, teams }).replaceAll(/model: (smart|fast)$/gm, "model: m");
}

describe("the example of a swarm", () => {
  test("sorts a question, asks what is missing, and answers it", async () => {
    const { said, log } = await play(scripted("swarm-support.yml"), {
      task: "I paid twice",
      answers: ["Bill 7"],
      replies: `replies:
  Triage: [{ toolCalls: [{ name: transfer_to_billing }] }]
  Billing: [{ toolCalls: [{ name: transfer_to_human, args: { question: Which bill? } }] }, One of the two is a reservation. SOLVED]
`,
    });
    expect(said.map((line) => line.split(":")[0])).toEqual(["Triage → Billing", "Billing → human", "Maria", "Billing"]);
    expect(log.stopped()?.reasons).toEqual([{ kind: "textMention", text: "SOLVED", agent: "Billing" }]);
  });
});

describe("the example of a graph", () => {
  test("has two read side by side, revises once, and ends with the approved text", async () => {
    const { said, log, askedOf } = await play(scripted("graph-review.yml"), {
      replies: `replies:
  Writer: [draft, better draft]
  FactReader: [a fact is wrong, all is right]
  PlainReader: [plain, plain]
  Editor: ["Mend the fact. REVISE", APPROVED]
  Publisher: [better draft]
`,
    });
    const speakers = said.map((line) => line.split(":")[0]);
    expect(speakers.filter((name) => name !== "FactReader" && name !== "PlainReader")).toEqual([
      "Writer", "Editor", "Writer", "Editor", "Publisher",
    ]); // prettier-ignore
    expect(speakers.slice(1, 3).toSorted()).toEqual(["FactReader", "PlainReader"]);
    expect(askedOf("PlainReader")[1]?.messages.map(({ text }) => text)).not.toContain("FactReader: a fact is wrong");
    expect(log.stopped()?.reasons).toEqual([{ kind: "nobody" }]);
  });
});

describe("the example of a magentic team", () => {
  test("plans, lets the coder compute, and answers", async () => {
    const step = (satisfied: boolean, next: string) =>
      `{ answer: { satisfied: ${satisfied}, inLoop: false, progress: true, next: ${next}, instruction: Compute it., reason: why } }`;
    const { said, log } = await play(scripted("magentic.yml"), {
      executor: fakeExecutor(() => ran("42\n")),
      replies: `replies:
  Lead: [facts, plan, ${step(false, "Coder")}, ${step(true, "Critic")}, It is 42.]
  Coder: ["\`\`\`python\\nprint(6*7)\\n\`\`\`", The program printed 42.]
`,
    });
    expect(said).toEqual(["Lead: facts", "Lead: plan", "Coder: The program printed 42.", "Lead: It is 42."]);
    expect(log.stopped()?.outcome).toBe("done");
  });
});
