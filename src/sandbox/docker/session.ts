import type PQueue from "p-queue";
import { pack } from "tar-stream";
import { collectArtefacts } from "./artefacts.ts";
import type { Box } from "./box.ts";
import { WORKSPACE, type ContainerLimits } from "./container.ts";
import { callEngine, unavailable, type Engine } from "./engine.ts";
import type { EngineEvents, Watched } from "./events.ts";
import { Kernel } from "./kernel/kernel.ts";
import type { Pool } from "./pool.ts";
import { NEVER_BEGAN, runBlock, type BlockEnd } from "./run.ts";
import type { CodeBlock, CodeResult, RunOptions, SandboxFile, Session } from "../executor.ts";
import { cleanFileName, FileCollector, type FileLimits } from "../box/files.ts";
import { freshOr, lostFor, toldOfLoss } from "../box/lost.ts";
import { parseBlock, refused, type Parsed } from "../box/languages.ts";
import { CappedOutput } from "../box/output.ts";

/** What a session needs of its executor. */
export interface SessionSupply {
  readonly engine: Engine;
  readonly events: EngineEvents;
  readonly pool: Pool;
  /** Language to the command that runs a file of it. */
  readonly programs: ReadonlyMap<string, string>;
  /** Languages that the settings name and the image cannot run, with the reason. */
  readonly lacking: ReadonlyMap<string, string>;
  /** Whether Python's variables stay from block to block. */
  readonly keepsVariables: boolean;
  /** How many blocks run at once, over all threads. */
  readonly queue: PQueue;
  readonly limits: ContainerLimits & FileLimits & { readonly outputBytesMax: number };
}

const RESET = "The workspace was reset: files of earlier blocks are gone.";
const RESET_ALL = "The workspace was reset: files and variables of earlier blocks are gone.";
const FORGOTTEN = "Python had to be started again: variables of earlier blocks are gone, files are still there.";

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
  /** The Python that keeps the variables. */
  #kernel: Kernel | undefined;
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
    const { queue, programs, lacking } = this.#supply;
    const parsed = parseBlock(block, [...programs.keys(), ...lacking.keys()]);
    if (parsed.kind === "refused") return refused("rejected", parsed.why);
    const lack = lacking.get(parsed.language);
    if (lack !== undefined) return refused("rejected", lack);
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
    const { limits, events } = this.#supply;
    const timeoutMs = Math.min(options.timeoutMs, limits.ttlSeconds * 1000 - LEFT_MS_MIN);
    const notices: string[] = [];
    const held = { timeoutMs, memoryMb: limits.memoryMb, outputBytesMax: limits.outputBytesMax };
    let lost: CappedOutput | undefined;
    for (let attempt = 1; ; attempt++) {
      if (options.signal.aborted && lost) return lostFor(lost, { startMs, limits: held, notices });
      if (options.signal.aborted) return refused("cancelled", "The run was cancelled before the code ran.");
      const fresh = await freshOr(this.#freshBox(timeoutMs, notices), lost !== undefined);
      if (!("box" in fresh)) return lostFor(lost, { startMs, limits: held, notices: [...notices, ...fresh.notices] });
      const { box } = fresh;
      const kept = new CappedOutput(limits.outputBytesMax, options.onChunk);
      const watched = events.watch(box.container.id);
      const end = await this.#runIn(box, watched, parsed, kept, { ...options, timeoutMs }, notices);
      this.#hasRun = true;
      const files = new FileCollector(limits, this.#known);
      if (end.left === "nothing" && end.hasFiles) await collectArtefacts(box.container, files);
      await this.#rest(box, end);
      if (end.outcome === "sandbox_lost" && attempt < ATTEMPTS_MAX) {
        if (!end.neverBegan) lost = kept;
        continue;
      }

      notices.push(...toldOfLoss(end, lost !== undefined));
      notices.push(...noticesOf(end, timeoutMs, limits));
      const collected = files.finish();
      const { outcome, exitCode, memoryPeakBytes } = end;
      return {
        outcome,
        exitCode,
        ...(end.neverBegan && lost ? lost : kept).read(),
        elapsedMs: Date.now() - startMs,
        ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }),
        limits: held,
        files: collected.files,
        notices: [...notices, ...collected.notices],
      };
    }
  }

  async #runIn(
    box: Box,
    watched: Watched,
    { language, fileName, ending, code }: Parsed & { kind: "runnable" },
    kept: CappedOutput,
    options: RunOptions,
    notices: string[],
  ): Promise<BlockEnd> {
    const named = fileName === undefined ? undefined : `${WORKSPACE}/${fileName}`;
    const command = this.#supply.programs.get(language) ?? language;
    if (!this.#supply.keepsVariables || language !== "python")
      return runBlock(box, watched, { command, file: named ?? `/tmp/main.${ending}`, code }, kept, options, this.#kernel?.pid);
    if (this.#kernel?.hasEnded) this.#forget(notices);
    try {
      this.#kernel ??= await Kernel.start(box, command);
    } catch {
      return NEVER_BEGAN;
    }
    const end = await this.#kernel.run(box, watched, { file: named ?? "", code }, kept, options);
    if (this.#kernel.hasEnded && end.outcome !== "sandbox_lost") this.#forget(notices);
    return end;
  }

  #forget(notices: string[]): void {
    this.#kernel?.close();
    this.#kernel = undefined;
    notices.push(FORGOTTEN);
  }

  /** Makes the container ready for the next block. What is not needed for the result is done when the result is out, before the next block. */
  async #rest(box: Box, { left }: BlockEnd): Promise<void> {
    if (left === "ruin") return this.#giveUpBox();
    const prepare = (): void => {
      if (!this.#supply.keepsVariables && !this.#ending.signal.aborted) box.prepare();
    };
    if (left === "nothing") return prepare();
    // A failure is that of the engine, which the next block will be told.
    void this.#inTurn(async () => {
      if (this.#box !== box) return;
      if (await box.reap(this.#kernel?.pid)) prepare();
      else await this.#giveUpBox();
    }).catch(() => {});
  }

  /** The container this thread has, or a new one when there is none or its time is nearly over. */
  async #freshBox(timeoutMs: number, notices: string[]): Promise<Box> {
    const { engine, pool, limits } = this.#supply;
    const endsAtMs = this.#box ? this.#box.startedAtMs + limits.ttlSeconds * 1000 : 0;
    if (this.#box && Date.now() + timeoutMs + LEFT_MS_MIN / 2 > endsAtMs) await this.#giveUpBox();
    if (this.#box) return this.#box;
    try {
      this.#box = await pool.take();
      const reset = this.#supply.keepsVariables ? RESET_ALL : RESET;
      if (this.#hasRun && !notices.includes(reset)) notices.push(reset);
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
    this.#kernel?.close();
    this.#kernel = undefined;
    await box.remove();
  }

  /** Owned by root, like their folder, which lies in one with the sticky bit: the code can read, but neither write, remove nor replace them. */
  async #bringIn({ container }: Box, files: readonly SandboxFile[]): Promise<void> {
    const tar = pack();
    tar.entry({ name: "in", type: "directory", mode: 0o755, uid: 0, gid: 0 });
    for (const { name, content } of files)
      tar.entry({ name: `in/${cleanFileName(name)}`, mode: 0o444, uid: 0, gid: 0 }, Buffer.from(content));
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
      return [];
  }
}
