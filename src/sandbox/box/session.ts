import type PQueue from "p-queue";
import type { CodeBlock, CodeResult, RunLimits, RunOptions, SandboxFile, Session } from "../executor.ts";
import type { BlockEnd, Box } from "./box.ts";
import { cleanFileName, FileCollector, type FileLimits } from "./files.ts";
import { Lane } from "./lane.ts";
import { parseBlock, refused, type Runnable } from "./languages.ts";
import { freshOr, lostFor, toldOfLoss, toldOfReset } from "./lost.ts";
import { CappedOutput } from "./output.ts";
import type { KeptLimits } from "./kept-files.ts";
import type { WorkspaceCopy } from "./workspace.ts";

export interface BoxLimits extends FileLimits, KeptLimits {
  /** For programs, and for the workspace where that is memory. */
  readonly memoryMb: number;
  /** stdout and stderr together, head and tail kept. */
  readonly outputBytesMax: number;
}

/** Boxes of one kind, and what is to be known of them to run blocks there. */
export interface BoxSupply {
  /** A box of nobody else's. Throws {@link SandboxUnavailable}. */
  readonly take: () => Promise<Box>;
  /** Language to the command that runs a file of it. */
  readonly programs: ReadonlyMap<string, string>;
  /** Languages that the settings name and that cannot be run, with the reason. */
  readonly lacking?: ReadonlyMap<string, string>;
  /** After this long a box ends by itself; absent where it does not. */
  readonly lifeMs?: number;
  /** Variables stay from block to block, as long as the box is there. */
  readonly keepsVariables?: boolean;
  /** Who may use how much memory, such as "a program may use 512 MB". */
  readonly memory: string;
  /** How many times a block is begun whose box ends under it. One that dies under the same code twice is not bad luck. */
  readonly attemptsMax?: number;
}

/** What a session needs of its executor. */
export interface SessionSupply extends BoxSupply {
  /** How many blocks run at once, over all threads. */
  readonly queue: PQueue;
  readonly limits: BoxLimits;
}

const GIVEN_BYTES_MAX = 16 * 1024 * 1024; // They are kept in memory, to be given again to a fresh box.
const GIVEN_FILES_MAX = 100;
const LEFT_MS_MIN = 10_000; // A box that would end while the block runs is replaced before.
const TIMEOUT_MS_MIN = 1_000;
const ATTEMPTS_MAX = 2;
const WAITING_MAX = 100; // blocks, over all threads

/** One thread's sandbox: a box made at the first block, and made anew when it was lost. Blocks run one after the other. */
export class BoxSession implements Session {
  readonly lane = new Lane();
  readonly #supply: SessionSupply;
  readonly #onEnd: () => void;
  readonly #known = new Map<string, string>();
  readonly #given = new Map<string, SandboxFile>();
  readonly #ending = new AbortController();
  #box: Box | undefined;
  #isDozing = false;
  /** Whether a block ran already, so that a fresh box is a loss to be told. */
  #hasRun = false;
  /** What is kept of the workspace for other boxes; nothing when absent. */
  readonly #copy: WorkspaceCopy | undefined;
  /** What is to be done once the result is out, before the next block. */
  #afterwards: (() => Promise<void>) | undefined;

  constructor(supply: SessionSupply, onEnd: () => void, copy?: WorkspaceCopy) {
    this.#supply = supply;
    this.#onEnd = onEnd;
    this.#copy = copy;
  }

  /** Whether it has a box that costs something. */
  get hasBox(): boolean {
    return this.#box !== undefined && !this.#isDozing;
  }

