import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Everything that was started and has not ended; see {@link endAll}. */
const living = new Set<ChildProcess>();

interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where what it says is written. */
  readonly log: string;
}

/** Starts a program in a group of its own, with little right to the processor. */
export function start(program: string, args: readonly string[], { cwd, env = process.env, log }: StartOptions): ChildProcess {
  const child = spawn("nice", ["-n", "10", program, ...args], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  return keep(child);
}

/** Runs a program to its end, or ends it. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env = process.env, secondsMax }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly secondsMax: number },
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = keep(spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] }));
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const timer = setTimeout(() => end(child), secondsMax * 1_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    return { code, ...said };
  } finally {
    clearTimeout(timer);
  }
}

function keep<C extends ChildProcess>(child: C): C {
  living.add(child);
  child.on("exit", () => living.delete(child));
  return child;
}

function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Ends what is left, with whatever it has started. */
export function endAll(): void {
  for (const child of living) end(child);
}

/** Waits until an address answers with a status under 500. */
export async function answers(url: string, child: ChildProcess, secondsMax: number): Promise<void> {
  const until = Date.now() + secondsMax * 1_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`what was to answer at ${url} ended with ${child.exitCode}`);
    const status = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.status,
      () => 599,
    );
    if (status < 500) return;
    await sleep(500);
  }
  throw new Error(`nothing answered at ${url} within ${secondsMax} s`);
}
