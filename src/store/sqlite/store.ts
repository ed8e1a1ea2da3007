import { type Clock, systemClock } from "../../engine/clock.ts";
import { join } from "../one-process/one-process.ts";
import { type Connection, openConnection, openConnectionBeside, openConnectionReadOnly } from "./connection.ts";
import { logsOf, type Logs } from "../runs/logs.ts";
import { isWritable } from "../own-files.ts";
import { changesOfOthers } from "./beside/changes-of-others.ts";
import { tellRunning } from "./beside/told.ts";
import type { Opened } from "../own-store.ts";
import { sqliteContent } from "./content.ts";
import { sqliteForgetting } from "./forgetting/forgetting.ts";
import { sqliteHeard } from "./heard.ts";
import { sqliteInbox } from "./inbox.ts";
import { sqliteInstallations } from "./sealed/installations.ts";
import { sqliteInstance } from "./instance.ts";
import { sqliteKnowledge } from "./knowledge.ts";
import { sqliteLog } from "./log.ts";
import { sqliteLogins } from "./sealed/logins.ts";
import { sqliteMemory } from "./memory.ts";
import { sqliteOutbox } from "./outbox.ts";
import { sqliteRuns } from "./runs/run-index.ts";
import { sqliteSpending } from "./runs/run-spending.ts";
import { sqliteSchedules } from "./schedules.ts";
import { sqliteSettings } from "./settings.ts";
import { ownOf, share, type Shared } from "./shared.ts";
import { sqliteSpent } from "./spent.ts";
import type { OpenedSettings } from "../settings.ts";
import type { Store } from "../store.ts";
import { readerOf, type StoreReader } from "../upkeep/reader.ts";
import { sqliteWorkspaces } from "./workspaces.ts";

/**
 * The ports on one SQLite file, for one process; `:memory:` for a store that is gone when it is closed. The file and its directory
 * are made when missing; beside it live `-wal` and `-shm` (SQLite's) and `-lock` (empty, keeps a second Parley out).
 *
 * Stop the dispatch before closing the store. Closing alone is as good as a crash: what was being handled is due at the next start.
 * @throws StoreError when the file cannot be used, with the mend; it is then as it was.
 */
export function openSqlite(options: { readonly path: string } & Partial<Clock>): SqliteOpened {
  const clock: Clock = { ...systemClock, ...options };
  return onConnection(openConnection(options.path), clock);
}

/**
 * The same file for reading only, also while Parley runs on it; for commands that only look, such as `parley export`.
 * @throws StoreError when there is no database, or one that this program cannot read.
 */
export function openSqliteReadOnly(options: { readonly path: string }): StoreReader {
  const connection = openConnectionReadOnly(options.path);
  const opened = onConnection(connection, systemClock);
  return { ...readerOf(opened), spending: sqliteSpending(connection, opened.store) };
}

/**
 * The notes of the same file, also while Parley runs on it: what is put there by compare-and-set, Parley reads with its next look.
 * @throws StoreError when there is no database, or one that this program cannot write.
 */
export function openSqliteNotes(options: { readonly path: string }): Pick<Store, "note" | "swapNote" | "close"> {
  const connection = openConnectionBeside(options.path);
  const { note, swapNote } = sqliteContent(connection, { file: () => undefined, note: () => undefined });
  return { note, swapNote, close: async () => connection.close() };
}

/**
 * The settings of the same file, also while Parley runs on it: each is put by its revision, with its decision, in a transaction, and the Parley that is
 * there hears of it.
 * @throws StoreError when there is no database, or one that this program cannot write.
 */
export function openSqliteSettings(options: { readonly path: string }): OpenedSettings {
  const connection = openConnectionBeside(options.path);
  const file = connection.db.name;
  const { settings, store } = onConnection(connection, systemClock);
  return {
    get: settings.get,
    async put(change) {
      const isPut = await settings.put(change);
      if (isPut) tellRunning(file);
      return isPut;
    },
    close: () => store.close(),
  };
}

