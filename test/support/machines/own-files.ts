import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { runChild } from "../children.ts";

/** How a program is started so that it has a disk of its own. */
export interface OwnFiles {
  readonly command: string;
  /** What comes before the program and its arguments. */
  readonly args: readonly string[];
  /** As it is called there. */
  readonly folder: string;
}

const ROOT = resolve(import.meta.dirname, "../../..");
const APART = ["--mount", "--propagation", "private"];
/** All that is not its own it can only read. A socket is no file in this: a door to an engine stays one. */
const SCRIPT = `set -e
for shared in "$1" "$2"; do mount --bind "$shared" "$shared"; mount -o remount,bind,ro "$shared"; done
mount -t tmpfs -o size=64m none "$3"
cp "$4" "$3/parley.yml"
cd "$3"; shift 4; exec "$@"`;

/** Whether this machine lets a process have a disk of its own (Linux, root, mount). */
export const canHaveOwnFiles = async (): Promise<boolean> =>
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  (await runChild("unshare", [...APART, "mount", "-t", "tmpfs", "none", "/mnt"]).catch(() => undefined))?.code === 0;

/**
 * A disk in memory that no other process sees and that is gone with the last one that is started by this; `settings` is copied to it. Nothing else can be written
 * there: neither the folder for what is temporary, nor that of the program.
 */
export async function ownFiles(settings: string): Promise<OwnFiles> {
  const folder = await mkdtemp(join(tmpdir(), "parley-host-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { command: "unshare", args: [...APART, "sh", "-c", SCRIPT, "sh", tmpdir(), ROOT, folder, settings], folder };
}
