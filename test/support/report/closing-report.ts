import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule, TestResult } from "vitest/node";
import { figuresTable, toldFigures } from "./figures.ts";
import { closingLine, progressPath, tellProgress } from "./progress.ts";
import { missingParts } from "./requirements.ts";

/** Closes a test run with one plain line, after the names of what could not run here and why, and what was broken on purpose. */
export default class ClosingReport implements Reporter {
  onTestModuleStart(module: TestModule): void {
    tellProgress({ type: "file-started", file: fileOf(module) });
  }

  onTestModuleEnd(module: TestModule): void {
    tellProgress({ type: "file-ended", file: fileOf(module) });
  }

  onTestCaseReady(test: TestCase): void {
    tellProgress({ type: "test-started", ...nameOf(test), atMs: Date.now() });
  }

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    tellProgress({ type: "test-ended", ...nameOf(test), state: state === "pending" ? "failed" : state });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const skipped: string[] = [];
    const again: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result();
        const { state } = result;
        if (state === "passed" && (test.diagnostic()?.retryCount ?? 0) > 0)
          again.push(`${fileOf(module)}: ${test.fullName}${whatFailedFirst(result.errors)}`);
        if (state === "passed") counts.passed++;
        else if (state === "failed") counts.failed++;
        else {
          counts.skipped++;
          skipped.push(`${fileOf(module)}: ${test.fullName}`);
        }
      }
      if (module.state() === "failed" && module.errors().length > 0) counts.failed++;
    }
    counts.failed += errors.length;
    if (skipped.length > 0) {
      console.log("\nNot run on this machine:");
      for (const part of missingParts()) console.log(`  ${part.name}: ${part.reason}`);
      for (const name of skipped.slice(0, SKIPPED_SHOWN_MAX)) console.log(`  - ${name}`);
      if (skipped.length > SKIPPED_SHOWN_MAX) console.log(`  … and ${skipped.length - SKIPPED_SHOWN_MAX} more`);
    }
    if (again.length > 0) {
      console.log("\nPassed only at the second try:");
      for (const name of again) console.log(`  - ${name}`);
    }
    const figures = figuresTable(toldFigures());
    if (figures) console.log(`\nBroken on purpose:\n${figures}`);
    tellProgress({ type: "run-ended", ...counts });
    if (progressPath() === undefined) console.log(`\n${closingLine(counts)}`);
  }
}

const SKIPPED_SHOWN_MAX = 60;

/** Of the first try: what it found is as much a defect as if the second had found it, too. */
function whatFailedFirst(errors: TestResult["errors"]): string {
  const told = (errors ?? []).map(({ message, diff, stacks: [top] = [] }) => {
    const where = top ? `\nat ${relative(process.cwd(), top.file)}:${top.line}` : "";
    return where + `\n${stripVTControlCharacters(diff ?? message)}`.slice(0, FIRST_ERROR_CHARS_MAX);
  });
  return told.join("").replaceAll("\n", "\n      ");
}

const FIRST_ERROR_CHARS_MAX = 4_000;

/** A file that is had on both stores is two. */
const fileOf = ({ relativeModuleId, project }: TestModule): string =>
  project.name.endsWith("on postgres") ? `${relativeModuleId} (on Postgres)` : relativeModuleId;

const nameOf = (test: TestCase) => ({ file: fileOf(test.module), test: test.fullName });
