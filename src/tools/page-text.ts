import { documentKindOf, type DocumentKind, type DocumentText } from "../documents/document.ts";
import { readDocument } from "../documents/read-document.ts";
import { failed, type Failed, plain, quoted, size } from "./result.ts";
import type { Page } from "./web-request.ts";

/** What a page says. */
export interface PageText {
  readonly url: URL;
  /** For people: its own title, else its first heading, else its address. */
  readonly title: string;
  /** What it is and how much of it was read: `application/pdf, 1.2 MB, 80 pages`. */
  readonly what: string;
  /** Without what nobody sees. */
  readonly text: string;
  /** Of a PDF: where its pages begin in the text. */
  readonly starts: readonly number[];
}

export interface PageBytes {
  /** Of a page of text, packed or unpacked; the rest of a longer one is not read. */
  readonly bytesMax: number;
  /** Of a PDF, a Word document or a workbook: half of one says nothing, and a larger one is refused. */
  readonly documentBytesMax: number;
}

/** Longer than any page for readers; a document is read as far as that. */
const TEXT_CHARS_MAX = 2_000_000;

const DOCUMENTS: ReadonlyMap<string, DocumentKind> = new Map([
  ["application/pdf", "pdf"],
  ["application/x-pdf", "pdf"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
]);

/** What servers say of a file of which they know nothing. */
const UNKNOWN = new Set(["application/octet-stream", "binary/octet-stream", "application/download", "application/force-download"]);

const NAMES: { readonly [Kind in DocumentKind]: string } = { pdf: "PDF", docx: "Word document", xlsx: "workbook", csv: "table" };

const isHtml = (mediaType: string): boolean => mediaType === "text/html" || mediaType === "application/xhtml+xml";

const isText = (mediaType: string): boolean =>
  mediaType === "" || // Looked at when it is there.
  mediaType.startsWith("text/") ||
  /^application\/([\w.+-]+\+)?(json|xml)$/.test(mediaType) ||
  /^application\/(javascript|x-ndjson|yaml|x-yaml|toml)$/.test(mediaType);

/** How much is read of what says that it is of this type; nothing of what has no words. */
export const bytesMaxOf = (mediaType: string, { bytesMax, documentBytesMax }: PageBytes): number | undefined =>
  DOCUMENTS.has(mediaType) || UNKNOWN.has(mediaType) ? documentBytesMax : isText(mediaType) ? bytesMax : undefined;

/** The text of a page: HTML as Markdown, a document as what its parser makes of it, other text as it is. */
export async function textOfPage(page: Page, bytes: PageBytes, signal: AbortSignal): Promise<PageText | Failed> {
  const { url, mediaType, body } = page;
  const told = DOCUMENTS.get(mediaType);
  const seen = kindSeen(page);
  const kind = seen ?? told;
  if (kind !== undefined) {
    if (page.isCut)
      return failed(
        "too_large",
        `${shown(url)} is a ${NAMES[kind]} of more than ${size(body.length)}, and no more is read. Look for the same as a page, or in parts. Whoever runs Parley can allow more with \`documentBytesMax\` of this tool in the team file.`,
      );
    return seen === undefined ? unreadable(url, kind, "it is not what it says it is") : await documentOf(page, kind, signal);
  }
  if (isUnknown(mediaType) && !isPlainText(body))
    return failed("unsupported_content", `${shown(url)} does not say what it is, and is not text.`);
  const read = body.length > bytes.bytesMax ? { ...page, body: body.subarray(0, bytes.bytesMax), isCut: true } : page;
  const text = plain(await wordsOf(read));
  return { url, title: titleOf(text, url), what: `${mediaType || "text"}, ${extentOf(read)}`, text, starts: [] };
}

/** What stands on a page that is about a failure; nothing where that is a document. */
export const wordsOfFailure = async (page: Page): Promise<string> =>
  kindSeen(page) === undefined && !isBinary(page.body) ? (await wordsOf(page)).trim() : "";

/** By its first bytes, whatever the server says; a page for readers that speaks of PDFs is none. */
function kindSeen({ url, mediaType, body }: Page): DocumentKind | undefined {
  if (isText(mediaType) && mediaType !== "") return body.toString("latin1", 0, 5) === "%PDF-" ? "pdf" : undefined;
  const seen = documentKindOf(url.pathname, mediaType, body);
  return seen === "csv" ? undefined : seen;
}

const isUnknown = (mediaType: string): boolean => mediaType === "" || UNKNOWN.has(mediaType);

/** What is cut off within a letter is no mistake. */
function isPlainText(body: Buffer): boolean {
  if (isBinary(body)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: true });
    return true;
  } catch {
    return markOf(body) !== undefined;
  }
}

