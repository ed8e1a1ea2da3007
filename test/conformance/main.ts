import { readFileSync } from "node:fs";
import type { Scenario, ScenarioFile } from "./format.ts";
import { openTestSandbox } from "./sandbox.ts";
import { play } from "./scenario.ts";

/** `npm run conformance -- FILE…`: plays scenario files against the engine; one line a scenario, exits non-zero when any fails. */
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: npm run conformance -- FILE…\nPlays conversation scenarios (JSON) against the engine.");
  process.exit(2);
}

let passed = 0;
let failed = 0;
const sandbox = openTestSandbox();
for (const file of files) {
  for (const scenario of read(file)) {
    const difference = await play(scenario, sandbox.open).catch(
      (error: unknown) => `it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    if (difference === undefined) passed++;
    else failed++;
    console.log(difference === undefined ? `ok ${scenario.id}` : `not ok ${scenario.id}: ${difference}`);
  }
}
await sandbox.close();
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function read(file: string): readonly Scenario[] {
  try {
    const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as ScenarioFile;
    if (!Array.isArray(scenarios)) throw new Error('it has no list "scenarios"');
    return scenarios as readonly Scenario[];
  } catch (error) {
    console.error(`${file} cannot be read as scenarios: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
