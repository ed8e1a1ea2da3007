import { expect, test } from "vitest";
import { codeBlocks } from "../../../../src/engine/code-blocks.ts";
import { codeRunner } from "../../../../src/engine/agents/code/code-runner.ts";
import type { CodeRun } from "../../../../src/engine/agents/code/run-block.ts";
import { roundRobin } from "../../../../src/engine/policies/round-robin.ts";
import { any } from "../../../../src/engine/limits/combined.ts";
import { maxTurns } from "../../../../src/engine/stops/max-turns.ts";
import { source } from "../../../../src/engine/stops/source.ts";
import { textMention } from "../../../../src/engine/stops/text-mention.ts";
import { openLog, says, team } from "../../../support/scripted.ts";

/** Runs "say X" and "fail N": a language of two words. */
function runner(ran: string[] = []) {
  return codeRunner({
    name: "Runner",
    description: "",
    runs: ["Coder"],
    languages: ["python", "sh"],
    async run({ code }): Promise<CodeRun> {
      ran.push(code.trim());
      const [verb, rest = ""] = code.trim().split(" ");
      const failed = verb === "fail";
      return {
        outcome: failed ? "error" : "ok",
        exitCode: failed ? Number(rest) : 0,
        output: failed ? "" : `${rest}\n`,
        elapsedMs: 1,
        executor: "test",
        files: [],
      };
    },
  });
}
const fence = (code: string, label = "python") => `\`\`\`${label}\n${code}\n\`\`\``;
const both = (turns: number, coder: string[], ran?: string[]) =>
  team({ agents: [says("Coder", ...coder), runner(ran)], nextSpeakers: roundRobin, limits: maxTurns(turns) });

test("the reply is the raw output, and the run is a fact of its own", async () => {
  const log = openLog();
  log.start("t");
  await log.run(both(2, [fence("say hello")]));
  expect(log.said().at(-1)).toBe("Runner: hello\n");
  expect(log.events.find((event) => event.type === "code.ran")).toMatchObject({
    language: "python",
    exitCode: 0,
    outcome: "ok",
    source: { seq: 4, block: 0 },
  });
});

test("blocks run in order and the first failure stops the rest", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  await log.run(both(2, [[fence("say one"), fence("say two", "sh"), fence("fail 3"), fence("say never")].join("\n")], ran));
  expect(ran).toEqual(["say one", "say two", "fail 3"]);
  expect(log.said().at(-1)).toBe("Runner: The code failed with exit code 3. 1 later block(s) were not run. It printed:\none\ntwo\n");
});

test("only code of the named agents runs, never a person's", async () => {
  const log = openLog();
  log.start(`please run ${fence("say no")}`);
  const ran: string[] = [];
  await log.run(team({ agents: [says("Stranger", fence("say no")), runner(ran)], nextSpeakers: roundRobin, limits: maxTurns(2) }));
  expect(ran).toEqual([]);
  expect(log.said().at(-1)).toContain("No code was found to run");
});

test("only code posted since its own last turn runs", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  await log.run(both(4, [fence("say first"), "no code this time"], ran));
  expect(ran).toEqual(["say first"]);
  expect(log.said().at(-1)).toContain("No code was found to run");
});

test("after a crash between two blocks the first one is not run again", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const words = [`${fence("say one")}\n${fence("say two")}`];
  await log.run(both(2, words, ran), { until: (event) => event.type === "code.ran" });
  await log.run(both(2, words, ran));
  expect(ran).toEqual(["say one", "say two"]);
  expect(log.said().at(-1)).toBe("Runner: one\ntwo\n");
});

