import type { Interval } from "./resampling.ts";

/** Of the normal distribution: 95 of 100 lie within so many standard deviations. */
const Z = 1.959963984540054;

/** The share of yes among so many, with the score interval of 95 % (Wilson 1927). `NaN` where there is none at all. */
export function wilson(yes: number, all: number): Interval {
  if (all === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const value = yes / all;
  const denominator = 1 + Z ** 2 / all;
  const middle = (value + Z ** 2 / (2 * all)) / denominator;
  const half = (Z / denominator) * Math.sqrt((value * (1 - value)) / all + Z ** 2 / (4 * all ** 2));
  return { value, low: yes === 0 ? 0 : middle - half, high: yes === all ? 1 : middle + half };
}
