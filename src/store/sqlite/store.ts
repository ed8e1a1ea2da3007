import { type Clock, systemClock } from "../../engine/clock.ts";
import type { Memory } from "../../engine/memory.ts";
import { placeOf } from "../fair-queue.ts";
import { type Connection, openConnection, openConnectionBeside, openConnectionReadOnly } from "./connection.ts";
import type { Forgetter } from "../forgetting.ts";
import type { Installation } from "../installations.ts";
import { createKeyRing } from "../key-ring.ts";
import type { Audit } from "../audit.ts";
import type { Opened } from "../own-store.ts";
import { sqliteContent } from "./content.ts";
import { sqliteForgetting } from "./forgetting/forgetting.ts";
import { sqliteHeard } from "./heard.ts";
import { sqliteInbox } from "./inbox.ts";
import { listInstallations, sqliteInstallations } from "./installations.ts";
import { sqliteInstance } from "./instance.ts";
import { sqliteLog } from "./log.ts";
import { sqliteMemory } from "./memory.ts";
import { sqliteOutbox } from "./outbox.ts";
import type { Settings } from "../settings.ts";
import { sqliteSettings } from "./settings.ts";
import { ownOf, share, type Shared } from "./shared.ts";
import { sqliteSpent } from "./spent.ts";
import type { Store } from "../store.ts";

/** What can be read of a store without being its writer. */
type StoreReader = Pick<
  Store,
  "load" | "spentOn" | "unhandled" | "duePosts" | "receipt" | "note" | "file" | "unfinished" | "recent" | "close"
>;
type SettingsReader = Pick<Settings, "get" | "list" | "decisions" | "workspaces">;
type MemoryReader = Pick<Memory, "recall" | "list" | "scopes">;

export interface SqliteReader extends StoreReader {
  readonly memory: MemoryReader;
  readonly settings: SettingsReader;
  readonly audit: Pick<Audit, "check">;
  readonly forgetter: Pick<Forgetter, "find" | "underWay">;
  installations(keys: readonly Uint8Array[]): Promise<(Installation & { readonly opens: boolean })[]>;
}

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
export function openSqliteReadOnly(options: { readonly path: string }): SqliteReader {
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

/**
 * The notes of the same file, also while Parley runs on it: what is put there by compare-and-set, Parley reads with its next look.
 * @throws StoreError when there is no database, or one that this program cannot write.
 */
export function openSqliteNotes(options: { readonly path: string }): Pick<Store, "note" | "swapNote" | "close"> {
  const connection = openConnectionBeside(options.path);
  const { note, swapNote } = sqliteContent(connection, { file: () => undefined, note: () => undefined });
  return { note, swapNote, close: async () => connection.close() };
}

/** In SQLite; of the ports, and of the same file for the tests of several. */
export interface SqliteOpened extends Opened {
  /**
   * The same database once more in this process, as another machine would have it: with a store, a dispatch and followers of its own, which
   * share the connection, the lock and who is told what. Each is closed by itself, and the file with the last one.
   */
  readonly beside: () => SqliteOpened;
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
  const { clock, ready, leisure, work, followers, locks, settings, notes, pins, reservations, audit, openers } = shared;
  const queues = Object.values(work);
  const me = {};
  openers.add(me);
  const now = () => clock.now();
  const connection = ownOf(shared.connection, () => {
    openers.delete(me);
    for (const queue of queues) queue.abandon(me);
    followers.drop(me);
    locks.drop(me);
    settings.drop(me);
    reservations.drop(me);
    notes.drop(me);
    if (openers.size === 0) shared.connection.close();
  });
  const { add: spent, spentOn } = sqliteSpent(connection);
  const log = sqliteLog(connection, {
    ready,
    now,
    spent,
    heard: sqliteHeard(connection),
    holds: (claim) => work.turn.holds(claim),
    committed(committed, { wake, settles = [], accounts = [] }) {
      // After the costs: nobody sees the money as free that has just been spent.
      reservations.settle(settles);
      if (accounts.length > 0 && settles.length === 0) reservations.spent();
      work.turn.woken(committed.thread, committed.workspace, wake);
      if (committed.posts > 0) work.post.woken(placeOf(committed.thread), committed.workspace, "now");
      followers.tell({ ...committed, wakes: wake === "now" }, me);
    },
  });
  const store = {
    ...log,
    follow: followers.of(me),
    followNotes: notes.of(me),
    exclusively: locks.of(me),
    spentOn,
    ...reservations.of(me),
    openers: () => openers.size,
    ...sqliteInbox(connection, {
      now,
      leisure,
      holds: (claim) => work.envelope.holds(claim),
      received: (lane, workspace) => work.envelope.woken(lane, workspace, "now"),
    }),
    ...sqliteOutbox(connection, (about) => followers.tell({ ...about, events: [], posts: 0, wakes: false }, me)),
    ...sqliteContent(connection, { file: pins.put, note: notes.tell }),
    close: async () => connection.close(),
  };
  return {
    store,
    dispatch: {
      serve: (kind, options, handler) => work[kind].serve(me, options, handler),
      signal: async (thread, what) => work.turn.signal(thread, what),
      ahead: (workspace) => work.turn.ahead(workspace),
      stop: async () => void (await Promise.all(queues.map((queue) => queue.stop(me)))),
    },
    memory: sqliteMemory(connection, now),
    settings: sqliteSettings(connection, { audit, follow: settings.of(me), changed: settings.tell }),
    audit,
    forgetter: sqliteForgetting(connection, {
      audit,
      isPinned: pins.has,
      now,
      rewritten: (thread, workspace) => followers.tell({ thread, workspace, events: [], posts: 0, wakes: false, rewritten: true }, me),
      forgotten: () => settings.tell({}),
    }),
    installations: (ring) => sqliteInstallations(connection, ring, now),
    instance: () => sqliteInstance(connection),
    beside: () => opener(shared),
  };
}
