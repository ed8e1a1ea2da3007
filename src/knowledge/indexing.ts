import { createHash } from "node:crypto";
import type { Clock } from "../engine/clock.ts";
import { readDocument } from "../documents/read-document.ts";
import {
  NAME_CHARS_MAX,
  type DocumentDraft,
  type IndexedDocument,
  type KnowledgeIndex,
  type PassageDraft,
} from "../store/knowledge/knowledge-index.ts";
import { passagesOf } from "./passages.ts";
import type { DocumentSource, ListedFile } from "./source.ts";

/** Of one document, about 70,000 words; a longer one is indexed as far as that. */
export const DOCUMENT_CHARS_MAX = 400_000;
/** Reading documents takes processes, two at once; the rest is done while one is waited for. */
const AT_ONCE = 2;
/** What could not be read is tried again after so long, though it has not changed: the machine may have been busy. */
const TRY_AGAIN_MS = 3_600_000;

export interface IndexingParts {
  readonly index: KnowledgeIndex;
  readonly clock: Clock;
  readonly log: (what: string, error?: unknown) => void;
  /** In place of the one that starts a process for a document. */
  readonly read?: typeof readDocument;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/**
 * Brings the index of a source up to what lies there now: what is new or has changed is read, what is gone is taken out, the rest is left as it is. Ends early
 * when the signal is aborted; what was done stays, and the next one goes on with the rest. What was left out, a sentence each.
 */
export async function bringUpToDate(
  source: DocumentSource,
  { index, clock, log, read = readDocument }: IndexingParts,
  signal: AbortSignal,
  told: (progress: Progress) => void,
): Promise<readonly string[]> {
  const { files: listed, leftOut } = await source.list(signal);
  if (signal.aborted) return [];
  const files = listed.map(fitting);
  const known = new Map((await index.documents(source.key)).map((document) => [document.name, document]));
  const names = new Set(files.map(({ name }) => name));
  const gone = [...known.keys()].filter((name) => !names.has(name));
  if (gone.length > 0) await index.remove(source.key, gone);
  const due = files.filter((file) => isDue(file, known.get(file.name)));
  for (const file of files) {
    const before = known.get(file.name);
    if (before && !due.includes(file) && (before.title !== file.title || before.link !== file.link)) await index.retitle(source.key, file);
  }
  let done = files.length - due.length;
  let isFull = false;
  const failures: unknown[] = [];
  const next = due[Symbol.iterator]();
  const work = async () => {
    for (let one = next.next(); !one.done && !signal.aborted && !isFull && failures.length === 0; one = next.next()) {
      if ((await indexed(one.value, known.get(one.value.name))) === "full") isFull = true;
      told({ done: ++done, total: files.length });
    }
  };
  // Nothing goes on behind its end: another process may have its turn then.
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch((error: unknown) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
  return isFull ? [...leftOut, `${source.name} is indexed in part: it has more passages than an index takes. Name less of it.`] : leftOut;

  function isDue(file: ListedFile, before: IndexedDocument | undefined): boolean {
    return before?.version !== file.version || (before.problem !== "" && clock.now() - before.at >= TRY_AGAIN_MS);
  }

  async function indexed(file: ListedFile, before: IndexedDocument | undefined): Promise<"kept" | "full"> {
    const { name, title, link, version } = file;
    const content = await source.content(file, signal);
    // One that was broken off is no worse than before.
    if (signal.aborted) return "kept";
    const draft = { name, title, link, version, hash: "", problem: "", part: "" };
    if (typeof content === "string") return index.put(source.key, { ...draft, problem: content }, []);
    const hash = createHash("sha256").update(content).digest("hex");
    if (before?.hash === hash && before.problem === "") {
      await index.retitle(source.key, file);
      return "kept";
    }
    const { passages, ...said } = await saidIn(file, content);
    return index.put(source.key, { ...draft, hash, ...said }, passages);
  }

  async function saidIn(
    file: ListedFile,
    content: Uint8Array,
  ): Promise<Pick<DocumentDraft, "problem" | "part"> & { readonly passages: readonly PassageDraft[] }> {
    if (content.length === 0) return { problem: "it is empty", part: "", passages: [] };
    const found = await read({ name: file.title, mediaType: file.mediaType, content }, { charsMax: DOCUMENT_CHARS_MAX });
    if (found === undefined) return { problem: "it is none of the kinds that hold words", part: "", passages: [] };
    if (found.kind === "unread") {
      if (found.failure !== undefined) log(`${source.name}: ${file.name} could not be read as a document: ${found.failure}`);
      return { problem: found.why, part: "", passages: [] };
    }
    // A text that is kept has no NUL; of as many characters, so that places stay where they are.
    const text = found.text.replaceAll("\0", " ").toWellFormed();
    const isPlain = file.hasLines && found.starts === undefined && isRead(content);
    const passages = passagesOf({
      text,
      ...(found.starts ? { pages: found.starts } : {}),
      ...(isPlain ? { firstLine: 1 + blankLinesBefore(content) } : {}),
    });
    const end = passages.at(-1)?.end ?? 0;
    const part = end < text.length ? `the first ${end} characters` : (found.part ?? "");
    return { problem: "", part, passages: passages.map(({ start: _start, end: _end, ...passage }) => passage) };
  }
}

/** An address that an index does not take is left out: in one of a folder each letter of another script is nine characters. */
const fitting = (file: ListedFile): ListedFile => (file.link.length > NAME_CHARS_MAX ? { ...file, link: "" } : file);

/** Whether it is text as it stands: documents of other kinds are turned into it, and have no lines of their own. */
const isRead = (content: Uint8Array): boolean => {
  const start = Buffer.from(content.subarray(0, 4)).toString("latin1");
  return !start.startsWith("PK\x03\x04") && !start.startsWith("%PDF");
};

/** What stands before a text is read away. */
function blankLinesBefore(content: Uint8Array): number {
  let lines = 0;
  for (const byte of content) {
    if (byte === 0x0a) lines++;
    else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) break;
  }
  return lines;
}
