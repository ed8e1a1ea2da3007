import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The first takes as long as all other heavy files together, the second as several of them: begun last, each would leave a core idle for minutes. */
const LONGEST = ["test/journeys/trouble/crash.test.ts", "test/journeys/machines/kills.test.ts"];

/** Vitest's own order, which on a machine without records is that of the files' sizes, but for the files whose sizes say nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

/** Each before all others of its group. */
export function longestFirst(files: readonly TestSpecification[]): TestSpecification[] {
  const sorted = [...files];
  const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
  // The longest is put before those that were put there.
  for (const name of LONGEST.toReversed()) {
    const longest = sorted.find(({ moduleId }) => moduleId.endsWith(`/${name}`));
    if (longest === undefined) continue;
    const first = sorted.findIndex((one) => groupOf(one) === groupOf(longest));
    sorted.splice(sorted.indexOf(longest), 1);
    sorted.splice(first, 0, longest);
  }
  return sorted;
}
