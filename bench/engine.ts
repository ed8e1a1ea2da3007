/**
 * What a turn costs of our own: `node bench/engine.ts`. A team of two assistants with a model that answers at once talks for so many turns, in
 * memory and through the runner into SQLite. Numbers are ratios to a floor of the same run, since machines differ: a bare loop that makes
 * the same events, appends them to an array, and (for SQLite) inserts each in a transaction of its own. The floor itself is printed in µs.
 * Bytes are what the process handed to write(2) (`/proc/self/io`, Linux). Exits with 1 when a target is missed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { assistant } from "../src/engine/agents/assistant.ts";
import { systemClock } from "../src/engine/clock.ts";
import { isEvent, type EventBody, type RunEvent } from "../src/engine/events/events.ts";
import type { Model } from "../src/engine/model.ts";
import { roundRobin } from "../src/engine/policies/round-robin.ts";
import { converse } from "../src/engine/loop.ts";
import type { Team } from "../src/engine/team.ts";
import { any, maxTurns, minutes, textMention, tokens } from "../src/engine/limits/termination.ts";
import { createRunner } from "../src/runner/runner.ts";
import { openSqlite } from "../src/store/sqlite/store.ts";
import { turnOn } from "../test/support/turn.ts";

const LENGTHS = [10, 50, 200, 1_000, 5_000];
/** Each measurement is repeated and the median counts. */
const ROUNDS = 5;
const TEXT = "The agents compared both answers and kept the second. ".repeat(10).slice(0, 500);
const USAGE = { inputTokens: 100, outputTokens: 100, usd: 0.001 };
const PERSON = { id: "U1", name: "Maria" };
const TARGETS = { msOfOurOwn: 0.3, lastTenthToFirst: 1.2, kbWritten: 40 };

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
console.table(rows);
console.log("At 1,000 turns in SQLite:");
verdict("ms of our own a turn, above the floor", own, TARGETS.msOfOurOwn);
verdict("last tenth ÷ first tenth", slope, TARGETS.lastTenthToFirst);
if (!Number.isNaN(written)) verdict("KB written a turn", written, TARGETS.kbWritten);

function verdict(what: string, is: number, target: number): void {
  if (is > target) process.exitCode = 1;
  console.log(`${is > target ? "MISSED" : "met   "} ${what}: ${round(is)}, target at most ${target}`);
}

/** Answers at once, without a stream: what is measured is not the model. */
function instantModel(): Model {
  return {
    name: "instant",
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call() {
      return { kind: "answer", text: TEXT, toolCalls: [], usage: USAGE };
    },
  };
}

function teamOf(turns: number): Team {
  const agent = (name: string) =>
    assistant({
      name,
      description: "",
      instructions: "Be brief.",
      model: instantModel(),
      tools: [],
      handoffs: [],
      toolRoundsMax: 5,
      afterTools: "prose",
    });
  return {
    name: "bench",
    agents: [agent("Ada"), agent("Ben")],
    nextSpeakers: roundRobin,
    stopWhen: textMention("TERMINATE"),
    limits: any(maxTurns(turns), tokens({ total: 1e9 }), minutes(1e6)),
  };
}

async function inMemory(turns: number): Promise<Cost> {
  const events: RunEvent[] = [];
  const record = (body: EventBody) => void events.push({ ...body, seq: events.length + 1, at: new Date().toISOString() });
  record({ type: "run.started", run: "r", team: "bench", startedBy: PERSON });
  record({ type: "message.posted", person: PERSON, text: "Compare them." });
  const timer = stopwatch();
  for await (const item of converse(teamOf(turns), turnOn({ events }))) {
    if (!isEvent(item)) continue;
    record(item);
    if (item.type === "message.posted") timer.lap();
  }
  return timer.stop();
}

async function inSqlite(turns: number): Promise<Cost> {
  const { store, dispatch } = openSqlite({ path: newFile() });
  const team = teamOf(turns);
  const runner = createRunner({
    store,
    dispatch,
    teams: { build: () => team, has: () => true, names: () => ["bench"], default: "bench" },
    posts: () => [],
    clock: systemClock,
    slots: 1,
    perWorkspace: 1,
    log: (problem, error) => console.error(problem, error),
  });
  const timer = stopwatch();
  const stopped = new Promise<void>((resolve) => {
    runner.follow((_thread, item) => {
      if (item.type === "message.posted" && "agent" in item) timer.lap();
      if (item.type === "run.stopped") resolve();
    });
  });
  runner.start();
  await runner.say({ thread: "t", workspace: "w", person: PERSON, text: "Compare them.", id: "1", addressed: true });
  await stopped;
  await runner.close();
  await store.close();
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
  const writtenBefore = writtenBytes();
  const start = process.hrtime.bigint();
  const ends: number[] = [];
  return {
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
