import { StoreError } from "../../store.ts";
import { Database } from "./database.ts";

/** Runs `work`; a failure that is not a bug is told in words for people, with the file and the mend. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(path, error);
  }
}

/** Whether something could not be read because the file or the disk is damaged there; elsewhere it may be whole. */
export const isDamage = (error: unknown): boolean =>
  error instanceof StoreError && isSqliteError(error.cause) && /^SQLITE_(CORRUPT|IOERR)/.test(error.cause.code);

/** An error of SQLite or of its file, told in words for people, with the mend; a bug stays as it is. */
export function explain(path: string, error: unknown): unknown {
  const words = explanation(error);
  return words === undefined ? error : new StoreError(`${path}: ${words}`, { cause: error });
}

function explanation(error: unknown): string | undefined {
  if (!isSqliteError(error)) return isSystemError(error) ? ofSystem(error.code ?? "") : undefined;
  // "SQLITE_IOERR_WRITE" → "IOERR"
  switch (error.code.split("_")[1]) {
    case "BUSY":
    case "LOCKED":
      return "another program holds a lock on it. Close that program (a SQLite shell, a backup) and try again.";
    case "NOTADB":
    case "CORRUPT":
      return damaged(error);
    case "ERROR":
      // An index of words that cannot be read.
      return error.message.startsWith("vtable constructor failed") ? damaged(error) : undefined;
    case "FULL":
      return FULL;
    case "READONLY":
    case "CANTOPEN":
    case "PERM":
    case "AUTH":
      return `cannot be opened or written (${error.code}). Check that the user who runs Parley may write this file and its directory.`;
    case "IOERR":
      return `the disk failed (${error.code}). Check its room, quota and health; what was recorded so far is safe.`;
    case "PROTOCOL":
    case "NOLFS":
      return `its file system cannot hold a lock or a file of this size (${error.code}), as those of a network often cannot. Move it to a local disk.`;
    default:
      return undefined;
  }
}

const FULL = "the disk is full. Make room; what was recorded so far is safe.";

/** What a call of the system said of the file, or of its directory. */
function ofSystem(code: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return FULL;
    case "EROFS":
      return "its disk can only be read (EROFS). Mount it for writing, or name a file elsewhere (PARLEY_DB).";
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code}). Raise the limit (ulimit -n) and start again.`;
    case "EIO":
    case "ESTALE":
      return `the disk failed (${code}). Check its room, quota and health; what was recorded so far is safe.`;
    default:
      return `cannot be opened (${code}). Check that the user who runs Parley may write this file and its directory.`;
  }
}

const damaged = ({ message }: Error): string =>
  `is damaged or not a SQLite database (${message}). Move it away with its -wal and -shm, and restore a backup, or begin with an empty one.`;

export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Database.SqliteError;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
