import { APART } from "../../records/apart.ts";
import { placeOf } from "../../fair-queue.ts";
import { pauseMsAfter } from "../../one-process/retries.ts";
import type { Commit } from "../../store.ts";
import type { Claim, WorkKind } from "../../dispatch.ts";
import type { Connection, Query } from "../server/connection.ts";
import { laneWorkspace } from "../../records/lane-workspace.ts";
import { DONE, type Given } from "../part-of-commit.ts";
import { OF_NOW, type Age } from "./age.ts";
import type { Changes } from "./changes.ts";
import type { Membership } from "./membership.ts";

export interface DueWork {
  readonly key: string;
  readonly workspace: string;
}

/** A piece of work that was given to this process. */
export interface Taken {
  readonly attempt: number;
  readonly failures: number;
  /** Of the wake-up that it deals with, of a turn. */
  readonly version: number | undefined;
  /** Of a turn; see `Claim.lastSeq`. */
  readonly lastSeq?: number;
}

/** Who has which work, of all processes; and what there is to do. Times in ms since the epoch. */
export interface Claims {
  /** All that may be taken now, the oldest first. */
  due(kind: WorkKind, now: number): Promise<readonly DueWork[]>;
  /** When something more is due by itself. */
  next(kind: WorkKind, now: number): Promise<number | undefined>;
  /** Since when the longest has waited of what nobody has; see `Dispatch.waitingSince`. */
  waitingSince(now: number): Promise<number | undefined>;
  /** Nothing where another has it, or it is not due any more. */
  take(kind: WorkKind, key: string, now: number): Promise<Taken | undefined>;
  /**
   * Its handler has ended. What was woken meanwhile is told to all, and so is when it is tried again, where it threw. `woken`: something was
   * added to it since it began.
   */
  release(
    kind: WorkKind,
    work: DueWork & { readonly taken: Taken; readonly failed: boolean; readonly woken: boolean },
    now: number,
  ): Promise<void>;
  /**
   * The taking of these failed, and perhaps the answer alone was lost: then they are held as long as this process is there, though it does not know. They
   * are let go; nothing of these keys may be worked on or taken here meanwhile.
   */
  disown(kind: WorkKind, keys: readonly string[]): Promise<void>;
  /** As it was before it was taken. */
  giveBack(kind: WorkKind, work: DueWork & { readonly taken: Taken }, now: number): Promise<void>;
}

const LEFT = {
  post: "SELECT 1 FROM outbox JOIN threads ON threads.id = outbox.thread WHERE receipt IS NULL AND gave_up IS NULL AND starts_with(name, $1 || '/') LIMIT 1",
  envelope: "SELECT 1 FROM inbox WHERE handled_at IS NULL AND lane = $1 LIMIT 1",
} as const;

const PAUSED = "EXISTS (SELECT 1 FROM failing WHERE failing.kind = $1 AND failing.key = $2 AND paused_by IS NOT NULL AND retry_at > $3)";

