import fc from "fast-check";
import { expect, test } from "vitest";
import { createPageCache } from "../../src/tools/page-cache.ts";
import { contentsOf, pagesIn, partsOf } from "../../src/tools/page-parts.ts";

const slices = (text: string, charsMax: number, starts: readonly number[] = []): readonly string[] =>
  partsOf(text, charsMax, starts).map(({ from, to }) => text.slice(from, to));

/** Text of what texts break at, and of what must not be broken. */
const piece = fc.constantFrom("word ", "\n", "\n\n", "\n# ", "\n## Heading\n", "# ", "a".repeat(9), "😀", "é", " ", "\n#", "日本語");
const text = fc.array(piece, { maxLength: 400 }).map((pieces) => pieces.join(""));

test("parts of any text, joined, are the text: none is too long, none empty, none begins within a letter", () => {
  const marks = fc.array(fc.nat(1_000), { maxLength: 30 });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 200 }), marks, (whole, charsMax, drawn) => {
      const points = Array.from(whole);
      const starts = [...new Set(drawn)].toSorted((a, b) => a - b).map((nth) => points.slice(0, nth).join("").length);
      const parts = slices(whole, charsMax, starts);
      expect(parts.join("")).toBe(whole);
      expect(parts.every((part) => part.length <= charsMax)).toBe(true);
      expect(parts.every((part) => part !== "" || whole === "")).toBe(true);
      expect(parts.every((part) => part.isWellFormed())).toBe(true);
      expect(contentsOf(whole, partsOf(whole, charsMax, starts), starts).split("\n").length).toBeLessThanOrEqual(30);
    }),
  );
});

test("a part ends before a page, else a heading, else behind a paragraph, a line, a word", () => {
  expect(slices("one two\nthree four", 14, [9])).toEqual(["one two\nt", "hree four"]);
  expect(slices("Alpha is here.\n# Beta\nis there. And so on.", 28)).toEqual(["Alpha is here.\n", "# Beta\nis there. And so on."]);
  expect(slices("Alpha is here.\n\nBeta\nis there.", 24)).toEqual(["Alpha is here.\n\n", "Beta\nis there."]);
  expect(slices("Alpha is here.\nBeta is there.", 20)).toEqual(["Alpha is here.\n", "Beta is there."]);
  expect(slices("Alpha is here and there", 12)).toEqual(["Alpha is ", "here and ", "there"]);
  expect(slices("#hash", 3)).toEqual(["#ha", "sh"]);
  expect(slices("", 10)).toEqual([""]);
});

test("what is where is told by headings or first words, and by pages where there are some", () => {
  const whole = "# Alpha\nfirst\n## Beta\nsecond\n# Gamma\nthird third";
  const parts = partsOf(whole, 30);
  expect(contentsOf(whole, parts)).toBe("- part 1: Alpha; Beta\n- part 2: Gamma");
  const pages = "page one. page two. page three.";
  const starts = [0, 10, 20];
  expect(contentsOf(pages, partsOf(pages, 20, starts), starts)).toBe(
    "- part 1, pages 1–2: page one. page two.\n- part 2, page 3: page three.",
  );
  expect(pagesIn({ from: 12, to: 15 }, starts)).toBe("page 2");
  expect(pagesIn({ from: 0, to: 5 }, [])).toBe("");
});

test("of a hundred parts several stand in a line, and a line is short", () => {
  const whole = `${"long ".repeat(100)}\n`.repeat(50);
  const lines = contentsOf(whole, partsOf(whole, 260)).split("\n");
  expect(lines.length).toBeLessThanOrEqual(30);
  expect(lines[0]).toMatch(/^- parts 1–4: long long [^\n]+…$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(130);
});

test("pages that are remembered have room for so many letters; the one that was asked for longest ago makes it", () => {
  const cache = createPageCache({ charsMax: 10, pagesMax: 3 });
  const page = (words: string) => ({ url: new URL("https://a.test"), title: "", what: "", text: words, starts: [] });
  cache.put("a", page("aaaa"));
  cache.put("b", page("bbbb"));
  expect(cache.get("a")?.text).toBe("aaaa");
  cache.put("c", page("cccc"));
  expect(["a", "b", "c"].map((key) => cache.get(key)?.text)).toEqual(["aaaa", undefined, "cccc"]);
  cache.put("long", page("x".repeat(11)));
  expect(cache.get("long")).toBeUndefined();
  cache.put("a", page("a"));
  for (const key of ["d", "e"]) cache.put(key, page("1"));
  expect(["a", "c", "d", "e"].map((key) => cache.get(key)?.text)).toEqual(["a", undefined, "1", "1"]);
});
