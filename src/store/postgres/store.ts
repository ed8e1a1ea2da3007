import { type Clock, systemClock } from "../../engine/clock.ts";
import type { Presence, Updates } from "../../engine/role.ts";
import type { Opened } from "../own-store.ts";
import { rememberedSettings } from "./remembered-settings.ts";
import { StoreError, type Store } from "../store.ts";
import type { Audit } from "../audit.ts";
import { addressOf } from "./server/address.ts";
import { postgresAudit } from "./audit/audit.ts";
import { type Connection, openConnection } from "./server/connection.ts";
import { postgresContent } from "./content.ts";
import { postgresForgetting } from "./forgetting/forgetting.ts";
import { postgresInbox } from "./inbox.ts";
import { postgresInstallations } from "./sealed/installations.ts";
import { postgresInstance } from "./instance.ts";
import { postgresKnowledge } from "./knowledge.ts";
import { postgresLog } from "./log.ts";
import { postgresLogins } from "./sealed/logins.ts";
import { postgresMemory } from "./memory.ts";
import { postgresOutbox } from "./outbox.ts";
import { postgresRuns } from "./runs/run-index.ts";
import { postgresSchedules } from "./schedules.ts";
import { postgresSettings } from "./settings.ts";
import { migrate, MIGRATIONS } from "./schema.ts";
import { postgresSpent } from "./spent.ts";
import { workTogether } from "./together/together.ts";
import { postgresWorkspaces } from "./workspaces.ts";

/** In Postgres: of the ports, and for tests. */
export interface PostgresOpened extends Opened {
  /** Resolves when all that was begun here has been answered and heard. */
  readonly settled: () => Promise<void>;
}

/**
 * The ports on one schema of a Postgres, for as many processes as open it. The schema is made when it is missing, and brought up to date by whoever does more
 * than look or leave something (`role`): where no other process has it open, or all the same (`updates`).
 *
 * `steps`: of the schema, in place of this version's.
 *
 * Stop the dispatch before closing the store. Closing alone is as good as a crash: what was being handled another process takes up.
 * @throws StoreError when it cannot be used, with the mend.
 */
export async function openPostgres({
  address,
  role = "all",
  updates = "alone",
  steps = MIGRATIONS,
  ...more
}: {
  readonly address: string;
  readonly role?: Presence;
  readonly updates?: Updates;
  readonly steps?: readonly string[];
} & Partial<Clock>): Promise<PostgresOpened> {
  const clock: Clock = { ...systemClock, ...more };
  const connection = await openConnection(addressOf(address));
  try {
    // A command of a newer version would have all processes of the older one stand back, and take up nothing of what they leave.
    const anOlderOne = updates === "beside others" ? "is brought up to date" : "is brought up to date alone";
    await migrate(connection, steps, role === "reader" ? "is refused" : anOlderOne);
    return await opener(connection, { clock, role, known: steps.length });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function opener(connection: Connection, process: Parameters<typeof workTogether>[1]): Promise<PostgresOpened> {
  const { clock } = process;
  const together = await workTogether(connection, process);
  const { age, changes, leisure, followers, locks, reservations } = together;
  const now = () => clock.now();
  let closing: Promise<void> | undefined;

  const guarded = guardedBy(connection.shown, () => closing === undefined);
  const store: Store = {
    ...guarded({
      ...postgresLog(connection, { age, changes, followers, now }),
      ...postgresOutbox(connection, { changes, age }),
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
    stillHere: together.stillHere,
    standsBack: together.standsBack,
    aside: changes.aside,
    close: () => (closing ??= together.leave().then(() => connection.close())),
  };
  const audit = postgresAudit(connection, { changes, follow: together.audit, now });
  const kept = { audit, changes };
  const instance = await postgresInstance(connection).catch(async (error: unknown) => {
    await together.leave();
    throw error;
  });
  return {
    store,
    dispatch: together.dispatch,
    memory: guarded(postgresMemory(connection, now)),
    knowledge: guarded(postgresKnowledge(connection, now)),
    workspaces: guarded(postgresWorkspaces(connection)),
    settings: rememberedSettings({
      ...guarded(postgresSettings(connection, { ...kept, follow: together.settings })),
      follow: together.settings,
    }),
    schedules: { ...guarded(postgresSchedules(connection, { ...kept, follow: together.schedules })), follow: together.schedules },
    runs: guarded(postgresRuns(connection, store)),
    audit: { ...guarded<Audit>(audit), follow: together.audit },
    forgetter: guarded(postgresForgetting(connection, { ...kept, age, now })),
    installations: (ring) => guarded(postgresInstallations(connection, ring, now)),
    logins: (ring) => guarded(postgresLogins(connection, ring, now)),
    instance: () => instance,
    peers: together.peers,
    settled: together.settled,
  };
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
