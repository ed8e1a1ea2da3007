import { randomUUID } from "node:crypto";
import type { Role } from "../../../engine/role.ts";
import type { Connection } from "../server/connection.ts";
import type { Changes } from "./changes.ts";

/** This opener among all that have the database open. Postgres alone tells the time for it: the clocks of processes may be apart. */
export interface Membership {
  /** Of the row that all it holds hangs on. Another one once this one was taken for gone. */
  id(): number;
  /** How many there are, as they were counted last; of those that take turns. */
  openers(doing?: "turns"): number;
  /** Counts them anew. */
  count(): Promise<void>;
  /** It goes by itself: all that it holds is let go. */
  leave(): Promise<void>;
}

const BEAT_MS = 3_000;
/** Who has not been heard of for so long is taken for gone. A run goes on within 20 s of a kill. */
export const GONE_MS = 12_000;

/**
 * `lost`: it was taken for gone, or has not been able to say that it is there for as long: what it held, others may have. It is a new one by then, or
 * will be with the next beat. `beat`: told after each. `changes`: how the others are told that somebody came or went.
 */
export async function joinOpeners(
  { query, transaction }: Connection,
  {
    changes,
    role,
    lost,
    beat,
  }: { readonly changes: Pick<Changes, "say" | "heard">; readonly role: Role; readonly lost: () => void; readonly beat: () => void },
): Promise<Membership> {
  let id = 0;
  let openers = 1;
  let workers = 1;
  let isOpen = true;
  let seenAt = performance.now();
  let isLost = false;

  async function enter(): Promise<void> {
    const said = await transaction(async (within) => {
      const [row] = await within<{ id: number }>("INSERT INTO openers (name, role) VALUES ($1, $2) RETURNING id", [randomUUID(), role]);
      id = row?.id ?? 0;
      return changes.say(within, { kind: "openers" });
    });
    await changes.heard(said);
  }

  async function count(): Promise<void> {
    const [row] = await query<{ openers: number; workers: number }>(
      "SELECT count(*) AS openers, count(*) FILTER (WHERE role <> 'door') AS workers FROM openers",
    );
    openers = Math.max(1, row?.openers ?? 1);
    workers = Math.max(1, row?.workers ?? 1);
  }

  function lose(): void {
    if (isLost) return;
    isLost = true;
    lost();
  }

  async function once(): Promise<void> {
    const [row] = await query("UPDATE openers SET seen = clock_timestamp() WHERE id = $1 RETURNING id", [id]);
    if (!isOpen) return;
    if (!row) {
      lose();
      await enter();
    }
    isLost = false;
    seenAt = performance.now();
    const said = await transaction(async (within) => {
      const gone = await within(`DELETE FROM openers WHERE seen < clock_timestamp() - interval '${GONE_MS} ms' RETURNING id`);
      return gone.length > 0 ? changes.say(within, { kind: "openers" }) : undefined;
    });
    if (said !== undefined) await changes.heard(said);
    beat();
  }

  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = setTimeout(() => {
      once()
        .catch(() => {
          // What it holds may be another's by now, and nobody can be asked.
          if (isOpen && performance.now() - seenAt > GONE_MS) lose();
        })
        .finally(() => isOpen && next());
    }, BEAT_MS);
    timer.unref();
  };

  await enter();
  await count();
  next();

  return {
    id: () => id,
    openers: (doing) => (doing === "turns" ? workers : openers),
    count,
    async leave() {
      isOpen = false;
      clearTimeout(timer);
      await transaction(async (within) => {
        await within("DELETE FROM openers WHERE id = $1", [id]);
        await changes.say(within, { kind: "openers" });
      });
    },
  };
}
