import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { moveStore } from "../../src/store/moving/move-store.ts";
import { median, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database, Statements } from "./database.ts";
import { openFleet, type Fleet, type Machine } from "./fleet.ts";

const THREADS = 10_000;
/** Parked by people and agents; the rest are copies of their rows. */
const PARKED_FOR_REAL = 20;
const TEAM = "T0PARKED";
/** Twenty of the looks by which each process says that it is there: one more or less is within the target. */
const WATCHED_MS = 60_000;
/** Each process says every 3 s that it is there. */
const LOOK_MS = 6_000;
/** While a start still looks through what is open there are hundreds in that time. */
const CALM_STATEMENTS_MAX = 60;
/** Beside those on an empty database: while Slack is asked about four threads in that time there are 30 more, or many more. */
const CALM_MORE_MAX = 12;
const CALM_MS_MAX = 600_000;
const START_MS_MAX = 2_000;
/** Looks are timed: one more may fall into the same seconds. */
const TIMES_EMPTY_MAX = 1.1;
const PARKED_MS_MAX = 60_000;
const FIRST_MS_MAX = 30_000;
const STARTS = 3;

/**
 * A process that has nothing to do but to have ten thousand threads that wait for a person, beside one on an empty database; and how soon after its start it
 * takes something new, on the same threads moved to a file of SQLite too.
 */
