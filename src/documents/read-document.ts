import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { documentKindOf, type DocumentText } from "./document.ts";
import { readPlain } from "./plain.ts";
import { OUT_OF_MEMORY, type ParserRequest } from "./parser-protocol.ts";

/** A file as it was posted. */
export interface PostedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export interface ReadingLimits {
  /** Of the text. */
  readonly charsMax: number;
  readonly readMsMax?: number;
  readonly memoryBytesMax?: number;
}

/** Longer, and whoever asked has forgotten what. */
const READ_MS_MAX = 15_000;
/** Of the whole process: Node alone takes about 60 MB, a large PDF twice that. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;
/** Each is a process that may take a core; the others wait. */
const AT_ONCE_MAX = 2;

let underWay = 0;
const waiting: (() => void)[] = [];

/**
 * What a posted file says: a PDF, a Word document, a workbook or a table as Markdown, plain text as it is. `undefined`: it is none of these,
 * such as a picture. Never rejects; a file that breaks, hangs or grows ends with the process in which it is read.
 */
export async function readDocument(file: PostedFile, limits: ReadingLimits): Promise<DocumentText | undefined> {
  const kind = documentKindOf(file.name, file.mediaType, file.content);
  if (kind === undefined) return isPicture(file.mediaType) ? undefined : readPlain(file.content, limits);
  if (underWay >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  underWay++;
  try {
    const memoryBytesMax = limits.memoryBytesMax ?? MEMORY_BYTES_MAX;
    return await inProcess({ kind, content: file.content, charsMax: limits.charsMax, memoryBytesMax }, limits.readMsMax ?? READ_MS_MAX);
  } finally {
    underWay--;
    waiting.shift()?.();
  }
}

const isPicture = (mediaType: string): boolean => /^(image|audio|video)\//.test(mediaType);

/** It may read its own code, and nothing else is given to it: no variable, no file to write, no program to start. */
const FLAGS = ["--permission", "--allow-fs-read=*", "--allow-worker", "--max-old-space-size=256", "--disable-warning=SecurityWarning"];

function inProcess(request: ParserRequest, readMsMax: number): Promise<DocumentText> {
  const own = import.meta.url;
  const path = fileURLToPath(new URL(own.endsWith(".ts") ? "./parser-process.ts" : "./parser-process.js", own));
  return new Promise((resolve) => {
    const child = fork(path, { env: {}, execArgv: FLAGS, serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const timer = setTimeout(
      () => end({ kind: "unread", why: `reading it takes longer than ${Math.round(readMsMax / 1_000)} s` }),
      readMsMax,
    );
    const end = (text: DocumentText) => {
      clearTimeout(timer);
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
      resolve(text);
    };
    child.once("message", (text) => end(text as DocumentText));
    child.once("error", () => end({ kind: "unread", why: "no process could be started to read it" }));
    child.once("exit", (code) =>
      end({
        kind: "unread",
        why: code === OUT_OF_MEMORY || code === null ? "reading it takes too much memory" : "the program that reads it has failed",
      }),
    );
    child.send(request, (error) => (error ? end({ kind: "unread", why: "it could not be handed over to be read" }) : undefined));
  });
}
