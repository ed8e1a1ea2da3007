import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Story, step } from "./story.ts";

const STORIES = 60;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-story-"));
});
afterAll(() => rm(directory, { recursive: true }));

test(
  "whatever is committed, woken, handled, broken and restarted, in any order: no gap in a log, no wake-up lost or made up, one handler for a thread",
  { timeout: 120_000 },
  async () => {
    let stories = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
        const story = new Story(join(directory, `${stories++}.db`));
        for (const next of steps) await story.go(next);
        await story.end();
      }),
      { numRuns: STORIES },
    );
    expect(stories).toBeGreaterThanOrEqual(STORIES);
  },
);
