/**
 * `npm run mutants -- FOLDER…` changes the code of a folder of `src/engine` or `src/runner` in every small way that StrykerJS knows, runs the
 * room's quick tests against each change, and writes what came of it into docs/mutants.md. A folder or a glob is a run of its own; what a run
 * found out is kept in data/mutants, and only what has changed since is tried again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { withRow } from "./table.ts";
import { countOf, type MutationReport } from "./score.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const KEPT = "data/mutants";
const PAGE = join(ROOT, "docs/mutants.md");
/** Of each property so many cases, and at every run the same: what is found today is found tomorrow. */
const CASES = { PROPERTY_RUNS: "10", PROPERTY_SEED: "20260101" };

const folders = process.argv.slice(2).map((path) => path.replace(/\/+$/, ""));
if (folders.length === 0) fail("which folder? Such as: npm run mutants -- src/engine/policies");
mkdirSync(join(ROOT, KEPT), { recursive: true });
for (const folder of folders) run(folder);

function run(folder: string): void {
  const room = /^src\/(engine|runner)\b/.exec(folder)?.[1];
  if (room === undefined) fail(`${folder} is not of src/engine or src/runner.`);
  const isFolder = existsSync(join(ROOT, folder)) && statSync(join(ROOT, folder)).isDirectory();
  const kept = join(KEPT, `${folder.replaceAll(/[^\w]+/g, "-")}.json`);
  const glob = isFolder ? `${folder}/**/*.ts` : folder;
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js"), "run", "--mutate", glob, "--incremental", "--incrementalFile", kept],
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...CASES, MUTANTS_ROOM: room } },
  );
  if (status !== 0) fail(`Stryker ended with ${status} at ${folder}.`);
  const report = JSON.parse(readFileSync(join(ROOT, kept), "utf8")) as MutationReport;
  const version = spawnSync("git", ["describe", "--always"], { cwd: ROOT, encoding: "utf8" }).stdout.trim();
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(PAGE, withRow(readFileSync(PAGE, "utf8"), { folder, ...countOf(report), version, date }));
  spawnSync(process.execPath, [join(ROOT, "node_modules/prettier/bin/prettier.cjs"), "--write", PAGE], { cwd: ROOT });
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
