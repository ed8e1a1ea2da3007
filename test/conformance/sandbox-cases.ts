import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Bench } from "./sandbox-bench.ts";
import type { CaseFile, Defaults, SandboxCase } from "./sandbox-case.ts";
import { prepareHost } from "./sandbox-host.ts";

/**
 * `npm run sandbox:cases -- FILE… [--executor docker|os|wasm]`: runs code that tries to get out, to take more than its share or to lie.
 * One line a case; the controls run first, for a sandbox that cannot start holds everything. Exits non-zero when any case fails.
 */
const USAGE = "usage: npm run sandbox:cases -- FILE… [--executor docker|os|wasm]";
const KINDS = ["docker", "os", "wasm"];
const instance = randomUUID();
const counts = { passed: 0, failed: 0, skipped: 0 };

async function main(): Promise<void> {
  const { files, kind } = readArguments();
  const { defaults, cases } = readCases(files);
  const host = await prepareHost({ instance, memoryMb: defaults.limits?.memoryMiB ?? 256 });
  const bench = new Bench({ kind, instance, host, defaults });
  const controls = cases.filter(isControl);
  const passed = new Map<string, boolean>();
  for (const one of [...controls, ...cases.filter((other) => !isControl(other))]) {
    const answer = await answerOf(one, bench, passed);
    if (isControl(one) && one.level !== "should") passed.set(one.language, answer.kind === "ok" && (passed.get(one.language) ?? true));
    report(one.id, answer);
  }
  await bench.close();
  await host.close();
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

const isControl = ({ id, category }: SandboxCase): boolean => id.startsWith("control-") || category === "control";

type Answer = { readonly kind: "ok" } | { readonly kind: "not ok" | "skip"; readonly why: string };

function report(id: string, answer: Answer): void {
  counts[answer.kind === "ok" ? "passed" : answer.kind === "skip" ? "skipped" : "failed"]++;
  console.log(answer.kind === "ok" ? `ok ${id}` : `${answer.kind} ${id}: ${answer.why.replaceAll("\n", " ")}`);
}

async function answerOf(one: SandboxCase, bench: Bench, passed: ReadonlyMap<string, boolean>): Promise<Answer> {
  const skip = (why: string): Answer => ({ kind: "skip", why });
  if (one.manual) return skip(one.action ? `by hand: ${one.action}` : "by hand");
  if (one.appliesTo && !one.appliesTo.includes(bench.kind)) return skip(`not for ${bench.kind}`);
  const blocks = one.blocks ?? [{ ...one, code: one.code ?? "" }];
  let languages: readonly string[];
  try {
    languages = await bench.languages();
  } catch (error) {
    return isControl(one) ? { kind: "not ok", why: String(error) } : skip("the executor does not start");
  }
  for (const need of one.requires ?? []) {
    const met = need === "pyodide" ? bench.kind === "wasm" : languages.includes(need);
    if (!met) return skip(`no ${need} here`);
  }
  const wanted = [...new Set(blocks.map(({ language }) => language))];
  const mayBeRejected = blocks.some((block) => (block.expect ?? one.expect)?.status?.includes("rejected"));
  for (const language of mayBeRejected ? [] : wanted) {
    if (!languages.includes(language)) return skip(`no ${language} here`);
    if (!isControl(one) && (passed.get(language) ?? (await bench.ownControl(language))) === false)
      return skip(`the control of ${language} did not pass`);
  }
  const runs = Array.from({ length: one.parallel ?? 1 }, (_, run) => bench.play(one, blocks, `${one.id}-${run}`));
  const answers = (await Promise.all(runs)).filter((differs) => differs !== undefined);
  return answers.find(({ kind }) => kind === "not ok") ?? answers[0] ?? { kind: "ok" };
}

function readArguments(): { files: readonly string[]; kind: string } {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { executor: { type: "string", default: "docker" } } });
    if (positionals.length === 0) throw new Error("no file is named");
    if (!KINDS.includes(values.executor)) throw new Error(`--executor is ${values.executor}; it can be ${KINDS.join(", ")}`);
    return { files: positionals, kind: values.executor };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

function readCases(files: readonly string[]): { defaults: Defaults; cases: readonly SandboxCase[] } {
  let defaults: Defaults = {};
  const cases: SandboxCase[] = [];
  for (const file of files) {
    try {
      const read = JSON.parse(readFileSync(file, "utf8")) as CaseFile;
      if (!Array.isArray(read.cases)) throw new Error('it has no list "cases"');
      cases.push(...(read.cases as readonly SandboxCase[]));
      defaults = { ...read.defaults, ...defaults };
    } catch (error) {
      console.error(`${file} cannot be read as sandbox cases: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(2);
    }
  }
  return { defaults, cases };
}

await main();
