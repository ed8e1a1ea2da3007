/**
 * Jobs that take turns: with the same key one after the other, in the order in which they came; with different keys at the same time. One that
 * rejects does not hold up those behind it. A key without a job is forgotten.
 */
export interface KeyedQueue {
  /** Settles as the job does. A job begins behind the caller's own step, never within the call. */
  run<T>(key: string, job: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is in line, also nothing that came meanwhile. */
  idle(): Promise<void>;
}

export function createKeyedQueue(): KeyedQueue {
  /** The end of the line for each key. */
  const ends = new Map<string, Promise<void>>();
  return {
    run(key, job) {
      const result = (ends.get(key) ?? Promise.resolve()).then(job);
      const settled = () => {
        if (ends.get(key) === end) ends.delete(key);
      };
      const end: Promise<void> = result.then(settled, settled);
      ends.set(key, end);
      return result;
    },
    async idle() {
      while (ends.size > 0) await Promise.all(ends.values());
    },
  };
}

/** The same with one line for all. */
export function createQueue(): <T>(job: () => Promise<T>) => Promise<T> {
  const { run } = createKeyedQueue();
  return (job) => run("", job);
}
