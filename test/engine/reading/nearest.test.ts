import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "../../../src/engine/reading/nearest.ts";

test("a misspelt word finds the one that was meant", () => {
  expect(nearest("biling", ["billing", "refunds"])).toBe("billing");
  expect(nearest("Codre", ["Critic", "Coder"])).toBe("Coder");
  expect(nearest("REFUNDS", ["billing", "refunds"])).toBe("refunds");
});

test("a word that is like none of them gets no guess", () => {
  expect(nearest("weather", ["billing", "refunds"])).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});

test("a known word is always nearest to itself", () => {
  const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(fc.property(words, (known) => known.forEach((word) => expect(nearest(word, known)).toBe(word))));
});
