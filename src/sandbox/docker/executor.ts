import { availableParallelism } from "node:os";
import { BOX_LIMITS, boxExecutor, type BoxExecutorSettings } from "../box/executor.ts";
import { SandboxUnavailable, type Capabilities, type Executor } from "../executor.ts";
import { createOwner, ORPHANS_LOOK_MS, type OwnerSettings } from "../owner.ts";
import { DockerBox } from "./box.ts";
import type { ContainerLimits } from "./container.ts";
import { answers, connect, unavailable, type EngineSettings } from "./engine.ts";
import { EngineEvents } from "./events.ts";
import { readImage, type ImageFacts } from "./image/languages.ts";
import { removeOrphans } from "./orphans.ts";
import { Pool } from "./pool.ts";
import { Removal } from "./removal.ts";

export interface DockerSettings
  extends Partial<Omit<EngineSettings, "image">>, Partial<ContainerLimits>, BoxExecutorSettings, OwnerSettings {
  readonly image: string;
  /** Languages beyond the image's own: what a fence says, lower case, to the command that runs a file of it, such as `Rscript --vanilla`. */
  readonly languages?: Readonly<Record<string, string>>;
  /** `kernel`: Python's variables stay from block to block, as long as the container lives. `files`, the default: files alone do. */
  readonly state?: "files" | "kernel";
  /** Told, in one line for people, what went wrong beside the blocks: a container that could not be removed. */
  readonly report?: (problem: string) => void;
  /** Containers started ahead. */
  readonly poolSize?: number;
}

const DEFAULTS = {
  ...BOX_LIMITS,
  gvisor: "when-offered",
  languages: {},
  state: "files",
  cpus: 1,
  pids: 64,
  workspaceMb: 64,
  ttlSeconds: 3600,
  poolSize: 1,
  runsMax: 2 * availableParallelism(), // More at once only makes each slower.
} as const;

const GVISOR_MEMORY_MB_MIN = 512; // Its own kernel lives in the container's memory, and dies under less.
const POOLED_AGE_MS_MAX = 15 * 60_000;

/**
 * Runs code in containers of a Docker engine, one for each thread: without network, with a read-only system, under limits. Finds the
 * engine and the image, removes what earlier processes left, and tries one container out. Throws {@link SandboxUnavailable}, whose
 * message says how to mend it.
 */
export async function createDockerExecutor(settings: DockerSettings): Promise<Executor> {
  const asked = { ...DEFAULTS, ...settings };
  const engine = await connect(asked);
  const limits = engine.runtime === "runsc" ? { ...asked, memoryMb: Math.max(GVISOR_MEMORY_MB_MIN, asked.memoryMb) } : asked;
  const owner = createOwner(settings);
  const report = settings.report ?? (() => {});
  const removal = new Removal(report);
  await removeOrphans(engine.docker, owner, removal, report);
  const events = await EngineEvents.open(engine.docker, owner.process).catch((error: unknown) => {
    throw unavailable(engine.address, error);
  });
  const keepsVariables = limits.state === "kernel";
  const start = (): Promise<DockerBox> => DockerBox.start({ engine, events, limits, owner, removal, keepsVariables });
  const pool = new Pool({ start, size: limits.poolSize, boxAgeMsMax: POOLED_AGE_MS_MAX });
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> => (looking ??= removeOrphans(engine.docker, owner, removal, report).finally(() => (looking = undefined)));
  const timer = owner.peers && setInterval(() => void look(), ORPHANS_LOOK_MS).unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await looking;
    await pool.close();
    await removal.close();
    events.close();
  };
  let image: ImageFacts;
  try {
    image = await tryOut(pool, start, limits, engine.address);
  } catch (error) {
    await close();
    throw error;
  }
  return boxExecutor(
    {
      capabilities: capabilities(limits, image, engine.runtime),
      programs: image.programs,
      lacking: image.lacking,
      lifeMs: limits.ttlSeconds * 1000,
      keepsVariables,
      memory: `program and files together may use ${limits.memoryMb} MB`,
      take: () =>
        pool.take().catch((error: unknown) => {
          throw unavailable(engine.address, error);
        }),
      answers: () => answers(engine),
      close,
    },
    limits,
  );
}

/**
 * Starts a container exactly as code would get it, and asks it what the image can run. No code gets this one: its memory peak would be that
 * of the questions.
 */
async function tryOut(pool: Pool, start: () => Promise<DockerBox>, settings: DockerSettings, address: string): Promise<ImageFacts> {
  let box: DockerBox;
  try {
    box = await start();
  } catch (error) {
    throw unavailable(address, error);
  }
  const facts = await readImage(box, settings.image, settings.languages ?? {});
  if (!facts) {
    await box.remove();
    throw new SandboxUnavailable(
      `A trial container of the image "${settings.image}" on ${address} did not run as code would need it. The image needs /bin/sh, cat, rm and mkdir; sandbox/Dockerfile makes one that has all.`,
    );
  }
  // One after the other: a start takes most of a core.
  pool.fill(box.remove());
  return facts;
}

function capabilities(limits: typeof DEFAULTS | DockerSettings, image: ImageFacts, runtime: string | undefined): Capabilities {
  const languages = [...image.programs.keys(), ...image.lacking.keys()];
  const stays =
    limits.state === "kernel"
      ? "and Python's variables stay from block to block; processes and the variables of other languages do"
      : "stay from block to block; variables and processes do";
  return {
    grade: runtime === "runsc" ? "container+gvisor" : "container",
    label: `Docker${runtime === "runsc" ? " with gVisor" : ""}, no network, ${limits.memoryMb} MB`,
    languages,
    hint:
      `Code blocks marked ${[...image.programs.keys()].join(", ")} are run in a Linux container without network and without package installs. ` +
      `${image.installed} Files in the working folder ${stays} not. Print what is to be seen; ` +
      `put files for people into out/ (at most ${limits.filesMax}); files that people posted are in in/. ` +
      `Programs and files together may use ${limits.memoryMb} MB. ` +
      `A first line "# filename: name.py" names the block's file, so that later blocks can import it.`,
  };
}
