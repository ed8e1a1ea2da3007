import { createHash } from "node:crypto";
import type { SandboxFile } from "../executor.ts";

/** What a block may hand back through `out/`. */
export interface FileLimits {
  readonly filesMax: number;
  readonly fileBytesMax: number;
  readonly filesBytesMax: number;
}

const KNOWN_MAX = 5000; // Past it a file may be handed back twice.
const NAME_CHARS_MAX = 200; // Slack shows fewer; file systems take 255 bytes.

/**
 * Gathers the files of one run under the limits. Names are made safe and unique, kinds are judged by content, and each refusal leaves a
 * notice. `known` remembers what earlier runs handed back, so that a file which lies there unchanged is not handed back again.
 */
export class FileCollector {
  readonly files: SandboxFile[] = [];
  readonly notices: string[] = [];
  readonly #limits: FileLimits;
  readonly #known: Map<string, string>;
  readonly #names = new Set<string>();
  #bytes = 0;
  #leftOut = 0;

  constructor(limits: FileLimits, known: Map<string, string>) {
    this.#limits = limits;
    this.#known = known;
    if (known.size > KNOWN_MAX) known.clear();
  }

  /** Whether the content of this file is worth reading; leaves a notice if not. */
  accepts(rawName: string, sizeBytes: number): boolean {
    if (sizeBytes <= this.#limits.fileBytesMax) return true;
    this.refuse(rawName, `it has ${mebibytes(sizeBytes)} MiB; the most for one file is ${mebibytes(this.#limits.fileBytesMax)} MiB`);
    return false;
  }

  /** @param version changes whenever the file is written, such as its time of change */
  add(rawName: string, content: Uint8Array, version: string): void {
    if (!this.accepts(rawName, content.byteLength)) return;
    const digest = digestOf(content, version);
    if (this.#known.get(rawName) === digest) return;
    if (this.files.length >= this.#limits.filesMax) {
      this.#leftOut++;
      return;
    }
    if (this.#bytes + content.byteLength > this.#limits.filesBytesMax) {
      this.refuse(rawName, `all files together may have ${mebibytes(this.#limits.filesBytesMax)} MiB`);
      return;
    }
    this.#known.set(rawName, digest);
    this.#bytes += content.byteLength;
    this.files.push({ name: this.#unique(cleanFileName(rawName)), mediaType: mediaTypeOf(content), content });
  }

  refuse(rawName: string, why: string): void {
    const told = `${rawName}\0${why}`;
    if (this.#known.has(told)) return;
    this.#known.set(told, "");
    if (this.notices.length < this.#limits.filesMax) this.notices.push(`out/${cleanFileName(rawName)} was not taken: ${why}.`);
    else this.#leftOut++;
  }

  /** Call it once, after the last file. */
  finish(): { files: readonly SandboxFile[]; notices: readonly string[] } {
    if (this.#leftOut > 0)
      this.notices.push(`${this.#leftOut} more files in out/ were not taken: at most ${this.#limits.filesMax} at a time.`);
    return { files: this.files, notices: this.notices };
  }

  #unique(name: string): string {
    const dot = name.lastIndexOf(".") > 0 ? name.lastIndexOf(".") : name.length;
    let candidate = name;
    for (let n = 2; this.#names.has(candidate.toLowerCase()); n++) candidate = `${name.slice(0, dot)}-${n}${name.slice(dot)}`;
    this.#names.add(candidate.toLowerCase());
    return candidate;
  }
}

/** What `known` holds of a file that was handed back, by its name. */
export const digestOf = (content: Uint8Array, version: string): string => createHash("sha256").update(content).digest("hex") + version;

export const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1);

/** A name without folders, control or direction marks, that neither hides nor climbs. */
export function cleanFileName(raw: string): string {
  const marked = raw
    .normalize("NFC")
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd/\\]/g, "_");
  const name = cut(marked.trim(), NAME_CHARS_MAX);
  return name === "" || /^\.+$/.test(name) ? "file" : name;
}

/** What file systems take. */
const NAME_BYTES_MAX = 255;

/** Cuts the middle, so that the ending stays. */
function cut(name: string, charsMax: number): string {
  const letters = Array.from(name);
  const short = letters.length <= charsMax ? name : [...letters.slice(0, charsMax - 21), "…", ...letters.slice(-20)].join("");
  return Buffer.byteLength(short) <= NAME_BYTES_MAX ? short : cut(name, Math.min(letters.length, charsMax) - 5);
}

const JSON_BYTES_MAX = 1024 * 1024; // Parsing is only done to find the kind; a larger one is called text.

/**
 * The kind, by content alone: images that a browser shows safely, PDF, JSON, CSV, text. HTML and SVG are text, because shown inline they
 * run scripts; everything else is bytes.
 */
export function mediaTypeOf(content: Uint8Array): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const starts = (text: string, at = 0): boolean => bytes.subarray(at, at + text.length).equals(Buffer.from(text, "latin1"));
  if (starts("\x89PNG\r\n\x1a\n")) return "image/png";
  if (starts("\xff\xd8\xff")) return "image/jpeg";
  if (starts("GIF87a") || starts("GIF89a")) return "image/gif";
  if (starts("RIFF") && starts("WEBP", 8)) return "image/webp";
  if (starts("%PDF-")) return "application/pdf";
  if (starts("PK\x03\x04")) return "application/zip"; // also the office formats
  const text = asText(bytes);
  if (text === undefined) return "application/octet-stream";
  if (/^\s*[[{]/.test(text) && bytes.length <= JSON_BYTES_MAX && isJson(text)) return "application/json";
  return isCsv(text) ? "text/csv" : "text/plain";
}

function asText(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A table: two lines or more, and the same number of commas (or semicolons, tabs) in each of the first ten. */
function isCsv(text: string): boolean {
  const lines = text.slice(0, 8192).split(/\r?\n/, 11).slice(0, 10);
  if (text.length > 8192) lines.pop();
  const rows = lines.filter((line) => line !== "");
  if (rows.length < 2 || /^\s*</.test(text)) return false;
  return [",", ";", "\t"].some((mark) => {
    const columns = rows.map((row) => row.replace(/"[^"]*"/g, "").split(mark).length);
    return columns[0] !== undefined && columns[0] > 1 && columns.every((count) => count === columns[0]);
  });
}
