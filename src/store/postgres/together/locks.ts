import { createKeyedQueue } from "../../../keyed-queue.ts";
import { type Store, StoreError } from "../../store.ts";
import type { Connection } from "../server/connection.ts";
import type { Changes } from "./changes.ts";
import type { Membership } from "./membership.ts";

/** Who is alone with what, of all processes: whoever has the lowest ticket of a key. */
export interface Locks extends Pick<Store, "exclusively"> {
  /** Somebody has let go of it; without a key, of whatever. */
  look(key?: string): void;
  /** What was held is another's: each job hears it, and who waits asks anew. */
  lost(): void;
  /** What was asked for rejects, and the jobs hear it. */
  close(error: StoreError): void;
}

interface Hold {
  readonly lost: AbortController;
}

export function createLocks(
  { query, shown }: Connection,
  { changes, membership }: { readonly changes: Pick<Changes, "make">; readonly membership: () => Pick<Membership, "as"> },
): Locks {
  /** Of one process, one at a time asks for a key: the others wait here. */
  const queue = createKeyedQueue();
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => undefined);
  const holds = new Set<Hold>();
  const waiting = new Map<string, () => void>();
  let isOpen = true;
  /** Keys for which this process may have a ticket that it was never told of. */
  const doubtful = new Set<string>();
  /** Counts how often what was held was lost. */
  let era = 0;

  /** A ticket, once nobody has a lower one. */
  async function enter(key: string): Promise<number> {
    for (;;) {
      const begun = era;
      const { ticket, owner } = await membership()
        .as(async (owner) => {
          // One after the other, so that a lower ticket is seen by whoever has a higher one.
          const [row] = await query<{ ticket: number }>(
            `WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('lock/' || $1::text, 0)))
              INSERT INTO locks (key, owner) SELECT $1, $2 FROM alone RETURNING ticket`,
            [key, owner],
          );
          return { ticket: row?.ticket ?? 0, owner };
        })
        .catch((error: unknown) => {
          // Perhaps the answer alone was lost, and the others would wait for this one.
          doubt(key);
          throw error;
        });
      for (;;) {
        const woken = new Promise<void>((resolve) => waiting.set(key, resolve));
        // Whoever asked goes without it, and nobody else is to wait for that.
        const without = (error: unknown) => {
          later(key, ticket, 0);
          throw error;
        };
        const [first] = await query<{ ticket: number; owner: number }>(
          "SELECT ticket, owner FROM locks WHERE key = $1 ORDER BY ticket LIMIT 1",
          [key],
        ).catch(without);
        if (begun !== era || !first) break;
        if (first.ticket === ticket) return ticket;
        // Of one process one at a time asks: an earlier one is of somebody who was never told of it.
        if (first.owner === owner) await query("DELETE FROM locks WHERE ticket = $1", [first.ticket]).catch(without);
        else await Promise.race([woken, left.promise]);
      }
    }
  }

  async function leave(key: string, ticket: number): Promise<void> {
    await changes.make({
      parts: "made AS (DELETE FROM locks WHERE ticket = $1 RETURNING 1)",
      values: [ticket],
      change: { kind: "lock", key },
    });
  }

  async function alone<T>(key: string, job: (lost: AbortSignal) => Promise<T>): Promise<T> {
    if (!isOpen) return left.promise;
    const ticket = await enter(key);
    waiting.delete(key);
    const hold: Hold = { lost: new AbortController() };
    if (!isOpen) hold.lost.abort();
    holds.add(hold);
    try {
      return await (isOpen ? Promise.race([left.promise, job(hold.lost.signal)]) : left.promise);
    } finally {
      holds.delete(hold);
      // A ticket that cannot be given back goes with its owner, or is given back as soon as it can be.
      if (isOpen) await leave(key, ticket).catch(() => later(key, ticket));
    }
  }

  /** Lets go of what it may have of a key, where nothing here asks for it: whoever does lets go of it first. */
  function doubt(key: string): void {
    if (doubtful.has(key)) return;
    doubtful.add(key);
    setTimeout(() => {
      if (!isOpen) return;
      void queue
        .run(key, () =>
          membership().as((owner) =>
            changes.make({
              parts: "gone AS (DELETE FROM locks WHERE key = $1 AND owner = $2 RETURNING 1), made AS (SELECT 1 FROM gone LIMIT 1)",
              values: [key, owner],
              change: { kind: "lock", key },
            }),
          ),
        )
        .then(
          () => void doubtful.delete(key),
          () => {
            doubtful.delete(key);
            doubt(key);
          },
        );
    }, AGAIN_MS).unref();
  }

  function later(key: string, ticket: number, ms = AGAIN_MS): void {
    setTimeout(() => {
      if (isOpen) leave(key, ticket).catch(() => later(key, ticket));
    }, ms).unref();
  }

  return {
    exclusively: (key, job) => {
      if (!isOpen) return Promise.reject(new StoreError(`${shown}: the database has been closed.`));
      return Promise.race([left.promise, queue.run(key, () => alone(key, job))]);
    },
    look(key) {
      if (key !== undefined) waiting.get(key)?.();
      else for (const wake of waiting.values()) wake();
    },
    lost() {
      era++;
      for (const { lost } of holds) lost.abort();
      for (const wake of waiting.values()) wake();
    },
    close(error) {
      isOpen = false;
      left.reject(error);
      for (const { lost } of holds) lost.abort();
    },
  };
}

const AGAIN_MS = 1_000;
