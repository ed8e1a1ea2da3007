import { createKeyedQueue } from "../../keyed-queue.ts";
import { type Store, StoreError } from "../store.ts";

/** Who is alone with what. Of this process, which is the only one: nobody has to be taken for dead. */
export interface Locks {
  readonly of: (owner: object) => Store["exclusively"];
  /** This opener is gone: what it held the next one has, and its jobs reject. */
  readonly drop: (owner: object) => void;
}

export function createLocks(): Locks {
  const queue = createKeyedQueue();
  const gone = new WeakMap<object, Gone>();

  function goneOf(owner: object): Gone {
    let found = gone.get(owner);
    if (!found) {
      const { promise, reject } = Promise.withResolvers<never>();
      const lost = new AbortController();
      gone.set(owner, (found = { left: promise, lost: lost.signal, go: (error) => (reject(error), lost.abort()) }));
      promise.catch(() => undefined);
    }
    return found;
  }

  return {
    of: (owner) => async (key, job) => {
      const { left, lost } = goneOf(owner);
      return Promise.race([left, queue.run(key, () => (lost.aborted ? left : Promise.race([left, job(lost)])))]);
    },
    drop: (owner) => goneOf(owner).go(new StoreError("the database has been closed.")),
  };
}

/** An opener's end: what is raced with its jobs, and what they hear of it. */
interface Gone {
  readonly left: Promise<never>;
  readonly lost: AbortSignal;
  readonly go: (error: Error) => void;
}
