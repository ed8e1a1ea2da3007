import type Docker from "dockerode";
import { exec, type ExecRunning } from "./exec.ts";

/** How things stand in a container, told by a process that the code can neither signal, trace nor read. */
export interface Observation {
  /** Every process that is alive, ours too. */
  readonly pids: readonly number[];
  /** Whether `out/` holds anything worth reading; also true where it cannot be looked into. */
  readonly hasFiles: boolean;
  /** The most memory in use at one time since the container was made: programs and files together. */
  readonly memoryPeakBytes?: number;
}

/**
 * A shell under a uid of its own, which stays as long as the container and answers in a millisecond what the engine would take 75 ms for.
 * It starts no process, so that a fork bomb does not keep it from answering.
 */
export class Monitor {
  readonly #running: ExecRunning;
  readonly #asked: ((answer: string | undefined) => void)[] = [];
  #rest = "";

  static async open(container: Docker.Container): Promise<Monitor> {
    let hear: (bytes: Uint8Array) => void = () => {};
    const running = await exec(container, {
      user: MONITOR_USER,
      cmd: ["/bin/sh", "-c", SCRIPT],
      onOutput: (stream, bytes) => void (stream === "stdout" && hear(bytes)),
    });
    const monitor = new Monitor(running);
    hear = (bytes) => monitor.#hear(bytes);
    return monitor;
  }

  private constructor(running: ExecRunning) {
    this.#running = running;
    void running.ended.then(() => this.#answerAll());
  }

  /** `undefined` when it is gone, or does not answer in time. */
  async look(): Promise<Observation | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#asked.push(resolve);
    const timer = setTimeout(() => this.#answerAll(), ANSWER_MS_MAX);
    void this.#running.ended.then(() => this.#answerAll());
    this.#running.write("look\n");
    const answer = await promise;
    clearTimeout(timer);
    return answer === undefined ? undefined : observation(answer);
  }

  close(): void {
    this.#running.letGo();
  }

  #hear(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString("latin1")).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, ANSWER_CHARS_MAX);
    for (const line of lines) this.#asked.shift()?.(line);
  }

  /** A late answer would be taken for that of the next question: one that is late is the last. */
  #answerAll(): void {
    for (const resolve of this.#asked.splice(0)) resolve(undefined);
    this.#running.letGo();
  }
}

const MONITOR_USER = "65531:65531"; // neither the code's nor that of the container's first process
const ANSWER_MS_MAX = 5_000; // It takes 1 ms; a machine that swaps takes longer.
const ANSWER_CHARS_MAX = 64 * 1024; // 64 processes make a line of 1 KB.

// The status, not the stat: there a name cannot hold a line of its own that says it is dead.
// The first file of memory is that of version 1 of control groups, the second of version 2. gVisor has neither.
const SCRIPT = `
while read -r asked; do
  files=0
  if [ -L out ]; then files=1
  elif [ -d out ]; then
    if [ -r out ] && [ -x out ]; then
      for f in out/* out/.[!.]* out/..?*; do if [ -e "$f" ] || [ -L "$f" ]; then files=1; break; fi; done
    else files=1; fi
  fi
  peak=0
  { read -r peak < /sys/fs/cgroup/memory/memory.max_usage_in_bytes || read -r peak < /sys/fs/cgroup/memory.peak; } 2>/dev/null
  pids=
  for p in /proc/[0-9]*; do
    state=
    { while read -r key state rest; do if [ "$key" = State: ]; then break; fi; done < "$p/status"; } 2>/dev/null
    case $state in Z | X) ;; *) pids="$pids $p" ;; esac
  done
  echo "$files $peak$pids"
done`;

function observation(line: string): Observation | undefined {
  const [files, peak, ...paths] = line.split(" ");
  const pids = paths.map((path) => Number(path.slice("/proc/".length)));
  if ((files !== "0" && files !== "1") || pids.length === 0 || pids.some((pid) => !Number.isSafeInteger(pid))) return undefined;
  const peakBytes = Number(peak);
  return { pids, hasFiles: files === "1", ...(peakBytes > 0 ? { memoryPeakBytes: peakBytes } : {}) };
}
