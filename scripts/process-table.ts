import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** With the number it names one process for good. */
  readonly startedAt: string;
  readonly command: string;
}

/** Every process of this machine that has not ended; none where the system cannot be asked. */
export function processTable(): readonly ProcessEntry[] {
  return process.platform === "linux" ? fromProc() : fromPs();
}

function fromProc(): ProcessEntry[] {
  return pids().flatMap((pid) => {
    // After the name, which may hold anything: state, parent, group, session; the 22nd of all is the start.
    const stat = read(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 20 || fields[0] === "Z" || fields[0] === "X") return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    const name = /\((.*)\)/s.exec(stat)?.[1] ?? "";
    return [
      {
        pid,
        parent: Number(fields[1]),
        group: Number(fields[2]),
        session: Number(fields[3]),
        startedAt: fields[19] ?? "",
        command: command === "" ? `[${name}]` : command,
      },
    ];
  });
}

function fromPs(): ProcessEntry[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,lstart=,command="], { encoding: "utf8" });
  return [...(stdout ?? "").matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/gm)].map(
    ([, pid, parent, group, startedAt = "", command = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: 0,
      startedAt,
      command,
    }),
  );
}

/** Whether a process was started with this in its environment. Known on Linux alone. */
export const wasStartedWith = ({ pid }: ProcessEntry, variable: string): boolean =>
  read(`/proc/${pid}/environ`).split("\0").includes(variable);

/** The pipes, such as `pipe:[123]`, that a process writes its output to; other processes may hold the same. Known on Linux alone. */
export const outputsOf = (pid: number): readonly string[] =>
  [1, 2].map((fd) => link(`/proc/${pid}/fd/${fd}`)).filter((to) => /^(pipe|socket):/.test(to));

export function holdsOneOf({ pid }: ProcessEntry, outputs: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => outputs.has(link(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

const pids = (): number[] => readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended meanwhile, or is another user's.
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
