import { type Store, StoreError } from "../store.ts";

/** Who is alone with what. Of this process, which is the only one: nobody has to be taken for dead. */
export interface Locks {
  readonly of: (owner: object) => Store["exclusively"];
  /** This opener is gone: what it held the next one has, and its jobs reject. */
  readonly drop: (owner: object) => void;
}

export function createLocks(): Locks {
  /** The end of the line for each key. */
  const lines = new Map<string, Promise<void>>();
  const gone = new WeakMap<object, PromiseWithResolvers<never>>();

  function goneOf(owner: object): PromiseWithResolvers<never> {
    let found = gone.get(owner);
    if (!found) {
      gone.set(owner, (found = Promise.withResolvers<never>()));
      found.promise.catch(() => undefined);
    }
    return found;
  }

  return {
    of: (owner) => async (key, job) => {
      const before = lines.get(key) ?? Promise.resolve();
      const left = goneOf(owner).promise;
      const result = before.then(() => Promise.race([left, job()]));
      const end = result.then(
        () => undefined,
        () => undefined,
      );
      lines.set(key, end);
      try {
        return await Promise.race([left, result]);
      } finally {
        void end.then(() => {
          if (lines.get(key) === end) lines.delete(key);
        });
      }
    },
    drop: (owner) => goneOf(owner).reject(new StoreError("the database has been closed.")),
  };
}
