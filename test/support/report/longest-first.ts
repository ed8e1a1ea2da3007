import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take far longer than their sizes say, the longest first of each project: begun last, each would leave a core idle while all else has
 * ended, the first two for minutes.
 */
export const LONGEST = [
  "test/journeys/trouble/crash.test.ts",
  "test/journeys/machines/kills.test.ts",
  "test/sandbox/wasm/executor.test.ts",
  "test/store/postgres/store.test.ts",
  "test/sandbox/docker/lifecycle.test.ts",
  "test/sandbox/e2b/executor.test.ts",
  "test/sandbox/kubernetes/executor.test.ts",
  "test/scripts/run-tests.test.ts",
  "test/eval/killed.test.ts",
  "test/sandbox/os/executor.test.ts",
  "test/store/sqlite/store.test.ts",
  "test/sandbox/docker/executor.test.ts",
  "test/bench/path.test.ts",
  "test/models/provider.test.ts",
  "test/store/sqlite/any-story.test.ts",
];

/** Vitest's own order, which on a machine without records is that of the files' sizes, but for the files whose sizes say nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

/** Each before all others of its project, whose files stand together. */
export function longestFirst(files: readonly TestSpecification[]): TestSpecification[] {
  const sorted = [...files];
  // The longest is put before those that were put there.
  for (const name of LONGEST.toReversed()) {
    for (const longest of files.filter(({ moduleId }) => moduleId.endsWith(`/${name}`))) {
      sorted.splice(sorted.indexOf(longest), 1);
      const first = sorted.findIndex(({ project }) => project.name === longest.project.name);
      sorted.splice(first === -1 ? files.indexOf(longest) : first, 0, longest);
    }
  }
  return sorted;
}