export function createClaims(
  { query, transaction }: Connection,
  {
    changes,
    membership,
    age,
  }: {
    readonly changes: Pick<Changes, "say" | "make" | "heard">;
    readonly membership: () => Pick<Membership, "id" | "as">;
    readonly age: Age;
  },
): Claims {
  const saying = async (work: (within: Query) => Promise<number | undefined>): Promise<void> => {
    const said = await transaction(work);
    if (said !== undefined) await changes.heard(said);
  };

  /** Nothing was due of a thread. Who woke it since, and found it held, has forgotten it: all are told where it is due by now. */
  const letGo = (key: string, attempt: number): Promise<void> =>
    saying(async (within) => {
      const [held] = await within("DELETE FROM claims WHERE attempt = $1 RETURNING 1", [attempt]);
      const [ready] = await within<{ at: number; workspace: string }>(
        "SELECT ready.at, workspace FROM ready JOIN threads ON threads.id = ready.thread WHERE name = $1",
        [key],
      );
      return held && ready ? changes.say(within, { kind: "work", of: "turn", key, workspace: ready.workspace, at: ready.at }) : undefined;
    });

  /** Its handler threw: it is tried again behind a pause, or when it is due anyway. */
  async function failed(
    within: Query,
    kind: WorkKind,
    { key, workspace, taken }: DueWork & { readonly taken: Taken },
    now: number,
  ): Promise<number | undefined> {
    const [held] = await within("DELETE FROM claims WHERE attempt = $1 RETURNING 1", [taken.attempt]);
    if (!held) return undefined;
    // It may have been done all the same, the answer alone lost: then nobody would come back to the failure.
    const [ready] =
      kind === "turn"
        ? await within<{ at: number }>("SELECT at FROM ready WHERE thread = (SELECT id FROM threads WHERE name = $1)", [key])
        : (await within(LEFT[kind], [key])).length > 0
          ? [{ at: now }]
          : [];
    if (!ready) {
      if (taken.failures > 0) await within("DELETE FROM failing WHERE kind = $1 AND key = $2", [kind, key]);
      return undefined;
    }
    // A wake-up that the failed handler committed itself does not go before the pause: that would be a hot loop. A time of its own does.
    const retryAt = ready.at > now ? undefined : now + pauseMsAfter(taken.failures + 1);
    await within(
      `INSERT INTO failing (kind, key, workspace, count, retry_at, paused_by) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (kind, key) DO UPDATE SET count = excluded.count, retry_at = excluded.retry_at, paused_by = excluded.paused_by`,
      [kind, key, workspace, taken.failures + 1, retryAt ?? ready.at, retryAt === undefined ? null : membership().id()],
    );
    return changes.say(within, { kind: "work", of: kind, key, workspace, at: retryAt ?? ready.at });
  }

  const due: { readonly [kind in WorkKind]: (now: number) => Promise<readonly DueWork[]> } = {
    turn: (now) =>
      query<DueWork>(
        `SELECT threads.name AS key, threads.workspace FROM ready JOIN threads ON threads.id = ready.thread
          WHERE ready.at <= $1 AND NOT EXISTS (SELECT 1 FROM claims WHERE kind = 'turn' AND key = threads.name)
            AND NOT EXISTS (SELECT 1 FROM failing WHERE kind = 'turn' AND key = threads.name AND paused_by IS NOT NULL AND retry_at > $1)
          ORDER BY ready.at, ready.thread`,
        [now],
      ),
    post: async () => {
      const threads = await query<DueWork>(
        `SELECT threads.name AS key, threads.workspace FROM outbox JOIN threads ON threads.id = outbox.thread
          WHERE receipt IS NULL AND gave_up IS NULL GROUP BY threads.id ORDER BY min(outbox.id)`,
      );
      return [...new Map(threads.map(({ key, workspace }) => [placeOf(key), { key: placeOf(key), workspace }])).values()];
    },
    envelope: async () => {
      const lanes = await query<{ lane: string }>("SELECT lane FROM inbox WHERE handled_at IS NULL GROUP BY lane ORDER BY min(id)");
      return lanes.map(({ lane }) => ({ key: lane, workspace: laneWorkspace(lane) }));
    },
  };

  return {
    due: (kind, now) => due[kind](now),
    async next(kind, now) {
      const [row] = await query<{ at: number | null }>(
        `SELECT least((SELECT min(at) FROM ready WHERE at > $2 AND $1 = 'turn'),
          (SELECT min(retry_at) FROM failing WHERE kind = $1 AND paused_by IS NOT NULL AND retry_at > $2)) AS at`,
        [kind, now],
      );
      return row?.at ?? undefined;
    },
    async waitingSince(now) {
      const [row] = await query<{ at: number }>(
        `SELECT ready.at FROM ready JOIN threads ON threads.id = ready.thread
          WHERE ready.at <= $1 AND NOT starts_with(threads.workspace, $2)
            AND NOT EXISTS (SELECT 1 FROM claims WHERE kind = 'turn' AND key = threads.name) ORDER BY ready.at LIMIT 1`,
        // Of an evaluation that was interrupted nobody has to be told until somebody goes on with it.
        [now, APART],
      );
      return row?.at;
    },
    // Each by itself: another that wants the same one meanwhile is told no at once, and does not wait for the end of a transaction. What fails in between
    // the caller takes for doubtful, and lets go of (`disown`).
    take: (kind, key, now) =>
      membership().as(async (owner) => {
        const [row] = await query<{ attempt: number | null; version: number }>(
          `WITH claimed AS (
              INSERT INTO claims (kind, key, attempt, owner) SELECT $1, $2, nextval('attempts'), $4 WHERE NOT ${PAUSED} AND ${OF_NOW} <= $5
              ON CONFLICT (kind, key) DO NOTHING RETURNING attempt
            ) SELECT (SELECT attempt FROM claimed) AS attempt, ${OF_NOW} AS version`,
          [kind, key, now, owner, age.known],
        );
        if (row) age.look(row.version);
        if (typeof row?.attempt !== "number") return undefined;
        const { attempt } = row;
        // Read once it is ours: who had it before may have dealt with it just now.
        const [found] = await query<{ version: number | null; failures: number | null; lastSeq: number | null }>(
          `SELECT (SELECT version FROM ready JOIN threads ON threads.id = ready.thread WHERE name = $2 AND ready.at <= $3) AS version,
            (SELECT count FROM failing WHERE kind = $1 AND key = $2) AS failures,
            (SELECT last_seq FROM threads WHERE name = $2 AND ${OF_NOW} <= $4) AS "lastSeq"`,
          [kind, key, now, age.known],
        );
        if (kind === "turn" && typeof found?.version !== "number") {
          await letGo(key, attempt);
          return undefined;
        }
        const taken = { attempt, failures: found?.failures ?? 0, version: found?.version ?? undefined };
        // A newer one that came in between may have written all of it.
        return kind === "turn" ? { ...taken, lastSeq: found?.lastSeq ?? NOTHING_KNOWN } : taken;
      }),
    async release(kind, work, now) {
      if (work.failed) return saying((within) => failed(within, kind, work, now));
      const { key, workspace, taken } = work;
      // What is too new for this one it has left.
      const woken = work.woken || age.isTooOld();
      const better =
        taken.failures > 0 ? `, better AS (DELETE FROM failing WHERE kind = '${kind}' AND key = $2 AND EXISTS (SELECT 1 FROM held))` : "";
      const told = { kind: "work", of: kind, key, workspace } as const;
      const held = "held AS (DELETE FROM claims WHERE attempt = $1 RETURNING 1)";
      if (kind === "turn")
        await changes.make({
          parts: `${held}, thread AS (SELECT id FROM threads WHERE name = $2), gone AS (
              DELETE FROM ready USING thread WHERE ready.thread = thread.id AND version = $3 AND EXISTS (SELECT 1 FROM held) RETURNING 1
            )${better}, made AS (SELECT ready.at FROM ready JOIN thread ON ready.thread = thread.id CROSS JOIN held WHERE NOT EXISTS (SELECT 1 FROM gone))`,
          values: [taken.attempt, key, taken.version],
          change: told,
          columns: ["at"],
        });
      else {
        const values = better === "" ? [taken.attempt] : [taken.attempt, key];
        if (woken) await changes.make({ parts: `${held}${better}, made AS (SELECT 1 FROM held)`, values, change: { ...told, at: now } });
        else await query(`WITH ${held}${better} SELECT 1 FROM held`, values);
      }
    },
    disown: (kind, keys) =>
      saying(async (within) => {
        const held = await within("DELETE FROM claims WHERE kind = $1 AND key = ANY($2::text[]) AND owner = $3 RETURNING 1", [
          kind,
          keys,
          membership().id(),
        ]);
        return held.length > 0 ? changes.say(within, { kind: "look" }) : undefined;
      }),
    giveBack: (kind, { key, workspace, taken }, now) =>
      saying(async (within) => {
        const [held] = await within("DELETE FROM claims WHERE attempt = $1 RETURNING 1", [taken.attempt]);
        return held && changes.say(within, { kind: "work", of: kind, key, workspace, at: now });
      }),
  };
}

