/**
 * `npm run mutants -- FOLDER…` changes the code of folders of `src/engine` or `src/runner` in every small way that StrykerJS knows, runs the
 * room's quick tests against each change, and writes what came of it into docs/mutants.md. What a run found out is kept in data/mutants, and only what
 * has changed since is tried again. `--sample 10 --seed 1` tries ten of a hundred, drawn at random, and writes a row for each folder below.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, matchesGlob, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Sample } from "./draw.ts";
import { countOf, sizeOf, triedOnly, type MutationReport } from "./score.ts";
import { withRow, withSampleRow } from "./table.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const KEPT = "data/mutants";
const PAGE = join(ROOT, "docs/mutants.md");
/** Of each property so many cases, and at every run the same: what is found today is found tomorrow. */
const CASES = { PROPERTY_RUNS: "10", PROPERTY_SEED: "20260101" };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { sample: { type: "string" }, seed: { type: "string" } } });
const sample = sampleOf(values.sample, values.seed);
const folders = positionals.map((path) => path.replace(/\/+$/, ""));
if (folders.length === 0) fail("which folder? Such as: npm run mutants -- src/engine/policies");
/** What is tried: Stryker copies it at the beginning. */
const stamp = {
  version: spawnSync("git", ["describe", "--always"], { cwd: ROOT, encoding: "utf8" }).stdout.trim(),
  date: new Date().toISOString().slice(0, 10),
};
mkdirSync(join(ROOT, KEPT), { recursive: true });
for (const [room, ofRoom] of Map.groupBy(folders, roomOf)) run(room, ofRoom);

/** All folders of a room in one run, for each begins with a run of the room's tests without a mutant. */
function run(room: string, ofRoom: readonly string[]): void {
  const kept = join(KEPT, `${room}.json`);
  if (existsSync(join(ROOT, kept))) writeFileSync(join(ROOT, kept), JSON.stringify(triedOnly(read(kept))));
  const only = sample === undefined ? [] : ["--testRunner", "drawn"];
  const drawn = sample === undefined ? {} : { MUTANTS_PERCENT: String(sample.percent), MUTANTS_SEED: String(sample.seed) };
  const stryker = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { status } = spawnSync(
    process.execPath,
    [stryker, "run", "--mutate", ofRoom.map(globOf).join(","), "--incremental", "--incrementalFile", kept, ...only],
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...CASES, ...drawn, MUTANTS_ROOM: room } },
  );
  if (status !== 0) fail(`Stryker ended with ${status} at ${ofRoom.join(", ")}.`);
  writeFileSync(
    PAGE,
    ofRoom.reduce(sample === undefined ? withWhole(read(kept)) : withSample(read(kept), sample), readFileSync(PAGE, "utf8")),
  );
  spawnSync(process.execPath, [join(ROOT, "node_modules/prettier/bin/prettier.cjs"), "--write", PAGE], { cwd: ROOT });
}

function withWhole(report: MutationReport): (page: string, folder: string) => string {
  return (page, folder) => withRow(page, { folder, ...countOf(report, (file) => matchesGlob(file, globOf(folder))), ...stamp });
}

/** A row for each folder that holds code, however far below the one that was asked for; for a file that was asked for, a row of its own. */
function withSample(report: MutationReport, of: Sample): (page: string, folder: string) => string {
  return (page, asked) => {
    const rowOf = (file: string) => (file === asked ? file : dirname(file));
    const files = Object.keys(report.files).filter((file) => matchesGlob(file, globOf(asked)));
    return [...new Set(files.map(rowOf))].reduce((before, folder) => {
      const isOf = (file: string) => files.includes(file) && rowOf(file) === folder;
      return withSampleRow(before, { folder, ...countOf(report, isOf, of), size: sizeOf(report, isOf), sample: of, ...stamp });
    }, page);
  };
}

function globOf(folder: string): string {
  const isFolder = existsSync(join(ROOT, folder)) && statSync(join(ROOT, folder)).isDirectory();
  return isFolder ? `${folder}/**/*.ts` : folder;
}

function roomOf(folder: string): string {
  return /^src\/(engine|runner)\b/.exec(folder)?.[1] ?? fail(`${folder} is not of src/engine or src/runner.`);
}

function sampleOf(percent: string | undefined, seed: string | undefined): Sample | undefined {
  if (percent === undefined) return seed === undefined ? undefined : fail("--seed is of a sample: add --sample 10.");
  if (!(Number(percent) > 0 && Number(percent) <= 100))
    fail(`--sample ${percent}: a percentage is asked for, more than 0 and at most 100.`);
  if (seed === undefined || !Number.isSafeInteger(Number(seed)))
    fail("--sample needs --seed and a whole number: the draw can then be done again.");
  return { percent: Number(percent), seed: Number(seed) };
}

function read(kept: string): MutationReport {
  return JSON.parse(readFileSync(join(ROOT, kept), "utf8")) as MutationReport;
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
