/**
 * What an evaluation itself takes: `npm run bench -- eval [CASES]`. So many cases (1,000 when absent) by two teams of a model that answers at once, on
 * SQLite, on disk; then the report and every form of it. Exits with 1 when a target is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { stringify } from "yaml";
import { defineModel } from "../src/config/define/model.ts";
import { loadSettings } from "../src/config/load.ts";
import { systemClock } from "../src/engine/clock.ts";
import {
  gridsOf,
  junitOf,
  keptEvaluations,
  keptReport,
  pageOf,
  readCases,
  readEvaluation,
  runEvaluation,
  withEvaluatedTeams,
  workspaceOf,
} from "../src/eval/eval-room.ts";
import { createParley } from "../src/parley.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";

const CASES = Number(process.argv[2] ?? 1_000);
const TARGETS = { runMs: 20, reportMs: 2_000, memory: 1.1 };

const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
sayWhetherQuiet();

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** How much of the heap is still referred to: of what is collected later, V8 keeps as much as it has room. */
function alive(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const instant = defineModel({
  name: "instant",
  reply: ({ messages }) => ({
    text: `It is ${Number(/\d+/.exec(messages[0]?.text ?? "")?.[0] ?? 0) % 7}.`,
    usage: { inputTokens: 90, outputTokens: 10, usd: 0.0001 },
  }),
});
const team = {
  description: "Answers.",
  speakers: { policy: "round-robin" },
  agents: [{ name: "Ana", model: "m", description: "Answers." }],
  stop: { maxMessages: 2 },
};
const teamFile = loadSettings({
  env: {},
  cwd: folder,
  definitions: [instant],
  data: { models: { m: { provider: "instant" } }, teams: { one: team, two: { ...team, description: "The same." } } },
});
writeFileSync(
  join(folder, "cases.jsonl"),
  Array.from({ length: CASES }, (_, nth) => JSON.stringify({ q: `Number ${nth}?`, a: nth % 5 })).join("\n"),
);
const suite = {
  cases: { file: "cases.jsonl", input: "q", expected: "a" },
  teams: ["one", "two"],
  score: [{ kind: "number" }],
  concurrency: 32,
};
writeFileSync(join(folder, "suite.yml"), stringify(suite));
const source = readEvaluation("suite.yml", { cwd: folder, teamFile });
const cases = readCases(source);
const settings = withEvaluatedTeams(teamFile, source);
const parley = await createParley({ settings, env: {}, dbPath: join(folder, "parley.db"), asksAtLimits: false, log: console.error });

const memory: number[] = [];
const beganMs = performance.now();
const report = await runEvaluation(
  {
    runner: parley.runner,
    store: parley.store,
    settings,
    snapshot: (name) => parley.teams.snapshot(name),
    stopWords: () => [],
    runProgram: () => Promise.reject(new Error("nothing is run")),
    clock: systemClock,
  },
  {
    source,
    cases,
    anew: true,
    file: "suite.yml",
    signal: new AbortController().signal,
    begun: ({ id }) => parley.start(workspaceOf(id)),
    waits: (words) => console.error(words),
    tell: ({ done, total }) => void (memory[Math.floor((done * 4) / total)] ??= alive()),
  },
);
const tookMs = performance.now() - beganMs;
const reportMs = await timed(async () => {
  gridsOf(report);
  junitOf(report);
  await pageOf(report);
});
const kept = keptEvaluations(parley.store);
const readMs = await timed(async () => void (await keptReport(kept, report.evaluation)));
await parley.stop();

const runs = report.results.length;
if (runs !== CASES * 2) throw new Error(`${runs} runs`);
console.log(`${runs} runs in ${(tookMs / 1_000).toFixed(1)} s: ${Math.round((runs / tookMs) * 1_000)} cases a second`);
const [, quarter = Number.NaN, , , end = Number.NaN] = memory;
verdict("a run, ms", tookMs / runs, TARGETS.runMs);
verdict("the report as tables, JUnit and a page, ms", reportMs, TARGETS.reportMs);
verdict("the report read back from the store, ms", readMs, TARGETS.reportMs);
verdict("what is alive at the end ÷ at a quarter", end / quarter, TARGETS.memory);
console.log(
  `${(end / 1e6).toFixed(1)} MB alive at the end; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB of the process, which V8 takes as it likes`,
);
process.exit();

async function timed(job: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await job();
  return performance.now() - from;
}
