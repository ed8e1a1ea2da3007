import type PQueue from "p-queue";
import { pack } from "tar-stream";
import { collectFiles } from "./docker-artefacts.ts";
import { removeBox, WORKSPACE, type Box, type ContainerLimits } from "./docker-container.ts";
import { callEngine, unavailable, type Engine } from "./docker-engine.ts";
import type { EngineEvents } from "./docker-events.ts";
import type { Pool } from "./docker-pool.ts";
import { runBlock, type BlockEnd } from "./docker-run.ts";
import type { CodeBlock, CodeResult, RunOptions, SandboxFile, Session } from "./executor.ts";
import { cleanFileName, FileCollector, type FileLimits } from "./files.ts";
import { parseBlock, refused, type Parsed } from "./languages.ts";
import { CappedOutput } from "./output.ts";

/** What a session needs of its executor. */
export interface SessionSupply {
  readonly engine: Engine;
  readonly events: EngineEvents;
  readonly pool: Pool;
  /** Language to the program that runs it. */
  readonly programs: ReadonlyMap<string, string>;
  /** How many blocks run at once, over all threads. */
  readonly queue: PQueue;
  readonly limits: ContainerLimits & FileLimits & { readonly outputBytesMax: number };
}

const RESET = "The workspace was reset: files of earlier blocks are gone.";

const GIVEN_BYTES_MAX = 16 * 1024 * 1024; // They are kept in memory, to be given again to a fresh container.
const LEFT_MS_MIN = 10_000; // A container that would end while the block runs is replaced before.

/** One thread's sandbox: a container made at the first block, and made anew when it was lost. Blocks run one after the other. */
export class DockerSession implements Session {
  /** For choosing whose container to give up when there are too many. */
  lastUsedMs = Date.now();
  readonly #supply: SessionSupply;
  readonly #onEnd: () => void;
  readonly #known = new Map<string, string>();
  readonly #given = new Map<string, SandboxFile>();
  #box: Box | undefined;
  /** Whether a block ran already, so that a fresh container is a loss to be told. */
  #hasRun = false;
  #waiting = 0;
  readonly #ending = new AbortController();
  #lane: Promise<unknown> = Promise.resolve();

  constructor(supply: SessionSupply, onEnd: () => void) {
    this.#supply = supply;
    this.#onEnd = onEnd;
  }

