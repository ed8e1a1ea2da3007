import type PQueue from "p-queue";
import { runBlock, WORKSPACE, type BlockEnd, type Box } from "./box.ts";
import { collectFiles } from "./tars.ts";
import type { CodeBlock, CodeResult, RunOptions, SandboxFile, Session } from "../executor.ts";
import { cleanFileName, FileCollector, type FileLimits } from "./files.ts";
import { freshOr, lostFor, toldOfLoss } from "./lost.ts";
import { parseBlock, refused, type Parsed } from "./languages.ts";
import { CappedOutput } from "./output.ts";

export interface BoxLimits extends FileLimits {
  /** For programs, and for the workspace where that is memory. */
  readonly memoryMb: number;
  /** stdout and stderr together, head and tail kept. */
  readonly outputBytesMax: number;
}

/** What a session needs of its executor. */
export interface SessionSupply {
  /** Throws {@link SandboxUnavailable}. */
  readonly takeBox: () => Promise<Box>;
  /** Language to the program that runs it. */
  readonly programs: ReadonlyMap<string, string>;
  /** How many blocks run at once, over all threads. */
  readonly queue: PQueue;
  readonly limits: BoxLimits;
}

const RESET = "The workspace was reset: files of earlier blocks are gone.";
const GIVEN_BYTES_MAX = 16 * 1024 * 1024; // They are kept in memory, to be given again to a fresh box.
const GIVEN_FILES_MAX = 100;
const LEFT_MS_MIN = 10_000; // A box that would end while the block runs is replaced before.
const ATTEMPTS_MAX = 2; // A box that dies under the same code twice is not bad luck.
const WAITING_MAX = 100; // blocks, over all threads

/** One thread's sandbox: a box made at the first block, and made anew when it was lost. Blocks run one after the other. */
export class BoxSession implements Session {
  /** For choosing whose box to give up when there are too many. */
  lastUsedMs = Date.now();
  readonly #supply: SessionSupply;
  readonly #onEnd: () => void;
  readonly #known = new Map<string, string>();
  readonly #given = new Map<string, SandboxFile>();
  #box: Box | undefined;
  /** Whether a block ran already, so that a fresh box is a loss to be told. */
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
      const given = new Map([...this.#given, ...files.map((file) => [cleanFileName(file.name), file] as const)]);
      const bytes = [...given.values()].reduce((sum, { content }) => sum + content.byteLength, 0);
      if (bytes > GIVEN_BYTES_MAX || given.size > GIVEN_FILES_MAX)
        throw new RangeError(
          `one workspace may be given ${GIVEN_FILES_MAX} files of ${GIVEN_BYTES_MAX} bytes together; these would make it ${given.size} of ${bytes}.`,
        );
      for (const [name, file] of given) this.#given.set(name, file);
      // A box that cannot take them is gone; the next block's fresh one gets them all.
      if (this.#box) await this.#box.bringIn(files).catch(() => this.#giveUpBox());
    });
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.giveUp();
    this.#onEnd();
  }

  /** Removes the box when no block runs in it any more; the next block gets a fresh one and says so. */
  giveUp(): Promise<void> {
    return this.#inTurn(() => this.#giveUpBox());
  }

