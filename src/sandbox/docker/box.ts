import type Docker from "dockerode";
import { startContainer, WORKSPACE, type ContainerLimits, type Owner } from "./container.ts";
import type { Engine } from "./engine.ts";
import { exec, runToEnd, type Running } from "./exec.ts";
import { Monitor, type Observation } from "./monitor.ts";
import type { Removal } from "./removal.ts";
import type { StreamName } from "../box/output.ts";

/** A process that waits for code to run. */
export interface Slot {
  readonly running: Running;
  /** Who hears what it prints; nobody before that. */
  listen(onOutput: (stream: StreamName, bytes: Uint8Array) => void): void;
}

/**
 * A container with what of ours stays in it: the monitor, and a shell that waits for the next block, so that the block need not wait for
 * it to start.
 */
export class Box {
  readonly container: Docker.Container;
  readonly startedAtMs = Date.now();
  readonly #monitor: Monitor;
  readonly #removal: Removal;
  /** The first process, the one that keeps the time, and the monitor. */
  readonly #ownPids: ReadonlySet<number>;
  #slot: Promise<Slot> | undefined;

  static async start(engine: Engine, limits: ContainerLimits, owner: Owner, removal: Removal): Promise<Box> {
    const container = await startContainer(engine, limits, owner, removal);
    try {
      const monitor = await Monitor.open(container);
      const seen = await monitor.look();
      if (!seen) throw new Error("the processes of a new container could not be listed");
      return new Box(container, monitor, new Set(seen.pids), removal);
    } catch (error) {
      await removal.remove(container);
      throw error;
    }
  }

  private constructor(container: Docker.Container, monitor: Monitor, ownPids: ReadonlySet<number>, removal: Removal) {
    this.container = container;
    this.#monitor = monitor;
    this.#ownPids = ownPids;
    this.#removal = removal;
  }

  /** Starts the shell for the next block ahead. Call it when no process of the code is left. */
  prepare(): void {
    if (this.#slot) return;
    this.#slot = openSlot(this.container);
    this.#slot.catch(() => {}); // Whoever takes it is told.
  }

  /** Fails when the container or the engine is gone. */
  async takeSlot(): Promise<Slot> {
    const ready = await this.#slot?.catch(() => undefined);
    this.#slot = undefined;
    if (ready && !ready.running.hasEnded) return ready;
    ready?.running.letGo();
    return openSlot(this.container);
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
  async reap(spared?: number): Promise<Observation | undefined> {
    const script = spared === undefined ? REAP : reapOthers([...this.#ownPids, spared]);
    const reaper = await runToEnd(this.container, script, spared === undefined ? REAPED_MS_MAX : REAPED_OTHERS_MS_MAX);
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

  async remove(): Promise<void> {
    // Before the kill: with an unread stream that takes 10 s.
    this.#monitor.close();
    const slot = await this.#slot?.catch(() => undefined);
    slot?.running.letGo();
    await this.#removal.remove(this.container);
  }
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

/** How the shell that waits is named in a list of processes, for people who look for what code left. */
export const WAITING = "parley-waiting";

async function openSlot(container: Docker.Container): Promise<Slot> {
  let hear: (stream: StreamName, bytes: Uint8Array) => void = () => {};
  const running = await exec(container, { cmd: ["/bin/sh", "-c", SLOT, WAITING], onOutput: (stream, bytes) => hear(stream, bytes) });
  return { running, listen: (onOutput) => (hear = onOutput) };
}

/**
 * Sweeps away what earlier blocks left outside the workspace, so that a full /tmp harms one block only, and makes `out` anew when it is
 * anything but a folder. Then waits to be told the command and the file, a line each, lays the code down, and becomes the command.
 */
const SLOT = `
rm -rf /tmp/* /tmp/.[!.]* /tmp/..?* /dev/shm/* 2>/dev/null
if [ -L out ] || [ ! -d out ]; then rm -rf out; mkdir out; fi
set -f
IFS= read -r command && IFS= read -r file || exit 125
case "$file" in ${WORKSPACE}/*) mkdir -p "\${file%/*}" && rm -f "$file" || exit 1 ;; esac
cat > "$file" && exec $command "$file" </dev/null`;
