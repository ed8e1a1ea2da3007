import { readFileSync, readlinkSync } from "node:fs";

/**
 * Which process of which host: `BOOT.NAMESPACE.PID.START`, the id of the kernel's boot, the number of the namespace in which the process id counts,
 * and when the process was started, in ticks since the boot. No other process has the same, before the next boot and after it. Undefined
 * where the system does not tell, which is all but Linux.
 */
export function hereAndNow(): string | undefined {
  const host = thisHost();
  const start = startOf("self");
  return host === undefined || start === undefined ? undefined : `${host}.${process.pid}.${start}`;
}

/** Whether that process lives; undefined where it is of another host, or of another namespace, from where it cannot be seen. */
export function isHere(place: string): boolean | undefined {
  const [, host, pid, start] = /^(\w[\w-]*\.\d+)\.(\d+)\.(\d+)$/.exec(place) ?? [];
  if (host === undefined || pid === undefined || host !== thisHost()) return undefined;
  const found = startOf(pid);
  return found === undefined ? isHidden(Number(pid)) : found === start;
}

function thisHost(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = /^pid:\[(\d+)\]$/.exec(readlinkSync("/proc/self/ns/pid"))?.[1];
    return boot === "" || namespace === undefined ? undefined : `${boot}.${namespace}`;
  } catch {
    return undefined;
  }
}

const ENDED = "ended";

/** Of one that has ended and was not yet asked for, that it has; undefined where there is nothing to read. */
function startOf(pid: string): string | undefined {
  try {
    // The name of its program, in brackets, may hold anything.
    const [state, ...more] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === "Z" || state === "X" ? ENDED : more[18];
  } catch {
    return undefined;
  }
}

/** A system may show nobody the processes of other users: who may not be signalled is there. */
function isHidden(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
