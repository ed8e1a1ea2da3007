import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../../../../src/engine/events/events.ts";
import { openPostgres } from "../../../../src/store/postgres/store.ts";
import { GONE_MS } from "../../../../src/store/postgres/together/membership.ts";
import { costOf } from "../../../../src/store/records/cost.ts";
import { patiently, type Database } from "./world.ts";

/** Who was killed or cut off is missed by then, in real ms: after 12 s by a heartbeat of whoever is left, on a machine that may be busy with much else. */
const MISSED_MS_MAX = 60_000;
const LOOK_MS = 250;
const USD_OFF_MAX = 1e-9;

/** Resolves when nobody is counted any more who is not there; then nothing is held by anybody that is gone. */
export async function untilMissed(database: Database, alive: number): Promise<string[]> {
  for (const begunAtMs = performance.now(); performance.now() - begunAtMs < MISSED_MS_MAX; await sleep(LOOK_MS)) {
    const [row] = (await database.sql("SELECT count(*)::integer AS openers FROM parley.openers")) as { openers: number }[];
    if (row?.openers === alive) return [];
  }
  return [`after ${MISSED_MS_MAX} ms processes that are gone are still counted`];
}

/** What must be so in the tables once all have ended: nothing is held, nothing is due, and what was spent is what the logs say. */
export async function leftIn(
  database: Database,
  logs: readonly (readonly RunEvent[])[],
  { couldLeave }: { readonly couldLeave: boolean },
): Promise<string[]> {
  const rows = (await database.sql(
    NOTHING.filter(([, of]) => couldLeave || !HELD.has(of))
      .map(([what, of]) => `SELECT '${what}' AS what, count(*)::integer AS left FROM parley.${of}`)
      .join(" UNION ALL "),
  )) as { what: string; left: number }[];
  const left = rows.filter((row) => row.left > 0).map((row) => `${row.left} ${row.what}`);
  const lost = (await database.sql(
    "SELECT threads.name, seq, kind, gave_up FROM parley.outbox JOIN parley.threads ON threads.id = outbox.thread WHERE gave_up IS NOT NULL AND kind <> 'card'",
  )) as { name: string; seq: number; kind: string; gave_up: string }[];
  const gaps = (await database.sql(
    "SELECT name FROM parley.threads WHERE last_seq <> (SELECT count(*) FROM parley.events WHERE thread = threads.id)",
  )) as { name: string }[];
  const spent = (await database.sql("SELECT coalesce(sum(usd), 0) AS usd FROM parley.spent WHERE account = 'workspace'")) as {
    usd: number;
  }[];
  const told = logs.reduce((sum, log) => sum + (costOf(log)?.usd ?? 0), 0);
  const off = Math.abs((spent[0]?.usd ?? 0) - told);
  return [
    ...left,
    ...lost.map(({ name, seq, kind, gave_up }) => `${name}: ${kind} ${seq} was given up: ${gave_up}`),
    ...gaps.map(({ name }) => `the log of ${name} has not as many events as its row says`),
    ...(told > 0 ? [] : ["nothing was spent, so that no budget was put to the test"]),
    ...(off <= USD_OFF_MAX ? [] : [`${spent[0]?.usd} USD are counted as spent, and the logs tell of ${told}`]),
  ];
}

/** Of one that could not say that it goes, until it is missed. */
const HELD: ReadonlySet<string> = new Set(["openers", "claims", "locks", "reservations"]);

const NOTHING: readonly (readonly [string, string])[] = [
  ["processes are entered that are gone", "openers"],
  ["claims are left", "claims"],
  ["locks are left", "locks"],
  ["sums are set aside for calls that nobody makes", "reservations"],
  ["posts are left", "outbox WHERE receipt IS NULL AND gave_up IS NULL"],
  ["envelopes are left", "inbox WHERE handled_at IS NULL"],
  ["jobs are counted as failing", "failing"],
];

/** What the tables hold that say how something came about. */
export async function rowsOf(database: Database): Promise<string[]> {
  const told = await Promise.all(
    TOLD.map(async (table) => {
      const rows = (await database.sql(
        `SELECT to_jsonb(told) AS row FROM (SELECT * FROM parley.${table} LIMIT ${ROWS_TOLD_MAX}) AS told`,
      )) as {
        row: object;
      }[];
      return rows.map(({ row }) => `${table}: ${JSON.stringify(row).slice(0, ROW_CHARS_MAX)}`);
    }),
  );
  return told.flat();
}

const TOLD = ["openers", "locks", "threads", "events", "inbox", "outbox", "ready", "failing", "claims", "notes"];
const ROWS_TOLD_MAX = 2_000;
const ROW_CHARS_MAX = 2_000;

export async function logsIn(address: string, threads: readonly string[]): Promise<(readonly RunEvent[])[]> {
  const { store } = await patiently(() => openPostgres({ address }));
  try {
    return await Promise.all(threads.map((thread) => patiently(() => store.load(thread, 0))));
  } finally {
    await store.close();
  }
}

/**
 * Somebody who has said nothing for too long, and whom another one who has said something since does not miss: what it had stays with it. While the server can be
 * asked and written to; the time is the server's.
 */
export function watchGone(database: Database, isTroubled: () => boolean) {
  const beats = new Map<number, { readonly beats: Set<string>; told: boolean }>();
  const violations: string[] = [];
  let longestMs = 0;
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await sleep(2 * LOOK_MS)) {
      const all = (await database
        .sql("SELECT id::integer, seen::text, (extract(epoch FROM clock_timestamp() - seen) * 1000)::integer AS ms FROM parley.openers")
        .catch(() => undefined)) as { id: number; seen: string; ms: number }[] | undefined;
      // Nobody can be missed by a server that is away, nor what cannot be written.
      if (!all || isTroubled()) {
        beats.clear();
        continue;
      }
      const latest = all.toSorted((one, other) => one.ms - other.ms)[0];
      for (const id of beats.keys()) if (!all.some((one) => one.id === id)) beats.delete(id);
      for (const { id, ms } of all) {
        longestMs = Math.max(longestMs, ms);
        if (ms <= GONE_MS || !latest || latest.id === id) continue;
        const one = beats.get(id) ?? { beats: new Set<string>(), told: false };
        beats.set(id, one);
        if (latest.ms < ms - GONE_MS) one.beats.add(latest.seen);
        if (one.beats.size <= BEATS_MAX || one.told) continue;
        one.told = true;
        violations.push(
          `somebody who has said nothing for ${ms} ms was not missed by another one, who has said something ${one.beats.size} times since`,
        );
      }
    }
  })();
  return {
    async end(): Promise<{ readonly violations: readonly string[]; readonly longestMs: number }> {
      isOver = true;
      await watching;
      return { violations, longestMs };
    },
  };
}

/** Each of whoever is left looks who is gone; one look may be under way. */
const BEATS_MAX = 3;
