/**
 * What an answer costs, from a person's mention to what stands in Slack: `npm run bench -- path [--rounds N]`. Parley as it is shipped, as it was
 * at 7204482, and what a team would write by hand on Bolt, OpenAI's SDK and SQLite (support/bolt-app.ts), each in a process of its own, with a Slack and a
 * model that answer at once. Every round starts all of them anew, in turn; medians, and ratios of one run. Processor time is that of all threads, until
 * Slack has been left in peace. Databases are on a disk. Exits with 1 when a target is missed.
 */
import { parseArgs } from "node:util";
import { join, resolve } from "node:path";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { bolt, parley } from "./support/bots.ts";
import { earlierParley } from "./support/earlier-parley.ts";
import { places } from "./support/places.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { canTrace } from "./path/process.ts";
import { report } from "./path/report.ts";
import { sampleOf, type Cell, type Sample, type Task } from "./path/sample.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Math.max(1, Number(values.rounds) || 1);
const ROOT = resolve(import.meta.dirname, "..");
const TEAM_TURNS = 10;

if (!canTrace()) throw new Error("flushes to the disk are counted with strace, and this machine has none: install strace");
const disk = places().disk;
if (disk === undefined) throw new Error("this machine has no folder on a disk, and what is written cannot be measured in memory");
const before = earlierParley();
await buildWhereDue(join(ROOT, "dist"), (line) => console.log(line));
sayWhetherQuiet();

const shipped = join(ROOT, "bin/parley.mjs");
const earlier = join(before, "src/cli/main.ts");
const ONE: readonly Cell[] = ["cold", "at10", "at50", "chunks", "flushes"];
const one = { cells: ONE, warmUp: 60 };
const team = { cells: ["team"] as const, turns: TEAM_TURNS, warmUp: 10 * TEAM_TURNS };
const TASKS = {
  parley: { ...one, program: parley({ main: shipped }) },
  "bolt-sqlite": { ...one, cells: ["at10", "at50", "flushes"], program: bolt("sqlite") },
  "bolt-full": { ...one, program: bolt("full") },
  "parley-team": { ...team, program: parley({ name: "parley-team", main: shipped, team: true }) },
  "bolt-teamfull": { ...team, program: bolt("teamfull") },
} satisfies { readonly [name: string]: Task };
const EARLIER = {
  earlier: { ...one, program: parley({ name: "earlier", main: earlier }) },
  "earlier-team": { ...team, program: parley({ name: "earlier-team", main: earlier, team: true }) },
} satisfies { readonly [name: string]: Task };

const samples = new Map<string, Sample[]>();
const keep = (name: string, sample: Sample) => samples.set(name, [...(samples.get(name) ?? []), sample]);
for (let round = 1; round <= rounds; round++)
  for (const [name, task] of Object.entries<Task>(TASKS)) {
    const beganAt = performance.now();
    keep(name, await sampleOf(task, disk));
    process.stderr.write(`round ${round} of ${rounds}: ${name}, ${Math.round((performance.now() - beganAt) / 1_000)} s\n`);
  }
// It waits for its own pace nearly all the time: one after the other its rounds would take a quarter of an hour.
process.stderr.write(`Parley at 7204482, ${rounds} rounds side by side\n`);
const ofEarlier = Object.entries<Task>(EARLIER).flatMap((entry) => Array.from({ length: rounds }, () => entry));
await Promise.all(ofEarlier.map(async ([name, task]) => keep(name, await sampleOf(task, disk))));
report(samples);
process.exit();
