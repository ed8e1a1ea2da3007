import type { ForkOptions } from "node:child_process";
import type { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import { documentKindOf, type DocumentText } from "./document.ts";
import { failed, TOO_MUCH_MEMORY } from "./failures.ts";
import { mayBeText, readPlain } from "./plain.ts";
import { OUT_OF_MEMORY, type ParserAnswer, type ParserRequest } from "./parser-protocol.ts";

/** A file as it was posted. */
export interface PostedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export interface ReadingLimits {
  /** Of the text. */
  readonly charsMax: number;
  /** Of reading, once it is its turn. */
  readonly readMsMax?: number;
  /** Of reading and the wait for its turn, together. */
  readonly wholeMsMax?: number;
  readonly memoryBytesMax?: number;
  /** Aborted when nobody waits for it any more: it is read no further then. */
  readonly signal?: AbortSignal;
}

/** The process in which a document is read, as far as it is used. */
interface Reader extends EventEmitter {
  kill(signal: NodeJS.Signals): boolean;
  send(request: ParserRequest, sent: (error: Error | null) => void): boolean;
}

/** Starts one; may throw. */
export type StartReader = (path: string, options: ForkOptions) => Reader;

/** Longer, and whoever asked has forgotten what. */
const READ_MS_MAX = 15_000;
const WHOLE_MS_MAX = 60_000;
/** Of the whole process: Node alone takes about 60 MB, a large PDF twice that. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;
/** Each is a process that may take a core; the others wait. */
const AT_ONCE_MAX = 2;
/** Text up to here is read where it is, within a millisecond; a process for it would take three hundred. */
const TEXT_HERE_BYTES_MAX = 64 * 1024;

let underWay = 0;
const waiting = new Set<() => void>();

/**
 * What a posted file says: a PDF, a Word document, a workbook or a table as Markdown, plain text as it is. `undefined`: it is none of these,
 * such as a picture. Never rejects; a file that breaks, hangs or grows ends with the process in which it is read.
 */
export async function readDocument(file: PostedFile, limits: ReadingLimits, start?: StartReader): Promise<DocumentText | undefined> {
  const { content } = file;
  const kind = documentKindOf(file.name, file.mediaType, content);
  if (kind === undefined) {
    if (isPicture(file.mediaType) || !mayBeText(content)) return undefined;
    if (content.byteLength <= TEXT_HERE_BYTES_MAX) return readPlain(content, limits);
  }
  const { charsMax, memoryBytesMax = MEMORY_BYTES_MAX, readMsMax = READ_MS_MAX, wholeMsMax = WHOLE_MS_MAX } = limits;
  const beginMs = performance.now();
  if (!(await turn(wholeMsMax, limits.signal))) return { kind: "unread", why: `other files were being read for ${seconds(wholeMsMax)}` };
  try {
    // Here, so that who reads no document does not load it.
    const begin = start ?? (await import("node:child_process")).fork;
    const leftMs = Math.max(1, wholeMsMax - (performance.now() - beginMs));
    const request = { kind: kind ?? ("text" as const), content, charsMax, memoryBytesMax };
    const answer = await inProcess(request, Math.min(readMsMax, leftMs), begin, limits.signal);
    return answer.kind === "no text" ? undefined : answer;
  } finally {
    underWay--;
    const [next] = waiting;
    next?.();
  }
}

/** Whether it came in that time, and was still wanted; whoever has it takes one off `underWay` in the end. */
function turn(waitMsMax: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  if (underWay < AT_ONCE_MAX) {
    underWay++;
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const over = (came: boolean) => {
      clearTimeout(timer);
      waiting.delete(come);
      signal?.removeEventListener("abort", gone);
      if (came) underWay++;
      resolve(came);
    };
    const come = () => over(true);
    const gone = () => over(false);
    const timer = setTimeout(gone, waitMsMax);
    signal?.addEventListener("abort", gone);
    waiting.add(come);
  });
}

const isPicture = (mediaType: string): boolean => /^(image|audio|video)\//.test(mediaType);

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

const OWN = import.meta.url;
const isSource = OWN.endsWith(".ts");
const READER = fileURLToPath(new URL(isSource ? "./parser-process.ts" : "./parser-process.js", OWN));

/** Where its code is: the room and the packages, or the program that was made of them. What lies beside, such as a `.env` or the store, is not in it. */
const CODE = (isSource ? ["./", "../../node_modules/"] : ["../../"]).map((folder) => fileURLToPath(new URL(folder, OWN)));

/** It may read its own code, and nothing else is given to it: no variable, no other file, none to write, no program to start. */
const FLAGS = [
  "--permission",
  ...CODE.map((folder) => `--allow-fs-read=${folder}*`),
  "--allow-worker",
  "--max-old-space-size=256",
  "--disable-warning=SecurityWarning",
];

/** By these, a process ends that the system or V8 gives no more memory. */
const MEMORY_SIGNALS: ReadonlySet<NodeJS.Signals | null> = new Set(["SIGKILL", "SIGABRT", "SIGTRAP"] as const);

const UNWANTED: ParserAnswer = { kind: "unread", why: "nobody waits for it any more" };

function inProcess(
  request: ParserRequest,
  readMsMax: number,
  start: StartReader,
  unwanted: AbortSignal | undefined,
): Promise<ParserAnswer> {
  if (unwanted?.aborted) return Promise.resolve(UNWANTED);
  let child: Reader;
  try {
    child = start(READER, { env: {}, execArgv: FLAGS, serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
  } catch (error) {
    return Promise.resolve(unstarted(error));
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => end({ kind: "unread", why: `reading it takes longer than ${seconds(readMsMax)}` }), readMsMax);
    const gone = () => end(UNWANTED);
    const end = (answer: ParserAnswer) => {
      clearTimeout(timer);
      unwanted?.removeEventListener("abort", gone);
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
      resolve(answer);
    };
    unwanted?.addEventListener("abort", gone);
    child.once("message", (answer: ParserAnswer) => end(answer));
    child.once("error", (error: Error) => end(unstarted(error)));
    child.once("exit", (code: number | null, signal: NodeJS.Signals | null) => {
      const isMemory = code === OUT_OF_MEMORY || (code === null && MEMORY_SIGNALS.has(signal));
      end(isMemory ? { kind: "unread", why: TOO_MUCH_MEMORY } : failed(new Error(`its process ended with ${signal ?? code}`)));
    });
    child.send(request, (error) => (error ? end({ ...failed(error), why: "it could not be handed over to be read" }) : undefined));
  });
}

const unstarted = (error: unknown): DocumentText => ({ ...failed(error), why: "no process could be started to read it" });
