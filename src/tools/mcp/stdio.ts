import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { type JSONRPCMessage, parseJSONRPCMessage, serializeMessage, type Transport } from "@modelcontextprotocol/client";
import type { Clock } from "../../engine/clock.ts";
import { Lines } from "./lines.ts";
import { isJson, jsonIn, messagesIn } from "./wire.ts";

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: { readonly [name: string]: string };
  readonly cwd?: string | undefined;
}

/** The longest message of a server; a longer one ends the connection. */
export const MESSAGE_BYTES_MAX = 10_000_000;

const STDERR_CHARS_MAX = 8_000; // The last words: what went wrong stands above a stack that may be long.
const EXIT_GRACE_MS = 1_000; // For each of three steps of the end: no more input, SIGTERM, SIGKILL.
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]); // Which programs of Windows begin with.
const CAN_KILL_GROUPS = process.platform !== "win32";

/**
 * A server as a child process. Not the SDK's own transport, which ends only the process that it started: launchers such as `npx` and `uvx`
 * leave the server behind, and hold the pipes open so that a crash goes unseen. Here a process group begins and ends as one.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <Message extends JSONRPCMessage>(message: Message) => void;

  readonly #program: Program;
  readonly #clock: Clock;
  readonly #incoming = new Lines(MESSAGE_BYTES_MAX);
  #child: ChildProcessWithoutNullStreams | undefined;
  #hasSpoken = false;
  #stderr = "";
  #exit = "";
  #wasKilled = false;
  readonly #over = new AbortController();
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(program: Program, clock: Clock) {
    this.#program = program;
    this.#clock = clock;
  }

  /** The last that the program wrote on its standard error. */
  get lastWords(): string {
    return this.#stderr;
  }

  /** How the program ended, where it did by itself. */
  get exit(): string {
    return this.#exit;
  }

  /** Rejects when the program cannot be started. */
  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#program;
    const child = spawn(command, args, { cwd, env: { ...env }, stdio: "pipe", detached: CAN_KILL_GROUPS, windowsHide: true });
    child.on("error", (error) => this.onerror?.(error));
    child.stdin.on("error", (error) => this.onerror?.(error));
    child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    child.stderr.on("data", (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_CHARS_MAX)));
    child.once("exit", (code, signal) => {
      if (!this.#wasKilled && !this.#closing) this.#exit = signal ? `was ended by ${signal}` : `ended with exit code ${code ?? 0}`;
      this.#kill("SIGKILL"); // What it has started itself goes with it, and lets go of the pipes.
      void this.#clock.sleep(EXIT_GRACE_MS, this.#over.signal).then(() => this.#ended());
    });
    child.once("close", () => this.#ended());
    this.#child = child; // Before it is known to run: whoever closes meanwhile ends it.
    try {
      await once(child, "spawn");
    } catch (error) {
      this.#child = undefined;
      throw error;
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!this.#child || this.#over.signal.aborted) throw new Error("the process has ended");
    const { stdin } = this.#child;
    if (!stdin.write(serializeMessage(message))) await (this.#draining ??= drained(stdin).finally(() => (this.#draining = undefined)));
  }

  /** Resolves when the process is gone, after at most three times EXIT_GRACE_MS. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    if (!this.#child || this.#over.signal.aborted) return;
    this.#child.stdin.end();
    if (await this.#endsInTime()) return;
    this.#kill("SIGTERM");
    if (await this.#endsInTime()) return;
    this.#kill("SIGKILL");
    if (!(await this.#endsInTime())) this.#ended();
  }

  #read(chunk: Buffer): void {
    const isMarked = !this.#hasSpoken && chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    this.#hasSpoken = true;
    let lines: readonly string[];
    try {
      lines = this.#incoming.take(isMarked ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk);
    } catch (error) {
      this.onerror?.(asError(error));
      void this.close();
      return;
    }
    for (const line of lines) {
      // What is no JSON is no message: some servers greet on the wrong stream.
      const value = jsonIn(line);
      if (value === undefined) continue;
      for (const message of messagesIn(value)) this.#hear(message);
    }
  }

  /** An answer is not looked at any closer here: whoever hears it does so first of all, and a second look costs as much as the rest of its way. */
  #hear(message: unknown): void {
    try {
      const isAnswer = isJson(message) && "result" in message && !("method" in message);
      this.onmessage?.(isAnswer ? (message as JSONRPCMessage) : parseJSONRPCMessage(message));
    } catch (error) {
      this.onerror?.(asError(error));
    }
  }

  #kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (!pid) return;
    this.#wasKilled = true;
    try {
      process.kill(CAN_KILL_GROUPS ? -pid : pid, signal);
    } catch {
      // Nobody is left.
    }
  }

  async #endsInTime(): Promise<boolean> {
    const child = this.#child;
    if (!child || this.#over.signal.aborted) return true;
    const waited = new AbortController();
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    await Promise.race([closed, this.#clock.sleep(EXIT_GRACE_MS, waited.signal)]);
    waited.abort();
    return this.#over.signal.aborted;
  }

  #ended(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#incoming.clear();
    for (const stream of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
    this.onclose?.();
  }
}

/** Resolves once it takes more, or never will; with one listener for all that wait. */
async function drained(stdin: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stdin.once("drain", resolve).once("close", resolve);
  await promise;
  stdin.off("drain", resolve).off("close", resolve);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
