import type Docker from "dockerode";
import { callEngine, reasonOf, statusOf } from "./engine.ts";

const GONE_MS_MAX = 10_000; // Removing a container took 0.15 s, and 10 s when a stream of it had been left unread.
const AGAIN_MS = 50;
const LEFT_MAX = 100; // Past it the oldest is left to its time to live.

/** Removes containers, and remembers those that the engine would not remove, to try again at the next removal and at the end. */
export class Removal {
  readonly #report: (problem: string) => void;
  readonly #tryMsMax: number;
  #left: Docker.Container[] = [];

  /** @param tryMsMax how long one removal is tried before it is put off */
  constructor(report: (problem: string) => void, tryMsMax = GONE_MS_MAX) {
    this.#report = report;
    this.#tryMsMax = tryMsMax;
  }

  /** Kills and removes a container with its workspace, and waits until it is gone. Never fails: what could not be removed is reported. */
  async remove(container: Docker.Container): Promise<void> {
    const why = await removeContainer(container, this.#tryMsMax);
    if (why !== undefined) {
      const id = container.id.slice(0, 12);
      this.#report(`The container ${id} could not be removed (${why}). It ends by its time to live; "docker rm -f ${id}" does it now.`);
    }
    await this.#tryLeft();
    if (why !== undefined) this.removeLater(container);
  }

  /** For what may or may not be there, in an engine that does not answer. */
  removeLater(container: Docker.Container): void {
    this.#left = [...this.#left, container].slice(-LEFT_MAX);
  }

  /** One more try for what is left. */
  async close(): Promise<void> {
    await this.#tryLeft();
  }

  async #tryLeft(): Promise<void> {
    const left = this.#left;
    this.#left = [];
    for (const container of left) if ((await removeContainer(container, 0)) !== undefined) this.removeLater(container);
  }
}

/** Says why it is still there; `undefined`: it is gone. */
async function removeContainer(container: Docker.Container, msMax: number): Promise<string | undefined> {
  const deadlineMs = Date.now() + msMax;
  for (;;) {
    try {
      await callEngine((options) => container.remove({ force: true, v: true, ...options }));
      return undefined;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return undefined; // It was quicker.
      // 409: the engine is removing it already. 5xx: it failed this time. No status: it is gone, and so is whoever could be asked again.
      if (status === undefined || Date.now() >= deadlineMs) return reasonOf(error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
