import { spawn, type ChildProcessByStdio } from "node:child_process";
import { setPriority } from "node:os";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { SandboxUnavailable } from "../executor.ts";
import type { Answer, Request } from "./protocol.ts";

/** What is needed to start a guest; found once. */
export interface GuestParts {
  readonly deno: string;
  readonly pyodideFolder: string;
  /** Programs that start another under limits, outermost first; empty where the machine has none. */
  readonly wrapper: readonly string[];
  /** For Python itself. */
  readonly memoryMb: number;
  /** For Deno's own cache; nothing of the user's. */
  readonly cacheFolder: string;
}

const START_MS_MAX = 180_000; // 4 to 6 s when the machine is idle; over a minute beside thirty others on two cores
const ANSWER_CHARS_MAX = 12 * 1024 * 1024; // the largest file, in base64
const STDERR_CHARS_KEPT = 4096;
const NICENESS = 10; // Starting takes whole cores for seconds; whoever mentions the bot just then must not wait for that.

/** One Pyodide in one Deno process. Dies with whoever started it. */
export class GuestProcess {
  /** Settles when Python can run; fails with {@link SandboxUnavailable}. */
  readonly ready: Promise<void>;
  /** Settles when the process is gone. */
  readonly exited: Promise<void>;
  python = "";
  alive = true;
  /** How it ended; undefined while it runs and when a signal ended it. */
  exitCode: number | undefined;
  /** What Deno itself said last, for the reason of a death. */
  lastWords = "";
  onAnswer: (answer: Answer) => void = () => {};
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor({ deno, pyodideFolder, wrapper, cacheFolder, memoryMb }: GuestParts) {
    const own = import.meta.url;
    const guest = fileURLToPath(new URL(own.endsWith(".ts") ? "./guest.ts" : "./guest.js", own));
    const limits = [`--allow-read=${pyodideFolder}`, guest, pyodideFolder, String(memoryMb * 1024 * 1024)];
    const [command, ...args] = [...wrapper, deno, "run", ...DENO_FLAGS, ...limits] as const;
    // Nothing of Parley's own environment.
    this.#child = spawn(command ?? deno, args, { env: { DENO_DIR: cacheFolder, NO_COLOR: "1" }, stdio: ["pipe", "pipe", "pipe"] });
    stepBack(this.#child.pid);
    const exited = Promise.withResolvers<void>();
    this.exited = exited.promise;
    const onEnd = (): void => {
      this.alive = false;
      exited.resolve();
    };
    this.#child.on("error", (error) => {
      this.lastWords += error.message;
      onEnd();
    });
    // Not "exit": what it printed last may still be on its way.
    this.#child.on("close", (code) => {
      this.exitCode = code ?? undefined;
      onEnd();
    });
    this.#child.stdin.on("error", () => {}); // it died; `exited` tells
    this.#child.stderr.on("data", (chunk: Buffer) => (this.lastWords = (this.lastWords + chunk.toString()).slice(-STDERR_CHARS_KEPT)));
    this.#child.stdout.setEncoding("utf8").on("data", this.#reader());
    this.ready = this.#awaitReady();
    this.ready.catch(() => {}); // Heard by whoever runs something in it.
  }

  send(request: Request): void {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  async #awaitReady(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const heard = new Promise<"ready">((resolve) => {
      this.onAnswer = (answer) => {
        if (answer.type !== "ready") return;
        this.python = answer.python;
        resolve("ready");
      };
    });
    const late = new Promise<"late">((resolve) => (timer = setTimeout(resolve, START_MS_MAX, "late")));
    const how = await Promise.race([heard, late, this.exited.then(() => "died" as const)]);
    clearTimeout(timer);
    if (how === "ready") return;
    await this.kill();
    const why = how === "late" ? `it was not ready after ${START_MS_MAX / 1000} s` : this.lastWords.trim().split("\n").at(-1);
    throw new SandboxUnavailable(
      `Python in WebAssembly did not start (${why?.slice(0, 300) || "no reason was given"}). Reinstall the packages deno and pyodide (npm install), or use Docker.`,
    );
  }

  /** Cuts stdout into answers. A line that is too long or no answer ends the process: only forged ones are. */
  #reader(): (chunk: string) => void {
    let parts: string[] = [];
    let chars = 0;
    let distrusted = false;
    const distrust = (): void => {
      distrusted = true; // What it still says until it is dead counts no more.
      this.alive = false;
      this.#child.kill("SIGKILL");
    };
    return (chunk) => {
      if (distrusted) return;
      const ends = chunk.split("\n");
      for (const [index, end] of ends.entries()) {
        parts.push(end);
        chars += end.length;
        if (chars > ANSWER_CHARS_MAX) return distrust();
        if (index === ends.length - 1) return;
        const answer = parseAnswer(parts.join(""));
        parts = [];
        chars = 0;
        if (!answer) return distrust();
        this.onAnswer(answer);
      }
    };
  }
}

const DENO_FLAGS = [
  "--no-prompt",
  "--no-remote",
  "--cached-only",
  "--no-config",
  "--no-lock",
  "--deny-net",
  "--deny-run",
  "--deny-write",
  "--deny-env",
  "--deny-ffi",
  "--deny-sys",
];

function parseAnswer(line: string): Answer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const answer = value as Answer;
  if (typeof answer !== "object" || answer === null) return undefined;
  const text = (...fields: unknown[]): boolean => fields.every((field) => typeof field === "string");
  switch (answer.type) {
    case "ready":
      return text(answer.python) ? answer : undefined;
    case "printed":
      return text(answer.base64) && (answer.stream === "stdout" || answer.stream === "stderr") ? answer : undefined;
    case "changed":
      return text(answer.version, answer.base64 ?? "") && isInside(answer.path) && Number.isSafeInteger(answer.sizeBytes)
        ? answer
        : undefined;
    case "odd":
      return text(answer.path) && ["folder", "special", "unreadable"].includes(answer.kind) ? answer : undefined;
    case "done":
      return Number.isInteger(answer.exitCode) && Array.isArray(answer.gone) && text(...answer.gone) ? answer : undefined;
  }
  return undefined;
}

/** A path that stays in the workspace: no folder of it climbs. */
function isInside(path: unknown): boolean {
  return (
    typeof path === "string" &&
    path.length <= PATH_CHARS_MAX &&
    path.split("/").every((name) => name !== "" && name !== "." && name !== "..")
  );
}

const PATH_CHARS_MAX = 4096;

/** Lets other processes go first. One that is gone already, or a machine that knows no priorities, is no loss. */
function stepBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    // It runs as it is.
  }
}
