import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { expect, test } from "vitest";
import { runsOf, seedOf } from "../../support/chance.ts";
import { forecastOf, isWithin, RUNS_FOR_FORECAST, type Took } from "../../../src/engine/limits/forecast.ts";

const took = (usd: number | undefined, task = "count the words", ms = 1_000): Took => ({ task, usd, ms });
const times = <Item>(count: number, item: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => item(index));

test("nothing is said with fewer than nine runs, and of money where fewer than nine of them have a price", () => {
  expect(
    forecastOf(
      "count",
      times(RUNS_FOR_FORECAST - 1, () => took(1)),
    ),
  ).toBeUndefined();
  expect(
    forecastOf(
      "count",
      times(RUNS_FOR_FORECAST, () => took(1)),
    )?.runs,
  ).toBe(9);
  const some = times(12, (index) => took(index < 8 ? 1 : undefined));
  expect(forecastOf("count", some)?.usd).toBeUndefined();
  expect(forecastOf("count", some)?.ms).toEqual({ least: 1_000, most: 1_000 });
  // A model of one's own costs nothing: there is nothing to say.
  expect(
    forecastOf(
      "count",
      times(12, () => took(0)),
    )?.usd,
  ).toBeUndefined();
});

test("of nine runs that tell nothing apart it is as wide as they are, and of more it leaves a tenth at either end", () => {
  // Each without the others' mean: the ends of the jackknife+ of a mean are those of the values themselves.
  const nine = forecastOf(
    "",
    times(9, (index) => took(2 ** index, "")),
  )?.usd;
  expect(nine).toEqual({ least: 1, most: 256 });
  // At 0.1 · 20 and 0.9 · 20: the second and the eighteenth.
  const nineteen = forecastOf(
    "",
    times(19, (index) => took(2 ** index, "")),
  )?.usd;
  expect(nineteen).toEqual({ least: 2, most: 132_000 });
});

test("runs about the like count for more", () => {
  const runs = times(30, (index) =>
    index % 2 === 0
      ? took(0.01 * (1 + index / 100), `add the numbers ${index}`, 2_000)
      : took(1 * (1 + index / 100), `write a report on harbour ${index}`, 90_000),
  );
  const small = forecastOf("add the numbers 77", runs);
  const large = forecastOf("write a report on harbour 77", runs);
  expect(small?.usd?.most).toBeLessThan(0.05);
  expect(large?.usd?.least).toBeGreaterThan(0.5);
  expect(small?.ms.most).toBeLessThan(10_000);
  expect(large?.ms.least).toBeGreaterThan(50_000);
});

test("over 600 runs that it has not seen, of tasks whose cost and time differ, the bands hold in four of five", () => {
  const shares = { usd: [] as number[], ms: [] as number[] };
  // More draws where PROPERTY_RUNS says so: then their mean is looked at more closely.
  const [first, draws] = [seedOf(11), runsOf(1)];
  for (let seed = first; seed < first + draws; seed++) {
    const held = heldOver600(seed);
    shares.usd.push(held.usd);
    shares.ms.push(held.ms);
  }
  for (const [what, all] of Object.entries(shares)) {
    const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
    const inBand = all.filter((one) => one >= 0.75 && one <= 0.85).length;
    console.log(
      `from seed ${first}: the band of ${what} held in ${(mean * 100).toFixed(1)} % of the runs; in 75 to 85 % in ${inBand} of ${draws} draws`,
    );
    const room = draws < 20 ? 0.05 : 0.02;
    expect(mean).toBeGreaterThan(0.8 - room);
    expect(mean).toBeLessThan(0.8 + room);
  }
});

/** The shares of 600 runs of one draw that the bands held, each made of the 60 runs before. */
function heldOver600(seed: number): { readonly usd: number; readonly ms: number } {
  const random = xoroshiro128plus(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random));
  const kinds = [
    { words: "add these numbers", usd: 0.01, spread: 0.2 },
    { words: "review the contract clause", usd: 0.2, spread: 0.6 },
    { words: "plan a move of warehouse stock", usd: 1.5, spread: 1 },
  ];
  const before: Took[] = [];
  let [said, usdHeld, msHeld] = [0, 0, 0];
  for (let index = 0; index < 630; index++) {
    const { words, usd: typical, spread } = kinds[Math.floor(uniformFloat64(random) * kinds.length)] ?? { words: "", usd: 0, spread: 0 };
    const task = `${words} ${index}`;
    const [usd, ms] = [typical * Math.exp(spread * normal()), 60_000 * typical * Math.exp(spread * normal())];
    const forecast = forecastOf(task, before.slice(-60));
    if (forecast?.usd && ++said) {
      usdHeld += Number(isWithin(usd, forecast.usd));
      msHeld += Number(isWithin(ms, forecast.ms));
    }
    before.push(took(usd, task, ms));
  }
  expect(said).toBeGreaterThan(600);
  return { usd: usdHeld / said, ms: msHeld / said };
}
