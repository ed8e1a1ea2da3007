import type Docker from "dockerode";
import { WORKSPACE, type Command } from "../box/box.ts";
import { exec, type ExecRunning } from "./exec.ts";

/** A process that waits for code to run: a line with the command, a line with the file, then the code. */
export interface Slot {
  readonly running: ExecRunning;
  /** Who hears what it prints; nobody before that. */
  listen(onOutput: Command["onOutput"]): void;
}

/** How the shell that waits is named in a list of processes, for people who look for what code left. */
export const WAITING = "parley-waiting";

/** Fails when the container or the engine is gone. */
export async function openSlot(container: Docker.Container): Promise<Slot> {
  let hear: Command["onOutput"] = () => {};
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
