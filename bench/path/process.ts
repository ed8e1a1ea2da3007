import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** ms of processor time that a process has taken, all its threads together, to the nanosecond (Linux). Threads that have ended are not counted. */
export function cpuMs(pid: number): number {
  let ns = 0n;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += BigInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0] ?? "0");
    } catch {
      // It has just ended.
    }
  }
  return Number(ns) / 1e6;
}

/** Bytes that it has had written to a disk; 0 where its files are in memory. */
export function diskBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1] ?? Number.NaN);
}

export interface Flushes {
  /** Of `fsync` and `fdatasync`. */
  readonly all: number;
  /** Those for which the thread of the event loop waited. */
  readonly blocking: number;
}

const ATTACH_MS_MAX = 10_000;

/** Whether flushes can be counted here. */
export const canTrace = (): boolean => spawnSync("strace", ["-V"], { stdio: "ignore" }).status === 0;

/** What a process flushes to the disk while something is done, told by strace, which makes it slow. */
export async function flushesDuring(pid: number, file: string, work: () => Promise<void>): Promise<Flushes> {
  const tracer = spawn("strace", ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", file, "-p", String(pid)], { stdio: "ignore" });
  const ended = once(tracer, "exit");
  const until = performance.now() + ATTACH_MS_MAX;
  while (!/^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) {
    if (performance.now() > until || tracer.exitCode !== null)
      throw new Error("strace cannot look at the process: run as who may trace it");
    await sleep(10);
  }
  await sleep(200); // The other threads.
  try {
    await work();
  } finally {
    tracer.kill("SIGINT");
    await ended;
  }
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const begun = lines.filter((line) => /^\d+\s+(?:fsync|fdatasync)\(/.test(line));
  return { all: begun.length, blocking: begun.filter((line) => line.startsWith(`${pid} `)).length };
}
