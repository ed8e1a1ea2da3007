import { fileOf, type BlockEnd, type Box, type Program } from "../box/box.ts";
import { cleanFileName, type FileCollector } from "../box/files.ts";
import type { CappedOutput } from "../box/output.ts";
import { aborted, raceOf, type Race } from "../box/run.ts";
import { isLink, type WorkspaceCollector } from "../box/kept-files.ts";
import type { RunOptions, SandboxFile, WorkspaceFile } from "../executor.ts";
import type { Answer } from "./protocol.ts";
import type { GuestProcess } from "./process.ts";

const KEPT_BYTES_MAX = 16 * 1024 * 1024; // What a fresh process gets back of the workspace; kept in Parley's memory.
const TOO_LARGE_NAMED_MAX = 100;
const TAKEN_BYTES_MAX = 32 * 1024 * 1024; // from one block
const LOST_FILES = "Python had to be started again: files that this block wrote are lost, those of earlier blocks are still there.";
const TOO_LARGE = "The workspace was reset: files of earlier blocks are gone, because they were too large to keep a copy of.";

/**
 * One thread's Python. The workspace lives in the process, and the process is ended with what it cannot be trusted after: so a copy of the
 * files is kept here, for the next one. The box itself is never lost.
 */
export class GuestBox implements Box {
  readonly endsAtMs = Number.POSITIVE_INFINITY;
  readonly #start: () => GuestProcess;
  readonly #fileBytesMax: number;
  readonly #workspace = new Map<string, { readonly base64: string; readonly readOnly: boolean }>();
  #guest: GuestProcess | undefined;
  /** Files that were too large to keep a copy of. */
  readonly #tooLarge = new Set<string>();
  /** What the last block told of its files. */
  #told: (Answer & { type: "changed" | "odd" })[] = [];

  /** @param start gives a process that no other box has */
  constructor(start: () => GuestProcess, fileBytesMax: number) {
    this.#start = start;
    this.#fileBytesMax = fileBytesMax;
    this.#guest = start();
  }

