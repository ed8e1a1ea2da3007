import type Docker from "dockerode";
import { fileOf, NEVER_BEGAN, WORKSPACE, type BlockEnd, type Box, type Command, type Program, type Running } from "../box/box.ts";
import type { FileCollector } from "../box/files.ts";
import type { CappedOutput } from "../box/output.ts";
import { runBlock, runToEnd, type Rest } from "../box/run.ts";
import { collectFiles, collectWorkspace, packFiles, packWorkspace } from "../box/tars.ts";
import type { WorkspaceCollector } from "../box/kept-files.ts";
import type { RunOptions, SandboxFile, WorkspaceFile } from "../executor.ts";
import type { Owner } from "../owner.ts";
import { CODE_IDS, startContainer, type ContainerLimits } from "./container.ts";
import { callEngine, statusOf, type Engine } from "./engine.ts";
import type { EngineEvents, Watched } from "./events.ts";
import { startIn } from "./exec.ts";
import { Kernel } from "./kernel/kernel.ts";
import { Monitor, type Observation } from "./monitor.ts";
import type { Removal } from "./removal.ts";
import { openSlot, type Slot } from "./slot.ts";

/** What a container needs of its executor. */
export interface DockerBoxParts {
  readonly engine: Engine;
  readonly events: EngineEvents;
  readonly limits: ContainerLimits;
  readonly owner: Owner;
  readonly removal: Removal;
  /** Whether Python's variables stay from block to block. */
  readonly keepsVariables: boolean;
}

const FORGOTTEN = "Python had to be started again: variables of earlier blocks are gone, files are still there.";
const OOM_EVENT_MS_MAX = 1_000; // The event comes by another way than the exit code.

/**
 * A container with what of ours stays in it: the monitor, and a shell that waits for the next block, so that the block need not wait for
 * it to start; or, where variables stay, a Python.
 */
export class DockerBox implements Box {
  readonly startedAtMs = Date.now();
  readonly endsAtMs: number;
  readonly #container: Docker.Container;
  readonly #parts: DockerBoxParts;
  readonly #monitor: Monitor;
  readonly #watched: Watched;
  /** The first process, the one that keeps the time, and the monitor. */
  readonly #ownPids: ReadonlySet<number>;
  #slot: Promise<Slot> | undefined;
  /** The Python that keeps the variables. */
  #kernel: Kernel | undefined;

  /** Fails when the engine does not make one. */
  static async start(parts: DockerBoxParts): Promise<DockerBox> {
    const { engine, limits, owner, removal } = parts;
    const container = await startContainer(engine, limits, owner, removal);
    try {
      const monitor = await Monitor.open(container);
      const seen = await monitor.look();
      if (!seen) throw new Error("the processes of a new container could not be listed");
      return new DockerBox(container, monitor, new Set(seen.pids), parts);
    } catch (error) {
      await removal.remove(container);
      throw error;
    }
  }

  private constructor(container: Docker.Container, monitor: Monitor, ownPids: ReadonlySet<number>, parts: DockerBoxParts) {
    this.#container = container;
    this.#monitor = monitor;
    this.#ownPids = ownPids;
    this.#parts = parts;
    this.#watched = parts.events.watch(container.id);
    this.endsAtMs = this.startedAtMs + parts.limits.ttlSeconds * 1000;
    this.prepare();
  }

