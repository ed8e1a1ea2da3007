import { type Clock, systemClock } from "../../engine/clock.ts";
import type { Opened } from "../own-store.ts";
import { StoreError, type Store } from "../store.ts";
import { addressOf } from "./address.ts";
import { type Connection, openConnection } from "./connection.ts";
import { postgresContent } from "./content.ts";
import { postgresInbox } from "./inbox.ts";
import { postgresLog } from "./log.ts";
import { postgresOutbox } from "./outbox.ts";
import { migrate } from "./schema.ts";
import { postgresSpent } from "./spent.ts";
import { workTogether } from "./together/together.ts";

/** In Postgres: of the ports, and for tests. */
export interface PostgresOpened extends Pick<Opened, "store" | "dispatch"> {
  /** Resolves when all that was begun here has been answered and heard. */
  readonly settled: () => Promise<void>;
}

/**
 * The ports on one schema of a Postgres, for as many processes as open it. The schema is made when it is missing.
 *
 * Stop the dispatch before closing the store. Closing alone is as good as a crash: what was being handled another process takes up.
 * @throws StoreError when it cannot be used, with the mend.
 */
export async function openPostgres(options: { readonly address: string } & Partial<Clock>): Promise<PostgresOpened> {
  const clock: Clock = { ...systemClock, ...options };
  const connection = await openConnection(addressOf(options.address));
  try {
    await migrate(connection);
    return await opener(connection, clock);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function opener(connection: Connection, clock: Clock): Promise<PostgresOpened> {
  const together = await workTogether(connection, clock);
  const { changes, leisure, followers, locks, reservations } = together;
  const now = () => clock.now();
  let closing: Promise<void> | undefined;

  const guarded = guardedBy(connection.shown, () => closing === undefined);
  const store: Store = {
    ...guarded({
      ...postgresLog(connection, { changes, followers, reservations, now }),
      ...postgresOutbox(connection, changes),
      ...postgresContent(connection, changes),
      ...postgresSpent(connection),
      reserve: reservations.reserve,
      callEnded: reservations.callEnded,
    }),
    ...guarded(postgresInbox(connection, { changes, leisure, now })),
    leisure,
    follow: followers.follow,
    followNotes: together.notes,
    exclusively: locks.exclusively,
    openers: together.openers,
    close: () => (closing ??= together.leave().then(() => connection.close())),
  };
  return { store, dispatch: together.dispatch, settled: together.settled };
}

/** Each call rejects once it is closed; what is no function stays as it is. */
const guardedBy =
  (shown: string, isOpen: () => boolean) =>
  <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, part]: [string, unknown]) => [
        name,
        typeof part === "function"
          ? async (...args: unknown[]) => {
              if (!isOpen()) throw new StoreError(`${shown}: the database has been closed.`);
              return (part as (...args: unknown[]) => unknown)(...args);
            }
          : part,
      ]),
    ) as Port;
