import type { Setting, Settings } from "../settings.ts";

/** Settings that are remembered at once; with more, they are read again. */
const REMEMBERED_MAX = 10_000;

/**
 * Settings that are read again once somebody has put them, and not each time that they are asked for: several are asked for with each message. Where another
 * process puts one, this one may give what stood there before until it has been told.
 */
export function rememberedSettings(settings: Settings): Settings {
  const known = new Map<string, Promise<Setting | undefined>>();
  settings.follow(({ name, ...more }) => {
    if (name === undefined) known.clear();
    else if ("workspace" in more) known.delete(keyOf(more.workspace, name));
  });
  return {
    ...settings,
    get(workspace, name) {
      const key = keyOf(workspace, name);
      const found = known.get(key);
      if (found) return found;
      if (known.size >= REMEMBERED_MAX) known.clear();
      // In mind from the beginning: what is put while it is read takes it away again.
      const read = settings.get(workspace, name);
      known.set(key, read);
      read.catch(() => void (known.get(key) === read && known.delete(key)));
      return read;
    },
    // Whoever was slower than somebody else, or was not answered, reads what stands there now.
    put: (change) => settings.put(change).finally(() => known.delete(keyOf(change.decision.workspace, change.name))),
  };
}

const keyOf = (workspace: string, name: string): string => `${workspace} ${name}`;
