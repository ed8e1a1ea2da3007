import { parseArgs } from "node:util";
import { engineStorm } from "../../support/storm/engine-storm.ts";
import { figuresTable, type Figures } from "../../support/report/figures.ts";
import { modelStorm } from "../../support/storm/model-storm.ts";
import { stormSuite } from "../../support/storm/suite.ts";
import { togetherSuite, type TogetherReport } from "../../support/crash/together/suite.ts";
import { countedDeaths, figuresOf, keptEvidence, stepsAfter, toldViolations } from "../../support/crash/together/told.ts";
import { crashSuite, type CrashPlay } from "../../support/crash/suite.ts";
import findMissingParts, { missingParts, SANDBOX_IMAGE } from "../../support/report/requirements.ts";

/**
 * With `--postgres`, several processes on one Postgres: `npm run soak -- --postgres --points 300 --partitions 60 --seed 7`, so many plays at once as `--at-once` says, after `--handovers` in
 * which nothing happens but that one process is told to end or killed: those tell how soon another one takes the next step; after `--minutes` no play begins any more. Otherwise
 * kills Parley at many more points than the tests do, and has it live through many more storms: `npm run soak -- --points 500 --random 100
 * --storms 100 --seed 7`. Prints what was hit, every violation with what it takes to have it again, and a table. Exits 1 when there is one.
 */
const { values } = parseArgs({
  options: {
    points: { type: "string" },
    random: { type: "string", default: "100" },
    storms: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    "no-docker": { type: "boolean", default: false },
    postgres: { type: "boolean", default: false },
    partitions: { type: "string", default: "60" },
    "at-once": { type: "string", default: "6" },
    handovers: { type: "string", default: "4" },
    minutes: { type: "string" },
  },
});
const seed = Number(values.seed);
const startedAtMs = performance.now();
await findMissingParts();
const withoutDocker = values["no-docker"] || missingParts().some(({ name }) => name === "docker");
let kills = 0;

if (values.postgres) process.exit(await soakTogether());

const report = await crashSuite({
  points: Number(values.points ?? 500),
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

function inSeconds(sortedMs: readonly number[]): string {
  const of = (part: number) => ((sortedMs[Math.ceil(sortedMs.length * part) - 1] ?? 0) / 1_000).toFixed(2);
  return sortedMs.length === 0 ? "seen in no thread" : `${of(0.5)} s (p50 of ${sortedMs.length} threads), ${of(1)} s at most`;
}

/** Two and three processes on one Postgres, in which all may be killed, frozen and cut off, and the server too. */
async function soakTogether(): Promise<number> {
  const together = await togetherSuite({
    points: Number(values.points ?? 300),
    partitions: Number(values.partitions),
    seed,
    playsAtOnce: Number(values["at-once"]),
    handovers: Number(values.handovers),
    triesAgain: true,
    ...(values.minutes === undefined ? {} : { beginsForMs: Number(values.minutes) * 60_000 }),
    image: withoutDocker ? undefined : SANDBOX_IMAGE,
    onPlayed: ({ processes, deaths, violations: found, evidence, paidTwice, inFlight, unmissedMs }) =>
      console.log(
        `${processes} processes, ${deaths.length} times in trouble, ${paidTwice} calls twice of ${inFlight} in flight, nobody missed for ${Math.round(unmissedMs / 1_000)} s at most` +
          (found.length > 0 ? `, VIOLATIONS\n${found.join("\n")}\n(${keptEvidence(evidence)})` : ""),
      ),
  });
  for (const one of toldViolations(together)) console.log(JSON.stringify(one));
  console.table(Object.fromEntries([...countedDeaths(together)].map(([kind, times]) => [kind, { times }])));
  const sum = (of: (one: (typeof together.plays)[number]) => number) => together.plays.reduce((total, one) => total + of(one), 0);
  const figures = figuresOf("several processes", together, startedAtMs);
  for (const after of ["SIGTERM", "SIGKILL"] as const)
    console.log(`the next step after ${after}: ${inSeconds(stepsAfter(together, after))}`);
  console.log(
    `seed ${seed}: ${together.plays.length} plays of ${together.steps} steps, ${together.notBegun} not begun, ${sum(({ reached }) => reached.length)} points reached, ${notReached(together)} not, ` +
      `${sum(({ paidTwice }) => paidTwice)} calls of models made twice of ${sum(({ inFlight }) => inFlight)} in flight, ` +
      `nobody missed for ${Math.round(Math.max(...together.plays.map(({ unmissedMs }) => unmissedMs)) / 1_000)} s at most${withoutDocker ? ", without Docker" : ""}`,
  );
  console.log(`\n${figuresTable([figures])}`);
  return figures.violations > 0 ? 1 : 0;
}

/** In no play that had them. */
function notReached({ plays }: TogetherReport): number {
  const nameOf = (point: object) => JSON.stringify(point);
  const reached = new Set(plays.flatMap((one) => one.reached.map(nameOf)));
  return new Set(plays.flatMap(({ points = [] }) => points.map(nameOf)).filter((point) => !reached.has(point))).size;
}
