import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { BOX_LIMITS, type BoxExecutorSettings } from "../box/executor.ts";
import type { ShellBox } from "../box/shell.ts";
import { createShellExecutor } from "../box/shell-executor.ts";
import { SandboxUnavailable, type Executor } from "../executor.ts";
import { startOsBox, type OsLimits, type OsParts, type OsPrograms } from "./box.ts";
import { seccompProgram } from "./seccomp.ts";
import { leaks } from "./trial.ts";

export interface OsSettings extends BoxExecutorSettings, Partial<OsLimits> {}

const LABEL = "process sandbox — separate namespaces and seccomp, shared kernel, no memory limit per tree";
const MEND =
  "Use Docker instead, or let this user make user namespaces: sysctl user.max_user_namespaces must not be 0, and on Ubuntu 23.10 or newer " +
  "AppArmor must allow bwrap and unshare (sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile with userns). Inside a container it does not work.";

/**
 * Runs code in namespaces of this machine's own kernel, made by bubblewrap: for Linux machines without a container engine. Asked for by
 * name only. Tries itself out before anything else runs: code must run, and must reach neither the host's files, nor its processes, nor
 * its network. Throws {@link SandboxUnavailable}, whose message says how to mend it.
 */
export async function createOsExecutor(settings: OsSettings = {}): Promise<Executor> {
  const limits: OsLimits = { memoryMb: BOX_LIMITS.memoryMb, pids: 64, workspaceMb: 64, ...settings };
  const parts: OsParts = { programs: findPrograms(), limits, seccomp: filterOf(process.arch) };
  const start = (): Promise<ShellBox> =>
    startOsBox(parts).catch((error: unknown) => {
      throw new SandboxUnavailable(`A process sandbox could not be made (${String((error as Error).message).slice(0, 300)}). ${MEND}`);
    });
  return createShellExecutor(
    {
      grade: "process",
      label: LABEL,
      where: "in a Linux sandbox with this machine's own programs, without network",
      start,
      inspect: leaks,
      mend: MEND,
    },
    { runsMax: 2 * availableParallelism(), ...settings },
  );
}

/** @param find gives a program's absolute path */
export function findPrograms(find: (name: string) => string | undefined = findProgram): OsPrograms {
  if (process.platform !== "linux")
    throw new SandboxUnavailable(
      `The process sandbox needs Linux, and this is ${process.platform}. Use Docker (sandbox: { executor: docker }).`,
    );
  const needed = (name: string, from: string): string => {
    const path = find(name);
    if (path === undefined)
      throw new SandboxUnavailable(
        `The process sandbox needs ${name}, which was not found. Install ${from} (apt-get install ${from}), or use Docker.`,
      );
    return path;
  };
  return {
    bwrap: needed("bwrap", "bubblewrap"),
    prlimit: needed("prlimit", "util-linux"),
    unshare: needed("unshare", "util-linux"),
    nsenter: needed("nsenter", "util-linux"),
    nice: needed("nice", "coreutils"),
    setpriv: process.getuid?.() === 0 ? needed("setpriv", "util-linux") : undefined,
  };
}

/** Only programs below /usr are seen in the box, and only those of the system are trusted to make it. */
function findProgram(name: string): string | undefined {
  const folders = ["/usr/bin", "/usr/sbin", ...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder.startsWith("/usr/"))];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function filterOf(arch: string): Buffer {
  const program = seccompProgram(arch);
  if (!program)
    throw new SandboxUnavailable(`The process sandbox has no system call filter for ${arch}: it runs on x64 and arm64. Use Docker.`);
  return program;
}
