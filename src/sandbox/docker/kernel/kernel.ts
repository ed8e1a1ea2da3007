import { randomUUID } from "node:crypto";
import type Docker from "dockerode";
import { LOST, WORKSPACE, type BlockEnd, type Program } from "../../box/box.ts";
import type { CappedOutput } from "../../box/output.ts";
import { raceOf, STREAM_END_MS_MAX, within } from "../../box/run.ts";
import type { RunOptions } from "../../executor.ts";
import type { Watched } from "../events.ts";
import { exec, type ExecRunning } from "../exec.ts";
import type { Observation } from "../monitor.ts";
import { KERNEL_DRIVER } from "./driver.ts";

/** The container that a kernel lives in: who else is there, and how they are ended. */
export interface KernelHost {
  observe(): Promise<Observation | undefined>;
  hasStrangers(seen: Observation, spared?: number): boolean;
  reapAll(spared?: number): Promise<Observation | undefined>;
}

const HELLO_MS_MAX = 10_000; // Python starts in 20 ms, on a loaded machine in a second.
const INTERRUPT_MS_MAX = 500; // Python looks for an interrupt between two instructions, and then writes out what is open; what does not is stuck in something long.
const FRAME_BYTES_MAX = 4091; // What the driver sends at most; anything longer is not the driver's.
const OOM_EVENT_MS_MAX = 1_000; // The event comes by another way than the exit code.

/** A Python that stays from block to block in one container, beside whatever else runs there. What comes from it is as hostile as the code. */
export class Kernel {
  readonly pid: number;
  readonly #running: ExecRunning;
  readonly #frames: Frames;

  /** Fails when the container is gone, or has no Python that starts. */
  static async start(container: Docker.Container, command: string): Promise<Kernel> {
    const frames = new Frames();
    const running = await exec(container, {
      // Isolated: a file json.py of an earlier block is not to be taken for Python's own.
      cmd: [...command.split(" "), "-I", "-c", KERNEL_DRIVER],
      onOutput: (stream, bytes) => (stream === "stdout" ? frames.take(bytes) : frames.hear({ kind: "e", body: bytes })),
    });
    const hello = Promise.withResolvers<number>();
    frames.hear = ({ kind, body }) => {
      if (kind === "h") hello.resolve(Number(Buffer.from(body).toString("latin1")));
    };
    void running.ended.then(() => hello.resolve(Number.NaN));
    await within(hello.promise, HELLO_MS_MAX);
    hello.resolve(Number.NaN);
    const pid = await hello.promise;
    if (Number.isSafeInteger(pid) && pid > 1) return new Kernel(running, frames, pid);
    running.letGo();
    throw new Error("Python did not start");
  }

  private constructor(running: ExecRunning, frames: Frames, pid: number) {
    this.#running = running;
    this.#frames = frames;
    this.pid = pid;
  }

  get hasEnded(): boolean {
    return this.#running.hasEnded;
  }

