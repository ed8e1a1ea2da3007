/**
 * What is due later: redeliveries, statuses that fade, answers waited for. Measured on the workspace's own clock.
 * With the machine's clock one timer is set for the earliest task; with a test's clock nothing happens until `tick()`.
 */
export class Agenda {
  readonly #now: () => number;
  readonly #realTime: boolean;
  /** The earliest first; what was taken off stays until its time has come, and is passed over. */
  #tasks: Task[] = [];
  #armedForMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(clock: { readonly now: () => number; readonly realTime: boolean }) {
    this.#now = clock.now;
    this.#realTime = clock.realTime;
  }

  /** Runs `run` at `dueMs` or soon after; the returned function takes it off the agenda. */
  at(dueMs: number, run: () => void): () => void {
    if (this.#closed) return () => undefined;
    const task: Task = { dueMs, run, isOff: false };
    this.#tasks.splice(this.#placeFor(dueMs), 0, task);
    if (dueMs < this.#armedForMs) this.#arm();
    return () => {
      task.isOff = true;
    };
  }

  /** Does what has become due, the earliest first, and what that makes due in turn. */
  tick(): void {
    for (let next = this.#tasks[0]; next && next.dueMs <= this.#now(); next = this.#tasks[0]) {
      this.#tasks.shift();
      if (!next.isOff) next.run();
    }
    this.#arm();
  }

  clear(): void {
    this.#tasks = [];
    this.#arm();
  }

  /** Nothing is due any more, whatever is still asked for. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  /** After all that is due no later; by halves, as thousands may wait while no bot is connected. */
  #placeFor(dueMs: number): number {
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tasks[middle]?.dueMs ?? 0) <= dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const dueMs = this.#tasks[0]?.dueMs;
    this.#armedForMs = dueMs ?? Number.POSITIVE_INFINITY;
    if (this.#realTime && dueMs !== undefined) this.#timer = setTimeout(() => this.tick(), Math.max(0, dueMs - this.#now()));
  }
}

interface Task {
  readonly dueMs: number;
  readonly run: () => void;
  isOff: boolean;
}
