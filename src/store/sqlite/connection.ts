import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type Sqlite from "better-sqlite3";
import { FOLDER_MODE, makeOwn, tighten } from "../own-files.ts";
import { Database } from "./driver/database.ts";
import { explain, explained, isSqliteError } from "./driver/trouble.ts";
import { groupedWrites } from "./grouped-writes.ts";
import { stillInPlace } from "./driver/place.ts";
import { type Flush, NO_FLUSH, openFlush } from "./flush.ts";
import { migrate, refuseForeign } from "./schema.ts";
import { StoreError } from "../store.ts";

/** One open database. Every error of SQLite that a person can mend leaves here as a `StoreError`. */
export interface Connection {
  /** As whoever opened it calls it. */
  readonly path: string;
  readonly db: Sqlite.Database;
  /** One transaction, rolled back when `work` throws. */
  readonly write: <T>(durability: Durability, work: () => T) => T;
  /**
   * The same with `normal`, together with all that others write at about the same time: what they change in common is written once.
   * `made` is called once it stands in the database, in the order of the calls, before the promise resolves. One that throws takes back
   * only what it has written itself.
   */
  readonly writeSoon: <T>(work: () => T, how?: Soon<T>) => Promise<T>;
  readonly read: <T>(work: () => T) => T;
  /** Resolves when all that has been written before is on the disk. The event loop goes on meanwhile, and many may wait for one such wait. */
  readonly flushed: () => Promise<void>;
  readonly close: () => void;
}

export interface Soon<T> {
  /** It stands in the database. May be called before `writeSoon` returns. */
  readonly made?: (result: T) => void;
  /** Such as a thread: who alone writes waits for nobody. Without it, it waits. */
  readonly writer?: string;
}

/**
 * `PRAGMA synchronous` for the next transaction. `full`: on the disk when `write` returns; `normal`: survives a crash of the process, but a
 * power cut may take the last ones. One connection that switches (1.3 µs, outside a transaction) does as well as two, and
 * what one wrote with `normal` is synced by the next `full`, since both append to the same write-ahead log.
 */
type Durability = "full" | "normal";

/** A database that lives as long as its connection. */
const MEMORY = ":memory:";
/** Only other programs (a shell, a backup) can hold a lock against the one Parley; waiting blocks the event loop, so not for long. */
const BUSY_TIMEOUT_MS = 1_000;
/** After a burst the write-ahead log is cut back to this. A checkpoint comes each 4 MB. */
const WAL_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Opens the database for writing, makes it when it is missing, and keeps every other Parley out until it is closed or the process ends,
 * however it ends.
 */
export function openConnection(path: string): Connection {
  if (path === MEMORY) return connect(new Database(MEMORY), undefined, path);
  return explained(path, () => {
    const file = writableFile(path);
    const lock = takeLock(file, path);
    try {
      // Read-only first: what is refused here (newer, foreign, damaged) has not been touched, its write-ahead log included.
      if (existsSync(file) && statSync(file).size > 0) probe(file, path);
      // SQLite gives the files beside it the rights of this one.
      makeOwn(file);
      tighten(file);
      return connect(new Database(file, { timeout: BUSY_TIMEOUT_MS }), lock, path);
    } catch (error) {
      lock.close();
      throw error;
    }
  });
}

/** Opens a database that is there for reading only, also while a Parley is running on it. */
export function openConnectionReadOnly(path: string): Connection {
  return explained(path, () => {
    if (!existsSync(path))
      throw new StoreError(`${path}: there is no database. Check the path (--db, PARLEY_DB); a first \`parley start\` makes it.`);
    refuseNonFile(path);
    probe(path, path, "must be current");
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    return connection(db, { path, lock: undefined, flush: NO_FLUSH });
  });
}

/**
 * Opens a database that is there for single writes, also while a Parley is running on it and holds the lock: only for what that one reads anew
 * from the file, and writes by compare-and-set itself.
 */
