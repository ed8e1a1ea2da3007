import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The quick tests of each room, which need no other program. What only a journey notices counts as not noticed. */
const TESTS = {
  engine: ["test/engine/**/*.test.ts", "test/conformance/observed.test.ts"],
  runner: ["test/runner/**/*.test.ts"],
};
/**
 * They look at what requests cost, and how long something takes, rather than at what is done: the code is slower here. What watches the folds puts a
 * module of its own in the place of another, which it cannot where modules are loaded once; and what it plays is played by others.
 */
const NOT = ["test/engine/prefix.test.ts", "test/engine/in-little-time.test.ts", "test/engine/folds.test.ts"];
/** Many cases each: most mutants are found before it comes to them. */
const LAST = [/test\/conformance\//, /any-conversation\.test\.ts$/];
/** A test takes less than a second, on a machine that has other work a few. What a mutant has it wait for does not come. */
const TEST_MS_MAX = 30_000;

class CheapFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = (file: string) => LAST.findIndex((pattern) => pattern.test(file));
    const size = (file: string) => statSync(file).size;
    return files.toSorted(({ moduleId: one }, { moduleId: other }) => place(one) - place(other) || size(one) - size(other));
  }
}

const room = process.env["MUTANTS_ROOM"];
if (room !== "engine" && room !== "runner") throw new Error('MUTANTS_ROOM is "engine" or "runner"; `npm run mutants -- FOLDER` sets it.');

export default defineConfig({
  test: {
    include: TESTS[room],
    exclude: NOT,
    // All files in one worker, which is a new one for each mutant: modules are loaded once.
    isolate: false,
    sequence: { sequencer: CheapFirst },
    setupFiles: ["test/support/same-seed.ts", "test/support/end-children.ts"],
    testTimeout: TEST_MS_MAX,
    hookTimeout: TEST_MS_MAX,
  },
});
