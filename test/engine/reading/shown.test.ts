import fc from "fast-check";
import { expect, test } from "vitest";
import { readBack, shown } from "../../../src/engine/reading/shown.ts";
import { runsOf } from "../../support/chance.ts";

const TITLE = 'print(1)\n#\u001b]0;\nprint("HIDDEN")\n#\u0007\nprint(2)\n';

test.each([
  ["a terminal sequence and all it would swallow", TITLE, 'print(1)\n#⟦\\x1b⟧]0;\nprint("HIDDEN")\n#⟦\\x07⟧\nprint(2)\n'],
  ["an 8-bit one", "a\u009b2Kb", "a⟦\\x9b⟧2Kb"],
  ["a carriage return, a backspace, a delete", "x\ry\bz\u007f", "x⟦\\x0d⟧y⟦\\x08⟧z⟦\\x7f⟧"],
  ["marks of direction", "a\u202eb\u2066c\u200f\u061c", "a⟦U+202E⟧b⟦U+2066⟧c⟦U+200F⟧⟦U+061C⟧"],
  ["invisible marks", "a\u200b\u2060\ufeff\u00ad\u034f\u3164\u{e0041}", "a⟦U+200B⟧⟦U+2060⟧⟦U+FEFF⟧⟦\\xad⟧⟦U+034F⟧⟦U+3164⟧⟦U+E0041⟧"],
  ["spaces that look like spaces", "a\u00a0b\u2003c\u3000d\u2028e\u2800", "a⟦\\xa0⟧b⟦U+2003⟧c⟦U+3000⟧d⟦U+2028⟧e⟦U+2800⟧"],
  ["half of a pair", "a\ud83db", "a⟦U+D83D⟧b"],
  ["its own marks", "⟦U+202E⟧ and \\x1b", "⟦U+27E6⟧U+202E⟧ and \\x1b"],
  ["many of a kind", `a${"\u200b".repeat(300)}b${" ".repeat(500)}c`, "a⟦U+200B×300⟧b⟦U+0020×500⟧c"],
  ["accents piled up on a letter", `a${"\u0301\u0302\u0303\u0304\u0305\u0305"}b`, "a\u0301\u0302\u0303⟦U+0304⟧⟦U+0305⟧⟦U+0305⟧b"],
  ["one accent many times", `a${"\u0335".repeat(300)}b`, "a\u0335\u0335\u0335⟦U+0335×297⟧b"],
  ["blanks of two kinds", `a${" \t".repeat(30)}${" ".repeat(9)}b`, `a${"⟦U+0020⟧⟦\\x09⟧".repeat(30)}⟦U+0020×9⟧b`],
  ["lines of blanks alone", `a${"\n ".repeat(10)}\nb`, `a\n${"⟦U+0020⟧⟦\\x0a⟧".repeat(9)} \nb`],
  ["a sign without a form", "a\u{1d159}b", "a⟦U+1D159⟧b"],
  ["empty lines that push the rest away", `a${"\n".repeat(100)}b`, "a\n⟦\\x0a×98⟧\nb"],
])("stands there by name: %s", (_title, text, expected) => {
  expect(shown(text)).toBe(expected);
  expect(readBack(expected)).toBe(text);
});

test.each([
  ["a program", "def f(x):\n\tif x < 3:\n        return `x`  # ünïcode, 漢字, 🙂\n"],
  ["backslashes", String.raw`print("\x1b[31m", "\u202e")`],
  ["JSON", '{"a": [1, "<@U1>", "&lt;"]}'],
])("is left as it is: %s", (_title, text) => expect(shown(text)).toBe(text));

test.each(["⟦U+110000⟧", "⟦\\x1B⟧", "⟦U+202e⟧", "⟦⟧", "⟦U+0020×12345⟧", "⟦U+27E6"])("what is no mark is text: %s", (text) =>
  expect(readBack(text)).toBe(text),
);

/** By Unicode's own properties. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
const tricky = fc.constantFrom(
  "⟦", "⟧", "×", "U+202E", "\\x1b", "⟦\\x1b⟧", "⟦U+0020×9⟧", "\u001b", "\u009b", "\r", "\r\n", "\n", "\t", " ", "\u00a0", "\u202e", "\u200b", "\ufe0f", "\ud800", "\udc00", "🙂", "\u{e0061}", " ".repeat(61), " \t".repeat(40), "\n ".repeat(12), "\u0301", "\u0489".repeat(6), "\n".repeat(12), "`".repeat(45), "9", "print(1)",
); // prettier-ignore
const anything = fc.oneof(
  fc.array(tricky, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

test("property: what is run can be read back from what is shown, and nothing in that is invisible", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const form = shown(text);
      expect(readBack(form)).toBe(text);
      expect(form.replaceAll(/[\n\t ]/g, "")).not.toMatch(UNSEEN);
      expect(form.isWellFormed()).toBe(true);
    }),
    { numRuns: runsOf(3_000) },
  );
});

test("property: two texts are never shown alike", () => {
  fc.assert(
    fc.property(anything, anything, (one, other) => {
      expect(shown(one) === shown(other)).toBe(one === other);
    }),
    { numRuns: runsOf(2_000) },
  );
});
