import { describe, expect, onTestFinished, test } from "vitest";
import { missingParts } from "../../support/report/requirements.ts";
import { NOTHING_SPENT } from "../../../src/engine/limits/usage.ts";
import { EvaluationFile } from "../../../src/eval/evaluation-file.ts";
import { programsIn } from "../../../src/eval/evaluation.ts";
import { createScorers } from "../../../src/eval/scoring/scorers.ts";
import { createOsExecutor } from "../../../src/sandbox/os/executor.ts";

const HUMAN_EVAL = { kind: "program", prompt: "prompt", test: "test", entryPoint: "entry_point", timeoutSeconds: 10 };
const FIELDS = {
  prompt:
    'import math\n\n\ndef area(radius: float) -> float:\n    """ The area of a circle.\n    >>> round(area(1), 2)\n    3.14\n    """\n',
  test: "\n\ndef check(candidate):\n    assert abs(candidate(2) - 12.56637) < 1e-4\n    assert candidate(0) == 0\n",
  entry_point: "area",
};
const DEFINED = "```python\nimport math\n\ndef area(radius):\n    return math.pi * radius ** 2\n```";

describe.skipIf(missingParts().some(({ name }) => name === "os"))("a program of an answer's, tested in a sandbox", () => {
  async function scored(answer: string, fields: object = FIELDS, settings: object = HUMAN_EVAL) {
    const executor = await createOsExecutor();
    onTestFinished(() => executor.close());
    const { score } = EvaluationFile.parse({ cases: [{ input: "x" }], score: [settings] });
    const runProgram = programsIn(executor, new AbortController().signal);
    const [scorer] = createScorers(score, { runProgram, ask: () => () => Promise.reject(new Error("nobody is asked")), own: new Map() });
    const one = { id: "1", input: "x", expected: undefined, answers: [], fields: { ...fields } };
    return scorer?.score({ case: one, thread: "t", answer, run: { turns: 1, ...NOTHING_SPENT, elapsedMs: 1 } });
  }

  test.each([
    ["a whole function", DEFINED, true],
    ["a body that goes on from the prompt", "```python\n    return math.pi * radius ** 2\n```", true],
    ["a body without a fence", "    return math.pi * radius ** 2", true],
    [
      "the last of two that define it",
      `${DEFINED.replace("** 2", "** 3")}\nBetter:\n${DEFINED}\n\`\`\`python\nprint(area(2))\n\`\`\``,
      true,
    ],
    ["a wrong one", DEFINED.replace("** 2", "** 3"), false],
    ["one that ends before its test", "```python\ndef area(radius):\n    return 0\n\nimport sys\nsys.exit(0)\n```", false],
    ["one that never ends", "```python\ndef area(radius):\n    while True: pass\n```", false],
  ])("%s", { timeout: 60_000 }, async (_, answer, passed) => {
    expect(await scored(answer, FIELDS, { ...HUMAN_EVAL, timeoutSeconds: 3 })).toMatchObject({ passed });
  });

  test("no code at all is said to be none", async () => {
    expect(await scored("I would multiply.", { ...FIELDS }, { kind: "program", test: "test" })).toEqual({
      passed: false,
      why: 'there is no code in "I would multiply."',
    });
  });
});
