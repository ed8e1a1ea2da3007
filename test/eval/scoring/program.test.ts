import { afterAll, describe, expect, test } from "vitest";
import { missingParts } from "../../support/report/requirements.ts";
import { NOTHING_SPENT } from "../../../src/engine/limits/usage.ts";
import { EvaluationFile } from "../../../src/eval/evaluation-schema.ts";
import { programsIn } from "../../../src/eval/eval-room.ts";
import { createScorers } from "../../../src/eval/scoring/scorers.ts";
import type { Executor } from "../../../src/sandbox/executor.ts";
import { createOffExecutor } from "../../../src/sandbox/off.ts";
import { createOsExecutor } from "../../../src/sandbox/os/executor.ts";

const HUMAN_EVAL = { kind: "program", prompt: "prompt", test: "test", entryPoint: "entry_point", timeoutSeconds: 3 };
const FIELDS = {
  prompt:
    'import math\n\n\ndef area(radius: float) -> float:\n    """ The area of a circle.\n    >>> round(area(1), 2)\n    3.14\n    """\n',
  test: "\n\ndef check(candidate):\n    assert abs(candidate(2) - 12.56637) < 1e-4\n    assert candidate(0) == 0\n",
  entry_point: "area",
};
const DEFINED = "```python\nimport math\n\ndef area(radius):\n    return math.pi * radius ** 2\n```";
/** Wrong, but for what needs no calculation, with something else that is done as it is read. */
const wrong = (rest: string): string => `\`\`\`python\n${rest}\ndef area(radius):\n    return 0\n\`\`\``;

const FINDS_A_PASS = `import base64, glob, os, re
found = []
for file in glob.glob("/tmp/*") + glob.glob("/work/*") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
    try:
        words = open(file, errors="replace").read()
    except OSError:
        continue
    texts = [words]
    for word in re.findall("[A-Za-z0-9+/=]{20,}", words):
        try:
            texts.append(base64.b64decode(word).decode())
        except Exception:
            pass
    found += [one for text in texts for one in re.findall("passed-[0-9a-f-]+", text)]
print("\\n".join(found), flush=True)
os._exit(0)`;

async function scored(executor: Executor, answer: string, fields: object = FIELDS, settings: object = HUMAN_EVAL) {
  const { score } = EvaluationFile.parse({ cases: [{ input: "x" }], score: [settings] });
  const runProgram = programsIn(executor, new AbortController().signal);
  const [scorer] = createScorers(score, { runProgram, ask: () => () => Promise.reject(new Error("nobody is asked")), own: new Map() });
  const one = { id: "1", input: "x", expected: undefined, answers: [], fields: { ...fields } };
  return scorer?.score({ case: one, thread: "t", tries: 1, answer, run: { turns: 1, ...NOTHING_SPENT, elapsedMs: 1 } });
}

describe.skipIf(missingParts().some(({ name }) => name === "os"))("a program of an answer's, tested in a sandbox", () => {
  const made = createOsExecutor();
  afterAll(async () => (await made).close());

  test.each([
    ["a whole function", DEFINED, true],
    ["a body that goes on from the prompt", "```python\n    return math.pi * radius ** 2\n```", true],
    ["a body without a fence", "    return math.pi * radius ** 2", true],
    [
      "the last of two that define it",
      `${DEFINED.replace("** 2", "** 3")}\nBetter:\n${DEFINED}\n\`\`\`python\nprint(area(2))\n\`\`\``,
      true,
    ],
    ["one that prints, and leaves a thread behind", `${DEFINED.replace("\n\ndef", "\nimport threading, time\nprint('hello')\nthreading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n\ndef")}`, true], // prettier-ignore
    ["a wrong one", DEFINED.replace("** 2", "** 3"), false],
    ["one that never ends", "```python\ndef area(radius):\n    while True: pass\n```", false],
    ["one that exits before its test", wrong("import sys\nsys.exit(0)"), false],
    ["one that exits in its test", "```python\nimport sys\ndef area(radius):\n    sys.exit(0)\n```", false],
    ["one that ends at once in its test", "```python\nimport os\ndef area(radius):\n    os._exit(0)\n```", false],
    ["one that ends from a thread", wrong("import os, threading\nthreading.Timer(0.05, os._exit, [0]).start()\nimport time; time.sleep(0.2)"), false], // prettier-ignore
    ["one that looks for a pass to print in all that lies beside it", wrong(FINDS_A_PASS), false],
    [
      "one that says yes to everybody who listens",
      wrong(
        "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'ok\\n' + b'0' * 32 + b'\\n')\n    except OSError: pass\nos._exit(0)",
      ),
      false,
    ],
    ["one that has a name of Python's mean something else", wrong("def abs(value): return 0"), false],
    ["one that replaces what is built in", wrong("import builtins\nbuiltins.abs = lambda value: 0\nbuiltins.exec = builtins.compile = lambda *_: None"), false], // prettier-ignore
    ["one that replaces the check", wrong("def check(candidate): pass\nAssertionError = ValueError"), false],
  ])("%s", { timeout: 60_000 }, async (_, answer, passed) => {
    expect(await scored(await made, answer)).toMatchObject({ passed });
  });

  test("no code at all is said to be none", async () => {
    expect(await scored(await made, "I would multiply.", { ...FIELDS }, { kind: "program", test: "test" })).toEqual({
      passed: false,
      why: 'there is no code in "I would multiply."',
    });
  });
});

test("where no code is run, nothing is said of the answer", async () => {
  await expect(scored(createOffExecutor("Set `sandbox`."), DEFINED)).rejects.toMatchObject({
    name: "NotScored",
    message: expect.stringContaining("the sandbox ran no test (rejected): Code is not run here. Set `sandbox`."),
  });
});
