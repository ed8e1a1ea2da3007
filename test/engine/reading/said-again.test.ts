import fc from "fast-check";
import { expect, test } from "vitest";
import { stallsOf } from "../../../src/engine/reading/stalls.ts";
import { read } from "../../../src/engine/reading/fold.ts";
import { runsOf } from "../../support/chance.ts";
import { logOf, said, started } from "../../support/facts.ts";

const RUNS = runsOf(500);

/** Few words and small changes, so that texts are about as often alike as not. */
const words = fc.array(fc.constantFrom<string>("rents", "Rents", "went", "up", "in", "May", "42", "été", "研究", "-", "and"), {
  maxLength: 30,
});
const text = fc.tuple(words, fc.constantFrom(" ", "\n", ", ")).map(([all, between]) => all.join(between));
const twins = fc.tuple(words, fc.nat(30), fc.constantFrom("rents", "tomorrow", "")).map(([all, at, other]) => {
  const changed = all.toSpliced(at, 1, other);
  return [all.join(" "), changed.join(" ")] as const;
});

/** In so many words: of all that both say in three words, four in five are said by both. */
function isSame(one: string, other: string): boolean {
  const threes = (words: string) => {
    const all = words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return all.length <= 3 ? new Set([all.join(" ")]) : new Set(all.slice(2).map((_, at) => all.slice(at, at + 3).join(" ")));
  };
  const [a, b] = [threes(one), threes(other)];
  const common = [...a].filter((three) => b.has(three)).length;
  return common / (a.size + b.size - common) >= 0.8;
}

test("a turn is taken for one of the last four said again when they say the same in four of five runs of three words, and else never", () => {
  let repeated = 0;
  fc.assert(
    fc.property(fc.oneof(fc.array(text, { minLength: 1, maxLength: 7 }), twins), (texts) => {
      const log = logOf(started(), ...texts.map((one, turn) => said(turn % 2 === 0 ? "Ada" : "Ben", one)));
      const last = texts.at(-1) ?? "";
      const before = texts.slice(0, -1).slice(-4);
      const isAgain = before.some((one) => isSame(last, one));
      if (isAgain) repeated++;
      expect(read(log, stallsOf("lead")).repeated).toBe(isAgain);
    }),
    { numRuns: RUNS },
  );
  expect(repeated).toBeGreaterThan(RUNS / 25);
});

test("three words are said again by more words that say nothing but them", () => {
  const again = (...texts: string[]) => read(logOf(started(), ...texts.map((one) => said("Ada", one))), stallsOf("lead")).repeated;
  expect(again("rents rents rents", "rents rents rents rents")).toBe(true);
  expect(again("rents went up", "rents went up in May")).toBe(false);
});