const unreadable = (url: URL, kind: DocumentKind, why: string): Failed =>
  failed("unreadable", `${shown(url)} is a ${NAMES[kind]}, and ${why}. Look for the same as a page, or elsewhere.`);

async function documentOf({ url, mediaType, body }: Page, kind: DocumentKind, signal: AbortSignal): Promise<PageText | Failed> {
  const file = { name: url.pathname.split("/").at(-1) ?? "", mediaType, content: body };
  const found = await readDocument(file, { charsMax: TEXT_CHARS_MAX, signal });
  if (found?.kind !== "read") return unreadable(url, kind, found?.why ?? "it is not what it says it is");
  const { text, starts } = plainByPage(found);
  const pages = found.part ?? (starts.length > 1 ? `${starts.length} pages` : undefined);
  const what = [mediaType || NAMES[kind], size(body.length), pages].filter(Boolean).join(", ");
  return { url, title: titleOf(text, url), what, text, starts };
}

/** Pages begin elsewhere once what nobody sees is taken out of those before them. */
function plainByPage({ text, starts = [] }: Extract<DocumentText, { kind: "read" }>): Pick<PageText, "text" | "starts"> {
  if (starts.length === 0) return { text: plain(text), starts };
  const pages = starts.map((start, nth) => plain(text.slice(start, starts[nth + 1])));
  let at = 0;
  const begin = pages.map((page) => {
    const from = at;
    at += page.length;
    return from;
  });
  return { text: pages.join(""), starts: begin };
}

const TITLE_CHARS_MAX = 200;

function titleOf(text: string, url: URL): string {
  const heading = /^# +(\S[^\n]{0,400})/.exec(text.trimStart())?.[1];
  return quoted(heading ?? `${url.host}${url.pathname}`, TITLE_CHARS_MAX);
}

function extentOf({ body, isCut, bytesTold }: Page): string {
  if (!isCut) return size(body.length);
  return `the first ${size(body.length)}${bytesTold === undefined ? "" : ` of ${size(bytesTold)}`}`;
}

async function wordsOf({ url, mediaType, charset, body, isCut }: Page): Promise<string> {
  const text = decoded(body, charset ?? charsetInside(mediaType, body), isCut);
  if (!isHtml(mediaType)) return text;
  // Here, so that who reads no page does not load it.
  const { htmlToText } = await import("../documents/html-text.ts");
  return htmlToText(text, url);
}

/** A mark at the beginning goes before what the server says, and that before what the page says, as in browsers. */
function decoded(body: Buffer, charset: string | undefined, isCut: boolean): string {
  const mark = markOf(body);
  try {
    if (mark ?? charset) return new TextDecoder(mark ?? charset).decode(body);
  } catch {
    // A name that nobody knows.
  }
  try {
    // What is cut off within a letter is no mistake.
    return new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: isCut });
  } catch {
    return new TextDecoder("windows-1252").decode(body);
  }
}

function markOf(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return "utf-8";
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le";
  return body[0] === 0xfe && body[1] === 0xff ? "utf-16be" : undefined;
}

const isBinary = (body: Buffer): boolean => !markOf(body)?.startsWith("utf-16") && body.includes(0);

/** Browsers look for it in the first 1024 bytes. */
function charsetInside(mediaType: string, body: Buffer): string | undefined {
  const start = body.toString("latin1", 0, 1024);
  const inHtml = isHtml(mediaType) ? /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(start)?.[1] : undefined;
  const inXml = mediaType.endsWith("xml") ? /^<\?xml\s[^>]{0,100}encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(start)?.[1] : undefined;
  const named = inHtml ?? inXml;
  // What could be read so far is not UTF-16.
  return named !== undefined && /^utf-?16/i.test(named) ? "utf-8" : named;
}

const URL_CHARS_SHOWN = 300;
const shown = ({ href }: URL): string => quoted(href, URL_CHARS_SHOWN);
