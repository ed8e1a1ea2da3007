import { createQueue } from "../../keyed-queue.ts";

/** One thing at a time, in the order in which it was asked for; also when one of them fails. */
export class Lane {
  /** When the last thing was done, in milliseconds since the epoch. */
  lastUsedMs = Date.now();
  #waiting = 0;
  readonly #line = createQueue();

  /** Nothing is under way, and nothing waits. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    return this.#line(work).finally(() => {
      this.#waiting--;
      this.lastUsedMs = Date.now();
    });
  }
}
