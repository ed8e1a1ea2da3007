/**
 * Many mentions at once: `npm run bench -- burst [--rounds N]`, beside an app on Bolt that loses nothing (support/bolt-app.ts), in turn. First fifty
 * people who ask at once of a model that answers at once, in a Slack with limits: when each sees an answer (path/first-answers.ts). Then thousands
 * as fast as they come: whether each is stored and acked in time (support/bursts.ts). Medians; exits with 1 when a target is missed.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { firstAnswers } from "./path/first-answers.ts";
import { bolt, parley } from "./support/bots.ts";
import { bursts } from "./support/bursts.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Math.max(1, Number(values.rounds) || 1);
const ROOT = resolve(import.meta.dirname, "..");
await buildWhereDue(join(ROOT, "dist"), (line) => console.log(line));
sayWhetherQuiet();
const bots = { parley: parley({ main: join(ROOT, "bin/parley.mjs") }), bolt: bolt("full") };
await firstAnswers(rounds, bots);
await bursts(rounds, bots);
process.exit();