  get hasBox(): boolean {
    return this.#box !== undefined;
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  async run(block: CodeBlock, options: RunOptions): Promise<CodeResult> {
    const parsed = parseBlock(block, [...this.#supply.programs.keys()]);
    if (parsed.kind === "refused") return refused("rejected", parsed.why);
    const { queue } = this.#supply;
    if (queue.size >= WAITING_MAX) return refused("rejected", `${queue.size} blocks wait for the sandbox already. Try again in a minute.`);
    const signal = AbortSignal.any([options.signal, this.#ending.signal]);
    return this.#inTurn(() => queue.add(() => this.#runParsed(parsed, { ...options, signal })));
  }

  put(files: readonly SandboxFile[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const file of files) this.#given.set(cleanFileName(file.name), file);
      const bytes = [...this.#given.values()].reduce((sum, { content }) => sum + content.byteLength, 0);
      if (bytes > GIVEN_BYTES_MAX) {
        for (const file of files) this.#given.delete(cleanFileName(file.name));
        throw new RangeError(`the files given to one workspace may have ${GIVEN_BYTES_MAX} bytes together; these would make it ${bytes}.`);
      }
      // A container that cannot take them is gone; the next block's fresh one gets them all.
      if (this.#box) await this.#bringIn(this.#box, files).catch(() => this.#giveUpBox());
    });
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.giveUp();
    this.#onEnd();
  }

  /** Removes the container when no block runs in it any more; the next block gets a fresh one and says so. */
  giveUp(): Promise<void> {
    return this.#inTurn(() => this.#giveUpBox());
  }

  async #runParsed(parsed: Parsed & { kind: "runnable" }, options: RunOptions): Promise<CodeResult> {
    const startMs = Date.now();
    const timeoutMs = Math.min(options.timeoutMs, this.#supply.limits.ttlSeconds * 1000 - LEFT_MS_MIN);
    const notices: string[] = [];
    for (let attempt = 1; ; attempt++) {
      if (options.signal.aborted) return refused("cancelled", "The run was cancelled before the code ran.");
      const box = await this.#freshBox(timeoutMs, notices);
      const kept = new CappedOutput(this.#supply.limits.outputBytesMax, options.onChunk);
      const watched = this.#supply.events.watch(box.container.id);
      const end = await runBlock(box, watched, this.#command(parsed), parsed.code, kept, { ...options, timeoutMs });
      const lost = end.outcome === "sandbox_lost";
      this.#hasRun = true;
      const files = new FileCollector(this.#supply.limits, this.#known);
      if (end.boxUsable && end.hasFiles) await collectFiles(box.container, files);
      if (!end.boxUsable) await this.#giveUpBox();
      if (lost && attempt < ATTEMPTS_MAX) continue;

      notices.push(...noticesOf(end, timeoutMs, this.#supply.limits));
      const collected = files.finish();
      const { outcome, exitCode } = end;
      return {
        outcome,
        exitCode,
        ...kept.read(),
        elapsedMs: Date.now() - startMs,
        files: collected.files,
        notices: [...notices, ...collected.notices],
      };
    }
  }

  /** The container this thread has, or a new one when there is none or its time is nearly over. */
  async #freshBox(timeoutMs: number, notices: string[]): Promise<Box> {
    const { engine, pool, limits } = this.#supply;
    const endsAtMs = this.#box ? this.#box.startedAtMs + limits.ttlSeconds * 1000 : 0;
    if (this.#box && Date.now() + timeoutMs + LEFT_MS_MIN / 2 > endsAtMs) await this.#giveUpBox();
    if (this.#box) return this.#box;
    try {
      this.#box = await pool.take();
      if (this.#hasRun && !notices.includes(RESET)) notices.push(RESET);
      this.#known.clear();
      if (this.#given.size > 0) await this.#bringIn(this.#box, [...this.#given.values()]);
      return this.#box;
    } catch (error) {
      await this.#giveUpBox();
      throw unavailable(engine.address, error);
    }
  }

  async #giveUpBox(): Promise<void> {
    const box = this.#box;
    this.#box = undefined;
    if (!box) return;
    this.#supply.events.forget(box.container.id);
    await removeBox(box.container);
  }

  #command({ language, fileName, ending }: Parsed & { kind: "runnable" }): string[] {
    const file = fileName === undefined ? `/tmp/main.${ending}` : `${WORKSPACE}/${fileName}`;
    return ["/bin/sh", "-c", PRELUDE, this.#supply.programs.get(language) ?? language, file];
  }

  /** Owned by root in a folder with the sticky bit: the code can read, but neither write, remove nor replace them. */
  async #bringIn({ container }: Box, files: readonly SandboxFile[]): Promise<void> {
    const tar = pack();
    for (const { name, content } of files) tar.entry({ name: cleanFileName(name), mode: 0o444, uid: 0, gid: 0 }, Buffer.from(content));
    tar.finalize();
    const content = Buffer.concat(await Array.fromAsync(tar as unknown as AsyncIterable<Uint8Array>));
    await callEngine((options) => container.putArchive(content, { path: WORKSPACE, ...options }));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#lane
      .catch(() => {})
      .then(work)
      .finally(() => {
        this.#waiting--;
        this.lastUsedMs = Date.now();
      });
    this.#lane = done;
    return done;
  }
}

const ATTEMPTS_MAX = 2; // A container that dies under the same code twice is not bad luck.
const WAITING_MAX = 100; // blocks, over all threads

/**
 * Lays the code down and runs it in its own place ($0: the program, $1: the file). What earlier blocks left outside the workspace is
 * swept away first, so that a full /tmp harms one block only. `out` is made anew when it is anything but a folder.
 */
const PRELUDE = `
rm -rf /tmp/* /tmp/.[!.]* /dev/shm/* 2>/dev/null
if [ -L out ] || [ ! -d out ]; then rm -rf out; mkdir out; fi
mkdir -p "\${1%/*}" && rm -f "$1" && cat > "$1" && exec "$0" "$1" </dev/null`;

function noticesOf({ outcome }: BlockEnd, timeoutMs: number, { memoryMb, outputBytesMax }: SessionSupply["limits"]): string[] {
  switch (outcome) {
    case "ok":
    case "error":
      return [];
    case "timeout":
      return [`Stopped after ${timeoutMs / 1000} s, the time limit of one block.`];
    case "oom":
      return [`Out of memory: program and files together may use ${memoryMb} MB.`];
    case "output_limit":
      return [`Stopped because it printed more than ${outputBytesMax} bytes.`];
    case "cancelled":
      return ["Stopped on request."];
    case "sandbox_lost":
      return ["The sandbox ended under the code, and again when the code was run a second time in a fresh one."];
  }
}