  async run(program: Program, kept: CappedOutput, options: RunOptions): Promise<BlockEnd> {
    const askedMs = Date.now();
    const notices: string[] = [];
    const guest = this.#guest?.alive ? this.#guest : this.#startAgain(notices);
    const stop = aborted(options.signal);
    const isReady = await Promise.race([guest.ready.then(() => true), stop.heard.then(() => false)]).finally(stop.forget);
    if (!isReady) return { outcome: "cancelled", exitCode: 1, left: "nothing", hasFiles: false, neverBegan: true };

    const waitedMs = Date.now() - askedMs;
    const race = raceOf(guest.exited, kept, options);
    const done = this.#listen(guest, kept, race);
    guest.send({ type: "run", path: fileOf(program), code: program.code, fileBytesMax: this.#fileBytesMax });
    const how = await Promise.race([done, race.over]);
    race.end();
    guest.onAnswer = () => {};

    const isUsable = typeof how === "object" && how.usable;
    if (!isUsable) notices.push(LOST_FILES);
    const end = typeof how === "string" ? endOf(how, guest) : ofDone(how);
    // WebAssembly gives no memory back, so a process that used it up makes room for a fresh one.
    if (!isUsable || end.outcome === "oom") await this.doze();
    return { ...end, left: "nothing", hasFiles: this.#told.length > 0, notices, waitedMs };
  }

  async collect(into: FileCollector): Promise<void> {
    for (const told of this.#told.splice(0)) {
      const name = /^out\/([^/]+)$/.exec(told.path)?.[1];
      if (name === undefined) continue;
      if (told.type === "odd") into.refuse(name, ODD[told.kind]);
      else if (into.accepts(name, told.sizeBytes) && told.base64 !== undefined)
        into.add(name, Buffer.from(told.base64, "base64"), told.version);
    }
  }

  /** A block is over when Python says so, and has no processes. */
  async reap(): Promise<boolean> {
    return true;
  }

  async bringIn(files: readonly SandboxFile[]): Promise<void> {
    const given = files.map(({ name, content }) => {
      return { path: `in/${cleanFileName(name)}`, base64: Buffer.from(content).toString("base64"), readOnly: true };
    });
    for (const { path, ...file } of given) this.#workspace.set(path, file);
    if (this.#guest?.alive) this.#guest.send({ type: "put", files: given });
  }

  /** The copy that is here. When and with which rights a file was written is not known. */
  async keep(into: WorkspaceCollector): Promise<void> {
    for (const path of this.#tooLarge) into.leaveOut(path, "too large");
    for (const [path, { base64, readOnly }] of this.#workspace) {
      const content = Buffer.from(base64, "base64");
      if (!readOnly && into.accepts(path, content.length)) into.add({ path, mode: 0o644, modifiedAtMs: 0, content });
    }
  }

  async restore(files: readonly WorkspaceFile[]): Promise<void> {
    const kept = files
      .filter((file) => !file.path.endsWith("/") && !isLink(file)) // It has neither.
      .map(({ path, content }) => ({ path, base64: Buffer.from(content).toString("base64"), readOnly: false }));
    for (const { path, ...file } of kept) this.#workspace.set(path, file);
    if (this.#guest?.alive && kept.length > 0) this.#guest.send({ type: "put", files: kept });
  }

  /** Ends the process. The next block starts another, with the same files. */
  async doze(): Promise<void> {
    const guest = this.#guest;
    this.#guest = undefined;
    await guest?.kill();
  }

  remove(): Promise<void> {
    return this.doze();
  }

  #startAgain(notices: string[]): GuestProcess {
    const guest = this.#start();
    this.#guest = guest;
    if (this.#tooLarge.size > 0) {
      notices.push(TOO_LARGE);
      for (const [path, { readOnly }] of this.#workspace) if (!readOnly) this.#workspace.delete(path);
    }
    this.#tooLarge.clear();
    const files = [...this.#workspace].map(([path, file]) => ({ path, ...file }));
    // After "ready", like every request: the guest reads its stdin only then.
    if (files.length > 0) guest.send({ type: "put", files });
    return guest;
  }

  /** Settles when the block has told its end. */
  #listen(guest: GuestProcess, kept: CappedOutput, race: Race): Promise<Done> {
    const done = Promise.withResolvers<Done>();
    let takenBytes = 0;
    this.#told = [];
    guest.onAnswer = (answer) => {
      switch (answer.type) {
        case "printed":
          kept.write(answer.stream, Buffer.from(answer.base64, "base64"));
          return race.lookAtOutput();
        case "changed":
          takenBytes += answer.base64?.length ?? 0;
          if (takenBytes > TAKEN_BYTES_MAX) return;
          this.#told.push(answer);
          return this.#keep(answer);
        case "odd":
          return void this.#told.push(answer);
        case "done":
          for (const path of answer.gone) {
            this.#workspace.delete(path);
            this.#tooLarge.delete(path);
          }
          return done.resolve(answer);
        case "ready":
          return;
      }
    };
    return done.promise;
  }

  #keep({ path, base64 }: Answer & { type: "changed" }): void {
    const otherBytes = [...this.#workspace].reduce((sum, [other, file]) => sum + (other === path ? 0 : file.base64.length), 0);
    const fits = base64 !== undefined && (otherBytes + base64.length) * 0.75 <= KEPT_BYTES_MAX;
    if (fits) this.#workspace.set(path, { base64, readOnly: this.#workspace.get(path)?.readOnly ?? false });
    if (fits) this.#tooLarge.delete(path);
    else if (this.#tooLarge.size < TOO_LARGE_NAMED_MAX) this.#tooLarge.add(path);
  }
}

const ODD = {
  folder: "it is a folder, not a plain file",
  special: "it is a special file, not a plain file",
  unreadable: "it cannot be read",
} as const;

type Done = Answer & { type: "done" };
type End = Pick<BlockEnd, "outcome" | "exitCode">;

function ofDone({ exitCode, outOfMemory }: Omit<Done, "type" | "usable" | "gone">): End {
  if (outOfMemory) return { outcome: "oom", exitCode: 137 };
  return exitCode === 0 ? { outcome: "ok", exitCode } : { outcome: "error", exitCode };
}

function endOf(how: Awaited<Race["over"]>, { exitCode, lastWords }: GuestProcess): End {
  if (how === "timeout") return { outcome: how, exitCode: 124 };
  if (how !== "gone") return { outcome: how, exitCode: 1 };
  if (/out of memory|allocation failed|memory allocation/i.test(lastWords)) return { outcome: "oom", exitCode: 137 };
  // It left without a word: the code asked for that.
  if (exitCode !== undefined && lastWords === "") return ofDone({ exitCode, outOfMemory: false });
  return { outcome: "sandbox_lost", exitCode: 1 };
}
