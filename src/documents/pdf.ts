import { getDocumentProxy } from "unpdf";
import { parsing } from "./failures.ts";
import { type Budget, type DocumentText, together } from "./document.ts";

/** Nobody reads on for longer; and each page costs time. */
const PAGES_READ_MAX = 300;

/** Page by page, as far as the budget goes. What is only pictured has no text. */
export async function readPdf(content: Uint8Array, budget: Budget): Promise<DocumentText> {
  const pdf = await parsing(() => getDocumentProxy(new Uint8Array(content), { verbosity: 0, stopAtErrors: false, maxImageSize: 1 }));
  const pages: string[] = [];
  let chars = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, PAGES_READ_MAX) && chars <= budget.charsMax; number++) {
    const items = await parsing(async () => {
      const page = await pdf.getPage(number);
      const { items: found } = await page.getTextContent();
      page.cleanup();
      return found;
    });
    const text = linesOf(items as readonly Item[]);
    pages.push(text);
    chars += text.length + 2;
  }
  if (pages.every((text) => text === "")) return { kind: "unread", why: "it holds no text, only what is drawn or pictured" };
  return together(pages, pdf.numPages, "page", budget);
}

interface Item {
  readonly str?: string;
  readonly hasEOL?: boolean;
}

const linesOf = (items: readonly Item[]): string =>
  items
    .map(({ str = "", hasEOL = false }) => (hasEOL ? `${str}\n` : str))
    .join("")
    .replaceAll(/(?<![ \t])[ \t]+\n/g, "\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