  /** Runs one block. When the kernel has ended after it, its variables are lost. */
  async run(box: KernelHost, watched: Watched, program: Program, kept: CappedOutput, options: RunOptions): Promise<BlockEnd> {
    const oomsBefore = watched.ooms;
    const race = raceOf(watched.died, kept, options);
    const id = randomUUID();
    const done = Promise.withResolvers<number>();
    const broken = Promise.withResolvers<"broken">();
    // Where it was interrupted tells why it took too long; who stopped it knows why.
    let isMuted = false;
    this.#frames.hear = ({ kind, body }) => {
      if (kind === "o" || kind === "e") {
        if (isMuted) return;
        kept.write(kind === "o" ? "stdout" : "stderr", body);
        race.lookAtOutput();
      } else if (kind === "d") {
        const said = doneFrame(body);
        if (said?.id === id) done.resolve(said.status);
      } else broken.resolve("broken");
    };
    try {
      const { code, fileName } = program;
      this.#running.write(request("r", { id, code, ...(fileName === undefined ? {} : { file: `${WORKSPACE}/${fileName}` }) }));
      let how = await Promise.race([
        done.promise.then(() => "done" as const),
        this.#running.ended.then(() => "ended" as const),
        broken.promise,
        race.over,
      ]);
      if (how === "gone") return LOST;
      let isDone = how === "done";
      if (how === "timeout" || how === "cancelled" || how === "output_limit") {
        isMuted = how === "cancelled";
        this.#running.write(request("i", { id }));
        isDone = await within(done.promise, INTERRUPT_MS_MAX);
      }
      const seen = isDone ? await box.observe() : undefined;
      const clean = seen && !box.hasStrangers(seen, this.pid);
      const alive = isDone && seen?.pids.includes(this.pid);
      const rested = clean || (seen && alive && !seen.hasFiles) ? seen : (alive && (await box.reapAll(this.pid))) || (await box.reapAll());
      if (!rested?.pids.includes(this.pid)) await this.#end();
      const left = !rested ? "ruin" : clean || rested !== seen ? "nothing" : "processes";
      const { hasFiles = false, memoryPeakBytes } = rested ?? {};
      const rest = { hasFiles, left, ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }) } as const;
      if (how === "done") {
        const status = await done.promise;
        return status === 0 ? { outcome: "ok", exitCode: 0, ...rest } : { outcome: "error", exitCode: status, ...rest };
      }
      if (how === "timeout") return { outcome: how, exitCode: 124, ...rest };
      if (how === "cancelled" || how === "output_limit") return { outcome: how, exitCode: 1, ...rest };
      if (how === "broken") kept.write("stderr", BROKEN);
      const exitCode = (how === "ended" ? await this.#running.exitCode() : undefined) ?? 1;
      const outOfMemory = await watched.oomSince(oomsBefore, exitCode === 137 ? OOM_EVENT_MS_MAX : 0);
      if (outOfMemory) return { outcome: "oom", exitCode: 137, ...rest };
      return rested ? { outcome: "error", exitCode: exitCode === 0 ? 1 : exitCode, ...rest } : LOST;
    } finally {
      race.end();
      this.#frames.hear = () => {};
    }
  }

  close(): void {
    this.#running.letGo();
  }

  async #end(): Promise<void> {
    await within(this.#running.ended, STREAM_END_MS_MAX);
    this.#running.letGo();
  }
}

const BROKEN = Buffer.from("The code wrote into the stream by which Python is told what to run.\n");

function request(kind: "r" | "i", what: object): Buffer {
  const body = Buffer.from(JSON.stringify(what));
  const head = Buffer.alloc(5, kind);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function doneFrame(body: Uint8Array): { readonly id: string; readonly status: number } | undefined {
  try {
    const { id, status } = JSON.parse(Buffer.from(body).toString()) as { id: unknown; status: unknown };
    return typeof id === "string" && Number.isInteger(status) ? { id, status: Math.min(255, Math.max(0, Number(status))) } : undefined;
  } catch {
    return undefined;
  }
}

interface Frame {
  /** One letter of the driver's, or `?` for what is none. */
  readonly kind: string;
  readonly body: Uint8Array;
}

/** Takes the driver's frames apart. What is no frame ends it: nothing after it can be understood. */
class Frames {
  hear: (frame: Frame) => void = () => {};
  #waiting: Buffer = Buffer.alloc(0);
  #isBroken = false;

  take(bytes: Uint8Array): void {
    if (this.#isBroken) return this.hear({ kind: "?", body: bytes });
    let rest = this.#waiting.length > 0 ? Buffer.concat([this.#waiting, bytes]) : Buffer.from(bytes);
    while (rest.length >= 5) {
      const kind = String.fromCharCode(rest[0] ?? 0);
      const length = rest.readUInt32BE(1);
      if (!/^[hoed]$/.test(kind) || length > FRAME_BYTES_MAX) {
        this.#isBroken = true;
        return this.hear({ kind: "?", body: rest });
      }
      if (rest.length < 5 + length) break;
      this.hear({ kind, body: rest.subarray(5, 5 + length) });
      rest = rest.subarray(5 + length);
    }
    this.#waiting = rest;
  }
}
