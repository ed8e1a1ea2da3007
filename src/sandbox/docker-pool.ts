import { removeBox, type Box } from "./docker-container.ts";

/**
 * Containers that are started ahead, so that a thread's first block need not wait for one. Filled one at a time: a start takes most of a
 * core. A container is handed out once and never comes back.
 */
export class Pool {
  readonly #start: () => Promise<Box>;
  readonly #size: number;
  readonly #boxAgeMsMax: number;
  readonly #ready: Box[] = [];
  #filling: Promise<void> | undefined;
  #closed = false;

  constructor({ start, size, boxAgeMsMax }: { start: () => Promise<Box>; size: number; boxAgeMsMax: number }) {
    this.#start = start;
    this.#size = size;
    this.#boxAgeMsMax = boxAgeMsMax;
  }

  /** A container that is running now. Fails when none can be started. */
  async take(): Promise<Box> {
    let box = this.#ready.shift();
    while (box && Date.now() - box.startedAtMs > this.#boxAgeMsMax) {
      await removeBox(box.container);
      box = this.#ready.shift();
    }
    if (box) this.fill();
    return box ?? (await this.#startAndFill());
  }

  /** Takes in a container that nothing but our own trial ran in. */
  async add(box: Box): Promise<void> {
    if (this.#closed || this.#ready.length >= this.#size) await removeBox(box.container);
    else this.#ready.push(box);
  }

  fill(): void {
    this.#filling ??= this.#fillUp().finally(() => (this.#filling = undefined));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    await Promise.all(this.#ready.splice(0).map(({ container }) => removeBox(container)));
  }

  async #startAndFill(): Promise<Box> {
    const box = await this.#start();
    this.fill();
    return box;
  }

  async #fillUp(): Promise<void> {
    try {
      while (!this.#closed && this.#ready.length < this.#size) await this.add(await this.#start());
    } catch {
      // The next take starts one itself, and is told why if it cannot.
    }
  }
}
