import type { Committed, Store } from "../store.ts";

/** Those who follow the log, of all openers of the database. */
export interface Followers {
  /** As {@link Store.follow}, for this opener. */
  readonly of: (owner: object) => Store["follow"];
  /** `by`: the opener that has committed. A listener that commits is told of it after every listener has heard of the commit before. */
  readonly tell: (committed: Omit<Committed, "here">, by: object) => void;
  /** This opener is gone: its listeners hear no more. */
  readonly drop: (owner: object) => void;
}

export function createFollowers(): Followers {
  const listeners = new Set<{ readonly owner: object; readonly hear: (committed: Committed) => void }>();
  const untold: { readonly committed: Omit<Committed, "here">; readonly by: object }[] = [];
  let telling = false;

  function hearAll({ committed, by }: (typeof untold)[number]): void {
    let here: Committed | undefined;
    let elsewhere: Committed | undefined;
    for (const { owner, hear } of listeners) {
      try {
        hear(owner === by ? (here ??= { ...committed, here: true }) : (elsewhere ??= { ...committed, here: false }));
      } catch (error) {
        process.emitWarning(
          `A listener of the store threw on thread ${committed.thread}: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
  }

  return {
    of: (owner) => (hear) => {
      const listener = { owner, hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(committed, by) {
      untold.push({ committed, by });
      if (telling) return;
      telling = true;
      for (let next = untold.shift(); next; next = untold.shift()) hearAll(next);
      telling = false;
    },
    drop(owner) {
      for (const listener of listeners) if (listener.owner === owner) listeners.delete(listener);
    },
  };
}
