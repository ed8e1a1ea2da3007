/**
 * `npm run test:real-eval -- GSM8K`: one agent against Coder and code-runner, evaluated with a real small model on this machine: 50 cases of GSM8K (the file
 * `gsm8k-test.jsonl`) and the suite for small models. Prints the tables of both. Interrupted, the same command goes on in the same folder.
 *
 *   PARLEY_REAL_MODEL           smollm2-135m (the default) or gemma3-270m; with PARLEY_REAL_URL a server of one's own
 *   PARLEY_REAL_EVAL_CASES      of GSM8K; 50
 *   PARLEY_REAL_EVAL_MINUTES    behind that, what there is is shown; 120
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { SERVER_KEY_ENV } from "./doors.ts";
import { endAll, run } from "./processes.ts";
import { CACHE, startServer } from "./servers.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const REPLY_TOKENS_MAX = 128;
const env = process.env;
const [gsm8k] = process.argv.slice(2);
if (gsm8k === undefined) throw new Error("name the file of GSM8K: node test/real/evaluate.ts gsm8k-test.jsonl");

process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const name = env["PARLEY_REAL_MODEL"] || "smollm2-135m";
const server = env["PARLEY_REAL_URL"] || (await startServer(name));
const folder = join(CACHE, "evaluation");
mkdirSync(folder, { recursive: true });

const model = {
  provider: "openai-compatible",
  model: name,
  baseUrl: server,
  apiKeyEnv: SERVER_KEY_ENV,
  outputTokensMax: REPLY_TOKENS_MAX,
  temperature: 0,
  attempts: 2,
  timeouts: { firstTokenSeconds: 300, betweenTokensSeconds: 120, callSeconds: 600 },
};
const agent = (agentName: string, instructions: string) => ({ name: agentName, description: "Answers.", model: "small", instructions });
const limits = { turns: 6, minutes: 20, tokens: 100_000 };
const teams = {
  alone: {
    description: "One agent.",
    speakers: { policy: "round-robin" },
    agents: [agent("Solver", "Answer in a few short sentences. Where a number is asked for, end with it.")],
    stop: { maxMessages: 2 },
    limits,
  },
  coding: {
    description: "Writes code, runs it, and says what came out.",
    speakers: { policy: "round-robin" },
    agents: [
      agent(
        "Coder",
        "First write one short Python program in a fenced block that prints the answer. When it has run, say what it printed in one sentence.",
      ),
      { name: "Runner", kind: "code-runner", runs: ["Coder"], description: "Runs the code." },
    ],
    stop: { maxMessages: 4 },
    limits,
  },
};
writeFileSync(
  join(folder, "parley.yml"),
  stringify({ models: { small: model }, teams, sandbox: { executor: "os" }, defaultTeam: "alone" }),
);
const rest = { teams: ["alone", "coding"], concurrency: 4, seed: 1 };
writeFileSync(
  join(folder, "gsm8k.yml"),
  stringify({
    cases: { file: resolve(gsm8k), input: "question", expected: "answer | after '####'" },
    score: [{ kind: "number" }],
    ...rest,
  }),
);
// A link would have the suite's schema beside it.
writeFileSync(join(folder, "small.yml"), stringify({ cases: { file: join(ROOT, "evals/small.yml"), expected: "expected", id: "id" }, score: [{ kind: "contains", words: true, without: "fields.not" }], ...rest })); // prettier-ignore

const minutesMax = Number(env["PARLEY_REAL_EVAL_MINUTES"] || 120);
const beganAtMs = Date.now();
for (const [file, ...more] of [["small.yml"], ["gsm8k.yml", "--cases", env["PARLEY_REAL_EVAL_CASES"] || "50"]] as const) {
  const secondsMax = Math.max(1, minutesMax * 60 - (Date.now() - beganAtMs) / 1_000);
  const parley = (...args: readonly string[]) =>
    run(process.execPath, [join(ROOT, "src/cli/main.ts"), ...args], { cwd: folder, env: { [SERVER_KEY_ENV]: "none", ...env }, secondsMax });
  const { code, out, err } = await parley("eval", file, ...more, "--db", `${file}.db`, "--html", `${file}.html`);
  console.log(code === 0 ? out : `${file} ended with ${code}: ${err.slice(-1_000)}`);
}
process.exit();
