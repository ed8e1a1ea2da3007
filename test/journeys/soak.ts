import { parseArgs } from "node:util";
import { crashSuite, type CrashPlay } from "../support/crash-suite.ts";
import findMissingParts, { missingParts, SANDBOX_IMAGE } from "../support/requirements.ts";

/**
 * Kills Parley at many more points than the tests do: `node test/journeys/soak.ts --points 500 --random 100 --seed 7`. Prints what was hit
 * and every violation, with what it takes to have it again. Exits 1 when there is one.
 */
const { values } = parseArgs({
  options: {
    points: { type: "string", default: "500" },
    random: { type: "string", default: "100" },
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
process.exitCode = violations.length > 0 ? 1 : 0;

function told({ points, deaths, violations: found, ended, log }: CrashPlay): string {
  return [
    ...found,
    `  kills: ${JSON.stringify({ points, deaths })}`,
    `  hit: ${ended.join(", ")}`,
    ...log.map((line) => `  log: ${line}`),
  ].join("\n");
}
