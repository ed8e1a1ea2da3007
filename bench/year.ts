/**
 * What a year of use costs: `npm run bench -- year`. A database of 36,500 runs is made by the store itself; then threads of 50 and of 5,000
 * turns, App Home over 10,000 runs, and the commands that read everything. Medians, ratios of one run where there is something to divide by.
 * Exits with 1 when a target is missed.
 *
 * - CPU of rendering a turn, and the run's card, after each of the last turns of a thread: of 5,000 ÷ of 50;
 * - CPU of what App Home shows one person over 10,000 runs that are over, the reading of the database included, and of a search of them;
 * - seconds of `costs`, `backup` and `doctor --db`, as a package has them (`dist`, built when it is not there).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { loadTranslator } from "../src/slack/language/translator.ts";
import { render } from "../src/slack/render/render.ts";
import { homeView } from "../src/slack/home/home-view.ts";
import { createHomeRuns } from "../src/slack/home/recent-runs.ts";
import type { HandlerContext } from "../src/slack/commands/handler-context.ts";
import { openSqlite } from "../src/store/sqlite/store.ts";
import { median, round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";
import { CHANNELS, READER, record, threadOf, turnEvents, writeRuns } from "./support/year-of-runs.ts";

const t = await loadTranslator("en");

const RUNS = 36_500;
const RUNS_OF_HOME = 10_000;
const TURNS = { few: 50, many: 5_000 };
/** Threads of each length, the turns that are rendered at the end of each, and times that Home is opened. */
const THREADS = 15;
const RENDERED = 20;
const HOME_ROUNDS = 41;
const COMMAND_ROUNDS = 3;
const TARGETS = { length: 1.5, homeMs: 15, costsS: 1, backupS: 5, doctorS: 20 };
const ROOT = resolve(import.meta.dirname, "..");

await buildWhereDue(join(ROOT, "dist"), (line) => console.log(line));
const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "year.db");
sayWhetherQuiet();

const [few, many] = [renderedUs(TURNS.few), renderedUs(TURNS.many)];
console.table({ [`a turn, µs`]: row(few.turn, many.turn), [`the card, µs`]: row(few.card, many.card) });

const beganAt = performance.now();
const opened = openSqlite({ path });
await writeRuns(opened.store, "T0HOME", RUNS_OF_HOME);
await writeRuns(opened.store, "T0REST", RUNS - RUNS_OF_HOME);
const writtenAt = performance.now();
for (const workspace of ["T0HOME", "T0REST"]) while (await opened.runs.enter(workspace));
console.log(
  `${RUNS} runs written in ${seconds(writtenAt - beganAt)} s and entered into the index in ${seconds(performance.now() - writtenAt)} s: ${Math.round(statSync(path).size / 1024 / 1024)} MiB`,
);
const home = await homeMs();
await opened.store.close();
console.table({ "App Home, ms of CPU": home.view, "a search of words, ms of CPU": home.search });

writeFileSync(join(folder, "parley.yml"), JSON.stringify(teamFile()));
const costs = await commandS("costs", "--db", path);
const backup = await commandS("backup", "COPY", "--db", path);
const doctor = await commandS("doctor", "--db", path);
console.table({ "costs, s": round(costs), "backup, s": round(backup), "doctor --db, s": round(doctor) });

verdict("a turn at 5,000 turns ÷ at 50", many.turn / few.turn, TARGETS.length);
verdict("the card at 5,000 turns ÷ at 50", many.card / few.card, TARGETS.length);
verdict("App Home over 10,000 runs, ms of CPU", home.view, TARGETS.homeMs);
verdict("a search of words over 10,000 runs, ms of CPU", home.search, TARGETS.homeMs);
verdict("costs over a year, s", costs, TARGETS.costsS);
verdict("backup of a year, s", backup, TARGETS.backupS);
verdict("doctor --db over a year, s", doctor, TARGETS.doctorS);
process.exit();