  /** Starts a program in the workspace as the code's user. Fails when the container or the engine is gone. */
  start(command: Command): Promise<Running> {
    return startIn(this.#container, command);
  }

  async run(program: Program, kept: CappedOutput, options: RunOptions): Promise<BlockEnd> {
    if (!this.#parts.keepsVariables || program.language !== "python") return this.#runAlone(program, kept, options);
    const notices = this.#kernel?.hasEnded ? [this.#forget()] : [];
    try {
      this.#kernel ??= await Kernel.start(this.#container, program.command);
    } catch {
      return { ...NEVER_BEGAN, notices };
    }
    const end = await this.#kernel.run(this, this.#watched, program, kept, options);
    if (this.#kernel.hasEnded && end.outcome !== "sandbox_lost") notices.push(this.#forget());
    return { ...end, notices };
  }

  /** The path is a constant: the engine reads as root and would follow a name that code chose. Only plain files lying directly in `out/` are taken. */
  async collect(into: FileCollector): Promise<void> {
    let tar: NodeJS.ReadableStream;
    try {
      tar = await callEngine((options) => this.#container.getArchive({ path: `${WORKSPACE}/out`, ...options }));
    } catch (error) {
      if (statusOf(error) !== 404) into.notices.push("The files in out/ could not be read.");
      return;
    }
    await collectFiles(tar as AsyncIterable<Uint8Array>, into);
  }

  async reap(): Promise<boolean> {
    return (await this.reapAll(this.#kernel?.pid)) !== undefined;
  }

  /** Starts the shell for the next block. */
  prepare(): void {
    if (this.#slot || this.#parts.keepsVariables) return;
    this.#slot = openSlot(this.#container);
    this.#slot.catch(() => {}); // Whoever takes it is told.
  }

  /** Owned by root, like their folder, which lies in one with the sticky bit: the code can read, but neither write, remove nor replace them. */
  async bringIn(files: readonly SandboxFile[]): Promise<void> {
    const tar = await packFiles(files);
    await callEngine((options) => this.#container.putArchive(tar, { path: WORKSPACE, ...options }));
  }

  /** The path is a constant, and no folder that code can put something else in place of. */
  async keep(into: WorkspaceCollector): Promise<void> {
    const tar = await callEngine((options) => this.#container.getArchive({ path: WORKSPACE, ...options }));
    await collectWorkspace(tar as AsyncIterable<Uint8Array>, into);
  }

  async restore(files: readonly WorkspaceFile[]): Promise<void> {
    const tar = await packWorkspace(files, CODE_IDS);
    await callEngine((options) => this.#container.putArchive(tar, { path: WORKSPACE, ...options }));
  }

  async remove(): Promise<void> {
    this.#parts.events.forget(this.#container.id);
    this.#kernel?.close();
    this.#kernel = undefined;
    // Before the kill: with an unread stream that takes 10 s.
    this.#monitor.close();
    const slot = await this.#slot?.catch(() => undefined);
    slot?.running.letGo();
    await this.#parts.removal.remove(this.#container);
  }

  /** `undefined`: it cannot be told, and the container is not to be used again. */
  observe(): Promise<Observation | undefined> {
    return this.#monitor.look();
  }

  /** Whether any process but ours and those spared is there. */
  hasStrangers({ pids }: Observation, spared?: number): boolean {
    return pids.some((pid) => !this.#ownPids.has(pid) && pid !== spared);
  }

  /**
   * Ends every process of the code's user, however many there are and whatever they ignore, but the spared one. That it worked is told by
   * the monitor, not by the process that did it: code that still runs could have laid hands on that. The observation after it; `undefined`
   * when some process is left.
   */
  async reapAll(spared?: number): Promise<Observation | undefined> {
    const script = spared === undefined ? REAP : reapOthers([...this.#ownPids, spared]);
    const msMax = spared === undefined ? REAPED_MS_MAX : REAPED_OTHERS_MS_MAX;
    const reaper = await runToEnd((command) => this.start(command), script, msMax);
    // Code that kills whatever comes, or writes into its memory, is quicker than a reaper that has yet to start: it takes the container down.
    if (reaper?.exitCode !== 0) return undefined;
    const deadlineMs = Date.now() + SETTLED_MS_MAX;
    for (;;) {
      const seen = await this.observe();
      if (!seen || !this.hasStrangers(seen, spared)) return seen;
      if (Date.now() > deadlineMs) return undefined;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_LOOK_MS));
    }
  }

  /** Runs a block in a process of its own, beside the kernel where there is one. */
  #runAlone(program: Program, kept: CappedOutput, options: RunOptions): Promise<BlockEnd> {
    const oomsBefore = this.#watched.ooms;
    const begin = async (onOutput: Command["onOutput"]): Promise<Running> => {
      const { running, listen } = await this.#takeSlot();
      listen(onOutput);
      running.end(`${program.command}\n${fileOf(program)}\n${program.code}`);
      return {
        ended: running.ended,
        letGo: running.letGo,
        how: async () => {
          const exitCode = await running.exitCode();
          if (exitCode === undefined) return undefined;
          const outOfMemory = exitCode !== 0 && (await this.#watched.oomSince(oomsBefore, exitCode === 137 ? OOM_EVENT_MS_MAX : 0));
          return { exitCode, outOfMemory };
        },
      };
    };
    return runBlock({ gone: this.#watched.died, begin, rest: (isStopped) => this.#rest(isStopped) }, kept, options);
  }

  /** The result need not wait for the end of processes that nobody waits for, unless there are files that they might change. */
  async #rest(isStopped: boolean): Promise<Rest | undefined> {
    const spared = this.#kernel?.pid;
    const seen = isStopped ? undefined : await this.observe();
    if (seen && !this.hasStrangers(seen, spared)) return restOf(seen, "nothing");
    if (seen && !seen.hasFiles) return restOf(seen, "processes");
    const reaped = await this.reapAll(spared);
    return reaped && restOf(reaped, "nothing");
  }

  async #takeSlot(): Promise<Slot> {
    const ready = await this.#slot?.catch(() => undefined);
    this.#slot = undefined;
    if (ready && !ready.running.hasEnded) return ready;
    ready?.running.letGo();
    return openSlot(this.#container);
  }

  #forget(): string {
    this.#kernel?.close();
    this.#kernel = undefined;
    return FORGOTTEN;
  }
}

function restOf({ hasFiles, memoryPeakBytes }: Observation, left: Rest["left"]): Rest {
  return { hasFiles, left, ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }) };
}

const REAPED_MS_MAX = 5_000; // The reaper took 0.14 s, and 0.22 s under a fork bomb.
const REAPED_OTHERS_MS_MAX = 2_000; // Then all are ended, the spared one too.
const SETTLED_MS_MAX = 500; // What was killed is listed until its parent has heard of it.
const SETTLE_LOOK_MS = 5;

/** One call that reaches all at once, and spares its sender; nothing can be made while it works. */
const REAP = "kill -9 -1; exit 0";

/** With the shell's own means: under a fork bomb no process can be started. Stops all before it kills, so that none is made meanwhile. */
const reapOthers = (pids: readonly number[]): string => `
for round in 1 2 3 4 5; do
  for signal in STOP KILL; do
    for p in /proc/[0-9]*; do
      case " ${pids.join(" ")} $$ " in *" \${p#/proc/} "*) ;; *) kill -$signal "\${p#/proc/}" 2>/dev/null ;; esac
    done
  done
done
exit 0`;
