import { type ChildProcess, fork, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { processTable } from "../../scripts/process-table.ts";

/** A program that a test has started. Its output is read or thrown away here: it never holds the runner's own. */
export type Child = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable; readonly pid: number };

interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const living = new Set<Child>();
let ofTest: Set<Child> | undefined;

/**
 * Starts a program in a process group of its own, which ends with the test that started it, or with the file when no test did, whether it
 * passed or failed. Each test starts its processes by this alone; `test/support/end-children.ts` ends them.
 */
export function startChild(program: string, args: readonly string[], options: ChildOptions = {}): Child {
  return register(spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] }) as Child);
}

/** As {@link startChild}, for a module that speaks with the test by messages. */
export function forkChild(module: string, args: readonly string[] = []): Child {
  const child = fork(module, args, { detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] }) as Child;
  child.stdout.resume();
  return register(child);
}

export interface RunOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export async function runChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<RunOutcome> {
  const child = startChild(program, args, options);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** What is started from here on ends with {@link leaveTest}. */
export function enterTest(): void {
  ofTest = new Set();
}

/** Resolves once every child of the test, and what is left of its group, has ended. */
export async function leaveTest(): Promise<void> {
  const ending = ofTest ?? new Set();
  ofTest = undefined;
  await end(ending);
}

export const endChildren = (): Promise<void> => end(living);

function register(child: Child): Child {
  living.add(child);
  ofTest?.add(child);
  child.on("error", () => forget(child));
  // Its group may outlive it, and is then ended by its number.
  child.on("exit", () => void (groupLives(child) || forget(child)));
  child.stderr.resume();
  return child;
}

function forget(child: Child): void {
  living.delete(child);
  ofTest?.delete(child);
}

const END_MS_MAX = 10_000;
const LOOK_MS = 10;

async function end(children: ReadonlySet<Child>): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      const exit = ended ? Promise.resolve() : new Promise((resolve) => child.once("exit", resolve));
      killGroup(child);
      const limit = AbortSignal.timeout(END_MS_MAX);
      await Promise.race([exit, new Promise((resolve) => limit.addEventListener("abort", resolve))]);
      // What was killed with it may take a moment to be gone on a busy machine.
      while (groupLives(child) && hasMembers(child) && !limit.aborted) await sleep(LOOK_MS);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      forget(child);
    }),
  );
}

function killGroup({ pid }: Child): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

function groupLives({ pid }: Child): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** One that has ended counts no more, though nobody has asked how. */
const hasMembers = ({ pid }: Child): boolean => processTable().some(({ group }) => group === pid);

// Also when the file ends before its time.
process.once("exit", () => {
  for (const child of living) killGroup(child);
});
