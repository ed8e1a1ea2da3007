import { accessSync, chmodSync, closeSync, constants, existsSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What was said in private channels is in them: they are for the user who runs Parley alone. */
const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

/** Beside the database: its write-ahead log, what readers share of it, and the lock. */
const BESIDE = ["", "-wal", "-shm", "-lock"];

/**
 * Makes an empty file that its owner alone can read, where there is none. One that is there is not opened: whoever closes a file lets go of all locks that
 * its process has on it, by whichever way it has opened it.
 */
export function makeOwn(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", FILE_MODE));
}

/** The files of this database that others can read or write, with their rights. */
export function readableByOthers(database: string): readonly { readonly file: string; readonly mode: number }[] {
  // Windows has no such rights.
  if (process.platform === "win32") return [];
  return BESIDE.flatMap((suffix) => {
    const file = `${database}${suffix}`;
    const { mode = 0 } = [statSync(file, { throwIfNoEntry: false })].find((found) => found?.isFile()) ?? {};
    return (mode & OTHERS) === 0 ? [] : [{ file, mode: mode & 0o777 }];
  });
}

/** Takes the rights of others from files that an earlier version has made. Those of another user stay as they are; `parley doctor` names them. */
export function tighten(database: string): void {
  for (const { file } of readableByOthers(database)) {
    try {
      chmodSync(file, FILE_MODE);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["EPERM", "EROFS", "ENOENT", "ENOTSUP"].includes(code)) throw error;
    }
  }
}

/** Whether a file is there that may be written to. */
export function isWritable(path: string): boolean {
  try {
    for (const one of [dirname(path), path]) accessSync(one, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
