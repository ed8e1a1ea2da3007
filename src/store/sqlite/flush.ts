import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fdatasync);

/** Waits for the disk beside the event loop, once for all who ask meanwhile. */
export interface Flush {
  /** Resolves when everything that was committed before the call is on the disk. */
  flushed(): Promise<void>;
  close(): void;
}

/**
 * A commit in `normal` is in the write-ahead log, and a sync of that file is all that `synchronous = FULL` adds to it; but SQLite waits for it
 * in the event loop, tens of milliseconds on a busy disk, and for each commit anew. Here the file is open a second time, which takes no
 * lock of SQLite's: those are on the database and its index, and closing any handle of these would drop them.
 */
export function openFlush(writeAheadLog: string): Flush {
  const handle = openSync(writeAheadLog, "r+");
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let isClosed = false;
  let hasHandle = true;

  /** Once: the number may be another file's by then. */
  function letGo(): void {
    if (!hasHandle || running || next) return;
    hasHandle = false;
    closeSync(handle);
  }

  function begin(): Promise<void> {
    const done = sync(handle).finally(() => {
      if (running === done) running = undefined;
      if (isClosed) letGo();
    });
    running = done;
    return done;
  }

  return {
    flushed() {
      if (isClosed) return Promise.reject(new Error("the database has been closed"));
      if (!running) return begin();
      // The one under way may have begun before what is asked about was written.
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return begin();
        });
      return next;
    },
    close() {
      isClosed = true;
      letGo();
    },
  };
}

/** A database in memory has no disk to wait for. */
export const NO_FLUSH: Flush = { flushed: async () => undefined, close: () => undefined };
