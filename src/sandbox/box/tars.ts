import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Header } from "tar-stream";
import type { SandboxFile, WorkspaceFile } from "../executor.ts";
import { WORKSPACE } from "./box.ts";
import { cleanFileName, type FileCollector } from "./files.ts";
import { isLink, type WorkspaceCollector } from "./kept-files.ts";

const ENTRIES_MAX = 500;
const STREAM_BYTES_MAX = 24 * 1024 * 1024; // 16 MiB of files, and room for headers and for what is refused
const STREAM_MS_MAX = 30_000;
const WORKSPACE_STREAM_BYTES_MAX = 128 * 1024 * 1024; // A workspace is 64 MB; holes in its files make the stream larger.

/** A tar of the files, read-only, in a folder `in/`. */
export async function packFiles(files: readonly SandboxFile[]): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: "in", type: "directory", mode: 0o755, uid: 0, gid: 0 });
  for (const { name, content } of files)
    tar.entry({ name: `in/${cleanFileName(name)}`, mode: 0o444, uid: 0, gid: 0 }, Buffer.from(content));
  tar.finalize();
  return Buffer.concat(await Array.fromAsync(tar as unknown as AsyncIterable<Uint8Array>));
}

/** A tar of a workspace's files, folders and links, below nothing. */
export async function packWorkspace(files: readonly WorkspaceFile[], owner: { uid: number; gid: number }): Promise<Buffer> {
  const tar = pack();
  // Nothing is laid down behind a link.
  for (const file of [...files.filter((each) => !isLink(each)), ...files.filter(isLink)]) {
    const { path, mode, modifiedAtMs, content } = file;
    const header = { name: path, mode: mode & 0o777, mtime: new Date(modifiedAtMs), ...owner };
    if (isLink(file)) tar.entry({ ...header, type: "symlink", linkname: Buffer.from(content).toString() });
    else if (path.endsWith("/")) tar.entry({ ...header, type: "directory" });
    else tar.entry(header, Buffer.from(content));
  }
  tar.finalize();
  return Buffer.concat(await Array.fromAsync(tar as unknown as AsyncIterable<Uint8Array>));
}

/** Takes plain files, folders and links from a tar of a folder `work`. Of a file with two names each is a file. The tar is not trusted. Fails when it cannot be read to its end. */
export async function collectWorkspace(tar: AsyncIterable<Uint8Array>, into: WorkspaceCollector): Promise<void> {
  const reader = extract();
  const late = AbortSignal.timeout(STREAM_MS_MAX);
  await Promise.all([
    pipeline(Readable.from(capped(tar, WORKSPACE_STREAM_BYTES_MAX, "the workspace")), reader as unknown as Writable, { signal: late }),
    takeWorkspace(reader as unknown as AsyncIterable<Entry>, into),
  ]).catch((error: unknown) => {
    if (!(error instanceof TooMuch)) throw error;
    into.leaveOut("all that comes after", error.message);
  });
}

async function takeWorkspace(reader: AsyncIterable<Entry>, into: WorkspaceCollector): Promise<void> {
  const contents = new Map<string, Uint8Array>();
  for await (const entry of reader) {
    const { name, type, size, mode, mtime, linkname } = entry.header;
    const path = belowWork(name);
    const rights = { mode: mode & 0o777, modifiedAtMs: mtime?.getTime() ?? 0 };
    if (type === "directory" && path !== "")
      into.add({ path: path.endsWith("/") ? path : `${path}/`, ...rights, content: new Uint8Array() });
    else if (type === "file" && into.accepts(path, size)) {
      const content = Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Uint8Array>));
      contents.set(path, content);
      into.add({ path, ...rights, content });
      continue;
    } else if (type === "symlink") into.addLink(path, linkname ?? "", WORKSPACE);
    else if (type === "link") {
      const content = contents.get(belowWork(linkname ?? ""));
      if (content) into.add({ path, ...rights, content });
      else into.leaveOut(path, "another name of a file that is not kept");
    } else if (type !== "file" && type !== "directory") into.leaveOut(path, "no plain file");
    entry.resume();
  }
}

const belowWork = (name: string): string => name.replace(/^(\.\/)?work\/?/, "");

/** Takes the plain files that lie directly in `out/` from a tar of that folder. The tar is not trusted. Never fails: leaves a notice. */
export async function collectFiles(tar: AsyncIterable<Uint8Array>, into: FileCollector): Promise<void> {
  const late = AbortSignal.timeout(STREAM_MS_MAX);
  const reader = extract();
  try {
    await Promise.all([
      pipeline(Readable.from(capped(tar, STREAM_BYTES_MAX, "out/")), reader as unknown as Writable, { signal: late }),
      takeEntries(reader as unknown as AsyncIterable<Entry>, into),
    ]);
  } catch (error) {
    // Both halves fail together; the one that saw the reason comes first.
    if (error instanceof TooMuch) into.notices.push(error.message);
    else into.notices.push(`The files in out/ could not be read to the end${late.aborted ? " in time" : ""}.`);
  }
}

/** One entry of the tar: its header, and its content as a stream that must be read or drained. */
type Entry = Readable & { readonly header: Header };

class TooMuch extends Error {}

async function* capped(source: AsyncIterable<Uint8Array>, bytesMax: number, what: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new TooMuch(`${what} holds more than ${bytesMax / 1024 / 1024} MiB; the rest was not taken.`);
    yield chunk;
  }
}

async function takeEntries(reader: AsyncIterable<Entry>, into: FileCollector): Promise<void> {
  const contents = new Map<string, Uint8Array>();
  let entries = 0;
  for await (const entry of reader) {
    const { header } = entry;
    if (++entries > ENTRIES_MAX) throw new TooMuch(`out/ holds more than ${ENTRIES_MAX} files; the rest was not taken.`);
    const name = nameInOut(header);
    const version = String(header.mtime?.getTime());
    const why = refusal(header);
    const linked = header.type === "link" ? contents.get(header.linkname ?? "") : undefined;
    if (name === undefined) entry.resume();
    else if (linked) into.add(name, linked, version);
    else if (why) into.refuse(name, why);
    else if (into.accepts(name, header.size ?? 0)) {
      const content = Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Uint8Array>));
      contents.set(header.name, content);
      into.add(name, content, version);
      continue;
    }
    entry.resume();
  }
}

/** The entry's name below `out/`; undefined for the folder itself, and for what lies in a folder that was refused already. */
function nameInOut({ name, type }: Header): string | undefined {
  const path = name.replace(/\/$/, "");
  if (path === "out") return type === "directory" ? undefined : ".";
  const below = path.replace(/^out\//, "");
  return below.includes("/") ? undefined : below;
}

function refusal({ type }: Header): string | undefined {
  if (type === "file") return undefined;
  if (type === "directory") return "it is a folder; pack it into one file";
  return `it is a ${type === "link" ? "hard link to a file that was not taken" : (type ?? "special file")}, not a plain file`;
}
