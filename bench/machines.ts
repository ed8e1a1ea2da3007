/**
 * Several processes on one Postgres: `npm run bench -- machines [--rounds N] [--only LINE]`. Parley as it is shipped, each in a process of its own; a
 * Postgres of the bench's own, whose commits are on the disk; the Slack and the model are in this process, and what they take is told. What a turn
 * costs of our own; one worker and two; from a mention to its first post beside SQLite; a small workspace behind a large one; runs whose worker is stopped,
 * or killed; ten thousand parked threads. Exits with 1 when a target is missed. Takes about twelve minutes. What is run alone has its figures alone.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { openDatabase, type Database } from "./machines/database.ts";
import { engineCost } from "./machines/engine-cost.ts";
import { fairness } from "./machines/fairness.ts";
import { firstPost } from "./machines/first-post.ts";
import { handover } from "./machines/handover.ts";
import { parked } from "./machines/parked.ts";
import { twoWorkers } from "./machines/two-workers.ts";
import { places } from "./support/places.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";

const LINES: { readonly [name: string]: (database: Database, place: string, rounds: number) => Promise<void> } = {
  engine: engineCost,
  workers: twoWorkers,
  first: firstPost,
  fair: fairness,
  handover,
  parked,
};

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, only: { type: "string" } } });
const rounds = Math.max(1, Number(values.rounds) || 1);
if (values.only !== undefined && !(values.only in LINES)) throw new Error(`--only is one of ${Object.keys(LINES).join(", ")}`);
const { disk } = places();
if (disk === undefined) throw new Error("this machine has no folder on a disk");
await buildWhereDue(join(resolve(import.meta.dirname, ".."), "dist"), (line) => console.log(line));
sayWhetherQuiet();
for (const [name, line] of Object.entries(LINES)) {
  if (values.only !== undefined && values.only !== name) continue;
  const database = await openDatabase();
  try {
    await line(database, disk, rounds);
  } finally {
    await database.remove();
  }
}
process.exit();
