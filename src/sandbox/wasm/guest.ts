import type { Answer, Request } from "./protocol.ts";
import { RUNNER } from "./runner.ts";

/**
 * Runs inside Deno, without any permission but reading Pyodide's own folder. Speaks JSON lines: requests on stdin, answers on stdout.
 * Nothing here is trusted by the other side: Python code can reach this realm and forge any answer.
 */
declare const Deno: {
  readonly args: readonly string[];
  readonly stdin: { readonly readable: ReadableStream<Uint8Array> };
  readonly stdout: { writeSync(bytes: Uint8Array): number };
  exit(code: number): never;
};

declare const WebAssembly: {
  readonly Memory: { readonly prototype: Memory };
};
interface Memory {
  readonly buffer: ArrayBuffer;
  grow: (this: Memory, pages: number) => number;
}

interface Stat {
  readonly mode: number;
  readonly size: number;
  readonly mtime: Date;
}

interface Pyodide {
  readonly FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, content: Uint8Array): void;
    readFile(path: string): Uint8Array;
    readdir(path: string): string[];
    lstat(path: string): Stat;
    isFile(mode: number): boolean;
    isDir(mode: number): boolean;
    chmod(path: string, mode: number): void;
    unlink(path: string): void;
  };
  setStdin(options: { stdin: () => undefined }): void;
  setStdout(options: { write: (bytes: Uint8Array) => number; isatty: boolean }): void;
  setStderr(options: { write: (bytes: Uint8Array) => number; isatty: boolean }): void;
  runPython(code: string): unknown;
}

type RunPython = (path: string, source: string) => Promise<number>;

const WORKSPACE = "/work";
const PATHS_MAX = 4096; // as many as the container's workspace holds

if (typeof Deno !== "undefined") await main();

async function main(): Promise<void> {
  const folder = Deno.args[0] as string;
  limitMemory(Number(Deno.args[1]));
  const { loadPyodide } = (await import(new URL(`file://${folder}/pyodide.mjs`).href)) as {
    loadPyodide: (options: { indexURL: string }) => Promise<Pyodide>;
  };
  const python = await loadPyodide({ indexURL: `${folder}/` });
  for (const path of [WORKSPACE, `${WORKSPACE}/out`, "/tmp"]) python.FS.mkdirTree(path);
  // Only the workspace and /tmp are to be written to, so that files land where they are kept.
  for (const path of ["/", "/home", "/home/pyodide"]) python.FS.chmod(path, 0o555);
  python.setStdin({ stdin: () => undefined });
  python.setStdout({ write: (bytes) => print("stdout", bytes), isatty: false });
  python.setStderr({ write: (bytes) => print("stderr", bytes), isatty: false });
  const run = python.runPython(RUNNER) as RunPython;
  const seen = new Map<string, string>();
  answer({ type: "ready", python: String(python.runPython("import platform; platform.python_version()")) });

  for await (const line of lines(Deno.stdin.readable)) {
    const request = JSON.parse(line) as Request;
    switch (request.type) {
      case "put":
        for (const file of request.files) orElse(() => put(python, seen, file), undefined);
        break;
      case "run":
        await runBlock(python, run, seen, request);
        break;
    }
  }
  Deno.exit(0); // stdin is closed: whoever started this is gone
}

/** Refused at once, Python says MemoryError; left to the limit of the process, the engine first searches its heap for several seconds. */
function limitMemory(bytesMax: number): void {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > bytesMax) throw new RangeError("the memory limit is reached");
    return grow.call(this, pages);
  };
}

