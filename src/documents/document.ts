/** Files that hold words in a form of their own; what else holds words is read as plain text. */
export type DocumentKind = "pdf" | "docx" | "xlsx" | "csv";

/** What a document says. */
export type DocumentText =
  | {
      readonly kind: "read";
      /** As Markdown where it has headings and tables; at most as long as was asked for. */
      readonly text: string;
      /** How much of it that is, for the reader: `pages 1–12 of 80`; absent where it is all. */
      readonly part?: string;
      /** Of a PDF: where each of its pages begins in the text. */
      readonly starts?: readonly number[];
    }
  /**
   * Why not, as the second half of a sentence: `it is locked by a password`. `failure`: what went wrong in the program that reads it, in a line
   * for its operator; absent where the file alone is at fault.
   */
  | { readonly kind: "unread"; readonly why: string; readonly failure?: string };

/** What a parser is allowed. */
export interface Budget {
  readonly charsMax: number;
}

/**
 * What a file is: by its first bytes, and only where these say nothing by its name. `undefined`: none of these kinds. Of a ZIP archive the
 * folders that an Office document has are looked for in its directory, which stands at its end and is not compressed.
 */
export function documentKindOf(name: string, mediaType: string, content: Uint8Array): DocumentKind | undefined {
  const start = Buffer.from(content.subarray(0, 1_024)).toString("latin1");
  if (/^(?:\xef\xbb\xbf)?\s*%PDF-/.test(start)) return "pdf";
  if (start.startsWith("PK\x03\x04")) {
    const directory = Buffer.from(content.subarray(-DIRECTORY_BYTES)).toString("latin1");
    if (/word\/document\d*\.xml/.test(directory)) return "docx";
    return /xl\/workbook\.xml/.test(directory) ? "xlsx" : undefined;
  }
  if (/\.(csv|tsv)$/i.test(name) || /^text\/(csv|tab-separated-values)$/i.test(mediaType)) return "csv";
  // pdf.js, as other readers, takes what stands in front of a PDF for none of it. In a text it is a word like any other.
  const isPdf = start.includes("%PDF-") && (/\.pdf$/i.test(name) || mediaType === "application/pdf" || !isUtf8(content));
  return isPdf ? "pdf" : undefined;
}

/** As far as its beginning tells. */
function isUtf8(content: Uint8Array): boolean {
  const start = content.subarray(0, 64 * 1_024);
  try {
    // What is cut off at the end is no mistake: there may be more.
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return !start.includes(0);
  } catch {
    return false;
  }
}

const DIRECTORY_BYTES = 256 * 1_024;

/** As many parts as there is room for, in their order; the last may be cut. `of`: what one is called. */
export function together(parts: readonly string[], total: number, of: string, { charsMax }: Budget): DocumentText {
  const kept: string[] = [];
  const starts: number[] = [];
  let chars = 0;
  for (const part of parts) {
    if (kept.length > 0 && chars + part.length > charsMax) break;
    starts.push(chars);
    kept.push(cut(part, charsMax - chars));
    chars += part.length + 2;
  }
  const isCut = chars - 2 > charsMax && kept.length === 1;
  const part = kept.length < total ? `${of}s 1–${kept.length} of ${total}` : undefined;
  const shown = [part, isCut ? "cut" : undefined].filter(Boolean).join(", ");
  return { kind: "read", text: kept.join("\n\n"), starts, ...(shown === "" ? {} : { part: shown }) };
}

/** At the end of a line where there is one near, and never within a character. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const at = text.lastIndexOf("\n", charsMax);
  const end = at > charsMax * 0.8 ? at : charsMax;
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end);
}
