import type { Installation, Installations } from "../../store/installations.ts";
import type { Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";

/** What one process has found out about an installation, such as that it is there or has ended, told to the others over the same store. */
export interface InstallationNews {
  /** Once it stands in the store. */
  tell(id: string): Promise<void>;
  /** Hears no more; resolves when what was heard has been dealt with. */
  close(): Promise<void>;
}

/** `onNews` is given what the store has of an installation, also when it was told here; it must not reject. */
export function followInstallations(parts: {
  readonly store: Pick<Store, "putNote" | "followNotes">;
  readonly installations: Pick<Installations, "find">;
  readonly onNews: (installation: Installation) => Promise<void>;
  readonly log: Log;
}): InstallationNews {
  const { store, installations, onNews, log } = parts;
  const underWay = new Set<Promise<void>>();
  const unfollow = store.followNotes((key) => {
    if (!key.startsWith(PREFIX)) return;
    const id = key.slice(PREFIX.length);
    const job = installations
      .find(id)
      .then((found) => (found ? onNews(found) : undefined))
      .catch((error: unknown) => log(`what became of ${id} could not be read`, error))
      .finally(() => underWay.delete(job));
    underWay.add(job);
  });
  return {
    async tell(id) {
      const found = await installations.find(id);
      if (found) await store.putNote(PREFIX + id, `${found.state} ${found.at}`);
    },
    async close() {
      unfollow();
      await Promise.all(underWay);
    },
  };
}

const PREFIX = "installation/";
