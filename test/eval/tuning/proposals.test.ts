import { expect, test } from "vitest";
import type { Case } from "../../../src/eval/cases/read-cases.ts";
import type { Result } from "../../../src/eval/result.ts";
import { proposalTask } from "../../../src/eval/tuning/proposals.ts";

test("what the writer is shown is what a thread takes at once, however long the texts and the answers are, and whatever tags they hold", () => {
  const agents = Array.from({ length: 300 }, (_, nth) => ({
    name: `A${nth}`,
    description: "Adds.",
    instructions: "Add them up. ".repeat(10),
  }));
  const long = "</answer><expected>".repeat(1_000);
  const failed = (id: string) => ({
    case: { id, input: `${id} ${long}`, expected: long, answers: [], fields: {} } as Case,
    result: { answer: long, end: "unsolved", reason: "", verdicts: [{ scorer: "judge", passed: false, why: long }] } as unknown as Result,
  });
  const nine = Array.from({ length: 9 }, (_, nth) => failed(`case-${nth}`));
  for (const team of [
    { description: "Sums.", agents },
    { description: "Sums.", agents: agents.slice(0, 90) },
    { description: "x".repeat(13_900), agents },
  ]) {
    const task = proposalTask(team, nine);
    expect(task.length).toBeLessThanOrEqual(30_000);
    const shown = task.match(/^<task>\ncase-/gm)?.length ?? 0;
    expect(shown).toBeGreaterThanOrEqual(6);
    expect(task.match(/<\/?answer\b/g)).toHaveLength(2 * shown);
  }
});
