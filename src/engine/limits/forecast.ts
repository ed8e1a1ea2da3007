import type { Band, Forecast } from "../events/values.ts";

/** What a run took that is over, and what it was about. */
export interface Took {
  /** Its task, or the beginning of it. */
  readonly task: string;
  /** US dollars; `undefined` where a price is not known. */
  readonly usd: number | undefined;
  /** Waiting for people aside. */
  readonly ms: number;
}

/** With fewer there is no band of 80 %: its ends would lie outside of all that was seen (a tenth of ten is the first place that there is). */
export const RUNS_FOR_FORECAST = 9;

/**
 * Between what and what a task will probably cost and last: in four of five cases, by runs like it. `undefined` with fewer than
 * {@link RUNS_FOR_FORECAST} runs; money is left out where fewer of them have cost something.
 *
 * What is expected is the mean of the logarithms, of each run as heavy as its task is like this one (words that both have, the rarer ones more:
 * Nadaraya and Watson's mean). How far off that may be is what it would have been off for each of the runs, without that run: the jackknife+ of
 * Barber, Candès, Ramdas and Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49 (2021), 486–507, here with a tenth of the
 * chance at either end. Of n runs its ends are at the places 0.1 (n + 1) and 0.9 (n + 1), between two of them in proportion.
 */
export function forecastOf(task: string, runs: readonly Took[]): Forecast | undefined {
  if (runs.length < RUNS_FOR_FORECAST) return undefined;
  const likeness = likenessOf([...runs.map(wordsOf), wordsIn(task)]);
  const ms = bandOf(
    runs.map((run) => Math.max(run.ms, MS_LEAST)),
    likeness,
  );
  const paid = [...runs.keys()].filter((at) => (runs[at]?.usd ?? 0) > 0);
  if (paid.length < RUNS_FOR_FORECAST) return { runs: runs.length, ms };
  const usd = bandOf(
    paid.map((at) => runs[at]?.usd ?? 0),
    paid.length === runs.length ? likeness : among([...paid, runs.length], likeness),
  );
  return { runs: runs.length, usd, ms };
}

const among = (places: readonly number[], likeness: readonly Float64Array[]): readonly Float64Array[] =>
  places.map((one) => Float64Array.from(places, (other) => likeness[one]?.[other] ?? 0));

const MS_LEAST = 1; // Nothing has a logarithm.
const TAIL = 0.1;
const DIGITS = 3; // More would promise what nobody knows.

/** `likeness`: of each run to each, and in the last row of what is asked about. */
function bandOf(amounts: readonly number[], likeness: readonly Float64Array[]): Band {
  const logs = amounts.map((amount) => Math.log(amount));
  const own = meansWithout(logs, likeness[logs.length]);
  const ends = logs.map((log, at) => own(at) + log - meansWithout(logs, likeness[at])(at)).toSorted((one, other) => one - other);
  return { least: rounded(Math.exp(placed(ends, TAIL)), Math.floor), most: rounded(Math.exp(placed(ends, 1 - TAIL)), Math.ceil) };
}

/** The mean of all with these weights, but for one of them. */
function meansWithout(logs: readonly number[], weights: Float64Array = NONE): (at: number) => number {
  let [sum, weight] = [0, 0];
  for (let at = 0; at < logs.length; at++) {
    weight += weights[at] ?? 0;
    sum += (weights[at] ?? 0) * (logs[at] ?? 0);
  }
  return (at) => (sum - (weights[at] ?? 0) * (logs[at] ?? 0)) / (weight - (weights[at] ?? 0));
}

const NONE = new Float64Array(0);

/** Outwards, so that the band becomes no narrower. */
function rounded(computed: number, whole: (value: number) => number): number {
  const amount = Number(computed.toPrecision(12)); // A whole number is one also where it went through a logarithm.
  const digits = DIGITS - Math.ceil(Math.log10(amount));
  return digits > 0 ? whole(amount * 10 ** digits) / 10 ** digits : whole(amount / 10 ** -digits) * 10 ** -digits;
}

/** At this share of the places 1 to n of n + 1. */
function placed(sorted: readonly number[], share: number): number {
  const place = Math.min(sorted.length, Math.max(1, share * (sorted.length + 1)));
  const below = Math.floor(place);
  const [low = 0, high = low] = [sorted[below - 1], sorted[below]];
  return low + (place - below) * (high - low);
}

/** How steeply what is less alike counts less. */
const STEEPNESS = 4;
/** What has no word in common still says how this team works. */
const LIKENESS_LEAST = 0.001;
const TASK_CHARS_READ = 300; // As much as an index of runs shows of them: all are compared by as much.

/** How much each of the texts counts for each other: 1 for one of the same words, and always more than nothing. */
function likenessOf(tasks: readonly ReadonlySet<string>[]): readonly Float64Array[] {
  const having = new Map<string, number[]>();
  for (const [at, words] of tasks.entries())
    for (const word of words) {
      const places = having.get(word);
      if (places) places.push(at);
      else having.set(word, [at]);
    }
  const shared = tasks.map(() => new Float64Array(tasks.length));
  for (const places of having.values()) {
    const rarity = Math.log(1 + tasks.length / places.length);
    // In order: of each two the later one is given what both have.
    for (let later = 0; later < places.length; later++) {
      const row = shared[places[later] ?? 0] ?? NONE;
      for (let at = 0; at <= later; at++) row[places[at] ?? 0] = (row[places[at] ?? 0] ?? 0) + rarity;
    }
  }
  const likeness = tasks.map(() => new Float64Array(tasks.length));
  for (const [one, row] of shared.entries())
    for (let other = 0; other <= one; other++) {
      const both = row[other] ?? 0;
      const square = both > 0 ? (both * both) / ((row[one] ?? 0) * (shared[other]?.[other] ?? 0)) : 0;
      const alike = LIKENESS_LEAST + square ** (STEEPNESS / 2);
      (likeness[one] ?? NONE)[other] = alike;
      (likeness[other] ?? NONE)[one] = alike;
    }
  return likeness;
}

/** The same runs are compared with one task after another. */
const wordsBy = new WeakMap<Took, ReadonlySet<string>>();

function wordsOf(run: Took): ReadonlySet<string> {
  const words = wordsBy.get(run) ?? wordsIn(run.task);
  wordsBy.set(run, words);
  return words;
}

const wordsIn = (task: string): ReadonlySet<string> =>
  new Set(
    task
      .slice(0, TASK_CHARS_READ)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu),
  );

/** Whether it came to lie within. */
export const isWithin = (amount: number, { least, most }: Band): boolean => amount >= least && amount <= most;
