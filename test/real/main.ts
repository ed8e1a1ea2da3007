/**
 * `npm run test:real`: a real small language model on this machine, behind servers that others wrote, plays two teams and the suite that every
 * model passes; what came of it is printed as a table. It takes an hour on a loaded machine and, the first time, a gigabyte of packages.
 *
 *   PARLEY_REAL_URL, PARLEY_REAL_MODEL  a server of one's own, with /v1, and its model; PARLEY_REAL_KEY where it wants a key
 *   PARLEY_REAL_MODEL                   without an address: smollm2-135m (the default) or gemma3-270m
 *   PARLEY_REAL_TURNS                   how many turns at least; 200
 *   PARLEY_REAL_MINUTES                 after this long no further run is begun; 60
 *   PARLEY_REAL_GATEWAY=off             without LiteLLM in front
 */
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RunEvent } from "../../src/engine/events/events.ts";
import { type Door, doorsTo, GATEWAY_KEY_ENV, SERVER_KEY_ENV } from "./doors.ts";
import { type Played, table, turnsIn } from "./measured.ts";
import { endAll, run } from "./processes.ts";
import { CACHE, startGateway, startServer } from "./servers.ts";
import { suiteTable } from "./suite.ts";
import { taskOf, teamFile, type TeamName, TEAMS } from "./teams.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUN_SECONDS_MAX = 600;
/** Everything ends then, whatever hangs. */
const BEYOND_MINUTES = 30;

const env = process.env;
const wholeNumber = (name: string, otherwise: number): number => {
  const value = env[name] ? Number(env[name]) : otherwise;
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is "${env[name]}": it has to be a whole number`);
  return value;
};

const turnsWanted = wholeNumber("PARLEY_REAL_TURNS", 200);
const minutesMax = wholeNumber("PARLEY_REAL_MINUTES", 60);
const model = env["PARLEY_REAL_MODEL"] || "smollm2-135m";
const begun = Date.now();

process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
setTimeout(
  () => {
    console.error(`Not done within ${minutesMax + BEYOND_MINUTES} minutes: ended.`);
    process.exit(1);
  },
  (minutesMax + BEYOND_MINUTES) * 60_000,
).unref();

mkdirSync(CACHE, { recursive: true });
const serverKey = env[SERVER_KEY_ENV] || "none";
const server = env["PARLEY_REAL_URL"] || (await startServer(model));
const gateway = env["PARLEY_REAL_GATEWAY"] === "off" ? undefined : await startGateway(model, server, serverKey);
const doors = doorsTo(model, server, gateway?.url);
const keys = { [SERVER_KEY_ENV]: serverKey, ...(gateway ? { [GATEWAY_KEY_ENV]: gateway.key } : {}) };
const logFile = join(CACHE, "events.jsonl");
writeFileSync(logFile, "");

const data = mkdtempSync(join(tmpdir(), "parley-real-"));

const played: Played[] = [];
for (let nth = 0; turnsIn(played) < turnsWanted && Date.now() - begun < minutesMax * 60_000; nth++) {
  const door = doors[nth % doors.length];
  if (!door) break;
  // Each door sees each team.
  const team = TEAMS[(nth + Math.floor(nth / doors.length)) % TEAMS.length] ?? "coding";
  const one = await play(door, team, nth);
  played.push(one);
  appendFileSync(logFile, `${JSON.stringify(one)}\n`);
  const end = one.events.findLast((event) => event.type === "run.stopped");
  console.log(`${door.name}, ${team}: ${turnsIn([one])} turns in ${Math.round(one.ms / 1_000)} s; ${end?.reason ?? "it did not end"}`);
}
console.log(
  `\n${model}, ${turnsIn(played)} turns, ${new Date().toISOString().slice(0, 10)}; every event is in ${logFile}\n\n${table(played)}\n`,
);
console.log(await suiteTable(doors, { ...env, ...keys }));
process.exit(turnsIn(played) < turnsWanted ? 1 : 0);

/** As a person would: with the program, a team file and a database that stays from run to run. */
async function play(door: Door, team: TeamName, nth: number): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "parley-real-"));
  writeFileSync(join(folder, "team.yml"), teamFile(door));
  const database = join(folders(door), "parley.db");
  const args = [join(ROOT, "src/cli/main.ts"), "run", "--file", "team.yml", "--team", team, "--db", database, "--json", taskOf(team, nth)];
  const start = Date.now();
  const { out, err } = await run(process.execPath, args, { cwd: folder, env: { ...env, ...keys }, secondsMax: RUN_SECONDS_MAX });
  const events = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as RunEvent); // prettier-ignore
  if (events.length === 0) throw new Error(`the run recorded nothing: ${err.slice(-2_000)}`);
  return { door: door.name, team, events, log: err, ms: Date.now() - start };
}

function folders(door: Door): string {
  const folder = join(data, door.name.replaceAll(/\W+/g, "-"));
  mkdirSync(folder, { recursive: true });
  return folder;
}
