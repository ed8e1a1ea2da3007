import { lstat, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallOrigin } from "../../engine/tool.ts";
import { hereAndNow, isHere } from "../../processes/place.ts";

/** Then the place of the process that made it, a dash, and random letters. */
const NAME = "parley-thread-";

/** Of one session; what has no room is not in it. */
const FILES_BYTES_MAX = 100_000_000;

/**
 * The files of a thread as a folder on this machine, for a server that asks for folders (roots): made when the first file is there, and gone with the
 * session. What the server itself writes there is nobody else's.
 */
export class ThreadFolder {
  readonly #known = new Set<string>();
  #path: string | undefined;
  #bytes = 0;
  /** One call after the other. */
  #filling: Promise<unknown> = Promise.resolve();

  /** As the protocol has a folder; none before there are files. */
  get roots(): readonly { readonly uri: string; readonly name: string }[] {
    return this.#path === undefined ? [] : [{ uri: pathToFileURL(this.#path).href, name: "Files of the thread" }];
  }

  /** Brings what the thread has been given since. Whether the folder is new. */
  async fill(files: CallOrigin["files"]): Promise<boolean> {
    const filled = this.#filling.then(() => this.#fill(files));
    this.#filling = filled.catch(() => undefined);
    return await filled;
  }

  async close(): Promise<void> {
    await this.#filling;
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }

  async #fill(files: CallOrigin["files"]): Promise<boolean> {
    const wasThere = this.#path !== undefined;
    for (const { key, name, content } of (await files?.(this.#known)) ?? []) {
      if (this.#bytes + content.byteLength <= FILES_BYTES_MAX) {
        this.#path ??= await mkdtemp(join(tmpdir(), `${NAME}${hereAndNow() ?? ""}-`));
        await writeFile(join(this.#path, safe(name)), content);
        this.#bytes += content.byteLength;
      }
      this.#known.add(key);
    }
    return !wasThere && this.#path !== undefined;
  }
}

/** What file systems take of a name. */
const NAME_BYTES_MAX = 255;

/** A name that stays in the folder, and that a file can have: of a long one the end goes, but for its ending. */
function safe(name: string): string {
  const whole = name.replaceAll(/[/\\\0]/g, "_").replace(/^\.+/, "") || "file";
  if (Buffer.byteLength(whole) <= NAME_BYTES_MAX) return whole;
  const [ending = ""] = /\.[A-Za-z0-9]{1,10}$/.exec(whole) ?? [];
  const stem = Buffer.from(whole.slice(0, whole.length - ending.length)).subarray(0, NAME_BYTES_MAX - ending.length);
  return new TextDecoder().decode(stem, { stream: true }) + ending;
}

/**
 * Removes the folders of processes that ended without a chance to do so, by a crash: of this machine and this user, and only where it is certain that the process
 * is gone. Where the system does not tell who made one, it stays. Never rejects.
 */
export async function removeOrphanFolders(folder = tmpdir()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, place] = /^parley-thread-(.+)-[^-]+$/.exec(name) ?? [];
    if (place === undefined || isHere(place) !== false) continue;
    const path = join(folder, name);
    try {
      const found = await lstat(path);
      if (found.isDirectory() && found.uid === process.getuid?.()) await rm(path, { recursive: true, force: true });
    } catch {
      // Another one has removed it, or nobody can.
    }
  }
}
