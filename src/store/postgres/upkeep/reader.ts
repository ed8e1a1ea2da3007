import { systemClock } from "../../../engine/clock.ts";
import { createLeisure } from "../../leisure.ts";
import { readerOf, type StoreReader } from "../../upkeep/reader.ts";
import { postgresAudit } from "../audit/audit.ts";
import { postgresContent } from "../content.ts";
import { postgresForgetting } from "../forgetting/forgetting.ts";
import { postgresInbox } from "../inbox.ts";
import { postgresInstallations } from "../sealed/installations.ts";
import { postgresKnowledge } from "../knowledge.ts";
import { postgresLog } from "../log.ts";
import { postgresMemory } from "../memory.ts";
import { postgresOutbox } from "../outbox.ts";
import { postgresSpending } from "../runs/run-spending.ts";
import { isMade, MIGRATIONS, refuseOther } from "../schema.ts";
import { addressOf } from "../server/address.ts";
import { openConnection, type Connection } from "../server/connection.ts";
import { refuseShared } from "../server/own-session.ts";
import { postgresSettings } from "../settings.ts";
import { postgresSpent } from "../spent.ts";

/**
 * A schema for reading only, also while others work on it, who are told nothing of it; Postgres itself refuses it to write. A copy that can only be
 * read (a standby) does as well.
 * @throws StoreError when there is no database, or one that this program cannot read.
 */
export async function openPostgresReadOnly(options: { readonly address: string }): Promise<StoreReader> {
  const connection = await openToRead(options.address);
  const [changes, follow, now] = [UNHEARD, () => () => undefined, () => systemClock.now()];
  const audit = postgresAudit(connection, { changes, follow, now });
  const parts = { changes, now, followers: { expect: unwritten }, age: { known: MIGRATIONS.length } };
  const log = postgresLog(connection, parts);
  return readerOf({
    store: {
      ...log,
      spending: postgresSpending(connection, log),
      ...postgresOutbox(connection, { changes, age: { known: MIGRATIONS.length, look: () => undefined } }),
      ...postgresContent(connection, changes),
      ...postgresSpent(connection),
      ...postgresInbox(connection, { changes, now, leisure: createLeisure() }),
      close: () => connection.close(),
    },
    memory: postgresMemory(connection, now),
    knowledge: postgresKnowledge(connection, now),
    settings: postgresSettings(connection, { audit, changes, follow }),
    audit,
    forgetter: postgresForgetting(connection, { audit, changes, now, age: { refuse: unwritten } }),
    installations: (ring) => postgresInstallations(connection, ring, now),
  });
}

/** Whether there is a schema of ours. Throws StoreError where nobody answers. */
export async function isPostgresThere(options: { readonly address: string }): Promise<boolean> {
  const connection = await openConnection(addressOf(options.address), "only read");
  try {
    return await isMade(connection);
  } finally {
    await connection.close();
  }
}

/** Throws StoreError where there is nothing, or nothing that this program can read. */
export async function openToRead(address: string): Promise<Connection> {
  const connection = await openConnection(addressOf(address), "only read");
  try {
    await refuseShared(connection);
    await refuseOther(connection);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const unwritten = (): never => {
  throw new Error("nothing is written by who only reads");
};
const UNHEARD = { say: unwritten, heard: unwritten, tell: unwritten, saying: unwritten, make: unwritten };
