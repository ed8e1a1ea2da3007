import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/engine/agents/leaders/selector-prompt.ts";
import { runsOf } from "../support/chance.ts";

const words = fc
  .array(fc.constantFrom("word", "x", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u2003", " \n", "\n ", "é"), { maxLength: 60 })
  .map((parts) => parts.join(""));

test("a digest is a text's beginning and end in one line, with one blank wherever there was any", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 3, max: 40 }), (text, charsMax) => {
      const line = (part: string) => part.replaceAll(/\s+/g, " ").trim();
      const headChars = Math.ceil((charsMax * 2) / 3);
      const whole = `${line(text.slice(0, headChars))} … ${line(text.slice(headChars - charsMax))}`;
      expect(digestOf(text, charsMax)).toBe(text.length <= charsMax ? text : whole);
    }),
    { numRuns: runsOf(500) },
  );
});
