import { constants } from "node:fs";
import { open, opendir, realpath, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, join, matchesGlob, relative, sep } from "node:path";
import { FILE_BYTES_MAX, SourceTrouble, type DocumentSource, type ListedFile, type Listing } from "./source.ts";

export interface FolderSettings {
  readonly name: string;
  /** An absolute path. */
  readonly folder: string;
  /** Paths within the folder, with `*` and `**`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The address under which people find the folder; the path of a file goes behind it. */
  readonly links?: string | undefined;
  readonly filesMax: number;
  readonly mbMax: number;
  readonly touches: DocumentSource["touches"];
}

/** Whoever has more has named the wrong folder; looking at so many takes about a second. */
const ENTRIES_MAX = 100_000;
const DEPTH_MAX = 32;
/** In UTF-8: an index of names takes no entry that is much longer. */
const PATH_BYTES_MAX = 2_000;
const MIB = 1024 * 1024;
/** Programs keep their own things in these. */
const NEVER = new Set(["node_modules"]);

/**
 * A folder of this machine with what is below it. Nothing is read that lies elsewhere: links are not followed, whatever they name, and what is hidden (its name begins
 * with a dot) is left out.
 */
export function folderSource(settings: FolderSettings): DocumentSource {
  const { name, folder, include, exclude, links, touches } = settings;
  const hash = createHash("sha256")
    .update(JSON.stringify([folder, include, exclude, links ?? "", settings.filesMax, settings.mbMax]))
    .digest("hex");
  return {
    name,
    key: `folder/${hash}`,
    touches,
    // Whoever wrote the team file has given it to the team.
    closedTo: async () => undefined,
    list: (signal) => listed(settings, signal),
    content: ({ name: path }) => contentOf(folder, path),
  };

  async function listed({ filesMax, mbMax }: FolderSettings, signal: AbortSignal): Promise<Listing> {
    const files: ListedFile[] = [];
    let [bytes, tooMany, entries, linked, tooLong] = [0, 0, 0, 0, 0];
    const root = await rootOf(name, folder);
    const folders = [{ path: root, depth: 0 }];
    for (let next = folders.shift(); next !== undefined && !signal.aborted; next = folders.shift()) {
      const { path, depth } = next;
      const found = await namesIn(path, depth === 0 ? name : undefined);
      for (const entry of found) {
        if (++entries > ENTRIES_MAX)
          throw new SourceTrouble(`the folder of ${name} has more than ${ENTRIES_MAX} entries. Name the folder below it that is meant.`);
        if (entry.name.startsWith(".") || NEVER.has(entry.name)) continue;
        const inner = join(path, entry.name);
        const within = relative(root, inner).split(sep).join("/");
        if (entry.isSymbolicLink()) linked += isMeant(within) ? 1 : 0;
        else if (entry.isDirectory()) {
          if (depth < DEPTH_MAX) folders.push({ path: inner, depth: depth + 1 });
        } else if (entry.isFile() && isMeant(within)) {
          if (Buffer.byteLength(within) > PATH_BYTES_MAX) {
            tooLong++;
            continue;
          }
          const { size, mtimeMs } = await stat(inner).catch(() => ({ size: -1, mtimeMs: 0 }));
          if (size < 0) continue;
          bytes += Math.min(size, FILE_BYTES_MAX);
          if (files.length >= filesMax || bytes > mbMax * MIB) tooMany++;
          else files.push(fileOf(within, size, mtimeMs));
        }
      }
    }
    return {
      files,
      leftOut: [
        ...(tooMany > 0
          ? [`${filesOf(tooMany)} of ${name} left out: it is indexed up to ${filesMax} files (filesMax) and ${mbMax} MiB (mbMax).`]
          : []),
        ...(linked > 0 ? [`${filesOf(linked)} of ${name} left out: links are not followed.`] : []),
        ...(tooLong > 0 ? [`${filesOf(tooLong)} of ${name} left out: a path has at most ${PATH_BYTES_MAX} bytes.`] : []),
      ],
    };
  }

  function fileOf(path: string, size: number, mtimeMs: number): ListedFile {
    return { name: path, title: path, link: linkTo(links, path), version: `${mtimeMs}/${size}`, mediaType: "", hasLines: true };
  }

  function isMeant(path: string): boolean {
    return include.some((glob) => matchesGlob(path, glob)) && !exclude.some((glob) => matchesGlob(path, glob));
  }
}

const filesOf = (count: number): string => (count === 1 ? "1 file" : `${count} files`);

const linkTo = (base: string | undefined, path: string): string =>
  base === undefined ? "" : `${base.endsWith("/") ? base : `${base}/`}${path.split("/").map(encodeURIComponent).join("/")}`;

/** The folder itself may be a link: the team file names it. */
async function rootOf(name: string, folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw new SourceTrouble(
      `the folder of ${name} cannot be looked at (${codeOf(error)}). Name one that is there, and that Parley may read.`,
    );
  }
  throw new SourceTrouble(`what ${name} names is not a folder. Name the folder that the file is in, and the file under \`include\`.`);
}

/** In the order of their names, so that of too many the same ones are taken each time. A folder below that cannot be read has none. */
async function namesIn(path: string, asked: string | undefined) {
  const entries = [];
  try {
    for await (const entry of await opendir(path)) {
      if (entries.length >= ENTRIES_MAX) break;
      entries.push(entry);
    }
  } catch (error) {
    if (asked !== undefined) throw new SourceTrouble(`the folder of ${asked} cannot be read (${codeOf(error)}). Give Parley the right to.`);
  }
  return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Of a file that is still where it was found: what has become a link since, or lies behind one, is not opened. */
async function contentOf(folder: string, path: string): Promise<Uint8Array | string> {
  try {
    const root = await realpath(folder);
    const whole = join(root, path);
    if (!whole.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return "it lies elsewhere";
    if ((await realpath(whole)) !== whole) return "it is a link, or lies behind one";
    const file = await open(whole, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return "it is no file";
      if (found.size > FILE_BYTES_MAX) return `it is larger than ${FILE_BYTES_MAX / MIB} MiB`;
      const content = Buffer.alloc(Math.min(found.size, FILE_BYTES_MAX));
      const { bytesRead } = await file.read(content, 0, content.length, 0);
      return content.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    return `it cannot be opened (${codeOf(error)}): ${basename(path).slice(0, 100)}`;
  }
}

const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
