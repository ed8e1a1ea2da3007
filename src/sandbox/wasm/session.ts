import type { CodeBlock, CodeResult, RunOptions, SandboxFile, Session } from "../executor.ts";
import { cleanFileName, FileCollector, type FileLimits } from "../box/files.ts";
import { parseBlock, refused, type Parsed } from "../box/languages.ts";
import { CappedOutput } from "../box/output.ts";
import type { GuestProcess } from "./process.ts";

export interface WasmLimits extends FileLimits {
  readonly memoryMb: number;
  readonly outputBytesMax: number;
}

const OVERFLOW_GRACE_MS = 250; // A program that prints a little too much may still end well.
const KEPT_BYTES_MAX = 16 * 1024 * 1024; // What a fresh process gets back of the workspace; kept in Parley's memory.
const LOST_FILES = "Python had to be started again: files that this block wrote are lost, those of earlier blocks are still there.";
const TAKEN_BYTES_MAX = 32 * 1024 * 1024; // from one block

/** One thread's Python. The workspace lives in the process; a copy of its files is kept here, for the next process when this one must be killed. */
export class WasmSession implements Session {
  lastUsedMs = Date.now();
  readonly #start: () => GuestProcess;
  readonly #limits: WasmLimits;
  readonly #onEnd: () => void;
  readonly #known = new Map<string, string>();
  readonly #workspace = new Map<string, { readonly base64: string; readonly readOnly: boolean }>();
  readonly #ending = new AbortController();
  #guest: GuestProcess | undefined;
  /** False once a file was too large to keep a copy of. */
  #complete = true;
  #waiting = 0;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(start: () => GuestProcess, limits: WasmLimits, onEnd: () => void) {
    this.#start = start;
    this.#limits = limits;
    this.#onEnd = onEnd;
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  get hasProcess(): boolean {
    return this.#guest !== undefined;
  }

  async run(block: CodeBlock, options: RunOptions): Promise<CodeResult> {
    const parsed = parseBlock(block, ["python"]);
    if (parsed.kind === "refused") return refused("rejected", parsed.why);
    const signal = AbortSignal.any([options.signal, this.#ending.signal]);
    return this.#inTurn(() => this.#runParsed(parsed, { ...options, signal }));
  }

  put(files: readonly SandboxFile[]): Promise<void> {
    return this.#inTurn(async () => {
      const given = files.map(({ name, content }) => ({
        path: `in/${cleanFileName(name)}`,
        base64: Buffer.from(content).toString("base64"),
        readOnly: true,
      }));
      const bytes = [...this.#workspace.values(), ...given].reduce((sum, { base64 }) => sum + base64.length, 0) * 0.75;
      if (bytes > KEPT_BYTES_MAX)
        throw new RangeError(`the workspace may be given ${KEPT_BYTES_MAX} bytes; with these files it would have ${bytes}.`);
      for (const { path, ...file } of given) this.#workspace.set(path, file);
      if (this.#guest?.alive) this.#guest.send({ type: "put", files: given });
    });
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.giveUp();
    this.#onEnd();
  }

  /** Ends the process when no block runs in it any more. The next block starts another, with the same files. */
  giveUp(): Promise<void> {
    return this.#inTurn(async () => {
      const guest = this.#guest;
      this.#guest = undefined;
      await guest?.kill();
    });
  }

  async #runParsed(parsed: Parsed & { kind: "runnable" }, options: RunOptions): Promise<CodeResult> {
    const notices: string[] = [];
    const stopped = aborted(options.signal);
    const guest = this.#guest?.alive ? this.#guest : this.#startAgain(notices);
    if ((await Promise.race([guest.ready, stopped.promise])) === "cancelled")
      return refused("cancelled", "The run was cancelled before the code ran.");