export function openConnectionBeside(path: string): Connection {
  openConnectionReadOnly(path).close();
  return explained(path, () => {
    const db = new Database(writableFile(path), { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.pragma("secure_delete = ON"); // As for whoever holds the lock: what is put in another's place is written over.
    return connection(db, { path, lock: undefined, flush: NO_FLUSH });
  });
}

/** The file behind `path`, symbolic links resolved so that two names of one file meet in one lock. */
function writableFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  // SQLite itself would open a file that it may not write, and fail at the first commit.
  accessSync(dirname(path), constants.W_OK);
  // It may be a link to a file that is not there yet.
  makeOwn(path);
  refuseNonFile(path);
  accessSync(path, constants.R_OK | constants.W_OK);
  return realpathSync(path);
}

function refuseNonFile(path: string): void {
  if (!statSync(path).isFile())
    throw new StoreError(`${path}: is not a file, but a directory or a device. Name a file in it, such as ${join(path, "parley.db")}.`);
}

/**
 * The lock is a transaction held open on an empty database beside the file: the system lets go of it when the process dies, also by kill -9.
 * It is not on the file itself, so that `parley export` can read while Parley runs. Its file is never deleted: whoever deletes
 * it may take it from under a process that has just locked it. Locks of network file systems are not to be trusted.
 */
function takeLock(file: string, path: string): Sqlite.Database {
  const lockFile = `${file}-lock`;
  // On a file that it may not write, SQLite would take a lock that keeps nobody out.
  if (existsSync(lockFile)) accessSync(lockFile, constants.R_OK | constants.W_OK);
  makeOwn(lockFile);
  const lock = new Database(lockFile, { timeout: 0 });
  try {
    lock.pragma("journal_mode = MEMORY");
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!isSqliteError(error)) throw error;
    if (error.code.startsWith("SQLITE_BUSY"))
      throw new StoreError(
        `${path}: another Parley is running on this database. Stop that one first, or give this one its own file (PARLEY_DB).`,
        { cause: error },
      );
    throw new StoreError(`${lockFile}: cannot be locked (${error.message}). It holds no data: delete it while no Parley is running.`, {
      cause: error,
    });
  }
}

function probe(file: string, path: string, age?: "must be current"): void {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(db, path, age);
  } finally {
    db.close();
  }
}

function connect(db: Sqlite.Database, lock: Sqlite.Database | undefined, path: string): Connection {
  try {
    const mode = db.pragma("journal_mode = WAL", { simple: true });
    if (mode !== "wal" && path !== MEMORY)
      throw new StoreError(
        `${path}: its file system cannot hold a write-ahead log (SQLite answers "${String(mode)}"). Move it to a local disk.`,
      );
    db.pragma(`journal_size_limit = ${WAL_BYTES_MAX}`);
    db.pragma("synchronous = FULL");
    // What is deleted is written over at once, and not when its place is needed again.
    db.pragma("secure_delete = ON");
    // What is to be taken back of a write among several needs no file.
    db.pragma("temp_store = MEMORY");
    refuseForeign(db, path);
    migrate(db);
    return connection(db, { path, lock, flush: path === MEMORY ? NO_FLUSH : openFlush(`${db.name}-wal`) });
  } catch (error) {
    db.close();
    throw error;
  }
}

function connection(
  db: Sqlite.Database,
  { path, lock, flush }: { readonly path: string; readonly lock: Sqlite.Database | undefined; readonly flush: Flush },
): Connection {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  let durability: Durability | undefined;

  const lookAtPlace = stillInPlace(path);
  const transaction = <T>(wanted: Durability, work: () => T): T => {
    lookAtPlace();
    if (wanted !== durability) db.exec(`PRAGMA synchronous = ${wanted}`);
    durability = wanted;
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      // SQLite may have rolled back by itself, for instance when the disk was full.
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };
  // Asked before each statement, and a question to the driver takes as long as a small one.
  let isOpen = true;
  const refuseClosed = () => {
    if (!isOpen) throw new StoreError(`${path}: the database has been closed.`);
  };

  const group = groupedWrites(db, { transaction: (work) => transaction("normal", work), explain: (error) => explain(path, error) });

  return {
    path,
    db,
    write: (wanted, work) => {
      refuseClosed();
      return explained(path, () => transaction(wanted, work));
    },
    writeSoon: (work, { made, writer } = {}) => {
      refuseClosed();
      return group.add(work, made, writer);
    },
    read: (work) => {
      refuseClosed();
      return explained(path, work);
    },
    async flushed() {
      refuseClosed();
      await flush.flushed().catch((error: unknown) => {
        throw explain(path, error);
      });
    },
    close: () => {
      if (isOpen) group.writeNow();
      isOpen = false;
      flush.close();
      db.close();
      lock?.close();
    },
  };
}
