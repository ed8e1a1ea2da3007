import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallOrigin } from "../../engine/tool.ts";

/** Of one session; what comes later is not in it. */
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
      this.#known.add(key);
      this.#bytes += content.byteLength;
      if (this.#bytes > FILES_BYTES_MAX) break;
      this.#path ??= await mkdtemp(join(tmpdir(), "parley-thread-"));
      await writeFile(join(this.#path, safe(name)), content);
    }
    return !wasThere && this.#path !== undefined;
  }
}

/** A name that stays in the folder. */
const safe = (name: string): string => name.replaceAll(/[/\\\0]/g, "_").replace(/^\.+/, "") || "file";
