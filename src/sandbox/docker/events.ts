import type Docker from "dockerode";
import { callEngine } from "./engine.ts";

/**
 * Listens to what the engine says about our containers: that one died, that the kernel killed in one for want of memory. The second is
 * told nowhere else: the container's own state does not know it of a process that came by exec, and exit code 137 has many causes.
 */
export class EngineEvents {
  /** How often the stream broke: an "out of memory" may have been missed at each. */
  gaps = 0;
  readonly #docker: Docker;
  readonly #filters: Record<string, string[]>;
  readonly #boxes = new Map<string, Watched>();
  #stream: NodeJS.ReadableStream | undefined;
  #reopening: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(docker: Docker, process: string) {
    this.#docker = docker;
    this.#filters = { type: ["container"], event: ["oom", "die"], label: [`parley.process=${process}`] };
  }

  static async open(docker: Docker, process: string): Promise<EngineEvents> {
    const events = new EngineEvents(docker, process);
    await events.#listen();
    return events;
  }

  /** Starts to listen for one container; call it before anything runs in it. */
  watch(id: string): Watched {
    let watched = this.#boxes.get(id);
    if (!watched) this.#boxes.set(id, (watched = new Watched()));
    return watched;
  }

  forget(id: string): void {
    this.#boxes.delete(id);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#reopening);
    destroy(this.#stream);
  }

  async #listen(): Promise<void> {
    const stream = await callEngine((options) => this.#docker.getEvents({ filters: this.#filters, ...options }));
    if (this.#closed) return destroy(stream);
    this.#stream = stream;
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = (lines.pop() ?? "").slice(0, EVENT_CHARS_MAX);
      for (const line of lines) this.#hear(line);
    });
    let broke = false;
    const onBreak = (): void => {
      if (broke || this.#closed) return;
      broke = true;
      this.gaps++;
      this.#reopenSoon();
    };
    for (const end of ["end", "close", "error"] as const) stream.on(end, onBreak);
  }

  #reopenSoon(): void {
    if (this.#closed) return;
    this.#reopening = setTimeout(() => void this.#listen().catch(() => this.#reopenSoon()), REOPEN_MS).unref();
  }

  #hear(line: string): void {
    const event = parse(line);
    const watched = this.#boxes.get(event?.id ?? "");
    if (event?.status === "oom") watched?.hearOom();
    if (event?.status === "die") watched?.hearDeath();
  }
}

const REOPEN_MS = 1000;
const EVENT_CHARS_MAX = 64 * 1024; // One event has about 1 KB.

/** What was heard of one container. */
export class Watched {
  /** How many times the kernel killed for want of memory. */
  ooms = 0;
  /** Settles when the container is dead. */
  readonly died: Promise<void>;
  readonly hearDeath: () => void;
  #heard: (() => void)[] = [];

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.died = promise;
    this.hearDeath = resolve;
  }

  hearOom(): void {
    this.ooms++;
    for (const heard of this.#heard.splice(0)) heard();
  }

  /** True when more than `before` were heard, now or within `msMax`: the event may come shortly after the end of the process. */
  async oomSince(before: number, msMax: number): Promise<boolean> {
    if (this.ooms <= before && msMax > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#heard.push(resolve);
      const timer = setTimeout(resolve, msMax);
      await promise;
      clearTimeout(timer);
    }
    return this.ooms > before;
  }
}

function parse(line: string): { status?: string; id?: string } | undefined {
  try {
    return JSON.parse(line) as { status?: string; id?: string };
  } catch {
    return undefined; // an empty line, or half of one after a break
  }
}

function destroy(stream: NodeJS.ReadableStream | undefined): void {
  stream?.on("error", () => {});
  (stream as { destroy?: () => void } | undefined)?.destroy?.();
}
