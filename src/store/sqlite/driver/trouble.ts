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
  if (!isSqliteError(error))
    return isSystemError(error)
      ? `cannot be opened (${error.code}). Check that the user who runs Parley may write this file and its directory.`
      : undefined;
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
      return "the disk is full. Make room; what was recorded so far is safe.";
    case "READONLY":
    case "CANTOPEN":
    case "PERM":
    case "AUTH":
      return `cannot be opened or written (${error.code}). Check that the user who runs Parley may write this file and its directory.`;
    case "IOERR":
      return `the disk failed (${error.code}). Check its room, quota and health; what was recorded so far is safe.`;
    default:
      return undefined;
  }
}

const damaged = ({ message }: Error): string =>
  `is damaged or not a SQLite database (${message}). Restore a backup, or move the file away to begin with an empty one.`;

export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Database.SqliteError;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
