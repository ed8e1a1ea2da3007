import { type Clock, systemClock } from "../../engine/clock.ts";
import type { Memory } from "../../engine/memory.ts";
import type { Dispatch } from "../dispatch.ts";
import { type Connection, openConnection, openConnectionReadOnly } from "./connection.ts";
import type { Forgetter } from "../forgetting.ts";
import type { Installation, Installations } from "../installations.ts";
import { createLeisure } from "../leisure.ts";
import { createKeyRing, type KeyRing } from "../key-ring.ts";
import type { Audit } from "../audit.ts";
import { sqliteAudit } from "./audit/audit.ts";
import { sqliteContent } from "./content.ts";
import { SqliteDispatch } from "./dispatch.ts";
import { sqliteForgetting } from "./forgetting/forgetting.ts";
import { sqliteHeard } from "./heard.ts";
import { sqliteInbox } from "./inbox.ts";
import { listInstallations, sqliteInstallations } from "./installations.ts";
import { sqliteInstance } from "./instance.ts";
import { sqliteLog } from "./log.ts";
import { sqliteMemory } from "./memory.ts";
import { sqliteOutbox } from "./outbox.ts";
import { readyRows } from "./ready.ts";
import type { Settings } from "../settings.ts";
import { sqliteSettings } from "./settings.ts";
import { sqliteSpent } from "./spent.ts";
import type { Store } from "../store.ts";

/** What can be read of a store without being its writer. */
type StoreReader = Pick<
  Store,
  "load" | "spentOn" | "unhandled" | "duePosts" | "receipt" | "note" | "file" | "unfinished" | "recent" | "close"
>;
type SettingsReader = Pick<Settings, "get" | "list" | "decisions" | "workspaces">;
type MemoryReader = Pick<Memory, "recall" | "list" | "scopes">;

/**
 * The ports on one SQLite file, for one process; `:memory:` for a store that is gone when it is closed. The file and its directory
 * are made when missing; beside it live `-wal` and `-shm` (SQLite's) and `-lock` (empty, keeps a second Parley out).
 *
 * Stop the dispatch before closing the store. Closing alone is as good as a crash: what was being handled is due at the next start.
 * @throws StoreError when the file cannot be used, with the mend; it is then as it was.
 */
export function openSqlite(options: { readonly path: string } & Partial<Clock>): Opened {
  const clock: Clock = { ...systemClock, ...options };
  return onConnection(openConnection(options.path), clock);
}

/**
 * The same file for reading only, also while Parley runs on it; for commands that only look, such as `parley export`.
 * @throws StoreError when there is no database, or one that this program cannot read.
 */
export function openSqliteReadOnly(options: { readonly path: string }): StoreReader & {
  readonly memory: MemoryReader;
  readonly settings: SettingsReader;
  readonly audit: Pick<Audit, "check">;
  readonly forgetter: Pick<Forgetter, "find" | "underWay">;
  installations(keys: readonly Uint8Array[]): Promise<(Installation & { readonly opens: boolean })[]>;
} {
  const connection = openConnectionReadOnly(options.path);
  const { store, memory, settings, audit, forgetter } = onConnection(connection, systemClock);
  return {
    ...store,
    memory,
    settings,
    audit,
    forgetter,
    installations: async (keys) => listInstallations(connection, keys.length > 0 ? createKeyRing(keys) : undefined),
  };
}

interface Opened {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly memory: Memory;
  /** The ring's keys seal and open the tokens. */
  readonly installations: (ring: KeyRing) => Installations;
  readonly settings: Settings;
  readonly audit: Audit;
  readonly forgetter: Forgetter;
  /** The random id of this database, which no other has, copies included. */
  readonly instance: () => string;
}

function onConnection(connection: Connection, clock: Clock): Opened {
  try {
    return prepared(connection, clock);
  } catch (error) {
    // The lock must not outlive a database whose tables are not as they should be.
    connection.close();
    throw error;
  }
}

function prepared(connection: Connection, clock: Clock): Opened {
  const now = () => clock.now();
  const ready = readyRows(connection);
  const leisure = createLeisure();
  const dispatch = new SqliteDispatch(ready, clock, leisure);
  const { add: spent, spentOn } = sqliteSpent(connection);
  const { add: heard, heardAt } = sqliteHeard(connection);
  const log = sqliteLog(connection, {
    ready,
    now,
    spent,
    heard,
    woken: (thread, workspace, wake) => dispatch.woken(thread, workspace, wake),
  });
  const pins = createPins();
  const audit = sqliteAudit(connection, now);
  const close = async () => {
    dispatch.abandon();
    connection.close();
  };
  const store = {
    ...log,
    spentOn,
    heardAt,
    ...sqliteInbox(connection, { now, leisure }),
    ...sqliteOutbox(connection),
    ...sqliteContent(connection, pins.put),
    close,
  };
  store.follow(({ events }) => pins.referred(events));
  const forgetter = sqliteForgetting(connection, { audit, isPinned: pins.has, now });
  const installations = (ring: KeyRing) => sqliteInstallations(connection, ring, now);
  const instance = () => sqliteInstance(connection);
  return {
    store,
    dispatch,
    memory: sqliteMemory(connection, now),
    settings: sqliteSettings(connection, audit),
    audit,
    forgetter,
    installations,
    instance,
  };
}

/** Files that were put and that no event refers to yet: whoever sweeps leaves them alone. */
function createPins(): { put(hash: string): void; referred(events: readonly object[]): void; has(hash: string): boolean } {
  const pins = new Set<string>();
  return {
    put: (hash) => void pins.add(hash),
    has: (hash) => pins.has(hash),
    referred(events) {
      if (pins.size === 0 || !events.some(refersToFiles)) return;
      const text = JSON.stringify(events);
      for (const hash of pins) if (text.includes(hash)) pins.delete(hash);
    },
  };
}

const refersToFiles = (event: object): boolean => "teamHash" in event || "files" in event;
