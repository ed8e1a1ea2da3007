import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import PQueue from "p-queue";
import { removeBox, startBox, type Box, type ContainerLimits } from "./docker-container.ts";
import { connect, unavailable, type EngineSettings } from "./docker-engine.ts";
import { EngineEvents } from "./docker-events.ts";
import { runToEnd } from "./docker-exec.ts";
import { removeOrphans } from "./docker-orphans.ts";
import { Pool } from "./docker-pool.ts";
import { DockerSession } from "./docker-session.ts";
import { SandboxUnavailable, type Capabilities, type Executor } from "./executor.ts";
import type { FileLimits } from "./files.ts";

export interface DockerSettings extends Partial<Omit<EngineSettings, "image">>, Partial<ContainerLimits>, Partial<FileLimits> {
  readonly image: string;
  /**
   * The same for every start of one Parley, and different for two that run side by side, such as a hash of the database's path: at start,
   * what an earlier process of the same instance left is removed. By default one of its own, so that only what has expired is removed.
   */
  readonly instance?: string;
  /** stdout and stderr together, head and tail kept. */
  readonly outputBytesMax?: number;
  /** Containers started ahead. */
  readonly poolSize?: number;
  /** Threads that have a container at one time; past it the one that was idle longest gives its container up. */
  readonly boxesMax?: number;
  /** Blocks that run at one time, over all threads. */
  readonly runsMax?: number;
}

const DEFAULTS = {
  gvisor: "when-offered",
  memoryMb: 512,
  cpus: 1,
  pids: 64,
  workspaceMb: 64,
  ttlSeconds: 3600,
  outputBytesMax: 64 * 1024,
  filesMax: 20,
  fileBytesMax: 8 * 1024 * 1024,
  filesBytesMax: 16 * 1024 * 1024,
  poolSize: 1,
  boxesMax: 32, // An idle one takes about 6 MB of the host.
  runsMax: 2 * availableParallelism(), // More at once only makes each slower.
} as const;

const POOLED_AGE_MS_MAX = 15 * 60_000;
const SESSIONS_MAX = 1000; // Without a container a session is a few hundred bytes.

/**
 * Runs code in containers of a Docker engine, one for each thread: without network, with a read-only system, under limits. Finds the
 * engine and the image, removes what earlier processes left, and tries one container out. Throws {@link SandboxUnavailable}, whose
 * message says how to mend it.
 */
export async function createDockerExecutor(settings: DockerSettings): Promise<Executor> {
  const limits = { ...DEFAULTS, ...settings };
  const engine = await connect(limits);
  const owner = { process: randomUUID(), instance: settings.instance ?? randomUUID() };
  await removeOrphans(engine.docker, owner);
  const events = await EngineEvents.open(engine.docker, owner.process).catch((error: unknown) => {
    throw unavailable(engine.address, error);
  });
  const start = (): Promise<Box> => startBox(engine, limits, owner);
  const pool = new Pool({ start, size: limits.poolSize, boxAgeMsMax: POOLED_AGE_MS_MAX });
  let image: ImageFacts;
  try {
    image = await tryOut(pool, start, settings.image, engine.address);
  } catch (error) {
    events.close();
    await pool.close();
    throw error;
  }
  const supply = { engine, events, pool, limits, programs: image.programs, queue: new PQueue({ concurrency: limits.runsMax }) };
  const sessions = new Map<string, DockerSession>();
  let closed = false;

  return {
    capabilities: capabilities(limits, image, engine.runtime),
    open: async (thread) => {
      if (closed) throw new SandboxUnavailable("The sandbox is closed: Parley is stopping.");
      const known = sessions.get(thread);
      if (known) return known;
      const session = new DockerSession(supply, () => sessions.delete(thread));
      sessions.set(thread, session);
      giveUpLongestIdle(sessions, limits.boxesMax);
      return session;
    },
    close: async () => {
      closed = true;
      await Promise.all([...sessions.values()].map((session) => session.end()));
      await pool.close();
      events.close();
    },
  };
}

