/**
 * What a turn costs of our own: `npm run bench -- engine`. A team of two assistants with a model that answers at once talks for so many turns, in
 * memory and through the runner into SQLite. Numbers are ratios to a floor of the same run, since machines differ: a bare loop that makes
 * the same events, appends them to an array, and (for SQLite) inserts each in a transaction of its own. The floor itself is printed in µs. Then what a
 * turn takes more when a selector leads, when what is posted is written down with it, and when its answer is streamed.
 * Bytes are what the process handed to write(2) (`/proc/self/io`, Linux). Exits with 1 when a target is missed.
 *
 * `npm run bench -- engine --vs COMMIT` tells what a turn takes now to what it took at that commit, see {@link compared}: 1 when it takes more,
 * 2 when that commit is not there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import { compared, NoSuchHistory } from "./support/compared.ts";
import { plan } from "../src/slack/render/render.ts";
import { conversationsOf, TEXT, USAGE, type Held } from "./support/conversations.ts";
import { engineAt } from "./support/engine-at.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";

const LENGTHS = [10, 50, 200, 1_000, 5_000];
/** Each measurement is repeated and the median counts. */
const ROUNDS = 5;
const TARGETS = { msOfOurOwn: 0.3, lastTenthToFirst: 1.2, kbWritten: 40 };
/** Turns of a conversation that has more to it than a round robin. */
const TURNS_WITH_MORE = 1_000;
const CHUNKS = 200;
/** What it has, and what is added to a turn at most. */
const WITH_MORE: readonly { readonly name: string; readonly held: Held; readonly msAdded: number }[] = [
  { name: "led by a selector", held: { led: "selector" }, msAdded: 0.25 },
  { name: "with posts", held: { posts: plan }, msAdded: 0.25 },
  { name: `streamed in ${CHUNKS} parts`, held: { chunks: CHUNKS }, msAdded: 0.6 },
];

