import type { Readable, Writable } from "node:stream";
import type { Env } from "../config/env.ts";

/** What each file of a command exports. */
export interface Command {
  readonly help: string;
  /** Resolves to the exit code: 0 done, 1 an error, 2 bad usage or settings, 3 a limit. Throws {@link UsageError} and `ConfigError`, which the door turns into 2. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** The world of a command, so that tests hand in their own. */
export interface Io {
  readonly env: Env;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  /** Calls back at each Ctrl-C (or request to end); returns how to stop listening. */
  onInterrupt(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
}

/** The command was called in a way that cannot be meant; `message` names the mend. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Writes a line and waits until it is taken, so that a reader that is slow or gone is noticed. */
export const print = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve) => void stream.write(`${text}\n`, () => resolve()));
