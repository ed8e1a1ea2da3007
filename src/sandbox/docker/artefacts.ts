import type Docker from "dockerode";
import { collectFiles } from "../box/tars.ts";
import { WORKSPACE } from "./container.ts";
import { callEngine, statusOf } from "./engine.ts";
import type { FileCollector } from "../box/files.ts";

/**
 * Reads `out/` from the engine's tar of it. Call it when no process of the code is left: then nothing changes meanwhile. The path is a
 * constant: the engine reads as root and would follow a name that code chose. Only plain files lying directly in `out/` are taken.
 */
export async function collectArtefacts(container: Docker.Container, into: FileCollector): Promise<void> {
  let tar: NodeJS.ReadableStream;
  try {
    tar = await callEngine((options) => container.getArchive({ path: `${WORKSPACE}/out`, ...options }));
  } catch (error) {
    if (statusOf(error) !== 404) into.notices.push("The files in out/ could not be read.");
    return;
  }
  await collectFiles(tar as AsyncIterable<Uint8Array>, into);
}