async function runBlock(python: Pyodide, run: RunPython, seen: Map<string, string>, request: Request & { type: "run" }): Promise<void> {
  let exitCode: number;
  let usable = true;
  try {
    const out = `${WORKSPACE}/out`;
    // Made anew when the code put something else in its place.
    if (!orElse(() => python.FS.isDir(python.FS.lstat(out).mode), false)) orElse(() => python.FS.unlink(out), undefined);
    python.FS.mkdirTree(out);
    const bytes = new TextEncoder().encode(request.code);
    python.FS.mkdirTree(request.path.slice(0, request.path.lastIndexOf("/")));
    python.FS.writeFile(request.path, bytes);
    exitCode = await run(request.path, request.code);
  } catch (error) {
    // Python's own errors are caught inside. This is the end of the runtime.
    usable = false;
    exitCode = 1;
    print("stderr", new TextEncoder().encode(`${String(error).slice(0, 1000)}\n`));
  }
  const gone = usable ? tellChanges(python, seen, request.fileBytesMax) : [];
  answer({ type: "done", exitCode: exitCode === -1 ? 1 : exitCode, outOfMemory: exitCode === -1, usable, gone });
  if (!usable) Deno.exit(1);
}

function put({ FS }: Pyodide, seen: Map<string, string>, file: { path: string; base64: string; readOnly: boolean }): void {
  const path = `${WORKSPACE}/${file.path}`;
  FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  try {
    FS.unlink(path);
  } catch {
    // It was not there.
  }
  FS.writeFile(
    path,
    Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0)),
  );
  if (file.readOnly) FS.chmod(path, 0o444);
  seen.set(file.path, versionOf(FS.lstat(path)));
}

/** Tells every file that is new or was written, and returns the paths of those that are gone. */
function tellChanges({ FS }: Pyodide, seen: Map<string, string>, fileBytesMax: number): string[] {
  const found = new Set<string>();
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined && found.size < PATHS_MAX; folder = folders.pop()) {
    for (const name of orElse(() => FS.readdir(`${WORKSPACE}/${folder}`), [])) {
      if (name === "." || name === "..") continue;
      const path = folder === "" ? name : `${folder}/${name}`;
      const stat = orElse(() => FS.lstat(`${WORKSPACE}/${path}`), undefined);
      if (!stat) {
        if (folder === "out") answer({ type: "odd", path, kind: "unreadable" });
        continue;
      }
      if (FS.isDir(stat.mode)) folders.push(path);
      if (folder === "out" && !FS.isFile(stat.mode)) answer({ type: "odd", path, kind: FS.isDir(stat.mode) ? "folder" : "special" });
      if (!FS.isFile(stat.mode)) continue;
      found.add(path);
      const version = versionOf(stat);
      if (seen.get(path) === version) continue;
      const content =
        stat.size <= fileBytesMax ? orElse<{ base64?: string }>(() => ({ base64: toBase64(FS.readFile(`${WORKSPACE}/${path}`)) }), {}) : {};
      const isUnreadable = stat.size <= fileBytesMax && content.base64 === undefined;
      if (isUnreadable && folder === "out") answer({ type: "odd", path, kind: "unreadable" });
      // Another look at it when it can be read.
      if (!isUnreadable) seen.set(path, version);
      answer({ type: "changed", path, sizeBytes: stat.size, version, ...content });
    }
  }
  const gone = [...seen.keys()].filter((path) => !found.has(path));
  for (const path of gone) seen.delete(path);
  return gone;
}

// Functions, not constants: main() above has not returned yet when they are needed.
function versionOf({ mtime, size }: Stat): string {
  return `${mtime.getTime()}:${size}`;
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise; // The code took its own right to read away.
  }
}

/** In pieces: one answer is no longer than the host takes, however much is printed at once. */
function print(stream: "stdout" | "stderr", bytes: Uint8Array): number {
  const pieceBytesMax = 64 * 1024;
  for (let at = 0; at < bytes.length; at += pieceBytesMax)
    answer({ type: "printed", stream, base64: toBase64(bytes.subarray(at, at + pieceBytesMax)) });
  return bytes.length;
}

function answer(answered: Answer): void {
  let rest: Uint8Array = new TextEncoder().encode(`${JSON.stringify(answered)}\n`);
  while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

async function* lines(readable: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of readable as unknown as AsyncIterable<Uint8Array>) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    rest.push(parts.shift() ?? "");
    for (const part of parts) {
      yield rest.join("");
      rest = [part];
    }
  }
}
