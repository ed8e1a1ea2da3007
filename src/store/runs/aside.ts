/** What is only shown, told to the other processes that have a database open, and kept nowhere: it is lost where nobody listens, or a line is broken. */
export interface Aside {
  /** At most {@link ASIDE_BYTES_MAX} as UTF-8. Never rejects. */
  say(said: string): Promise<void>;
  /** A listener must not throw. Returns how to stop listening. */
  follow(listener: (said: string) => void): () => void;
}

/** Postgres takes 8,000 bytes, and some characters more. */
export const ASIDE_BYTES_MAX = 6_000;
