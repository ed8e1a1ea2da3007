import type { Clock } from "../../../engine/clock.ts";
import type { Logs } from "../../runs/logs.ts";
import type { Connection } from "../connection.ts";

/** How often the file is asked whether another process has written to it, while somebody listens: a question of microseconds. */
const ASK_EVERY_MS = 200;

/** How those who look beside a writer hear of what it has written: SQLite counts the commits of others (`PRAGMA data_version`). */
export function changesOfOthers({ db, read }: Connection, clock: Clock): { readonly follow: Logs["follow"]; readonly close: () => void } {
  const listeners = new Set<(thread: undefined) => void>();
  const version = db.prepare<[], number>("PRAGMA data_version").pluck();
  let asking: AbortController | undefined;

  async function ask({ signal }: AbortController): Promise<void> {
    let known = read(() => version.get());
    while (!signal.aborted) {
      await clock.sleep(ASK_EVERY_MS, signal);
      if (signal.aborted) return;
      const now = read(() => version.get());
      if (now === known) continue;
      known = now;
      for (const hear of listeners) hear(undefined);
    }
  }

  return {
    follow(listener) {
      listeners.add(listener);
      if (!asking) void ask((asking = new AbortController()));
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        asking?.abort();
        asking = undefined;
      };
    },
    close() {
      listeners.clear();
      asking?.abort();
    },
  };
}
