import type { Opened } from "../own-store.ts";
import type { FinishedRuns } from "./finished-runs.ts";
import type { Store } from "../store.ts";

/** What is kept, for those who look and write nothing: live, also while other processes write. */
export interface Logs extends Pick<Store, "load" | "file" | "note" | "unfinished" | "close" | "aside"> {
  readonly runs: FinishedRuns;
  /** Tells, after it, that something was recorded: in this thread, or in any where that is not known. Returns how to stop listening. */
  follow(listener: (thread: string | undefined) => void): () => void;
}

/** Of a store that this process has open; it is closed by whoever has opened it. */
export function logsOf({ store, runs }: Pick<Opened, "store" | "runs">): Logs {
  return {
    load: (...asked) => store.load(...asked),
    file: (hash) => store.file(hash),
    note: (key) => store.note(key),
    unfinished: (workspace) => store.unfinished(workspace),
    ...(store.aside ? { aside: store.aside } : {}),
    runs,
    follow: (listener) => store.follow(({ thread }) => listener(thread)),
    close: () => store.close(),
  };
}