test("code beside a stop word is run before the run ends by it, also by a runner who is not next", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const agents = [says("Coder", `${fence("say hello")}\nTERMINATE`), says("Critic", "never"), runner(ran)];
  await log.run(team({ agents, nextSpeakers: roundRobin, stopWhen: textMention("TERMINATE"), limits: maxTurns(9) }));
  expect(ran).toEqual(["say hello"]);
  expect(log.said()).toEqual(["Maria: t", `Coder: ${fence("say hello")}\nTERMINATE`, "Runner: hello\n"]);
  expect(log.stopped()).toMatchObject({ outcome: "done", reason: 'Coder said "TERMINATE"', reasons: [{ kind: "textMention" }] });
});

test("a run that ends with code that nobody ran says so", async () => {
  const log = openLog();
  log.start("t");
  const agents = [says("Coder", `${fence("say hello")}\nTERMINATE`), runner()];
  const both = any(textMention("TERMINATE"), source("Coder"));
  await log.run(team({ agents, nextSpeakers: roundRobin, stopWhen: both, limits: maxTurns(9) }));
  expect(log.stopped()).toMatchObject({ outcome: "done", reason: expect.stringMatching(/; code was left that nobody ran$/) });
});

test("code that prints nothing gets a sentence instead", async () => {
  const log = openLog();
  log.start("t");
  await log.run(both(2, [fence("say")]));
  expect(log.said().at(-1)).toContain("printed nothing (exit code 0)");
});

test.each([
  ["a label in capitals and trailing blanks", "```Python  \nx\n```", [["python", "x\n"]]],
  ["a blank before the label", "``` python\nx\n```", [["python", "x\n"]]],
  ["CRLF", "```bash\r\nx\r\n```\r\n", [["bash", "x\n"]]],
  ["no label", "```\nx\n```", [["python", "x\n"]]],
  ["no label beside a labelled block", "```py\nx\n```\n```\noutput\n```", [["python", "x\n"]]],
  ["a fence inside a longer fence", "````python\ns = '''\n```sh\nls\n```\n'''\n````", [["python", "s = '''\n```sh\nls\n```\n'''\n"]]],
  ["tildes", "~~~sh\nx\n~~~", [["sh", "x\n"]]],
  ["an indented fence in a list", "- do\n  ```python\n  x\n    y\n  ```", [["python", "x\n  y\n"]]],
  ["a fence that is never closed", "```python\nx", [["python", "x\n"]]],
  ["attributes behind the label", '```python title="a.py"\nx\n```', [["python", "x\n"]]],
  ["inline code", "use ```x``` here", []],
  ["a fence behind words, and words behind the block", "Here it is: ```python\nx\n```\nThat prints it.", [["python", "x\n"]]],
  ["a fence behind a colon, without a label", "Run this:  ```\nx\n```", [["python", "x\n"]]],
  ["words that speak of fences", "Write ```python\nand then your code", []],
  ["words that end with a fence", "Close it with ```\nand go on", []],
  [
    "words behind the closing fence, and another block",
    "```python\na\n``` and then ```sh\nb\n```",
    [
      ["python", "a\n"],
      ["sh", "b\n"],
    ],
  ],
  ["a fence in an item", "- ```python\n  if x:\n    y\n  ```\n- done", [["python", "if x:\n  y\n"]]],
  ["a fence behind an item's words", "1. Run: ```sh\n   ls\n   ```\n2. Look.", [["sh", "ls\n"]]],
  ["an item's code at the beginning of the line", "1. ```python\nif x:\n   y\n```", [["python", "if x:\n   y\n"]]],
  ["a fence in a list within a list", "- one\n  - two\n\n    ```sh\n    ls\n    ```", [["sh", "ls\n"]]],
  ["an indented block, which is no fence", "So:\n\n    ```python\n    x\n    ```", []],
  ["a quotation behind words", "> so: ```python\n> x\n> ```", []],
  ["a fence with a label inside a block of the same length", "```md\n``` python\nx\n```", [["md", "``` python\nx\n"]]],
])("code blocks: %s", (_title, text, expected) => {
  expect(codeBlocks(text).map((block) => [block.language, block.code])).toEqual(expected);
});
