import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TMPFS_MAGIC = 0x01021994;
const isMemory = (folder: string) => statfsSync(folder).type === TMPFS_MAGIC;

/** A folder on a disk, and one in memory; absent where the machine has none. */
export function places(): { readonly disk: string | undefined; readonly memory: string | undefined } {
  return {
    disk: [tmpdir(), join(import.meta.dirname, "../..")].find((folder) => !isMemory(folder)),
    memory: ["/dev/shm", tmpdir()].find((folder) => existsSync(folder) && isMemory(folder)),
  };
}
