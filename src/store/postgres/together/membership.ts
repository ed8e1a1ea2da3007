import { randomUUID } from "node:crypto";
import type { Presence } from "../../../engine/role.ts";
import type { Connection, Query } from "../server/connection.ts";
import { isOwnerGone } from "../server/trouble.ts";
import { StoreError } from "../../store.ts";
import type { Changes } from "./changes.ts";

/** This opener among all that have the database open. Postgres alone tells the time for it: the clocks of processes may be apart. */
export interface Membership {
  /** The same as long as this process is there, also once it was taken for gone and has entered anew. */
  readonly name: string;
  /** Of the row that all it holds hangs on. Another one once this one was taken for gone. */
  id(): number;
  /** How many there are that do something, as they were counted last; of those that take turns. */
  openers(doing?: "turns"): number;
  /** Counts them anew. */
  count(): Promise<void>;
  /** Something that names this one's row. Where that is gone this one enters anew, and it is done once more, with the new one's. */
  as<T>(work: (id: number) => Promise<T>): Promise<T>;
  /** The names of all that there are. */
  living(): Promise<ReadonlySet<string>>;
  /** See `Store.stillHere`. */
  stillHere(): Promise<void>;
  /** It goes by itself: all that it holds is let go. */
  leave(): Promise<void>;
}

const BEAT_MS = 3_000;
/** Who has not been heard of for so long is taken for gone. A run goes on within 20 s of a kill. */
export const GONE_MS = 12_000;
const IS_LATE = `seen < clock_timestamp() - interval '${GONE_MS} ms'`;
/** Since a beat that was answered; from then on it is asked first. What is begun before that has the rest of the time to arrive. */
const SURE_MS = 7_000;
const ASK_AGAIN_MS = 500;
/** Whether it is too late is looked at so often, also while a beat waits for its answer. */
const LOOK_MS = 1_000;

/**
 * `lost`: it was taken for gone, or has not been able to say that it is there for as long: what it held, others may have. It is a new one by then, or
 * will be with the next beat. It is handed what to say to people. `beat`: told after each. `gone`: done in the transaction in which somebody's row has gone. `changes`: how the others are told
 * that somebody came or went.
 */
export async function joinOpeners(
  { query, transaction, shown }: Pick<Connection, "query" | "transaction" | "shown">,
  {
    changes,
    role,
    lost,
    beat,
    gone,
  }: {
    readonly changes: Pick<Changes, "say" | "heard">;
    readonly role: Presence;
    readonly lost: (why: StoreError) => void;
    readonly beat: () => void;
    readonly gone: (within: Query) => Promise<void>;
  },
): Promise<Membership> {
  const name = randomUUID();
  let id = 0;
  let openers = 1;
  let workers = 1;
  /** Since somebody has come or gone; that is told once. */
  let isCounted = true;
  let isOpen = true;
  let seenAt = performance.now();
  let isLost = false;
  let losses = 0;

  /** With a new row; what hung on the one before goes with that. */
  async function enter(): Promise<void> {
    const said = await transaction(async (within) => {
      // By its name: of an entry whose answer was lost the id is not known.
      const before = await within("DELETE FROM openers WHERE name = $1 RETURNING id", [name]);
      if (before.length > 0) await gone(within);
      const [row] = await within<{ id: number }>("INSERT INTO openers (name, role) VALUES ($1, $2) RETURNING id", [name, role]);
      return { id: row?.id ?? 0, said: await changes.say(within, { kind: "openers" }) };
    });
    id = said.id;
    await changes.heard(said.said);
  }

  async function count(): Promise<void> {
    isCounted = false;
    const [row] = await query<{ openers: number; workers: number }>(
      "SELECT count(*) FILTER (WHERE role <> 'reader') AS openers, count(*) FILTER (WHERE role NOT IN ('door', 'reader')) AS workers FROM openers",
    );
    openers = Math.max(1, row?.openers ?? 1);
    workers = Math.max(1, row?.workers ?? 1);
    isCounted = true;
  }

  function lose(): void {
    if (isLost) return;
    isLost = true;
    losses++;
    lost(new StoreError(`${shown}: ${TAKEN_FOR_GONE}`));
  }

  async function once(): Promise<void> {
    // Before it is asked, since the server may answer late.
    const askedAt = performance.now();
    const [row] = isLost ? [] : await query("UPDATE openers SET seen = clock_timestamp() WHERE id = $1 RETURNING id", [id]);
    if (!isOpen) return;
    // What was given up while nobody could be asked is still held by the row.
    if (!row || isLost) {
      lose();
      await enter();
    }
    isLost = false;
    seenAt = askedAt;
    const [late] = await query(`SELECT 1 FROM openers WHERE ${IS_LATE} LIMIT 1`);
    const said =
      late &&
      (await transaction(async (within) => {
        const missed = await within(`DELETE FROM openers WHERE ${IS_LATE} RETURNING id`);
        if (missed.length === 0) return undefined;
        await gone(within);
        return changes.say(within, { kind: "openers" });
      }));
    if (said !== undefined) await changes.heard(said);
    if (!isCounted) await count().catch(() => undefined);
    beat();
  }

  let beating: Promise<void> | undefined;
  const again = (): Promise<void> => (beating ??= once().finally(() => (beating = undefined)));
  const isSure = (): boolean => !isLost && performance.now() - seenAt < SURE_MS;
  // What it holds may be another's by now, and nobody can be asked.
  const late = setInterval(() => isOpen && performance.now() - seenAt > GONE_MS && lose(), LOOK_MS);
  late.unref();

  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = setTimeout(() => {
      again()
        .catch(() => undefined)
        .finally(() => isOpen && next());
    }, BEAT_MS);
    timer.unref();
  };

  try {
    await enter();
    await count();
  } catch (error) {
    isOpen = false;
    clearInterval(late);
    throw error;
  }
  next();

  return {
    name,
    id: () => id,
    openers: (doing) => (doing === "turns" ? workers : openers),
    count,
    living: async () => new Set((await query<{ name: string }>("SELECT name FROM openers")).map((row) => row.name)),
    async as(work) {
      // Its row may still be there, and goes with the next beat, and all that hangs on it with that.
      if (isLost) await again();
      try {
        return await work(id);
      } catch (error) {
        if (!isOpen || !isOwnerGone(error)) throw error;
        await again();
        return work(id);
      }
    },
    async stillHere() {
      const before = losses;
      while (isOpen && !isSure()) {
        await again().catch(() => undefined);
        if (isLost || losses > before) throw new StoreError(`${shown}: ${TAKEN_FOR_GONE}`);
        if (!isSure()) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
      if (!isOpen) throw new StoreError(`${shown}: ${HAS_LEFT}`);
    },
    async leave() {
      isOpen = false;
      clearTimeout(timer);
      clearInterval(late);
      await transaction(async (within) => {
        await within("DELETE FROM openers WHERE name = $1", [name]);
        await gone(within);
        await changes.say(within, { kind: "openers" });
      });
    },
  };
}

const HAS_LEFT = "the database has been closed. What this process had is another's; what it was about to do outside is left to that.";
const TAKEN_FOR_GONE =
  "this process was not heard of for too long, and was taken for gone. What it had is another's; what it was about to do outside is left to that.";
