/**
 * Many mentions at once: `npm run bench -- burst [--rounds N] [--memory]`, beside an app on Bolt that loses nothing (support/bolt-app.ts), in turn. First fifty
 * people who ask at once of a model that answers at once, in a Slack with limits: when each sees an answer (path/first-answers.ts). Then thousands
 * as fast as they come: whether each is stored and acked in time (support/bursts.ts). On a disk; with
 * `--memory` also in memory, which tells how much of it is the disk. Medians; exits with 1 when a target is missed.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { firstAnswers } from "./path/first-answers.ts";
import { bolt, parley } from "./support/bots.ts";
import { bursts } from "./support/bursts.ts";
import { places } from "./support/places.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, memory: { type: "boolean", default: false } } });
const rounds = Math.max(1, Number(values.rounds) || 1);
const { disk, memory } = places();
if (disk === undefined) throw new Error("this machine has no folder on a disk");
if (values.memory && memory === undefined) throw new Error("this machine has no folder in memory");
const ROOT = resolve(import.meta.dirname, "..");
await buildWhereDue(join(ROOT, "dist"), (line) => console.log(line));
sayWhetherQuiet();
const bots = { parley: parley({ main: join(ROOT, "bin/parley.mjs") }), bolt: bolt("full") };
await firstAnswers(rounds, bots, disk);
await bursts(rounds, bots, { name: "on disk", folder: disk });
if (values.memory && memory !== undefined) await bursts(rounds, bots, { name: "on tmpfs", folder: memory });
process.exit();