    const startMs = Date.now();
    const kept = new CappedOutput(this.#limits.outputBytesMax, options.onChunk);
    const files = new FileCollector(this.#limits, this.#known);
    const overflow = Promise.withResolvers<"output_limit">();
    const done = Promise.withResolvers<Done>();
    let overflowTimer: NodeJS.Timeout | undefined;
    let takenBytes = 0;
    guest.onAnswer = (answer) => {
      switch (answer.type) {
        case "printed":
          kept.write(answer.stream, Buffer.from(answer.base64, "base64"));
          if (kept.overflowed) overflowTimer ??= setTimeout(overflow.resolve, OVERFLOW_GRACE_MS, "output_limit");
          return;
        case "changed":
          takenBytes += answer.base64?.length ?? 0;
          if (takenBytes <= TAKEN_BYTES_MAX) this.#take(answer, files);
          return;
        case "odd":
          return files.refuse(answer.path.slice("out/".length), ODD[answer.kind]);
        case "done":
          for (const path of answer.gone) this.#workspace.delete(path);
          return done.resolve(answer);
        case "ready":
          return;
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<"timeout">((resolve) => (timer = setTimeout(resolve, options.timeoutMs, "timeout")));
    const path = parsed.fileName === undefined ? "/tmp/main.py" : `/work/${parsed.fileName}`;
    guest.send({ type: "run", path, code: parsed.code, fileBytesMax: this.#limits.fileBytesMax });
    const how = await Promise.race([done.promise, guest.exited.then(() => "died" as const), overflow.promise, timeout, stopped.promise]);
    clearTimeout(timer);
    clearTimeout(overflowTimer);
    stopped.forget();
    guest.onAnswer = () => {};

    const end = typeof how === "string" ? endOf(how, guest) : ofDone(how);
    const usable = typeof how === "object" && how.usable;
    if (!usable) notices.push(LOST_FILES);
    // WebAssembly gives no memory back, so one that used it up makes room for a fresh one.
    if (!usable || end.outcome === "oom") await this.#throwAway(guest);
    notices.unshift(...noticesOf(end.outcome, options.timeoutMs, this.#limits));
    const collected = files.finish();
    return { ...end, ...kept.read(), elapsedMs: Date.now() - startMs, files: collected.files, notices: [...notices, ...collected.notices] };
  }

  #startAgain(notices: string[]): GuestProcess {
    const guest = this.#start();
    this.#guest = guest;
    if (!this.#complete)
      notices.push("The workspace was reset: files of earlier blocks are gone, because they were too large to keep a copy of.");
    if (!this.#complete) this.#workspace.clear();
    this.#complete = true;
    const files = [...this.#workspace].map(([path, file]) => ({ path, ...file }));
    // After "ready", like every request: the guest reads its stdin only then.
    if (files.length > 0) guest.send({ type: "put", files });
    return guest;
  }

  async #throwAway(guest: GuestProcess): Promise<void> {
    this.#guest = undefined;
    await guest.kill();
  }

  #take(changed: { path: string; sizeBytes: number; version: string; base64?: string }, files: FileCollector): void {
    const { path, sizeBytes, version, base64 } = changed;
    const inOut = /^out\/([^/]+)$/.exec(path)?.[1];
    if (inOut !== undefined && files.accepts(inOut, sizeBytes) && base64 !== undefined)
      files.add(inOut, Buffer.from(base64, "base64"), version);
    const otherBytes = [...this.#workspace].reduce((sum, [other, file]) => sum + (other === path ? 0 : file.base64.length), 0);
    const fits = base64 !== undefined && (otherBytes + base64.length) * 0.75 <= KEPT_BYTES_MAX;
    if (fits) this.#workspace.set(path, { base64, readOnly: this.#workspace.get(path)?.readOnly ?? false });
    else this.#complete = false;
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

const ODD = {
  folder: "it is a folder, not a plain file",
  special: "it is a special file, not a plain file",
  unreadable: "it cannot be read",
} as const;

interface Done {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly usable: boolean;
}

type End = Pick<CodeResult, "outcome" | "exitCode">;

function ofDone({ exitCode, outOfMemory }: Omit<Done, "usable">): End {
  if (outOfMemory) return { outcome: "oom", exitCode: 137 };
  return exitCode === 0 ? { outcome: "ok", exitCode } : { outcome: "error", exitCode };
}

function endOf(how: "died" | "output_limit" | "timeout" | "cancelled", { exitCode, lastWords }: GuestProcess): End {
  if (how === "timeout") return { outcome: how, exitCode: 124 };
  if (how !== "died") return { outcome: how, exitCode: 1 };
  if (/out of memory|allocation failed|memory allocation/i.test(lastWords)) return { outcome: "oom", exitCode: 137 };
  // It left without a word: the code asked for that.
  if (exitCode !== undefined && lastWords === "") return ofDone({ exitCode, outOfMemory: false });
  return { outcome: "sandbox_lost", exitCode: 1 };
}

function noticesOf(outcome: CodeResult["outcome"], timeoutMs: number, { memoryMb, outputBytesMax }: WasmLimits): string[] {
  switch (outcome) {
    case "timeout":
      return [`Stopped after ${timeoutMs / 1000} s, the time limit of one block.`];
    case "oom":
      return [`Out of memory: program and files together may use about ${memoryMb} MB.`];
    case "output_limit":
      return [`Stopped because it printed more than ${outputBytesMax} bytes.`];
    case "cancelled":
      return ["Stopped on request."];
    case "sandbox_lost":
      return ["Python crashed under the code."];
    case "ok":
    case "error":
    case "rejected":
      return [];
  }
}

function aborted(signal: AbortSignal): { promise: Promise<"cancelled">; forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<"cancelled">();
  const onAbort = (): void => resolve("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  return { promise, forget: () => signal.removeEventListener("abort", onAbort) };
}
