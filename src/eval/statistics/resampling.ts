import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** An estimate and the interval that holds the true value in 95 of 100 such evaluations. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const RESAMPLES = 5_000;
/** Of numbers drawn for one interval or test: beyond, fewer rounds are enough, for the more cases there are the less one of them weighs. */
const DRAWS_MAX = 20_000_000;
const ROUNDS_MIN = 1_000;
const roundsFor = (cases: number, wanted: number): number => Math.min(wanted, Math.max(ROUNDS_MIN, Math.floor(DRAWS_MAX / cases)));
const LEVEL = 0.95;

/**
 * Percentile bootstrap over cases (Efron 1979): the cases are drawn anew with replacement, as often as there are, and the statistic is
 * computed of each draw. Cases are drawn and not runs, for the repeats of one case are alike. The same seed gives the same interval.
 *
 * @param of The statistic of the cases at these places; NaN where a draw has none, which is left out.
 */
export function bootstrap(cases: number, of: (places: Int32Array) => number, seed: number): Interval {
  const value = of(Int32Array.from({ length: cases }, (_, index) => index));
  const random = xoroshiro128plus(seed);
  const places = new Int32Array(cases);
  const drawn: number[] = [];
  const rounds = cases === 0 ? 0 : roundsFor(cases, RESAMPLES);
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < cases; at++) places[at] = uniformInt(random, 0, cases - 1);
    const one = of(places);
    if (!Number.isNaN(one)) drawn.push(one);
  }
  if (drawn.length === 0) return { value, low: Number.NaN, high: Number.NaN };
  drawn.sort((one, other) => one - other);
  return { value, low: quantile(drawn, (1 - LEVEL) / 2), high: quantile(drawn, (1 + LEVEL) / 2) };
}

/**
 * The mean of shares of 1, or of differences of such, with {@link bootstrap}'s interval. Where all cases are alike, resampling sees no chance at
 * all. There it is the exact interval of as many yes or no (Clopper and Pearson 1934): so many of all cases may be others, and those be at either end
 * of what a share or a difference can be.
 */
export function meanOf(shares: readonly number[], seed: number, kind: "share" | "difference" = "share"): Interval {
  const [first] = shares;
  const areAlike = first !== undefined && shares.every((share) => Math.abs(share - first) < ROUNDING);
  if (!areAlike) return bootstrap(shares.length, (places) => meanAt(shares, places), seed);
  const others = 1 - ((1 - LEVEL) / 2) ** (1 / shares.length);
  const [least, most] = [kind === "share" ? 0 : -1, 1];
  return { value: first, low: first - others * (first - least), high: first + others * (most - first) };
}

/** Of sorted numbers, between two of them in a straight line (type 7 of Hyndman and Fan 1996, which R and NumPy take). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [lower = Number.NaN, upper = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return lower === upper ? lower : lower + (upper - lower) * (at - Math.floor(at));
}

/** Of the values at these places. */
export function meanAt(values: readonly number[], places: Int32Array): number {
  let sum = 0;
  for (const place of places) sum += values[place] ?? Number.NaN;
  return sum / places.length;
}

const FLIPS_EXACT_MAX = 14;
const FLIPS = 20_000;

/**
 * How likely a mean difference at least as large as this one is where neither side is better: the signs of the cases' differences are flipped
 * (a paired randomisation test, two-sided). All flips are counted for up to {@link FLIPS_EXACT_MAX} differences that are not 0; otherwise
 * {@link FLIPS} are drawn (fewer of thousands), and the one that was seen counts as one of them, so that it is never 0.
 */
export function signFlipTest(differences: readonly number[], seed: number): number {
  const some = differences.filter((difference) => difference !== 0);
  const seen = Math.abs(some.reduce((sum, one) => sum + one, 0)) - ROUNDING;
  if (some.length === 0) return 1;
  if (some.length <= FLIPS_EXACT_MAX) {
    let asLarge = 0;
    const all = 2 ** some.length;
    for (let signs = 0; signs < all; signs++) if (Math.abs(flipped(some, (at) => (signs >> at) & 1)) >= seen) asLarge++;
    return asLarge / all;
  }
  const random = xoroshiro128plus(seed);
  let asLarge = 1;
  const flips = roundsFor(some.length, FLIPS);
  for (let flip = 0; flip < flips; flip++) if (Math.abs(flipped(some, () => uniformInt(random, 0, 1))) >= seen) asLarge++;
  return asLarge / (flips + 1);
}

/** Sums in another order differ in their last digits. */
const ROUNDING = 1e-9;

const flipped = (differences: readonly number[], isFlipped: (at: number) => number): number =>
  differences.reduce((sum, one, at) => sum + (isFlipped(at) === 1 ? -one : one), 0);

/** `count` of them, each at most once, in the order in which they stand. */
export function sample<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  const random = xoroshiro128plus(seed);
  const places = items.map((_, index) => index);
  const drawn = Math.min(count, places.length);
  for (let at = 0; at < drawn; at++) {
    const other = uniformInt(random, at, places.length - 1);
    [places[at], places[other]] = [places[other] as number, places[at] as number];
  }
  return places
    .slice(0, drawn)
    .toSorted((one, other) => one - other)
    .map((index) => items[index] as Item);
}
