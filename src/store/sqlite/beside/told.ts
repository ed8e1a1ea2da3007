import { utimesSync, watch } from "node:fs";

/** The Parley that works on a database holds its lock; the file of it is there from the first start on, and nobody writes to it. */
const lockOf = (file: string): string => `${file}-lock`;

/** Tells the Parley that works on this database, where one does, that something was put there beside it: by the time of its lock. Never throws. */
export function tellRunning(file: string): void {
  try {
    const now = new Date();
    utimesSync(lockOf(file), now, now);
  } catch {
    // Nobody is told; whoever starts next looks over what waits.
  }
}

/**
 * Hears of that, from a first `listen` on, without asking again and again. Where the system watches no files, nothing is heard: what was left is found at the
 * next start.
 */
export function createTold(file: string, heard: () => void): { listen(): void; close(): void } {
  let watcher: ReturnType<typeof watch> | undefined;
  let isOver = file === MEMORY;
  return {
    listen() {
      if (isOver || watcher) return;
      try {
        watcher = watch(lockOf(file), { persistent: false }, heard);
        watcher.on("error", () => watcher?.close());
      } catch {
        isOver = true;
      }
    },
    close() {
      isOver = true;
      watcher?.close();
    },
  };
}

/** A database that nobody else has. */
const MEMORY = ":memory:";
