/**
 * What the SQLite store costs: `npm run bench -- store`. Numbers are ratios to the floor of the same run (a bare insert of the same JSON into
 * the same tables, one event a transaction, `synchronous=NORMAL`), since machines and their disks differ; the floor itself is printed in µs.
 * Bytes are what the process handed to write(2) (`/proc/self/io`, Linux), write-ahead log and checkpoints included. Exits with 1 when a target is missed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openSqlite } from "../src/store/sqlite/store.ts";
import type { Commit } from "../src/store/store.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";

const EVENT_CHARS = 1_000;
const LENGTHS = [10, 200, 1_000, 5_000];
/** Each measurement is repeated and the median counts. */
const ROUNDS = 5;
const TEXT = "The agents compared both answers and kept the second. ".repeat(20).slice(0, EVENT_CHARS);
const AT = "2026-01-05T09:00:00.000Z";

/** What waits for the disk has no target in time: that is the disk's. */
const TARGETS: { readonly [row: string]: { readonly time?: number; readonly written: number } } = {
  "commit, a log of 1000": { time: 2, written: 1.8 },
  "commit, a log of 5000": { time: 2, written: 1.8 },
  "… with a post (FULL), 1000": { time: 4, written: 3 },
  "… with a post (FULL), 5000": { time: 4, written: 3 },
  "commit and wake, 1000": { time: 2, written: 1.8 },
  "receive and handled, 1000": { written: 2.5 },
  "load, for each of 1000 events": { time: 0.2, written: 0.5 },
};

const directory = mkdtempSync(join(tmpdir(), "parley-bench-"));
let files = 0;
const newFile = () => join(directory, `${files++}.db`);
process.on("exit", () => rmSync(directory, { recursive: true }));

sayWhetherQuiet();
// The first run of anything is a run of the compiler.
await commits(2_000, {});
await insertsOf("rowid", 2_000);

const floor = await median(() => insertsOf("rowid", 1_000));
console.log(
  `floor: ${floor.us.toFixed(1)} µs and ${(floor.bytes / 1024).toFixed(1)} KB written for each event of ${EVENT_CHARS} characters\n`,
);

console.table({
  "rowid table, unique index (thread, seq)": ratio(floor, floor),
  "clustered on (thread, seq), WITHOUT ROWID": ratio(await median(() => insertsOf("clustered", 1_000)), floor),
});

const rows: Record<string, Ratio> = {};
for (const length of LENGTHS) {
  rows[`commit, a log of ${length}`] = ratio(await median(() => commits(length, {})), floor);
  rows[`… with a post (FULL), ${length}`] = ratio(
    await median(() => commits(length, { posts: [{ event: 0, kind: "turn", part: 0 }] })),
    floor,
  );
}
rows["commit and wake, 1000"] = ratio(await median(() => commits(1_000, { wake: "now" })), floor);
rows["receive and handled, 1000"] = ratio(await median(() => envelopes(1_000)), floor);
rows["load, for each of 1000 events"] = ratio(await median(() => loads(1_000)), floor);
console.table(rows);
for (const [name, { time, written }] of Object.entries(TARGETS)) {
  if (time !== undefined) verdict(`${name}: time ÷ floor`, rows[name]?.["time ÷ floor"] ?? Number.NaN, time);
  verdict(`${name}: written ÷ floor`, rows[name]?.["written ÷ floor"] ?? Number.NaN, written);
}

interface Cost {
  /** For each event. */
  readonly us: number;
  /** Written for each event. */
  readonly bytes: number;
  /** In the database file at the end, for each event. */
  readonly kept: number;
}

/** The schema's events and nothing else, spread over ten threads that grow together. */
async function insertsOf(shape: "rowid" | "clustered", count: number): Promise<Cost> {
  const path = newFile();
  const db = new Database(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (shape === "rowid")
    db.exec(
      "CREATE TABLE events (id INTEGER PRIMARY KEY, thread INTEGER, seq INTEGER, body TEXT); CREATE UNIQUE INDEX by_seq ON events (thread, seq)",
    );
  else db.exec("CREATE TABLE events (thread INTEGER, seq INTEGER, body TEXT, PRIMARY KEY (thread, seq)) WITHOUT ROWID");
  const insert = db.prepare("INSERT INTO events (thread, seq, body) VALUES (?, ?, ?)");
  const work = async () => {
    for (let index = 0; index < count; index++) {
      const seq = Math.floor(index / 10) + 1;
      insert.run(index % 10, seq, JSON.stringify({ ...event(), seq, at: AT }));
    }
  };
  return measured(path, count, work, async () => void db.close());
}

/** One thread, one event a commit. */
async function commits(length: number, more: Partial<Commit>): Promise<Cost> {
  const path = newFile();
  const { store } = openSqlite({ path });
  const work = async () => {
    for (let seq = 0; seq < length; seq++)
      await store.commit({
        thread: "T1/C1/1.1",
        workspace: "T1",
        afterSeq: seq,
        at: AT,
        events: [event()],
        posts: [],
        wake: "keep",
        ...more,
      });
  };
  return measured(path, length, work, () => store.close());
}

async function envelopes(count: number): Promise<Cost> {
  const path = newFile();
  const { store } = openSqlite({ path });
  const work = async () => {
    for (let index = 0; index < count; index++) {
      await store.receive({ id: `Ev${index}`, at: AT, body: JSON.stringify(event()) });
      await store.handled(`Ev${index}`);
    }
  };
  return measured(path, count, work, () => store.close());
}

async function loads(count: number): Promise<Cost> {
  const path = newFile();
  const { store } = openSqlite({ path });
  await store.commit({
    thread: "t",
    workspace: "T1",
    afterSeq: 0,
    at: AT,
    events: Array.from({ length: count }, event),
    posts: [],
    wake: "keep",
  });
  return measured(
    path,
    count,
    async () => void (await store.load("t", 0)),
    () => store.close(),
  );
}

function event() {
  return { type: "message.posted", agent: "Coder", text: TEXT } as const;
}

/** Closing brings the write-ahead log home: its bytes count, its time does not. */
async function measured(path: string, count: number, work: () => Promise<void>, close: () => Promise<void>): Promise<Cost> {
  const writtenBefore = writtenBytes();
  const before = process.hrtime.bigint();
  await work();
  const us = Number(process.hrtime.bigint() - before) / 1_000;
  await close();
  return { us: us / count, bytes: (writtenBytes() - writtenBefore) / count, kept: statSync(path).size / count };
}

/** What this process has handed to write(2) so far; not a number where the system does not tell. */
function writtenBytes(): number {
  const io = "/proc/self/io";
  return existsSync(io) ? Number(/^wchar: (\d+)$/m.exec(readFileSync(io, "utf8"))?.[1]) : Number.NaN;
}

async function median(run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await run());
  const middle = costs.toSorted((a, b) => a.us - b.us)[Math.floor(ROUNDS / 2)];
  if (!middle) throw new Error("nothing was measured");
  return middle;
}

type Ratio = ReturnType<typeof ratio>;

function ratio(cost: Cost, to: Cost) {
  return {
    "time ÷ floor": round(cost.us / to.us),
    "written ÷ floor": round(cost.bytes / to.bytes),
    "µs an event": round(cost.us),
    "KB written": round(cost.bytes / 1024),
    "KB kept": round(cost.kept / 1024),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
