import { type Budget, type DocumentText, cut } from "./document.ts";

const isUtf16 = ([first, second]: Uint8Array): boolean => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

/** A zero is in no text but UTF-16, and in nearly everything else. Seen at once, however long it is. */
export const mayBeText = (content: Uint8Array): boolean => isUtf16(content) || !content.includes(0);

/** Bytes that are text: UTF-8, UTF-16 with its mark, else what Windows writes in the West. `undefined`: they are none. */
export function decoded(content: Uint8Array): string | undefined {
  if (!mayBeText(content)) return undefined;
  if (isUtf16(content)) return new TextDecoder(content[0] === 0xff ? "utf-16le" : "utf-16be").decode(content);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    const text = new TextDecoder("windows-1252").decode(content);
    const controls = text.match(/[^\P{Cc}\t\n\v\f\r]/gu)?.length ?? 0;
    return controls > text.length / 100 ? undefined : text;
  }
}

/** `undefined`: it is no text. */
export function readPlain(content: Uint8Array, { charsMax }: Budget): DocumentText | undefined {
  const text = decoded(content)?.replaceAll("\r\n", "\n").trim();
  if (text === undefined || text === "") return undefined;
  const shown = cut(text, charsMax);
  return {
    kind: "read",
    text: shown,
    ...(shown.length < text.length ? { part: `the first ${shown.length} of ${text.length} characters` } : {}),
  };
}