export async function parked(database: Database, place: string): Promise<void> {
  const empty = await looked(database, { address: database.fresh(), place });
  const address = database.fresh();
  process.stderr.write(`${THREADS} threads are parked\n`);
  const calmMax = Math.ceil((empty.idle.calls * LOOK_MS) / WATCHED_MS) + CALM_MORE_MAX;
  await park(database, { address, place }, calmMax);
  const full = await looked(database, { address, place }, calmMax);
  console.log(`one process that does everything, ${WATCHED_MS / 1_000} s of it with nothing to do; starts are medians of ${STARTS}:`);
  console.table({ "an empty database": shown(empty), [`${THREADS} threads that wait`]: shown(full) });
  verdict("statements with nothing to do ÷ those on an empty database", full.idle.calls / empty.idle.calls, TIMES_EMPTY_MAX);
  verdict(`ms from the start of the process until it is ready, with ${THREADS} threads parked`, full.readyMs, START_MS_MAX);
  const folder = mkdtempSync(join(place, "parley-bench-parked-"));
  try {
    const file = pathToFileURL(join(folder, "parley.db")).href.replace("file:", "sqlite:");
    await moveStore({ from: address, to: file }, { anew: false, told: () => undefined });
    const none = await firstTaken(database.fresh(), place);
    const firsts = { Postgres: await firstTaken(address, place), SQLite: await firstTaken(file, place) };
    console.log(
      `from the start of a process until a task that comes once it is ready has its card, with ${THREADS} threads parked; medians of ${STARTS}:`,
    );
    console.table({ "an empty Postgres": none, ...firsts });
    for (const [store, { "card after ms": ms }] of Object.entries(firsts))
      verdict(`ms from the start of the process until a task that comes once it is ready has its card, in ${store}`, ms, START_MS_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface First {
  readonly "ready after ms": number;
  readonly "card after ms": number;
  /** Processor time of the process until the card. */
  readonly "of the processor": number;
}

/** Each time by a process of its own, whose first task comes as soon as it is ready. */
async function firstTaken(address: string, place: string): Promise<First> {
  const fleet = await openFleet({ database: address, teams: [TEAM], modelMs: 0, place });
  const [ready, carded, cpu]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let nth = 0; nth < STARTS; nth++) {
      const began = performance.now();
      const machine = await fleet.start();
      const channel = `C0FIRST${nth}`;
      await fleet.mention("one", { team: TEAM, channel });
      const isCard = (call: { readonly method: string; readonly channel: string }) =>
        call.method === "chat.postMessage" && call.channel === channel;
      for (const until = performance.now() + FIRST_MS_MAX; !fleet.calls.some(isCard);) {
        if (performance.now() > until) throw new Error("a task that came right after a start was not taken");
        await sleep(2);
      }
      ready.push(machine.readyMs);
      carded.push((fleet.calls.find(isCard)?.at ?? Number.NaN) - began);
      cpu.push(machine.cpuMs());
      await machine.end();
    }
    return { "ready after ms": round(median(ready)), "card after ms": round(median(carded)), "of the processor": round(median(cpu)) };
  } finally {
    await fleet.close();
  }
}

interface Looked {
  readonly readyMs: number;
  /** Processor time of the process until then. */
  readonly readyCpuMs: number;
  /** After that, until it has looked through all that is open: what it posts is right, what was decided is in the audit log, nothing was missed. */
  readonly lookedMs: number;
  readonly starting: Statements;
  readonly idle: Statements;
}

/** Resolves when a start has looked through all that is open: so few statements run by then while it is looked. */
async function calm(database: Database, statementsMax = CALM_STATEMENTS_MAX): Promise<Statements> {
  const until = performance.now() + CALM_MS_MAX;
  for (let before = await database.statements(); ;) {
    await sleep(LOOK_MS);
    const now = await database.statements();
    if (now.calls - before.calls <= statementsMax) return now;
    if (performance.now() > until) throw new Error(`${now.calls - before.calls} statements in ${LOOK_MS} ms, though nothing is to be done`);
    before = now;
  }
}

const shown = ({ readyMs, readyCpuMs, lookedMs, starting, idle }: Looked) => ({
  "ready after ms": round(readyMs),
  "of the processor": round(readyCpuMs),
  "all looked through after s": Math.round(lookedMs / 1_000),
  "statements until then": starting.calls,
  "they take ms": round(starting.ms),
  "statements a minute": round((idle.calls * 60_000) / WATCHED_MS),
  "these take ms": round((idle.ms * 60_000) / WATCHED_MS),
});

const less = (after: Statements, before: Statements): Statements => ({ calls: after.calls - before.calls, ms: after.ms - before.ms });

interface Order {
  readonly address: string;
  readonly place: string;
}

async function looked(database: Database, { address, place }: Order, calmMax?: number): Promise<Looked> {
  const fleet = await openFleet({ database: address, teams: [TEAM], modelMs: 0, place });
  try {
    const starts: Machine[] = [];
    for (let nth = 1; nth < STARTS; nth++) {
      const machine = await fleet.start();
      starts.push(machine);
      await machine.end();
    }
    const before = await database.statements();
    starts.push(await fleet.start());
    const readyAt = performance.now();
    const started = await calm(database, calmMax);
    const lookedMs = performance.now() - readyAt - LOOK_MS;
    await sleep(WATCHED_MS);
    const after = await database.statements();
    const ready = {
      readyMs: median(starts.map(({ readyMs }) => readyMs)),
      readyCpuMs: median(starts.map(({ readyCpuMs }) => readyCpuMs)),
    };
    return { ...ready, lookedMs, starting: less(started, before), idle: less(after, started) };
  } finally {
    await fleet.close();
  }
}

/** Asks for some runs that wait for an answer, and copies what is kept of them until there are as many as are wanted. */
async function park(database: Database, { address, place }: Order, calmMax: number): Promise<void> {
  const fleet = await openFleet({ database: address, teams: [TEAM], modelMs: 0, place });
  const schema = new URL(address).searchParams.get("schema") ?? "";
  const channelOf = (nth: number) => `C0${1_000_000 + nth}`;
  try {
    await fleet.start();
    for (let nth = 0; nth < PARKED_FOR_REAL; nth++) await fleet.mention("asks", { team: TEAM, channel: channelOf(nth) });
    await untilAsked(fleet);
    // What is not as it should be yet, such as a session that is to be shown as waiting, would be copied with the rest.
    await calm(database, calmMax);
    await untilShown(database, schema);
  } finally {
    await fleet.close();
  }
  await database.sql(copies(schema));
  const [row] = (await database.sql(`SELECT count(*)::integer AS count FROM ${schema}.threads`)) as { count: number }[];
  if (row?.count !== THREADS) throw new Error(`${row?.count} threads are parked`);
  await database.sql(`ANALYZE`);
}

/** Card and question of each. */
async function untilAsked(fleet: Fleet): Promise<void> {
  const until = performance.now() + PARKED_MS_MAX;
  while (fleet.calls.filter(({ method }) => method === "chat.postMessage").length < PARKED_FOR_REAL * 2) {
    if (performance.now() > until) throw new Error("the questions were not asked");
    await sleep(20);
  }
}

/** That all is shown is noted, as whoever has run for a minute has done. */
async function untilShown(database: Database, schema: string): Promise<void> {
  const until = performance.now() + PARKED_MS_MAX;
  while ((await database.sql(`SELECT 1 FROM ${schema}.notes WHERE key = 'shown/${TEAM}' AND value LIKE '20%'`)).length === 0) {
    if (performance.now() > until) throw new Error("it was not noted that all is shown");
    await sleep(200);
  }
}

const AN_HOUR_AGO = `to_char((clock_timestamp() - interval '1 hour') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Rows of a thread that name it are copied with another channel in it, so that each has a place of its own. Its events stay as they are, since what is shown of them, in
 * which their run has its name, is noted by its hash. They have waited for an hour.
 */
const copies = (schema: string): string => `
  SET search_path = ${schema};
  CREATE TEMP TABLE copied AS
    SELECT threads.id AS old, row_number() OVER (ORDER BY nth, threads.id) + (SELECT max(id) FROM threads) AS new, threads.name AS old_name,
      split_part(name, '/', 1) || '/' || split_part(name, '/', 2) || 'N' || nth || '/' || split_part(name, '/', 3) AS new_name,
      split_part(name, '/', 2) AS old_channel, split_part(name, '/', 2) || 'N' || nth AS new_channel
      FROM threads, generate_series(1, ${THREADS / PARKED_FOR_REAL - 1}) AS nth;
  INSERT INTO threads OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(threads, jsonb_build_object('id', new, 'name', new_name, 'at', ${AN_HOUR_AGO}))).* FROM threads JOIN copied ON old = threads.id;
  INSERT INTO events SELECT new, seq, body FROM events JOIN copied ON old = thread ORDER BY new, seq;
  INSERT INTO outbox (thread, seq, kind, part, sending_since, receipt, gave_up)
    SELECT new, seq, kind, part, sending_since, replace(receipt, old_channel, new_channel), gave_up FROM outbox JOIN copied ON old = thread ORDER BY new, seq;
  INSERT INTO ready (thread, at, version) SELECT new, at, nextval('versions') FROM ready JOIN copied ON old = thread;
  INSERT INTO notes SELECT replace(key, old_channel, new_channel), replace(value, old_channel, new_channel) FROM notes JOIN copied ON strpos(key, old_channel) > 0
    ON CONFLICT (key) DO NOTHING;
  INSERT INTO runs_due SELECT new, workspace, mark FROM runs_due JOIN copied ON old = thread;
  SELECT setval(pg_get_serial_sequence('threads', 'id'), (SELECT max(id) FROM threads));`;
