import { existsSync, realpathSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { BOX_LIMITS, boxExecutor } from "../box/executor.ts";
import type { BoxLimits } from "../box/session.ts";
import { SandboxUnavailable, type Executor } from "../executor.ts";
import { GuestBox } from "./box.ts";
import { GuestProcess, type GuestParts } from "./process.ts";

export interface WasmSettings extends Partial<BoxLimits> {
  /** Keeps one Python started ahead (about 190 MB), so that a thread's first block need not wait 4 to 6 s for it. */
  readonly prewarm?: boolean;
  /** Threads that have a process at one time; past it the one that was idle longest gives its up, and keeps its files. */
  readonly processesMax?: number;
}

export interface WasmExecutor extends Executor {
  /** Settles when the Python that was started ahead can run; at once without `prewarm`. Fails with {@link SandboxUnavailable}. */
  readonly ready: Promise<void>;
}

const DEFAULTS = {
  ...BOX_LIMITS,
  prewarm: false,
  processesMax: 8, // each about 190 MB
};

const RUNTIME_MB = 768; // What Deno and Pyodide need for themselves: 512 was too little to start, 768 enough.
const SESSIONS_MAX = 100; // Each keeps up to 16 MiB of its workspace.

/**
 * Runs Python as WebAssembly (Pyodide) in a Deno process without permissions, one process a thread. For trying Parley out where no
 * container engine is: less of a wall than a container. Throws {@link SandboxUnavailable} when its two optional packages are missing.
 */
export async function createWasmExecutor(settings: WasmSettings): Promise<WasmExecutor> {
  const limits = { ...DEFAULTS, ...settings };
  const { deno, pyodideFolder } = findPackages();
  const wrapper = limitingPrograms(limits.memoryMb);
  await removeOrphans();
  const cacheFolder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  const parts: GuestParts = { deno, pyodideFolder, wrapper, cacheFolder, memoryMb: limits.memoryMb };
  let isClosed = false;
  let spare = limits.prewarm ? new GuestProcess(parts) : undefined;

  /** The one that waits, or a new one; then another is set to wait, once this one no longer needs the processor. */
  function takeGuest(): GuestProcess {
    const guest = spare?.alive ? spare : new GuestProcess(parts);
    spare = undefined;
    if (limits.prewarm) void guest.ready.then(() => isClosed || (spare ??= new GuestProcess(parts))).catch(() => {});
    return guest;
  }

  const executor = boxExecutor(
    {
      capabilities: {
        grade: "wasm",
        label: "WebAssembly: Python standard library only, not for untrusted workspaces",
        languages: ["python"],
        hint:
          "Code blocks marked python are run by Python 3 compiled to WebAssembly: its standard library only, no other packages, no pip, no network, no subprocesses, no threads. " +
          "Files in the working folder stay from block to block; variables do not. Print what is to be seen; " +
          `put files for people into out/ (at most ${limits.filesMax}). A first line "# filename: name.py" names the block's file, so that later blocks can import it.`,
      },
      programs: new Map([["python", "python"]]),
      memory: `program and files together may use about ${limits.memoryMb} MB`,
      attemptsMax: 1, // What ends a Python in a process of its own is the code.
      take: async () => new GuestBox(takeGuest, limits.fileBytesMax),
      sessionsMax: SESSIONS_MAX,
      close: async () => {
        isClosed = true;
        await spare?.kill();
        await rm(cacheFolder, { recursive: true, force: true });
      },
    },
    { ...limits, boxesMax: limits.processesMax, runsMax: Number.POSITIVE_INFINITY },
  );
  return { ...executor, ready: spare?.ready ?? Promise.resolve() };
}

const FOLDER = "parley-deno-"; // then the process id of its Parley, and random letters

/** Removes the cache folders of processes that ended without a chance to do it. Never fails: what cannot be removed is small. */
async function removeOrphans(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

/** One that may not be signalled is alive, and another user's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function findPackages(): { deno: string; pyodideFolder: string } {
  const require = createRequire(import.meta.url);
  const program = process.platform === "win32" ? "deno.exe" : "deno";
  try {
    const denoPackage = require.resolve("deno/package.json");
    const platform = `@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;
    // The install script of the package puts the program beside it; where scripts are not run, it is in the package of the platform.
    const beside = join(dirname(denoPackage), program);
    const deno = existsSync(beside) ? beside : join(dirname(createRequire(denoPackage).resolve(`${platform}/package.json`)), program);
    const pyodideFolder = realpathSync(dirname(require.resolve("pyodide/package.json")));
    if (existsSync(deno)) return { deno, pyodideFolder };
  } catch {
    // Not installed: told below.
  }
  throw new SandboxUnavailable(
    "Python in WebAssembly needs the optional packages deno and pyodide, and they are not installed. " +
      "Run npm install --include=optional (on a platform that Deno is made for), or use Docker.",
  );
}

/** On Linux: die with Parley even in an endless loop, and take no more memory than allowed. The heap limits of the engine do not bind WebAssembly. */
function limitingPrograms(memoryMb: number): string[] {
  const setpriv = findProgram("setpriv");
  const prlimit = findProgram("prlimit");
  const bytes = (RUNTIME_MB + memoryMb) * 1024 * 1024;
  return [...(setpriv ? [setpriv, "--pdeathsig", "KILL", "--"] : []), ...(prlimit ? [prlimit, `--data=${bytes}`, "--core=0", "--"] : [])];
}

function findProgram(name: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
