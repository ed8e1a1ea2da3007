/**
 * `npm test`: runs Vitest with the arguments that it is given, and always ends. What still lives when the tests have ended, or when their
 * time is over, is named, ended, and fails the run. The last line is the count.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Counts, closingLine, followProgress, type Progress } from "../test/support/report/progress.ts";
import { Descendants } from "./descendants.ts";
import type { ProcessEntry } from "./process-table.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** A whole run takes about a third of it on two cores that are idle. CI gives a job 45. */
const RUN_MINUTES_MAX = 38;
/** After the last test, what is ending anyway, such as a browser's helpers, may do so. What lives longer has leaked. */
const LEFTOVER_SECONDS_MAX = 10;
/** Vitest waits for whoever holds the output of its workers. With those ended it ends soon. */
const CLOSING_SECONDS_MAX = 60;
const LOOK_MS = 500;
const SHOWN_CHARS_MAX = 300;

const minutesMax = minutesFrom(process.env["PARLEY_TEST_MINUTES_MAX"]);
const folder = mkdtempSync(join(tmpdir(), "parley-tests-"));
// Some tests act as another user, who has to come through to what they are given.
chmodSync(folder, 0o711);
const progressPath = join(folder, "progress.jsonl");
const told = followProgress(progressPath);
const mark = `PARLEY_TEST_RUN=${randomUUID()}`;

const vitest = spawn(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)], {
  // A group and a pipe of its own: nothing that it leaves behind holds what this process was given.
  detached: true,
  stdio: ["ignore", "pipe", "pipe"],
  env: {
    ...process.env,
    ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
    // Whatever the tests leave of their folders, killed ones above all, goes with the run.
    TMPDIR: folder,
    PARLEY_TEST_PROGRESS: progressPath,
    [mark.split("=")[0] ?? ""]: mark.split("=")[1],
  },
});
const exited = once(vitest, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
vitest.stdout.on("data", (chunk: Buffer) => process.stdout.write(chunk));
vitest.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
const descendants = new Descendants(vitest.pid ?? 0, mark);

let leftBehind = 0;
const end = await ending();
const counts = countsOf(told());
if (end.kind === "exited") await endLeftovers();
if (end.kind === "cut") {
  console.log(`\n${end.why}`);
  tellUnended(told());
  tellLiving("Still alive:", descendants.living());
}
await killAll();
removeFolder();
const failed = end.kind === "cut" || end.code !== 0 || leftBehind > 0;
const failures = counts.failed + leftBehind;
console.log(`\n${closingLine({ ...counts, failed: failed ? Math.max(1, failures) : failures })}`);
process.exitCode = failed ? 1 : 0;
// Not before what was said has been written; and then whoever still holds the other end of a pipe.
process.stdout.write("", () => process.exit());

type End = { readonly kind: "exited"; readonly code: number | null } | { readonly kind: "cut"; readonly why: string };

async function ending(): Promise<End> {
  const startedAtMs = performance.now();
  let endedAtMs: number | undefined;
  let looked = false;
  let end: End | undefined;
  void exited.then(([code]) => (end ??= { kind: "exited", code }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => (end ??= { kind: "cut", why: `The tests were ended by ${signal}.` }));
  while (!end) {
    descendants.look();
    if (performance.now() - startedAtMs > minutesMax * 60_000)
      return { kind: "cut", why: `The tests did not end within ${minutesMax} minutes.` };
    if (told().some(({ type }) => type === "run-ended")) endedAtMs ??= performance.now();
    if (!looked && endedAtMs !== undefined && performance.now() - endedAtMs > LEFTOVER_SECONDS_MAX * 1_000) {
      looked = true;
      await endLeftovers();
    }
    if (endedAtMs !== undefined && performance.now() - endedAtMs > CLOSING_SECONDS_MAX * 1_000)
      return { kind: "cut", why: `The tests have ended, but Vitest has not within ${CLOSING_SECONDS_MAX} s.` };
    await Promise.race([sleep(LOOK_MS), exited]);
  }
  return end;
}

/** Names and ends what is neither Vitest nor a worker of it, when it does not go by itself. */
async function endLeftovers(): Promise<void> {
  for (const one of told()) if (one.type === "worker-started") descendants.addOutputs(one.outputs);
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const left = descendants.living().filter(({ pid, parent }) => pid !== vitest.pid && parent !== vitest.pid);
    if (left.length === 0) return;
    if (waitedMs >= LEFTOVER_SECONDS_MAX * 1_000) {
      leftBehind += left.length;
      tellLiving("Left behind by the tests, and ended now:", left);
      descendants.kill(left);
      return;
    }
    await sleep(LOOK_MS);
  }
}

async function killAll(): Promise<void> {
  // Again, for what was started meanwhile.
  for (let look = 0; look < 5 && descendants.living().length > 0; look++) {
    descendants.kill();
    await sleep(100);
  }
}

/** A test that was killed may have left a disk in it. Whoever waits for the count is told it all the same. */
function removeFolder(): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    console.log(`\nWhat the tests left in ${folder} could not be removed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** As far as the reporter has come; a file that had not ended counts as failed. */
function countsOf(progress: readonly Progress[]): Counts {
  const last = progress.findLast((one) => one.type === "run-ended");
  if (last) return last;
  const ended = new Map(progress.flatMap((one) => (one.type === "test-ended" ? [[`${one.file} ${one.test}`, one.state] as const] : [])));
  const count = (wanted: string) => [...ended.values()].filter((state) => state === wanted).length;
  return { passed: count("passed"), failed: count("failed") + unendedFiles(progress).length, skipped: count("skipped") };
}

function unendedFiles(progress: readonly Progress[]): readonly string[] {
  const files = new Set<string>();
  for (const one of progress) {
    if (one.type === "file-started") files.add(one.file);
    if (one.type === "file-ended") files.delete(one.file);
  }
  return [...files];
}

function tellUnended(progress: readonly Progress[]): void {
  const files = unendedFiles(progress);
  if (files.length === 0) return;
  const running = new Map<string, { readonly file: string; readonly test: string; readonly atMs: number }>();
  for (const one of progress) {
    if (one.type === "test-started") running.set(`${one.file} ${one.test}`, one);
    if (one.type === "test-ended") running.delete(`${one.file} ${one.test}`);
  }
  console.log("\nFiles that had not ended:");
  for (const file of files) {
    const tests = [...running.values()].filter((one) => one.file === file);
    console.log(`  ${file}`);
    for (const { test, atMs } of tests) console.log(`    for ${Math.round((Date.now() - atMs) / 1_000)} s: ${test}`);
  }
}

function tellLiving(title: string, living: readonly ProcessEntry[]): void {
  if (living.length === 0) return;
  console.log(`\n${title}`);
  for (const { pid, parent, command } of living) console.log(`  ${pid} (child of ${parent}): ${command.slice(0, SHOWN_CHARS_MAX)}`);
}

function minutesFrom(text: string | undefined): number {
  if (text === undefined || text === "") return RUN_MINUTES_MAX;
  const minutes = Number(text);
  if (minutes > 0) return minutes;
  console.error(
    `PARLEY_TEST_MINUTES_MAX is "${text}"; it is a number of minutes above 0. Without it the tests may take ${RUN_MINUTES_MAX}.`,
  );
  console.log("\n0 passed, 1 failed");
  process.exit(2);
}
