import { statSync, type Stats } from "node:fs";
import { StoreError } from "../../store.ts";

/**
 * Asked before each write: throws StoreError where the file at `path` is not the one that stood there when this was made. SQLite goes on
 * writing into a file that was deleted, or in whose place another one was put, and all of that is gone when the process ends: a folder that was emptied, a
 * backup that was put back, while Parley was running. That it stands there is good for {@link LOOKED_AT_MS}: asked once in each turn of the event loop, it took a twentieth of the
 * time of a turn of the engine.
 */
export function stillInPlace(path: string): () => void {
  const opened = path === MEMORY ? undefined : lookAt(path);
  if (opened === undefined || opened === "gone") return () => undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs < LOOKED_AT_MS) return;
    const found = lookAt(path);
    if (found === undefined || (found !== "gone" && found.ino === opened.ino && found.dev === opened.dev)) {
      lookedAtMs = nowMs;
      return;
    }
    throw new StoreError(
      `${path}: ${found === "gone" ? "the file is gone" : "another file stands in its place"}, and what would be written is lost with this process. Put back what was there, or start Parley again, which takes what is there then.`,
      { cause: new Error("the database is not where it was opened") },
    );
  };
}

/** Sooner than anybody who has taken it away can have put another one in its place by hand. */
const LOOKED_AT_MS = 100;

/** `undefined`: nothing is known of it just now. */
function lookAt(path: string): Stats | "gone" | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? "gone";
  } catch {
    return undefined;
  }
}

/** A database that nobody else has. */
const MEMORY = ":memory:";
