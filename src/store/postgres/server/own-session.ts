import { randomUUID } from "node:crypto";
import type pg from "pg";
import { StoreError } from "../../store.ts";
import type { Connection } from "./connection.ts";
import { explained, NO_POOLER } from "./trouble.ts";

/** As long as an answer may take; one that is late for want of a server is that one's trouble, and told as such. */
const ANSWER_MS_MAX = 5_000;

/**
 * Throws StoreError where this connection has no session of its own, as behind a pooler that gives it to others between transactions: nothing would be heard of the
 * other processes, and no lock of a session be held.
 */
export async function refuseDeaf({ query, shown }: Pick<Connection, "query" | "shown">, listener: pg.Client): Promise<void> {
  const channel = `parley_${randomUUID()}`;
  let isHeard = false;
  const hear = (told: pg.Notification): void => void (isHeard ||= told.channel === channel);
  const ask = (text: string) => listener.query({ text, query_timeout: ANSWER_MS_MAX } as pg.QueryConfig);
  listener.on("notification", hear);
  try {
    await ask(`LISTEN "${channel}"`);
    await query("SELECT pg_notify($1, '')", [channel]);
    // A session tells what it was notified of before it answers.
    await ask("SELECT 1");
    await ask(`UNLISTEN "${channel}"`);
  } catch (error) {
    throw explained(shown, error);
  } finally {
    listener.off("notification", hear);
  }
  if (!isHeard) throw new StoreError(`${shown}: what one connection tells does not reach another one that listens. ${NO_POOLER}`);
}

/**
 * Throws StoreError where two connections have one session, as behind a pooler that gives it to whoever has a transaction just now: what one of them is told
 * would hold for the other, and each would read in whichever schema was named last.
 */
export async function refuseShared({ own, query, shown }: Pick<Connection, "own" | "query" | "shown">): Promise<void> {
  const other = await own();
  try {
    const ask = async () => (await other.query<{ pid: number }>(PID)).rows[0]?.pid;
    const before = await ask();
    const [mine] = await query<{ pid: number }>(PID);
    if (mine?.pid === before || (await ask()) !== before)
      throw new StoreError(`${shown}: two connections have one session there. ${NO_POOLER}`);
  } catch (error) {
    throw explained(shown, error);
  } finally {
    await other.end().catch(() => undefined);
  }
}

const PID = "SELECT pg_backend_pid() AS pid";
