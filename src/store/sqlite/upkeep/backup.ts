import { accessSync, closeSync, constants, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { makeOwn } from "../../own-files.ts";
import { openConnectionReadOnly } from "../connection.ts";
import { explained, isSqliteError } from "../driver/trouble.ts";
import { StoreError } from "../../store.ts";

/** What was copied and looked at. */
export interface Backup {
  readonly threads: number;
  readonly events: number;
  readonly bytes: number;
}

/** Everything in one step: a copy in steps begins anew whenever the running Parley writes in between. Nobody is kept from writing meanwhile. */
const PAGES_PER_STEP = 0x7fff_ffff;

/**
 * Copies the database to a file that is not there yet, also while a Parley runs on it, as it is at one instant. The copy is one file with
 * nothing beside it; it has been read through from end to end and is on the disk when this resolves.
 * @throws StoreError when the file is there already, when there is no room, or when what was copied is damaged; then no file is made.
 */
export async function backupSqlite({ path, to }: { readonly path: string; readonly to: string }): Promise<Backup> {
  refuseExisting(to);
  explained(to, () => accessSync(dirname(to), constants.W_OK));
  const draft = `${to}.${process.pid}.partial`;
  const source = openConnectionReadOnly(path);
  try {
    explained(to, () => makeOwn(draft));
    await explainedLater(to, () => source.db.backup(draft, { progress: () => PAGES_PER_STEP }));
    const counted = explained(to, () => verified(draft, path));
    explained(to, () => publish(draft, to));
    return { ...counted, bytes: statSync(to).size };
  } finally {
    source.close();
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${draft}${suffix}`, { force: true });
  }
}

export function refuseExisting(to: string): void {
  if (existsSync(to)) throw new StoreError(`${to}: is there already, and a backup overwrites nothing. Name another file.`);
}

/** Out of write-ahead mode, so that the one file is all of it, and every page, index and count read once. */
export function verified(draft: string, path: string): { readonly threads: number; readonly events: number } {
  const db = new Database(draft, { fileMustExist: true });
  try {
    db.pragma("journal_mode = DELETE");
    // Nobody else has this file: read as memory, its pages are not copied one by one.
    db.pragma(`mmap_size = ${statSync(draft).size}`);
    const found = integrityOf(db);
    if (found !== "ok")
      throw new StoreError(
        `${path}: what was copied is damaged (${found.replaceAll("\n", " ")}), so no backup was made. \`parley doctor --db\` says more; keep the backups you have.`,
      );
    return db.prepare<[], Backup>("SELECT (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM events) AS events").get()!;
  } finally {
    db.close();
  }
}

/** Where a page is damaged that the check itself needs, SQLite says so with an error in place of a result. */
function integrityOf(db: Database.Database): string {
  try {
    return String(db.pragma("integrity_check(1)", { simple: true }));
  } catch (error) {
    if (!isSqliteError(error) || !/^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(error.code)) throw error;
    return error.message;
  }
}

/** By a link, which never replaces what somebody else has put there meanwhile. */
export function publish(draft: string, to: string): void {
  sync(draft);
  try {
    linkSync(draft, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") refuseExisting(to);
    throw error;
  }
  sync(dirname(to));
}

function sync(file: string): void {
  const handle = openSync(file, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

async function explainedLater<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return explained(path, () => {
      throw error;
    });
  }
}
