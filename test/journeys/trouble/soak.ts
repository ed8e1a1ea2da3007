import { parseArgs } from "node:util";
import { engineStorm } from "../../support/storm/engine-storm.ts";
import { figuresTable, type Figures } from "../../support/report/figures.ts";
import { modelStorm } from "../../support/storm/model-storm.ts";
import { stormSuite } from "../../support/storm/suite.ts";
import { crashSuite, type CrashPlay } from "../../support/crash/suite.ts";
import findMissingParts, { missingParts, SANDBOX_IMAGE } from "../../support/report/requirements.ts";

/**
 * Kills Parley at many more points than the tests do, and has it live through many more storms: `npm run soak -- --points 500 --random 100
 * --storms 100 --seed 7`. Prints what was hit, every violation with what it takes to have it again, and a table. Exits 1 when there is one.
 */
const { values } = parseArgs({
  options: {
    points: { type: "string", default: "500" },
    random: { type: "string", default: "100" },
    storms: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    "no-docker": { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const startedAtMs = performance.now();
await findMissingParts();
const withoutDocker = values["no-docker"] || missingParts().some(({ name }) => name === "docker");
let kills = 0;

const report = await crashSuite({
  points: Number(values.points),
  randomDeaths: Number(values.random),
  seed,
  image: withoutDocker ? undefined : SANDBOX_IMAGE,
  onPlayed(played) {
    kills += played.ended.length;
    console.log(`${kills} kills${played.violations.length > 0 ? `, VIOLATIONS\n${told(played)}` : ""}`);
  },
});

const { plays } = report;
const byKind = Map.groupBy(
  plays.flatMap(({ ended }) => ended),
  (how) => (how.startsWith("{") ? (JSON.parse(how) as { readonly what: string }).what : how.replace(/ \d.*/, " (random)")),
);
console.table(Object.fromEntries([...byKind].map(([kind, hits]) => [kind, { kills: hits.length }]).toSorted()));
const violations = plays.flatMap((played) => played.violations);
console.log(
  `seed ${seed}: ${report.kills} kills in ${plays.length} plays of ${report.steps} steps, ${new Set(plays.flatMap((one) => one.points ?? [])).size - new Set(plays.flatMap((one) => one.reached)).size} points not reached, ` +
    `${violations.length} violations, ${Math.round((performance.now() - startedAtMs) / 1_000)} s${withoutDocker ? ", without Docker" : ""}`,
);

const figures: Figures[] = [
  { suite: "kills", tried: report.kills, checked: report.checked, violations: violations.length, seconds: secondsSince(startedAtMs) },
];
const storms = Number(values.storms);
const seeds = Array.from({ length: storms }, (_, index) => seed + index);
await had("storms in Slack", async () => {
  const all = await stormSuite({ storms, seed });
  return all.map(({ weather, ...rest }) => ({ ...rest, told: JSON.stringify(weather) }));
});
await had("storms at the models", async () => {
  const all = [];
  for (const one of seeds) all.push(await modelStorm(one));
  return all.map((one) => ({ ...one, told: `seed ${one.seed}: ${one.troubles.join(", ")}` }));
});
if (!withoutDocker)
  await had("storms at the Docker engine", async () => {
    const all = [];
    for (const one of seeds.slice(0, Math.ceil(storms / 5))) all.push(await engineStorm(one, SANDBOX_IMAGE));
    return all.map((one) => ({ ...one, told: `seed ${one.seed}` }));
  });
console.log(`\n${figuresTable(figures)}`);
process.exit(figures.some((suite) => suite.violations > 0) ? 1 : 0);

async function had(
  suite: string,
  storm: () => Promise<readonly { readonly checked: number; readonly violations: readonly string[]; readonly told: string }[]>,
): Promise<void> {
  const begunAtMs = performance.now();
  const all = await storm();
  for (const one of all) for (const violation of one.violations) console.log(`${suite}: ${violation}\n  ${one.told}`);
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  figures.push({
    suite,
    tried: all.length,
    checked: sum(({ checked }) => checked),
    violations: sum((one) => one.violations.length),
    seconds: secondsSince(begunAtMs),
  });
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1_000;
}

function told({ points, deaths, violations: found, ended, log }: CrashPlay): string {
  return [
    ...found,
    `  kills: ${JSON.stringify({ points, deaths })}`,
    `  hit: ${ended.join(", ")}`,
    ...log.map((line) => `  log: ${line}`),
  ].join("\n");
}