const NOTHING_KNOWN = -1;

/** A row where this is still the claim of whoever has that work; it stays so until the transaction is over. */
export const HELD = (kind: string, key: string, attempt: string): string =>
  `SELECT 1 FROM claims WHERE kind = ${kind} AND key = ${key} AND attempt = ${attempt} FOR SHARE`;

export const holds = async (within: Query, kind: WorkKind, { key, attempt }: Claim): Promise<boolean> =>
  (await within(HELD("$1", "$2", "$3"), [kind, key, attempt])).length > 0;

/**
 * Part of the transaction in which whoever had work has gone: what that one had done before it let go of it is counted as failing no more, for nobody comes
 * back to it. What is still to be done, or is somebody's, is left.
 */
export async function forgetFailures(within: Query): Promise<void> {
  await within(
    `DELETE FROM failing WHERE NOT EXISTS (SELECT 1 FROM claims WHERE claims.kind = failing.kind AND claims.key = failing.key) AND CASE kind
      WHEN 'turn' THEN NOT EXISTS (SELECT 1 FROM ready JOIN threads ON threads.id = ready.thread WHERE name = failing.key)
      WHEN 'post' THEN NOT EXISTS (SELECT 1 FROM outbox JOIN threads ON threads.id = outbox.thread
        WHERE receipt IS NULL AND gave_up IS NULL AND starts_with(name, failing.key || '/'))
      WHEN 'envelope' THEN NOT EXISTS (SELECT 1 FROM inbox WHERE handled_at IS NULL AND lane = failing.key)
    END`,
  );
}

/** Parts of the statement of a commit. A pause ends with whatever is said of the thread from outside. `thread`: its name, as given. */
export function readyParts(
  { thread, wake, at }: { readonly thread: string; readonly wake: Commit["wake"]; readonly at: number },
  given: Given,
): readonly string[] {
  if (wake === "keep") return [];
  const failing = `failing.kind = 'turn' AND failing.key = ${thread} AND ${DONE}`;
  if (wake === "none")
    return [`better AS (DELETE FROM failing WHERE ${failing})`, "rested AS (DELETE FROM ready USING moved WHERE ready.thread = moved.id)"];
  // A thread that is due already stays where it is in the line.
  const sooner = wake === "now" ? "least(ready.at, excluded.at)" : "excluded.at";
  return [
    `going AS (UPDATE failing SET paused_by = NULL WHERE ${failing} AND paused_by IS NOT NULL)`,
    `due AS (INSERT INTO ready (thread, at, version) SELECT id, ${given(at, "bigint")}, nextval('versions') FROM moved
      ON CONFLICT (thread) DO UPDATE SET at = ${sooner}, version = excluded.version)`,
  ];
}
