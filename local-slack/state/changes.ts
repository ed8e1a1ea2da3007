import type { PageChange } from "../server/protocol.ts";

/** Default patience of `until`: what a busy machine of one core may take, and no test waits for what has come. */
const UNTIL_TIMEOUT_MS = 45_000;

/** Who may see a change: everyone, or these users. */
export type Audience = "everyone" | readonly string[];

/** Tells the open pages, and whoever waits for a condition, that something has changed. */
export class Changes {
  readonly #followers = new Set<(change: PageChange, audience: Audience) => void>();
  readonly #waiting = new Set<{ check(): void; fail(error: Error): void }>();
  #checking = false;

  /** A change that people see on the page. */
  show(change: PageChange, audience: Audience): void {
    for (const follower of this.#followers) follower(change, audience);
    this.changed();
  }

  /** Any change of state: the conditions waited for are looked at once the caller has finished. */
  changed(): void {
    if (this.#checking || this.#waiting.size === 0) return;
    this.#checking = true;
    queueMicrotask(() => {
      this.#checking = false;
      for (const waiting of this.#waiting) waiting.check();
    });
  }

  follow(follower: (change: PageChange, audience: Audience) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  until(done: () => boolean, timeoutMs = UNTIL_TIMEOUT_MS): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => waiting.fail(new Error(`not so within ${timeoutMs} ms: ${String(done)}`)), timeoutMs);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
      act();
    };
    const waiting = {
      check: (): void => {
        try {
          if (done()) settle(resolve);
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      },
      fail: (error: Error): void => settle(() => reject(error)),
    };
    this.#waiting.add(waiting);
    waiting.check();
    return promise;
  }

  close(): void {
    for (const waiting of this.#waiting) waiting.fail(new Error(`the workspace was closed while something waited in it`));
    this.#followers.clear();
  }
}
