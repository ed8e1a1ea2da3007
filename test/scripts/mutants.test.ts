import { expect, test } from "vitest";
import { isDrawn } from "../../scripts/mutants/draw.ts";
import { weighted, wilson } from "../../scripts/mutants/interval.ts";
import { countOf, NOT_DRAWN, scoreOf, sizeOf, triedOnly } from "../../scripts/mutants/score.ts";
import { withRow, withSampleRow } from "../../scripts/mutants/table.ts";

const mutant = (line: number, status: string, statusReason?: string) => ({
  status,
  ...(statusReason === undefined ? {} : { statusReason }),
  mutatorName: "ConditionalExpression",
  replacement: "true",
  location: { start: { line, column: 3 }, end: { line, column: 9 } },
});
const report = (...statuses: readonly string[]) => ({
  files: {
    "src/a/one.ts": { mutants: statuses.slice(0, 2).map((status, line) => mutant(line, status)) },
    "src/b/two.ts": { mutants: statuses.slice(2).map((status, line) => mutant(line, status)) },
  },
});

test("the score counts what was killed or never ended, of all but what is known to change nothing", () => {
  const counts = countOf(report("Killed", "Timeout", "Survived", "NoCoverage", "Ignored"));
  expect(counts).toEqual({ mutants: 4, killed: 1, timedOut: 1, survived: 1, notCovered: 1, equivalent: 1 });
  expect(scoreOf(counts)).toBe(50);
});

test("a test that only ran out of time is counted apart from those that failed", () => {
  const files = { "src/a.ts": { mutants: [mutant(1, "Killed", "Test timed out in 15000ms."), mutant(2, "Killed", "expected 1 to be 2")] } };
  expect(countOf({ files })).toMatchObject({ mutants: 2, killed: 1, timedOut: 1 });
});

test("a folder's counts are of its own files", () => {
  const ofB = (file: string) => file.startsWith("src/b/");
  expect(countOf(report("Killed", "Killed", "Survived", "Ignored"), ofB)).toMatchObject({
    mutants: 1,
    killed: 0,
    survived: 1,
    equivalent: 1,
  });
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

const many = Array.from({ length: 4_000 }, (_, line) => ({
  file: "src/a/one.ts",
  ...mutant(line, "Killed").location,
  mutatorName: "M",
  replacement: "",
}));
const draw = (percent: number, seed: number) => many.filter((one) => isDrawn({ percent, seed }, one));

test("a draw can be done again, grows with its percentage, and is another for another seed", () => {
  expect(draw(10, 1)).toEqual(draw(10, 1));
  expect(draw(20, 1)).toEqual(expect.arrayContaining(draw(10, 1)));
  expect(draw(100, 1)).toHaveLength(many.length);
  // 400 expected, with a standard deviation of 19; of two seeds a tenth is the same.
  const [drawn, other] = [new Set(draw(10, 1)), draw(10, 2)];
  expect(drawn.size).toBeGreaterThan(320);
  expect(drawn.size).toBeLessThan(480);
  expect(other.filter((one) => drawn.has(one)).length).toBeLessThan(80);
});

test("changes of one place of the code are drawn each for itself", () => {
  const [place] = many;
  const changes = Array.from({ length: 100 }, (_, index) => ({ ...place!, replacement: String(index) }));
  const drawn = changes.filter((one) => isDrawn({ percent: 50, seed: 1 }, one));
  expect(drawn.length).toBeGreaterThan(25);
  expect(drawn.length).toBeLessThan(75);
});

test("a sample's counts are of those drawn, also where others were tried before, and its folder is as large as ever", () => {
  const [sample, lines] = [{ percent: 30, seed: 7 }, Array.from({ length: 50 }, (_, line) => line)];
  const isOfSample = (line: number) =>
    isDrawn(sample, { file: "src/a/one.ts", ...mutant(line, "").location, mutatorName: "ConditionalExpression", replacement: "true" });
  const drawn = lines.filter(isOfSample);
  expect(drawn.length).toBeGreaterThan(0);
  const mutants = lines.map((line) =>
    isOfSample(line) ? mutant(line, "Killed") : line % 2 === 0 ? mutant(line, "Survived") : mutant(line, "RuntimeError", NOT_DRAWN),
  );
  const of = { files: { "src/a/one.ts": { mutants } } };
  expect(countOf(of, () => true, sample)).toMatchObject({ mutants: drawn.length, killed: drawn.length, survived: 0 });
  expect(sizeOf(of, () => true)).toBe(50);
  expect(triedOnly(of).files["src/a/one.ts"]?.mutants).toEqual(mutants.filter(({ status }) => status !== "RuntimeError"));
});

test("Wilson's interval, as tables have it", () => {
  const rounded = (share: number, drawn: number) => Object.values(wilson(share, drawn)).map((bound) => Number(bound.toFixed(4)));
  expect(rounded(0, 10)).toEqual([0, 0.2775]);
  expect(rounded(0.5, 10)).toEqual([0.2366, 0.7634]);
  expect(rounded(0.85, 100)).toEqual([0.7672, 0.9069]);
  expect(rounded(1, 10)).toEqual([0.7225, 1]);
  expect(wilson(1, 0)).toEqual({ from: 0, to: 1 });
});

test("a share of all is weighted by the sizes, and worth as many as were drawn where each drew in proportion", () => {
  const even = weighted([
    { size: 300, drawn: 30, noticed: 15 },
    { size: 100, drawn: 10, noticed: 10 },
  ]);
  expect(even.share).toBeCloseTo(0.625);
  expect(even.effective).toBeCloseTo(40);
  const uneven = weighted([
    { size: 900, drawn: 10, noticed: 9 },
    { size: 100, drawn: 100, noticed: 0 },
    { size: 50, drawn: 0, noticed: 0 },
  ]);
  expect(uneven.share).toBeCloseTo(0.81);
  expect(uneven.effective).toBeLessThan(13);
  expect(weighted([])).toEqual({ share: 0, effective: 0 });
});

test("a sampled folder's row stands in a table of its own, with its interval, and the sum is weighted", () => {
  const page = "| Folder |\n| --- |\n\n| Sampled folder |\n| --- |\n\nMore.\n";
  const stamp = { version: "abc1234", date: "2026-01-05", sample: { percent: 10, seed: 3 } };
  const counts = (killed: number, survived: number) => ({ ...countOf(report()), mutants: killed + survived, killed, survived });
  const before = withSampleRow(page, { folder: "src/b", size: 900, ...counts(0, 9), ...stamp });
  const one = withSampleRow(before, { folder: "src/b", size: 900, ...counts(9, 1), ...stamp });
  const rows = withSampleRow(one, { folder: "src/a", size: 100, ...counts(0, 10), ...stamp }).split("\n");
  expect(rows.slice(0, 3)).toEqual(["| Folder |", "| --- |", ""]);
  expect(rows.slice(5, 8)).toEqual([
    "| `src/a` | 100 | 10 | 0 | 0 | 10 | 0 | 0.0 % | 0.0–27.8 % | 3 | abc1234 | 2026-01-05 |",
    "| `src/b` | 900 | 10 | 9 | 0 | 1 | 0 | 90.0 % | 59.6–98.2 % | 3 | abc1234 | 2026-01-05 |",
    expect.stringMatching(/^\| \*\*together\*\* \| 1000 \| 20 \| 9 \| 0 \| 11 \| 0 \| 81\.0 % \| /),
  ]);
  expect(rows.slice(8)).toEqual(["", "More.", ""]);
});
