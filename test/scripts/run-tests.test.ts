import { randomInt } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { processTable } from "../../scripts/process-table.ts";
import { runChild } from "../support/children.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CONFIG = "test/fixtures/suites/vitest.config.ts";

async function runSuite(name: string, env: { readonly [name: string]: string } = {}) {
  const args = [join(ROOT, "scripts/run-tests.ts"), "--config", CONFIG, name];
  // Not what this very run was given.
  const { PARLEY_TEST_PROGRESS: _progress, PARLEY_TEST_RUN: _run, ...rest } = process.env;
  const { code, out, err } = await runChild(process.execPath, args, { cwd: ROOT, env: { ...rest, NO_COLOR: "1", ...env } });
  return { code, out, err, last: out.trimEnd().split("\n").at(-1) };
}
const living = (word: string) => processTable().filter(({ command }) => command.split(" ").includes(word));

describe.skipIf(process.platform !== "linux")("npm test", () => {
  test("ends although a test has left a process that holds its standard error, names it, ends it, and fails", async () => {
    const seconds = String(randomInt(1_000_000, 10_000_000));
    const { code, out, last } = await runSuite("leaking", { LEAK_SECONDS: seconds });
    expect(out).toMatch(new RegExp(`Left behind by the tests, and ended now:\\n  \\d+ \\(child of \\d+\\): sleep ${seconds}\\n`));
    expect({ code, last, living: living(seconds) }).toEqual({ code: 1, last: "1 passed, 1 failed", living: [] });
  });

  test("ends when its time is over although a test hangs for good, names file, test and processes, and fails", async () => {
    const { code, out, last } = await runSuite("hanging", { PARLEY_TEST_MINUTES_MAX: "0.2" });
    expect(out).toContain("The tests did not end within 0.2 minutes.");
    expect(out).toMatch(/Files that had not ended:\n {2}hanging\.suite\.ts\n {4}for \d+ s: hangs\n/);
    expect(out).toMatch(/Still alive:\n( {2}\d+ \(child of \d+\): .*node.*\n){2,}/);
    const pids = [...out.matchAll(/^ {2}(\d+) \(child of/gm)].map((match) => Number(match[1]));
    expect(processTable().filter(({ pid }) => pids.includes(pid))).toEqual([]);
    expect({ code, last }).toEqual({ code: 1, last: "1 passed, 1 failed" });
  });

  test("ends every child with the test, or the file, that started it, also of a test that failed", async () => {
    const { code, out, last } = await runSuite("children");
    expect(out).not.toContain("Left behind");
    expect({ code, last }).toEqual({ code: 1, last: "1 passed, 1 failed" });
  });

  // A disk takes root.
  test.skipIf(process.getuid?.() !== 0)("tells what it cannot remove of the tests' folder, and still ends with the count", async () => {
    const around = mkdtempSync(join(tmpdir(), "parley-mounting-"));
    onTestFinished(async () => {
      for (const folder of readdirSync(around)) await runChild("umount", [join(around, folder, "disk")]);
      rmSync(around, { recursive: true });
    });
    const { code, out, last } = await runSuite("mounting", { TMPDIR: around });
    expect(out).toMatch(/^What the tests left in \S+ could not be removed: /m);
    expect({ code, last }).toEqual({ code: 0, last: "1 passed, 0 failed" });
  });
});

test("a limit that is no number is bad usage, and the last line is still the count", async () => {
  const { code, err, last } = await runSuite("children", { PARLEY_TEST_MINUTES_MAX: "soon" });
  expect(err).toContain('PARLEY_TEST_MINUTES_MAX is "soon"; it is a number of minutes above 0.');
  expect({ code, last }).toEqual({ code: 2, last: "0 passed, 1 failed" });
});

test("tests start processes by test/support/children.ts alone, which ends them", () => {
  const folder = join(ROOT, "test");
  const starting = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.(ts|cjs)$/.test(file) && /^import (?!type).* from "node:child_process"/m.test(readFileSync(join(folder, file), "utf8")),
  );
  // The fixtures are programs that leave processes behind, for the tests of what ends them; what plays a real model, or installs the
  // servers of others, is no test of a suite.
  expect(starting.toSorted()).toEqual([
    "fixtures/mcp-stdio.ts",
    "fixtures/suites/leaking.suite.ts",
    "mcp/main.ts",
    "others/main.ts",
    "real/processes.ts",
    "support/children.ts",
  ]);
});