/** In SQLite; of the ports, and of the same file for the tests of several. */
export interface SqliteOpened extends Opened {
  /**
   * The same database once more in this process, as another machine would have it: with a store, a dispatch and followers of its own, which
   * share the connection, the lock and who is told what. Each is closed by itself, and the file with the last one.
   */
  readonly beside: () => SqliteOpened;
}

/**
 * The same file to look at while it grows, also while Parley runs on it. Nothing is written but the index of runs, which whoever is there enters,
 * each by compare-and-set; not even that where the file may not be written.
 * @throws StoreError when there is no database, or one that this program cannot read.
 */
export function openSqliteLogs({ path, ...clock }: { readonly path: string } & Partial<Clock>): Logs {
  const connection = isWritable(path) ? openConnectionBeside(path) : openConnectionReadOnly(path);
  const changes = changesOfOthers(connection, { ...systemClock, ...clock });
  const { store, runs } = onConnection(connection, systemClock);
  return {
    ...logsOf({ store, runs }),
    follow: changes.follow,
    close: async () => {
      changes.close();
      await store.close();
    },
  };
}

function onConnection(connection: Connection, clock: Clock): SqliteOpened {
  try {
    return opener(share(connection, clock));
  } catch (error) {
    // The lock must not outlive a database whose tables are not as they should be.
    connection.close();
    throw error;
  }
}

function opener(shared: Shared): SqliteOpened {
  const { clock, ready, lastPost, settings, schedules, pins, audit, openers, told } = shared;
  const member = join(shared);
  const now = () => clock.now();
  const connection = ownOf(shared.connection, () => {
    member.leave();
    settings.drop(member);
    schedules.drop(member);
    if (openers.size > 0) return;
    try {
      shared.connection.close();
    } finally {
      // Behind the lock: where a file is watched by having it open, its closing lets go of that.
      told.close();
    }
  });
  const { add: spent, spentOn } = sqliteSpent(connection);
  const store = {
    ...sqliteLog(connection, {
      ready,
      lastPost,
      now,
      spent,
      heard: sqliteHeard(connection),
      holds: (claim) => member.holds("turn", claim),
      committed: member.committed,
    }),
    ...member.store,
    spentOn,
    ...sqliteInbox(connection, {
      now,
      leisure: shared.leisure,
      holds: (claim) => member.holds("envelope", claim),
      received: member.received,
    }),
    ...sqliteOutbox(connection, {
      leisure: shared.leisure,
      onDelivered: ({ thread, workspace, delivered }) => member.changed(thread, workspace, { delivered }),
    }),
    ...sqliteContent(connection, { file: pins.put, note: member.noted }),
    close: async () => connection.close(),
  };
  return {
    store,
    dispatch: member.dispatch,
    memory: sqliteMemory(connection, now),
    knowledge: sqliteKnowledge(connection, now),
    workspaces: sqliteWorkspaces(connection),
    settings: sqliteSettings(connection, { audit, follow: followingTold(settings.of(member)), changed: settings.tell }),
    schedules: sqliteSchedules(connection, { audit, follow: schedules.of(member), changed: schedules.tell }),
    runs: sqliteRuns(connection, store),
    audit,
    forgetter: sqliteForgetting(connection, {
      audit,
      isPinned: pins.has,
      now,
      rewritten: (thread, workspace) => member.changed(thread, workspace, { rewritten: true }),
      forgotten: () => settings.tell({}),
    }),
    installations: (ring) => sqliteInstallations(connection, ring, now),
    logins: (ring) => sqliteLogins(connection, ring, now),
    instance: () => sqliteInstance(connection),
    beside: () => opener(shared),
  };

  /** Whoever follows hears of what others put there, too. */
  function followingTold(follow: Opened["settings"]["follow"]): Opened["settings"]["follow"] {
    return (listener) => {
      told.listen();
      return follow(listener);
    };
  }
}
