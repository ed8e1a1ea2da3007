import fc from "fast-check";
import { expect, test } from "vitest";
import { PASSAGE_CHARS_LONGEST, passagesOf, type DividedText } from "../../src/knowledge/passages.ts";

const shown = (divided: DividedText) => passagesOf(divided).map(({ place, text }) => [place, text]);

test("a passage is what stands below a heading, with the headings above it and its lines", () => {
  const text = "# Handbook\n\n## Holidays\n\nThirty days.\n\n### Carry-over\n\nFive days.\n\n## Travel\n\nBy train.\n";
  expect(shown({ text, firstLine: 1 })).toEqual([
    ["Handbook › Holidays, lines 1–6", "# Handbook\n\n## Holidays\n\nThirty days.\n\n"],
    ["Handbook › Holidays › Carry-over, lines 7–10", "### Carry-over\n\nFive days.\n\n"],
    ["Handbook › Travel, lines 11–13", "## Travel\n\nBy train.\n"],
  ]);
});

test("what looks like a heading in a block of code is none", () => {
  const text = "# Setup\n\n```sh\n# not a heading\n\nls\n```\n\nDone.";
  expect(shown({ text })).toEqual([["Setup", text]]);
});

test("of a document with pages a passage stands on one page, and says which", () => {
  expect(shown({ text: "First page.\n\nSecond page.", pages: [0, 13] })).toEqual([
    ["page 1", "First page.\n\n"],
    ["page 2", "Second page."],
  ]);
});

test("what is longer than a passage is cut behind a sentence, and the next one begins with the end of the one before", () => {
  const text = Array.from({ length: 60 }, (_one, at) => `This is sentence number ${at} of a long paragraph.`).join(" ");
  const [first, second] = passagesOf({ text, firstLine: 1 });
  expect(first?.text).toMatch(/^This is sentence number 0 .* of a long paragraph\. $/);
  expect(second?.overlap).toBeGreaterThan(100);
  expect(first?.text.endsWith(second?.text.slice(0, second.overlap) ?? "-")).toBe(true);
  expect(second?.place).toBe("line 1");
});

/** What makes documents: words, headings, fences, blank lines, long lines, characters of two halves. */
const piece = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom(
    "\n",
    "\n\n",
    "\n# A heading\n",
    "\n## 标题\n",
    "\n###### six\n",
    "```\n",
    "~~~~\n",
    "   \n",
    "\t",
    "# ",
    "\r\n",
    "🙂".repeat(900),
    "é. ".repeat(700),
  ),
  fc.integer({ min: 1, max: 4_000 }).map((length) => "x".repeat(length)),
);

test("the passages' own parts, one after the other, are the whole text, and none is too long or breaks a character", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 4 }), fc.boolean(), (pieces, turns, hasPages) => {
      const text = pieces.join("").toWellFormed();
      const pages = [0, ...turns.map((at) => text.indexOf("\n", at * 50) + 1)].toSorted((one, other) => one - other);
      const passages = passagesOf({ text, ...(hasPages ? { pages } : { firstLine: 1 }) });
      expect(passages.map(({ text: all, overlap }) => all.slice(overlap)).join("")).toBe(text);
      for (const [at, { start, end, overlap, text: all }] of passages.entries()) {
        expect(start).toBe(passages[at - 1]?.end ?? 0);
        expect(all).toBe(text.slice(start - overlap, end));
        expect(all.isWellFormed()).toBe(true);
        expect(all.length).toBeLessThanOrEqual(PASSAGE_CHARS_LONGEST);
        expect(overlap).toBeLessThanOrEqual(passages[at - 1]?.text.length ?? 0);
        expect(end).toBeGreaterThan(start);
      }
    }),
    { numRuns: 200 },
  );
});

test("a text with a heading in each line is divided up to a number of passages", () => {
  const passages = passagesOf({ text: "# a\nb\n".repeat(5_000) });
  expect(passages).toHaveLength(2_000);
  expect(passages.at(-1)?.end).toBe(2_000 * 6);
});
