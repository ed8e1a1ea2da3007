import type { ServerResponse } from "node:http";

/** What a page of {@link showPage}'s, and whatever else its door answers, is sent with: nothing in it runs, and nothing of it is kept or told on. */
export const PLAIN_PAGE_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** A paragraph: words, or a link. Both are shown as they are, whatever stands in them; a link's address is the caller's to vouch for. */
export type PageLine = string | { readonly link: string; readonly words: string };

/** Ends the answer with a page of a title and some lines, without a script, a style or anything from elsewhere. */
export function showPage(response: ServerResponse, status: number, title: string, lines: readonly PageLine[]): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(plainPage(title, lines));
}

/** That page. */
export function plainPage(title: string, lines: readonly PageLine[]): string {
  const body = lines.map(
    (line) => `<p>${typeof line === "string" ? escaped(line) : `<a href="${escaped(line.link)}">${escaped(line.words)}</a>`}</p>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title><h1>${escaped(title)}</h1>${body.join("")}`;
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