  async #runParsed(parsed: Parsed & { kind: "runnable" }, options: RunOptions): Promise<CodeResult> {
    const startMs = Date.now();
    const { limits } = this.#supply;
    const notices: string[] = [];
    const held = (timeoutMs: number) => ({ timeoutMs, memoryMb: limits.memoryMb, outputBytesMax: limits.outputBytesMax });
    let lost: CappedOutput | undefined;
    for (let attempt = 1; ; attempt++) {
      if (options.signal.aborted && lost) return lostFor(lost, { startMs, limits: held(options.timeoutMs), notices });
      if (options.signal.aborted) return refused("cancelled", "The run was cancelled before the code ran.");
      const fresh = await freshOr(this.#freshBox(options.timeoutMs, notices), lost !== undefined);
      if (!("box" in fresh)) return lostFor(lost, { startMs, limits: held(options.timeoutMs), notices: [...notices, ...fresh.notices] });
      const { box } = fresh;
      const timeoutMs = Math.min(options.timeoutMs, Math.max(1_000, box.endsAtMs - Date.now() - LEFT_MS_MIN / 2));
      const kept = new CappedOutput(limits.outputBytesMax, options.onChunk);
      const end = await runBlock(box, this.#command(parsed), kept, { ...options, timeoutMs });
      this.#hasRun = true;
      const files = new FileCollector(limits, this.#known);
      if (end.boxUsable) await collectFiles(box.packOut(), files);
      else await this.#giveUpBox();
      if (end.outcome === "sandbox_lost" && attempt < ATTEMPTS_MAX) {
        if (!end.neverBegan) lost = kept;
        continue;
      }

      notices.push(...toldOfLoss(end, lost !== undefined));
      notices.push(...noticesOf(end, timeoutMs, limits));
      const collected = files.finish();
      const { outcome, exitCode } = end;
      return {
        outcome,
        exitCode,
        ...(end.neverBegan && lost ? lost : kept).read(),
        elapsedMs: Date.now() - startMs,
        limits: held(timeoutMs),
        files: collected.files,
        notices: [...notices, ...collected.notices],
      };
    }
  }

  /** The box this thread has, or a new one when there is none or its time is nearly over. */
  async #freshBox(timeoutMs: number, notices: string[]): Promise<Box> {
    if (this.#box && Date.now() + timeoutMs + LEFT_MS_MIN > this.#box.endsAtMs) await this.#giveUpBox();
    if (this.#box) return this.#box;
    const box = await this.#supply.takeBox();
    this.#box = box;
    if (this.#hasRun && !notices.includes(RESET)) notices.push(RESET);
    this.#known.clear();
    // One that cannot take them is lost already, and the block's run tells so.
    if (this.#given.size > 0) await box.bringIn([...this.#given.values()]).catch(() => box.remove());
    return box;
  }

  async #giveUpBox(): Promise<void> {
    const box = this.#box;
    this.#box = undefined;
    await box?.remove();
  }

  #command({ language, fileName, ending, code }: Parsed & { kind: "runnable" }): Parameters<typeof runBlock>[1] {
    const file = fileName === undefined ? `/tmp/main.${ending}` : `${WORKSPACE}/${fileName}`;
    const stdin = Buffer.from(code);
    const program = this.#supply.programs.get(language) ?? language;
    return { args: ["/bin/sh", "-c", PRELUDE, program, file, String(stdin.length)], stdin };
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

/**
 * Lays the code down and runs it in its own place ($0: the program, $1: the file, $2: its bytes). What earlier blocks left outside the
 * workspace is swept away first, so that a full /tmp harms one block only. `out` is made anew when it is anything but a folder.
 */
const PRELUDE = `
rm -rf /tmp/* /tmp/.[!.]* /dev/shm/* 2>/dev/null
if [ -L out ] || [ ! -d out ]; then rm -rf out; mkdir out; fi
mkdir -p "\${1%/*}" && rm -f "$1" && head -c "$2" > "$1" && exec "$0" "$1" </dev/null`;

function noticesOf({ outcome }: BlockEnd, timeoutMs: number, { memoryMb, outputBytesMax }: BoxLimits): string[] {
  switch (outcome) {
    case "ok":
    case "error":
      return [];
    case "timeout":
      return [`Stopped after ${timeoutMs / 1000} s, the time limit of one block.`];
    case "oom":
      return [`Out of memory: a program may use ${memoryMb} MB.`];
    case "output_limit":
      return [`Stopped because it printed more than ${outputBytesMax} bytes.`];
    case "cancelled":
      return ["Stopped on request."];
    case "sandbox_lost":
      return [];
  }
}
