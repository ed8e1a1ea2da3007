import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { CaseFile, Defaults, SandboxCase } from "../../src/sandbox/cases/expectations.ts";
import { playCases, type Answer } from "../../src/sandbox/cases/suite.ts";
import { createDockerExecutor } from "../../src/sandbox/docker/executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { createOsExecutor } from "../../src/sandbox/os/executor.ts";
import { createWasmExecutor } from "../../src/sandbox/wasm/executor.ts";
import { sandboxImage } from "../support/sandbox/docker.ts";
import { renderedDiffers } from "./sandbox-rendered.ts";

/**
 * `npm run sandbox:cases -- FILE… [--executor docker|os|wasm]`: runs code that tries to get out, to take more than its share or to lie.
 * One line a case; the controls run first, for a sandbox that cannot start holds everything. Exits non-zero when any case fails.
 */
const USAGE = "usage: npm run sandbox:cases -- FILE… [--executor docker|os|wasm]";
const KINDS = ["docker", "os", "wasm"];
const counts = { passed: 0, failed: 0, skipped: 0 };

async function main(): Promise<void> {
  const { files, kind } = readArguments();
  const { defaults, cases } = readCases(files);
  const start = (instance: string) => makeExecutor(kind, instance, defaults);
  await playCases({ cases, defaults, kind, start, rendered: renderedDiffers, report });
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

function report(id: string, answer: Answer): void {
  counts[answer.kind === "ok" ? "passed" : answer.kind === "skip" ? "skipped" : "failed"]++;
  console.log(answer.kind === "ok" ? `ok ${id}` : `${answer.kind} ${id}: ${answer.why.replaceAll("\n", " ")}`);
}

function makeExecutor(kind: string, instance: string, { limits = {}, artefacts = {} }: Defaults): Promise<Executor> {
  const common = {
    memoryMb: limits.memoryMiB ?? 256,
    outputBytesMax: limits.outputBytes ?? 65536,
    filesMax: artefacts.maxFiles ?? 20,
    fileBytesMax: artefacts.maxBytesEach ?? 8_388_608,
    filesBytesMax: artefacts.maxTotalBytes ?? 16_777_216,
  };
  if (kind === "wasm") return createWasmExecutor(common);
  if (kind === "os") return createOsExecutor({ ...common, pids: limits.pids ?? 64, workspaceMb: limits.diskMiB ?? 64 });
  return createDockerExecutor({
    ...common,
    image: sandboxImage(),
    instance,
    cpus: limits.cpus ?? 1,
    pids: limits.pids ?? 64,
    workspaceMb: limits.diskMiB ?? 64,
  });
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
