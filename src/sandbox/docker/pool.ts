import type { DockerBox } from "./box.ts";

/**
 * Containers that are started ahead, so that a thread's first block need not wait for one. Filled one at a time: a start takes most of a
 * core. A container is handed out once and never comes back.
 */
export class Pool {
  readonly #start: () => Promise<DockerBox>;
  readonly #size: number;
  readonly #boxAgeMsMax: number;
  readonly #ready: DockerBox[] = [];
  #filling: Promise<void> | undefined;
  #closed = false;

  constructor({ start, size, boxAgeMsMax }: { start: () => Promise<DockerBox>; size: number; boxAgeMsMax: number }) {
    this.#start = start;
    this.#size = size;
    this.#boxAgeMsMax = boxAgeMsMax;
  }

  /** A container that is running now. Fails when none can be started. */
  async take(): Promise<DockerBox> {
    let box = this.#ready.shift();
    // One that was killed in the meantime, with the engine or by somebody's hand, is of no use to anybody.
    while (box && (Date.now() - box.startedAtMs > this.#boxAgeMsMax || !(await box.observe()))) {
      await box.remove();
      box = this.#ready.shift();
    }
    if (box) this.fill();
    return box ?? (await this.#startAndFill());
  }

  /** @param after what is to be over before the first start */
  fill(after?: Promise<void>): void {
    this.#filling ??= this.#fillUp(after).finally(() => (this.#filling = undefined));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    await Promise.all(this.#ready.splice(0).map((box) => box.remove()));
  }

  async #startAndFill(): Promise<DockerBox> {
    const box = await this.#start();
    this.fill();
    return box;
  }

  async #fillUp(after?: Promise<void>): Promise<void> {
    try {
      await after;
      while (!this.#closed && this.#ready.length < this.#size) await this.#add(await this.#start());
    } catch {
      // The next take starts one itself, and is told why if it cannot.
    }
  }

  async #add(box: DockerBox): Promise<void> {
    if (this.#closed || this.#ready.length >= this.#size) await box.remove();
    else this.#ready.push(box);
  }
}
