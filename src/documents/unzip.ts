import { TooLarge } from "./failures.ts";
import { Unzip, UnzipInflate, zipSync, type Zippable } from "fflate";

/** What an Office document may come to when it is unpacked. A thousand times its size is what compressing allows. */
const UNPACKED_BYTES_MAX = 48 * 1024 * 1024;
const ENTRIES_MAX = 2_000;
const CHUNK_BYTES = 64 * 1024;

/**
 * The same archive, unpacked within bounds and packed again without compression, so that whatever reads it behind this meets sizes that are true.
 * Counted is what comes out, not what the archive says of itself. `wanted`: entries that are kept.
 * @throws TooLarge
 */
export function withinBounds(archive: Uint8Array, wanted: (name: string) => boolean): Uint8Array {
  const files: Zippable = {};
  let bytes = 0;
  let entries = 0;
  const unzip = new Unzip((file) => {
    if (++entries > ENTRIES_MAX) throw new TooLarge(`it has more than ${ENTRIES_MAX} parts`);
    if (!wanted(file.name) || file.name.endsWith("/")) return;
    const parts: Uint8Array[] = [];
    file.ondata = (error, part, isLast) => {
      if (error) throw error;
      bytes += part.byteLength;
      if (bytes > UNPACKED_BYTES_MAX) throw new TooLarge(`it is larger than ${UNPACKED_BYTES_MAX / 1024 / 1024} MiB when it is unpacked`);
      parts.push(part);
      if (isLast) files[file.name] = Buffer.concat(parts);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  // By pieces, so that the bound is met before the memory is gone.
  for (let at = 0; at < archive.byteLength; at += CHUNK_BYTES)
    unzip.push(archive.subarray(at, at + CHUNK_BYTES), at + CHUNK_BYTES >= archive.byteLength);
  return zipSync(files, { level: 0 });
}
