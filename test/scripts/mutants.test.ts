import { expect, test } from "vitest";
import { countOf, scoreOf } from "../../scripts/mutants/score.ts";
import { withRow } from "../../scripts/mutants/table.ts";

const report = (...statuses: readonly string[]) => ({
  files: {
    "a.ts": { mutants: statuses.slice(0, 2).map((status) => ({ status })) },
    "b.ts": { mutants: statuses.slice(2).map((status) => ({ status })) },
  },
});

test("the score counts what was killed or never ended, of all but what is known to change nothing", () => {
  const counts = countOf(report("Killed", "Timeout", "Survived", "NoCoverage", "Ignored"));
  expect(counts).toEqual({ mutants: 4, killed: 1, timedOut: 1, survived: 1, notCovered: 1, equivalent: 1 });
  expect(scoreOf(counts)).toBe(50);
});

test("a folder's row takes the place of the one before, and the sum is of all rows", () => {
  const counts = (killed: number, survived: number) => ({ ...countOf(report()), mutants: killed + survived, killed, survived });
  const stamp = { version: "abc1234", date: "2026-01-05" };
  const page = "# Page\n\n| Folder |\n| --- |\n\nMore.\n";
  const one = withRow(page, { folder: "src/b", ...counts(1, 3), ...stamp });
  const two = withRow(one, { folder: "src/a", ...counts(6, 0), ...stamp });
  const rows = withRow(two, { folder: "src/b", ...counts(3, 1), ...stamp }).split("\n");
  expect(rows.slice(0, 2)).toEqual(["# Page", ""]);
  expect(rows.slice(4, 7)).toEqual([
    "| `src/a` | 6 | 6 | 0 | 0 | 0 | 0 | 100.0 % | abc1234 | 2026-01-05 |",
    "| `src/b` | 4 | 3 | 0 | 1 | 0 | 0 | 75.0 % | abc1234 | 2026-01-05 |",
    "| **together** | 10 | 9 | 0 | 1 | 0 | 0 | 90.0 % |  |  |",
  ]);
  expect(rows.slice(7)).toEqual(["", "More.", ""]);
});