const { vs } = parseArgs({ options: { vs: { type: "string" } } }).values;
if (vs !== undefined) {
  try {
    process.exit((await compared(vs)) ? 0 : 1);
  } catch (error) {
    if (!(error instanceof NoSuchHistory)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

sayWhetherQuiet();
const conversations = conversationsOf(await engineAt(join(import.meta.dirname, "..")));
const directory = mkdtempSync(join(tmpdir(), "parley-bench-"));
let files = 0;
const newFile = () => join(directory, `${files++}.db`);
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

interface Cost {
  /** When each turn ended, in µs since the first began. */
  readonly ends: readonly number[];
  /** Written by all turns, and by bringing the write-ahead log home. */
  readonly bytes: number;
}

// The first run of anything is a run of the compiler.
for (const warm of [inMemory, floorInMemory, inSqlite, floorInSqlite]) await warm(500);

const rows: Record<string, object> = {};
const withMore: (readonly [what: string, msAdded: number, target: number])[] = [];
let own = 0;
let slope = 0;
let written = 0;
for (const turns of LENGTHS) {
  const [memory, memoryFloor] = [await median(inMemory, turns), await median(floorInMemory, turns)];
  const [sqlite, sqliteFloor] = [await median(inSqlite, turns), await median(floorInSqlite, turns)];
  rows[`memory, ${turns} turns`] = row(memory, memoryFloor, turns);
  rows[`SQLite, ${turns} turns`] = row(sqlite, sqliteFloor, turns);
  if (turns !== 1_000) continue;
  own = (sqlite.us - sqliteFloor.us) / 1_000;
  slope = sqlite.lastToFirst;
  written = sqlite.kb;
}
const plain = await median(inSqlite, TURNS_WITH_MORE);
const plainFloor = await median(floorInSqlite, TURNS_WITH_MORE);
for (const { name, held, msAdded } of WITH_MORE) {
  const cost = await median((turns) => inSqlite(turns, held), TURNS_WITH_MORE);
  rows[`SQLite, ${TURNS_WITH_MORE} turns, ${name}`] = row(cost, plainFloor, TURNS_WITH_MORE);
  withMore.push([`ms that a turn takes more ${name}`, (cost.us - plain.us) / 1_000, msAdded]);
  withMore.push([`last tenth ÷ first tenth, ${name}`, cost.lastToFirst, TARGETS.lastTenthToFirst]);
}
console.table(rows);
console.log("At 1,000 turns in SQLite:");
verdict("ms of our own a turn, above the floor", own, TARGETS.msOfOurOwn);
verdict("last tenth ÷ first tenth", slope, TARGETS.lastTenthToFirst);
if (!Number.isNaN(written)) verdict("KB written a turn", written, TARGETS.kbWritten);
for (const [what, is, target] of withMore) verdict(what, is, target);

async function inMemory(turns: number): Promise<Cost> {
  const timer = stopwatch();
  await conversations.inMemory(turns, { begun: timer.begin, turnEnded: timer.lap, over: () => undefined });
  return timer.stop();
}

async function inSqlite(turns: number, held: Held = {}): Promise<Cost> {
  const timer = stopwatch();
  await conversations.inSqlite(newFile(), turns, { begun: timer.begin, turnEnded: timer.lap, over: () => undefined }, held);
  return timer.stop();
}

/** The events of a turn, as plain objects. */
function turnEvents(turn: number) {
  const agent = turn % 2 ? "Ben" : "Ada";
  return [
    { type: "speaker.selected", agent, by: "policy" },
    { type: "message.posted", agent, text: TEXT, model: "instant", usage: USAGE },
  ];
}

async function floorInMemory(turns: number): Promise<Cost> {
  const events: object[] = [];
  const timer = stopwatch();
  for (let turn = 0; turn < turns; turn++) {
    for (const body of turnEvents(turn)) events.push({ ...body, seq: events.length + 1, at: new Date().toISOString() });
    await Promise.resolve();
    timer.lap();
  }
  return timer.stop();
}

async function floorInSqlite(turns: number): Promise<Cost> {
  const db = new Database(newFile());
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  db.exec(
    "CREATE TABLE events (id INTEGER PRIMARY KEY, thread INTEGER, seq INTEGER, body TEXT); CREATE UNIQUE INDEX by_seq ON events (thread, seq)",
  );
  const insert = db.prepare("INSERT INTO events (thread, seq, body) VALUES (1, ?, ?)");
  const timer = stopwatch();
  for (let [turn, seq] = [0, 0]; turn < turns; turn++) {
    for (const body of turnEvents(turn)) insert.run(++seq, JSON.stringify({ ...body, seq, at: new Date().toISOString() }));
    await Promise.resolve();
    timer.lap();
  }
  db.close();
  return timer.stop();
}

function stopwatch() {
  let writtenBefore = writtenBytes();
  let start = process.hrtime.bigint();
  const ends: number[] = [];
  return {
    /** Anew: what was done until now does not count. */
    begin: () => {
      writtenBefore = writtenBytes();
      start = process.hrtime.bigint();
    },
    lap: () => void ends.push(Number(process.hrtime.bigint() - start) / 1_000),
    stop: (): Cost => ({ ends, bytes: writtenBytes() - writtenBefore }),
  };
}

/** What this process has handed to write(2) so far; not a number where the system does not tell. */
function writtenBytes(): number {
  const io = "/proc/self/io";
  return existsSync(io) ? Number(/^wchar: (\d+)$/m.exec(readFileSync(io, "utf8"))?.[1]) : Number.NaN;
}

/** Of several rounds, the middle one of each number: a machine that others use has bad moments. */
async function median(run: (turns: number) => Promise<Cost>, turns: number): Promise<Medians> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await run(turns));
  const of = (number: (cost: Cost) => number) => middle(costs.map(number));
  return {
    us: of(({ ends }) => (ends.at(-1) ?? Number.NaN) / turns),
    lastToFirst: of(lastToFirst),
    kb: of(({ bytes }) => bytes / turns / 1_024),
  };
}

interface Medians {
  /** A turn. */
  readonly us: number;
  /** The middle turn of the last tenth to that of the first. */
  readonly lastToFirst: number;
  readonly kb: number;
}

function lastToFirst({ ends }: Cost): number {
  const laps = ends.map((end, index) => end - (ends[index - 1] ?? 0));
  const tenth = Math.floor(laps.length / 10);
  return middle(laps.slice(-tenth)) / middle(laps.slice(0, tenth));
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function row(cost: Medians, floor: Medians, turns: number) {
  const tenths = turns >= 50;
  return {
    "time ÷ floor": round(cost.us / floor.us),
    "µs a turn": round(cost.us),
    "floor µs": round(floor.us),
    "last ÷ first tenth": tenths ? round(cost.lastToFirst) : "",
    "floor's": tenths ? round(floor.lastToFirst) : "",
    "KB written a turn": round(cost.kb),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