/** Of a turn that has just ended and of the card after it, as a process that has followed the thread renders them. */
function renderedUs(turns: number): { readonly turn: number; readonly card: number } {
  const team = { name: "debate", description: "", agents: [], limits: { turns: 10_000, minutes: 0, tokens: 0, usd: 0 }, stopWords: [] };
  const taken = { turn: [] as number[], card: [] as number[] };
  for (let thread = 0; thread < THREADS; thread++) {
    const events = threadOf(turns - RENDERED);
    // What comes first folds all that was before.
    for (let nth = -1; nth < RENDERED; nth++) {
      if (nth >= 0) for (const body of turnEvents(nth)) record(events, body);
      const turn = us(() => render(t, { seq: events.length, kind: "turn", part: 0 }, { events }, team));
      const card = us(() => render(t, { seq: 1, kind: "card", part: 0 }, { events }, team));
      if (nth < 0) continue;
      taken.turn.push(turn);
      taken.card.push(card);
    }
  }
  return { turn: median(taken.turn), card: median(taken.card) };
}

async function homeMs(): Promise<{ readonly view: number; readonly search: number }> {
  const { store, runs } = opened;
  const ctx = {
    me: { team: "T0HOME", user: "U0PARLEY" },
    store,
    runs,
    runner: { read: async (thread: string) => ({ events: await store.load(thread, 0) }) },
    people: { channelsOf: async () => ({ channels: new Set(CHANNELS), code: undefined }) },
    web: { read: { chat: { getPermalink: async () => ({ permalink: "https://bench.slack.com/archives/C0/p1" }) } } },
  } as unknown as HandlerContext;
  const all = createHomeRuns(ctx);
  const facts = {
    t: await loadTranslator("en"),
    bot: "U0PARLEY",
    isPaged: false,
    teams: [],
    cards: [],
    defaultTeam: "debate",
    page: 0,
    mayEditTeams: false,
    proposals: new Map(),
    hasShelf: false,
    whoEditsTeams: "admins",
    offerAt: () => ({ to: {} }),
    budget: undefined,
    mine: { team: undefined, tellWhenDone: false, revision: 0 },
    schedules: [],
    logins: [],
    admin: [],
    missing: [],
  };
  const view = await medianCpuMs(async () => {
    const seen = await all.of(READER);
    if (seen.recent.length !== 10) throw new Error(`Home shows ${seen.recent.length} runs`);
    JSON.stringify(homeView({ ...facts, ...seen }));
  });
  const search = await medianCpuMs(async () => {
    const { found } = await all.search(READER, { words: ["heat", "river"], person: READER });
    if (found.length === 0) throw new Error("nothing was found");
  });
  return { view, search };
}

function teamFile(): object {
  return {
    models: { scripted: { provider: "replay", file: "replies.yml" } },
    sandbox: { executor: "off" },
    teams: {
      debate: {
        description: "Argues.",
        agents: [{ name: "Ann", description: "Ann of the bench.", model: "scripted" }],
        speakers: { policy: "round-robin" },
      },
    },
  };
}

/** Of the program as it is shipped, from its start to its end. */
async function commandS(name: string, ...args: readonly string[]): Promise<number> {
  const taken: number[] = [];
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Ann: ["Fine."] } }));
  for (let nth = 0; nth < COMMAND_ROUNDS; nth++) {
    const own = args.map((arg) => (arg === "COPY" ? join(folder, `copy-${nth}.db`) : arg));
    const begin = performance.now();
    const child = spawn(process.execPath, [join(ROOT, "bin/parley.mjs"), name, ...own], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, NODE_ENV: "production", PARLEY_FILE: join(folder, "parley.yml") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let told = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (told += data.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    // The doctor finds no Slack here; that it has read the logs is in what it tells.
    const isDone = name === "doctor" ? /\d+ events of \d+ threads have no gap/.test(told) : code === 0;
    if (!isDone) throw new Error(`${name} ended with ${code}: ${told}`);
    taken.push((performance.now() - begin) / 1_000);
    rmSync(join(folder, `copy-${nth}.db`), { force: true });
  }
  return median(taken);
}

function us(work: () => unknown): number {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / 1_000;
}

async function medianCpuMs(work: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let nth = -5; nth < HOME_ROUNDS; nth++) {
    const begin = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(begin);
    if (nth >= 0) taken.push((user + system) / 1_000);
  }
  return median(taken);
}

function row(at50: number, at5000: number) {
  return { "at 50 turns": round(at50), "at 5,000": round(at5000), ratio: Math.round((at5000 / at50) * 100) / 100 };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