  async run(block: CodeBlock, options: RunOptions): Promise<CodeResult> {
    const { queue, programs, lacking } = this.#supply;
    const parsed = parseBlock(block, [...programs.keys(), ...(lacking?.keys() ?? [])]);
    if (parsed.kind === "refused") return refused("rejected", parsed.why);
    const lack = lacking?.get(parsed.language);
    if (lack !== undefined) return refused("rejected", lack);
    if (queue.size >= WAITING_MAX) return refused("rejected", `${queue.size} blocks wait for the sandbox already. Try again in a minute.`);
    const signal = AbortSignal.any([options.signal, this.#ending.signal]);
    return new Promise((resolve, reject) => {
      const whole = this.lane.inTurn(async () => {
        this.#copy?.begin();
        const hadRun = this.#hasRun;
        const result = await queue.add(() => this.#runParsed(parsed, { ...options, signal }));
        // Begun before the result is out: whoever acts on it elsewhere waits for what is kept.
        const resting = this.#restAfter();
        if (!this.#copy?.isWaitedFor) resolve(result);
        await resting;
        // Whoever has the thread by now has it run anew, and nobody is told of this time.
        if (this.#copy?.isOthers) this.#hasRun = hadRun;
        if (this.#copy?.isWaitedFor) resolve({ ...result, notices: [...result.notices, ...this.#copy.notices.splice(0)] });
      });
      whole.catch(reject);
    });
  }

  put(files: readonly SandboxFile[]): Promise<void> {
    return this.lane.inTurn(async () => {
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
    await this.lane.inTurn(() => this.#giveUpBox());
    this.#onEnd();
  }

  /** Gives the box up when no block runs in it any more; what is lost by that, the next block says. */
  giveUp(): Promise<void> {
    return this.lane.inTurn(async () => {
      if (!this.#box?.doze) return this.#giveUpBox();
      this.#isDozing = true;
      await this.#box.doze();
    });
  }

  async #runParsed(block: Runnable, options: RunOptions): Promise<CodeResult> {
    const startMs = Date.now();
    const { limits, programs, lifeMs = Number.POSITIVE_INFINITY, attemptsMax = ATTEMPTS_MAX } = this.#supply;
    const timeoutMsMax = Math.min(options.timeoutMs, lifeMs - LEFT_MS_MIN);
    const notices: string[] = [];
    const held = (timeoutMs: number): RunLimits => ({ timeoutMs, memoryMb: limits.memoryMb, outputBytesMax: limits.outputBytesMax });
    let lost: CappedOutput | undefined;
    for (let attempt = 1; ; attempt++) {
      if (options.signal.aborted && lost) return lostFor(lost, { startMs, limits: held(timeoutMsMax), notices });
      if (options.signal.aborted) return refused("cancelled", CANCELLED);
      const fresh = await freshOr(this.#freshBox(timeoutMsMax, notices), lost !== undefined);
      if (!("box" in fresh)) return lostFor(lost, { startMs, limits: held(timeoutMsMax), notices: [...notices, ...fresh.notices] });
      const { box } = fresh;
      const timeoutMs = Math.min(timeoutMsMax, Math.max(TIMEOUT_MS_MIN, box.endsAtMs - Date.now() - LEFT_MS_MIN / 2));
      const kept = new CappedOutput(limits.outputBytesMax, options.onChunk);
      const program = { ...block, command: programs.get(block.language) ?? block.language };
      const end = await box.run(program, kept, { ...options, timeoutMs }).catch(async (error: unknown) => {
        await this.#giveUpBox();
        throw error;
      });
      if (end.outcome === "cancelled" && end.neverBegan) return refused("cancelled", CANCELLED);
      // Cut off where others may take the thread over, it is run anew from its beginning, here or there: nobody has been told of it.
      this.#hasRun ||= end.outcome !== "cancelled" || this.#copy?.isWaitedFor !== true;
      const files = new FileCollector(limits, this.#known);
      if (end.left === "nothing" && end.hasFiles) await box.collect(files);
      await this.#rest(box, end);
      if (end.outcome === "sandbox_lost" && attempt < attemptsMax) {
        if (!end.neverBegan) lost = kept;
        continue;
      }

      this.#copy?.touched();
      notices.push(...(end.notices ?? []), ...toldOfLoss(end, lost !== undefined), ...this.#noticesOf(end, timeoutMs));
      const collected = files.finish();
      const { outcome, exitCode, memoryPeakBytes } = end;
      return {
        outcome,
        exitCode,
        ...(end.neverBegan && lost ? lost : kept).read(),
        elapsedMs: Date.now() - startMs - (end.waitedMs ?? 0),
        ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }),
        limits: held(timeoutMs),
        files: collected.files,
        notices: [...notices, ...collected.notices],
      };
    }
  }

  /** Makes the box ready for the next block. What is not needed for the result is done when the result is out, before the next block. */
  async #rest(box: Box, { left }: BlockEnd): Promise<void> {
    if (left === "ruin") return this.#giveUpBox();
    const prepare = (): void => {
      if (!this.#ending.signal.aborted) box.prepare?.();
    };
    if (left === "nothing") return prepare();
    this.#afterwards = async () => {
      if (this.#box !== box) return;
      if (await box.reap()) prepare();
      else await this.#giveUpBox();
    };
  }

  /** Ends what a block left, and keeps its files. Never fails: what went wrong the next block will be told. */
  async #restAfter(): Promise<void> {
    const bring = async (): Promise<Box | undefined> => {
      const afterwards = this.#afterwards;
      this.#afterwards = undefined;
      await afterwards?.().catch(() => {});
      return this.#box;
    };
    if (this.#box) await this.#copy?.save(bring);
    await bring();
  }

  /** The box this thread has, or a new one when there is none or its time is nearly over. */
  async #freshBox(timeoutMs: number, notices: string[]): Promise<Box> {
    this.#isDozing = false;
    if (this.#box && Date.now() + timeoutMs + LEFT_MS_MIN / 2 > this.#box.endsAtMs) await this.#giveUpBox();
    // What was written elsewhere since then is not in it.
    if (this.#box && this.#copy && !(await this.#copy.isNewest())) await this.#giveUpBox();
    if (this.#copy) notices.push(...this.#copy.notices.splice(0));
    if (this.#box) return this.#box;
    const box = await this.#supply.take();
    this.#box = box;
    this.#known.clear();
    const losses = { hasRun: this.#hasRun, variables: this.#supply.keepsVariables === true };
    const told = this.#copy ? await this.#copy.restore(box, this.#known, losses) : toldOfReset(losses);
    notices.push(...told.filter((notice) => !notices.includes(notice)));
    // One that cannot take them is lost already, and the block's run tells so.
    if (this.#given.size > 0) await box.bringIn([...this.#given.values()]).catch(() => box.remove());
    return box;
  }

  async #giveUpBox(): Promise<void> {
    const box = this.#box;
    this.#box = undefined;
    await box?.remove();
  }

  #noticesOf({ outcome }: BlockEnd, timeoutMs: number): string[] {
    switch (outcome) {
      case "ok":
      case "error":
      case "sandbox_lost":
        return [];
      case "timeout":
        return [`Stopped after ${timeoutMs / 1000} s, the time limit of one block.`];
      case "oom":
        return [`Out of memory: ${this.#supply.memory}.`];
      case "output_limit":
        return [`Stopped because it printed more than ${this.#supply.limits.outputBytesMax} bytes.`];
      case "cancelled":
        return ["Stopped on request."];
    }
  }
}

const CANCELLED = "The run was cancelled before the code ran.";
