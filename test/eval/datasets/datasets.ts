import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { loadSettings } from "../../../src/config/load.ts";
import { NOTHING_SPENT } from "../../../src/engine/limits/usage.ts";
import { programsIn, readCases, readEvaluation } from "../../../src/eval/eval-room.ts";
import { numbersIn } from "../../../src/eval/scoring/number.ts";
import { createScorers } from "../../../src/eval/scoring/scorers.ts";
import { createOsExecutor } from "../../../src/sandbox/os/executor.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";

/**
 * The real files that people have: `npm run test:datasets -- FOLDER`, where FOLDER has `gsm8k-test.jsonl` and `HumanEval.jsonl.gz`. Every answer
 * of GSM8K is one number, every canonical solution of HumanEval passes its test in the sandbox, and a broken one fails. Exits with 1 otherwise.
 */
async function main(folder: string): Promise<boolean> {
  const read = (evaluation: object) => {
    const cwd = folderWith({ "parley.yml": SMALL, "suite.yml": stringify(evaluation) });
    const source = readEvaluation("suite.yml", { cwd, teamFile: loadSettings({ env: {}, cwd }) });
    return { source, cases: readCases(source) };
  };
  const gsm8k = read({
    cases: { file: join(folder, "gsm8k-test.jsonl"), input: "question", expected: "answer | after '####'" },
    score: [{ kind: "number" }],
  });
  const parsed = gsm8k.cases.filter(({ expected }) => numbersIn(String(expected)).length === 1).length;
  console.log(`GSM8K: ${parsed} of ${gsm8k.cases.length} answers are one number`);

  const humanEval = read({
    cases: { file: join(folder, "HumanEval.jsonl.gz"), input: "prompt", id: "task_id" },
    score: [{ kind: "program", prompt: "prompt", test: "test", entryPoint: "entry_point", timeoutSeconds: 30 }],
  });
  const executor = await createOsExecutor();
  const [scorer] = createScorers(humanEval.source.settings.score, {
    runProgram: programsIn(executor, new AbortController().signal),
    ask: () => () => Promise.reject(new Error("nobody is asked")),
    own: new Map(),
  });
  const wrong: string[] = [];
  for (const one of humanEval.cases) {
    const body = String(one.fields["canonical_solution"]);
    const answers = [
      [`\`\`\`python\n${body}\n\`\`\``, true],
      [`\`\`\`python\n${String(one.fields["prompt"])}${body}\n\`\`\``, true],
      [`\`\`\`python\n    return "broken"\n\`\`\``, false],
    ] as const;
    for (const [index, [answer, passes]] of answers.entries()) {
      const verdict = await scorer?.score({
        case: one,
        thread: `t${index}`,
        tries: 1,
        answer,
        run: { turns: 1, ...NOTHING_SPENT, elapsedMs: 1 },
      });
      if (verdict?.passed !== passes) wrong.push(`${one.id}, answer ${index + 1}: ${verdict?.why}`);
    }
  }
  await executor.close();
  console.log(
    `HumanEval: ${humanEval.cases.length} problems, each as a body, as a whole function, and broken: ${wrong.length} judged wrongly`,
  );
  for (const line of wrong) console.log(`  ${line}`);
  return parsed === gsm8k.cases.length && wrong.length === 0 && humanEval.cases.length > 0;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder of the files: node test/eval/datasets/datasets.ts FOLDER");
process.exitCode = (await main(resolve(folder))) ? 0 : 1;
