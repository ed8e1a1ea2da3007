import { convertToHtml, images } from "mammoth";
import { type Budget, type DocumentText, cut } from "./document.ts";
import { parsing } from "./failures.ts";
import { htmlToText } from "./html-text.ts";
import { withinBounds } from "./unzip.ts";

/** Headings, lists, tables and links as Markdown; pictures are left out. */
export async function readWord(content: Uint8Array, { charsMax }: Budget): Promise<DocumentText> {
  const { value: html } = await parsing(() => {
    const buffer = Buffer.from(withinBounds(content, (name) => !name.startsWith("word/media/")));
    return convertToHtml({ buffer }, { convertImage: images.imgElement(async () => ({ src: "" })) });
  });
  const text = htmlToText(html, new URL("about:blank")).trim();
  if (text === "") return { kind: "unread", why: "it holds no text" };
  const shown = cut(text, charsMax);
  return {
    kind: "read",
    text: shown,
    ...(shown.length < text.length ? { part: `the first ${shown.length} of ${text.length} characters` } : {}),
  };
}
