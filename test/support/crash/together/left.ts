import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../../../../src/engine/events/events.ts";
import { openPostgres } from "../../../../src/store/postgres/store.ts";
import { GONE_MS } from "../../../../src/store/postgres/together/membership.ts";
import { costOf } from "../../../../src/store/records/cost.ts";
import { patiently, type Database } from "./world.ts";

/** Who was killed or cut off is missed by then, in real ms: after 12 s by a heartbeat of whoever is left, on a machine that may be busy with much else. */
const MISSED_MS_MAX = 180_000;
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

/** Whether there is nothing left to do, and nobody at it: what is judged before that is judged too early. */
export async function isAtRest(database: Database): Promise<boolean> {
  const [row] = (await database.sql(
    `SELECT ${TO_DO.map(([, of]) => `NOT EXISTS (SELECT 1 FROM parley.${of})`).join(" AND ")} AS "isAtRest"`,
  )) as { isAtRest: boolean }[];
  return row?.isAtRest === true;
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

/** What goes by itself while somebody is there. A job that is counted as failing is one that is tried again. */
const TO_DO = NOTHING.filter(([, of]) => of === "claims" || !HELD.has(of));

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
 * Somebody who has said nothing for too long, and whom another one does not miss though it has looked again and again: what it had stays with it. While the server
 * can be asked and written to; the time is the server's. How long that takes on a machine that is busy does not count.
 */
export function watchGone(database: Database, isTroubled: () => boolean) {
  const looks = createLooks();
  const violations: string[] = [];
  let longestMs = 0;
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await sleep(2 * LOOK_MS)) {
      const all = (await database
        .sql("SELECT id::integer, seen::text, (extract(epoch FROM clock_timestamp() - seen) * 1000)::integer AS ms FROM parley.openers")
        .catch(() => undefined)) as Opener[] | undefined;
      // Nobody can be missed by a server that is away, nor what cannot be written.
      if (!all || isTroubled()) {
        looks.forget();
        continue;
      }
      longestMs = Math.max(longestMs, ...all.map(({ ms }) => ms));
      violations.push(...looks.seen(all));
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

/** A process as the server has it: `seen` is when it said last that it is there, `ms` how long ago that was. */
export interface Opener {
  readonly id: number;
  readonly seen: string;
  readonly ms: number;
}

/** Each says that it is there, then looks who is gone, and says it again when that look is over: by how often one has said it, it is known how often it has looked. */
export function createLooks() {
  /** Of somebody overdue, what each other one has said since. */
  const since = new Map<number, { readonly said: Map<number, Set<string>>; isTold: boolean }>();
  return {
    forget: () => since.clear(),
    seen(all: readonly Opener[]): string[] {
      for (const id of since.keys()) if (!all.some((one) => one.id === id)) since.delete(id);
      return all.flatMap(({ id, ms }) => {
        if (ms <= GONE_MS) return [];
        const overdue = since.get(id) ?? { said: new Map<number, Set<string>>(), isTold: false };
        since.set(id, overdue);
        for (const other of all) {
          if (other.id === id || other.ms >= ms - GONE_MS) continue;
          overdue.said.set(other.id, (overdue.said.get(other.id) ?? new Set<string>()).add(other.seen));
        }
        const most = Math.max(0, ...[...overdue.said.values()].map(({ size }) => size));
        if (most <= LOOKS_IN_VAIN_MAX || overdue.isTold) return [];
        overdue.isTold = true;
        return [`somebody who has said nothing for ${ms} ms was not missed by another one, who has said something ${most} times since`];
      });
    },
  };
}

/** A look may be under way, and one may have failed with a connection. */
const LOOKS_IN_VAIN_MAX = 3;
