import { BaseSequencer, type TestSpecification } from "vitest/node";

/** It takes as long as all other heavy files together: begun last, it would leave a core idle for minutes. */
const LONGEST = "test/journeys/trouble/crash.test.ts";

/** Vitest's own order, which on a machine without records is that of the files' sizes, but for the one file whose size says nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = sorted.findIndex(({ moduleId }) => moduleId.endsWith(`/${LONGEST}`));
    if (first === -1) return sorted;
    const longest = sorted[first];
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const others = sorted.toSpliced(first, 1);
    const at = others.findIndex((one) => longest !== undefined && groupOf(one) === groupOf(longest));
    return longest === undefined || at === -1 ? sorted : others.toSpliced(at, 0, longest);
  }
}