interface ImageFacts {
  readonly programs: ReadonlyMap<string, string>;
  readonly python: string;
  readonly packages: readonly string[];
}

const TRIAL_MS_MAX = 20_000;

/** Starts the pool's first container exactly as code would get it, and asks it what the image can run. */
async function tryOut(pool: Pool, start: () => Promise<Box>, image: string, address: string): Promise<ImageFacts> {
  let box: Box;
  try {
    box = await start();
  } catch (error) {
    throw unavailable(address, error);
  }
  const said = await runToEnd(box.container, TRIAL, TRIAL_MS_MAX);
  if (said?.exitCode !== 0) {
    await removeBox(box.container);
    throw new SandboxUnavailable(
      `A trial container of the image "${image}" on ${address} did not run as code would need it. The image needs /bin/sh, cat, rm and mkdir; sandbox/Dockerfile makes one that has all.`,
    );
  }
  await pool.add(box);
  pool.fill();
  const lines = said.stdout.split("\n");
  const found = (key: string): string => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const programs = new Map([
    ["python", found("python3")],
    ["sh", "/bin/sh"],
    ["bash", found("bash") || "/bin/sh"],
    ["javascript", found("node")],
  ]);
  for (const [language, program] of programs) if (program === "") programs.delete(language);
  const packages = found("packages")
    .split(",")
    .filter((name) => /^[\w.-]{1,50}$/.test(name));
  return { programs, python: found("version").slice(0, 20), packages: packages.slice(0, PACKAGES_SHOWN_MAX) };
}

const PACKAGES_SHOWN_MAX = 60; // The list goes into every prompt of an agent that writes code.

const TRIAL = `
set -e
echo ok > trial.txt && rm trial.txt
for program in python3 bash node; do echo "$program=$(command -v $program || true)"; done
if command -v python3 >/dev/null; then python3 -c '
import platform, importlib.metadata as metadata
print("version=" + platform.python_version())
print("packages=" + ",".join(sorted({str(found.metadata["Name"]) for found in metadata.distributions()} - {"pip", "setuptools", "wheel"})))
'; fi`;

function capabilities(limits: typeof DEFAULTS | DockerSettings, image: ImageFacts, runtime: string | undefined): Capabilities {
  const languages = [...image.programs.keys()];
  const packages = image.packages.length > 0 ? `with ${image.packages.join(", ")}` : "with its standard library only";
  const python = image.programs.has("python") ? ` Python is ${image.python} ${packages}.` : "";
  return {
    grade: runtime === "runsc" ? "container+gvisor" : "container",
    label: `Docker${runtime === "runsc" ? " with gVisor" : ""}, no network, ${limits.memoryMb} MB`,
    languages,
    hint:
      `Code blocks marked ${languages.join(", ")} are run in a Linux container without network and without package installs.${python} ` +
      `Files in the working folder stay from block to block; variables and processes do not. Print what is to be seen; ` +
      `put files for people into out/ (at most ${limits.filesMax}). Programs and files together may use ${limits.memoryMb} MB. ` +
      `A first line "# filename: name.py" names the block's file, so that later blocks can import it.`,
  };
}

function giveUpLongestIdle(sessions: Map<string, DockerSession>, boxesMax: number): void {
  const idle = [...sessions].filter(([, session]) => session.idle).toSorted(([, a], [, b]) => a.lastUsedMs - b.lastUsedMs);
  const holding = [...sessions.values()].filter((session) => session.hasBox).length;
  // One place is kept free for the thread that is about to run. A removal that fails is made good by the container's time to live.
  for (const [, session] of idle.filter(([, { hasBox }]) => hasBox).slice(0, Math.max(0, holding + 1 - boxesMax)))
    void session.giveUp().catch(() => {});
  for (const [thread] of idle.filter(([, { hasBox }]) => !hasBox).slice(0, Math.max(0, sessions.size - SESSIONS_MAX)))
    sessions.delete(thread);
}
