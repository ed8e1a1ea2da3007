import { describe, expect, test } from "vitest";
import { cohensKappa, passAtK } from "../../../src/eval/statistics/measures.ts";
import { bootstrap, meanAt, meanOf, quantile, sample, signFlipTest } from "../../../src/eval/statistics/resampling.ts";

/** What SciPy 1.17.1, NumPy 2.4.6 and scikit-learn 1.9.1 compute of the same numbers. */
describe("the same as a reference computes", () => {
  test("percentile bootstrap of a mean (scipy.stats.bootstrap, 200,000 resamples)", () => {
    const shares = [1, 1, 0, 0.5, 1, 0, 0.5, 1, 1, 0, 1, 0.5, 1, 1, 0, 1, 1, 0.5, 0, 1];
    const { value, low, high } = meanOf(shares, 7);
    expect(value).toBeCloseTo(0.65, 12);
    expect(low).toBeCloseTo(0.45, 1.6);
    expect(high).toBeCloseTo(0.825, 1.6);
  });

  test.each([
    ["ten differences, two of them 0", [0.5, -0.5, 1, 0, 1, 0.5, 0, -1, 1, 0.5], 0.2734375],
    ["six of one sign", [1, 1, 0.5, 1, 0.5, 1], 0.03125],
    ["no difference at all", [0, 0, 0], 1],
  ])("paired randomisation test, exact: %s (scipy.stats.permutation_test)", (_, differences, p) => {
    expect(signFlipTest(differences, 1)).toBeCloseTo(p, 12);
  });

  test("the same of many differences, drawn (400,000 of them there)", () => {
    const differences = [
      1.14, -1.16, 0.33, -0.16, -0.11, 0.01, -0.89, 0, -0.31, 1.78, 0.23, -0.06, -0.02, -0.21, -0.41, -0.08, 0.36, 0, 0.6, 0.02, 0.13, 0.89,
      0.39, -0.13, 0.03, 0.39, 1.09, -0.01, 0, 0.62, -0.32, -0.03, 0.56, 0.41, 0.17, 0.46, -1.29, 0.63, -0.36, -0.71,
    ]; // prettier-ignore
    expect(Math.abs(signFlipTest(differences, 1) - 0.29554)).toBeLessThan(0.012);
  });

  test("the exact interval where all cases are alike (scipy.stats.binomtest)", () => {
    expect(
      meanOf(
        Array.from({ length: 12 }, () => 1),
        1,
      ),
    ).toEqual({ value: 1, low: expect.closeTo(0.7353515306029488, 12), high: 1 });
    expect(
      meanOf(
        Array.from({ length: 20 }, () => 0),
        1,
      ),
    ).toEqual({ value: 0, low: 0, high: expect.closeTo(0.16843347098308548, 12) });
    expect(
      meanOf(
        Array.from({ length: 20 }, () => 0),
        1,
        "difference",
      ).low,
    ).toBeCloseTo(-0.16843347098308548, 12);
  });

  test("no interval is a point where all cases are alike, and so few of them say of no difference that it is none of chance", () => {
    const alike = (count: number, share: number, kind: "share" | "difference") => meanOf(Array.from({ length: count }, () => share), 1, kind); // prettier-ignore
    // 0.025 ** (1 / 3) of all are like these three; the others are all solved, or none of them.
    expect(alike(3, 0.5, "share")).toEqual({ value: 0.5, low: expect.closeTo(0.146201, 5), high: expect.closeTo(0.853799, 5) });
    for (let count = 1; count < 12; count++) {
      const isChance = signFlipTest(Array.from({ length: count }, () => -1), 1) > 0.05; // prettier-ignore
      expect([count, alike(count, -1, "difference").high > 0]).toEqual([count, isChance]);
    }
  });

  test("Cohen's κ (sklearn.metrics.cohen_kappa_score)", () => {
    const [one, other] = ["1100101101", "1000111101"].map((marks) => marks.split("").map((mark) => mark === "1"));
    expect(cohensKappa((one ?? []).map((mark, index) => [mark, other?.[index] === true]))).toBeCloseTo(0.5833333333333333, 12);
    expect(cohensKappa([[true, true]])).toBeNaN();
  });

  test.each([
    [10, 3, 1, 0.3],
    [10, 3, 5, 0.9166666666666666],
    [5, 0, 3, 0],
    [5, 4, 2, 1],
    [200, 13, 100, 0.9999194971988055],
  ])("pass@k of %i runs, %i of them right, k = %i", (runs, solved, k, expected) => {
    expect(passAtK({ runs, solved }, k)).toBeCloseTo(expected, 12);
  });

  test.each([
    [0.025, 1.1],
    [0.5, 3],
    [0.9, 7.6],
    [0.975, 9.4],
  ])("the quantile %d (numpy.quantile)", (share, expected) => {
    expect(quantile([1, 2, 3, 4, 10], share)).toBeCloseTo(expected, 12);
  });
});

test("the same seed draws the same, another seed another", () => {
  const shares = Array.from({ length: 40 }, (_, index) => ((index * 7) % 3 === 0 ? 1 : 0));
  const of = (seed: number) => bootstrap(shares.length, (places) => meanAt(shares, places), seed);
  expect(of(3)).toEqual(of(3));
  const items = Array.from({ length: 100 }, (_, index) => index);
  expect(sample(items, 10, 1)).toEqual(sample(items, 10, 1));
  expect(sample(items, 10, 1)).not.toEqual(sample(items, 10, 2));
  expect(new Set(sample(items, 10, 1)).size).toBe(10);
  expect(sample(items, 1_000, 1)).toEqual(items);
});
