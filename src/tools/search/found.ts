import { plain, quoted } from "../result.ts";
import type { FoundPage } from "./provider.ts";

/** A page that a search has found, in the same shape whoever was asked. */
export interface Hit {
  readonly title: string;
  /** http or https, without a user, and with nothing behind a #. */
  readonly url: string;
  /** One line. */
  readonly snippet: string;
  /** YYYY-MM-DD. */
  readonly published?: string;
}

const URL_CHARS_MAX = 2_000; // What web_fetch takes.
const TITLE_CHARS_MAX = 200;
const SNIPPET_CHARS_MAX = 800; // Twenty of them are what a result may have.

/** Those of which an address can be given to people, each once, `countMax` at most. */
export function hitsOf(pages: readonly FoundPage[], countMax: number): readonly Hit[] {
  const hits = new Map<string, Hit>();
  for (const page of pages) {
    if (hits.size >= countMax) break;
    const url = addressOf(page.url);
    const same = url && sameAs(url);
    if (url === undefined || same === undefined || hits.has(same)) continue;
    const published = dayOf(page.published);
    hits.set(same, {
      title: quoted(page.title, TITLE_CHARS_MAX) || url.host,
      url: url.href,
      snippet: quoted(page.snippet, SNIPPET_CHARS_MAX),
      ...(published === undefined ? {} : { published }),
    });
  }
  return [...hits.values()];
}

function addressOf(text: string): URL | undefined {
  const url = URL.parse(plain(text).trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.href.length > URL_CHARS_MAX) return undefined;
  url.hash = "";
  return url;
}

/** What is said of who sent a reader is no other page. */
const OF_ADVERTISING = /^(?:utm_\w+|gclid|fbclid|msclkid)$/;

/** The same text for two addresses of one page. */
function sameAs(url: URL): string {
  const asked = new URLSearchParams([...url.searchParams].filter(([name]) => !OF_ADVERTISING.test(name)));
  return `${url.host.replace(/^www\./, "")}${url.pathname.replace(/\/$/, "")}?${asked.toString()}`;
}

/** Of dates of all forms the day, as it stands there; nothing of what is none. */
function dayOf(text: string | undefined): string | undefined {
  const date = (text ?? "").trim().slice(0, DATE_CHARS_MAX);
  const written = /^(\d{4}-\d{2}-\d{2})(?!\d)/.exec(date)?.[1];
  // What names no zone is not of this machine's.
  const time = Date.parse(written ?? (/(?:GMT|UTC|Z|[+-]\d{2}:?\d{2})$/.test(date) ? date : `${date} UTC`));
  if (Number.isNaN(time)) return undefined;
  const day = new Date(time).toISOString().slice(0, 10);
  return /^\d{4}-/.test(day) ? day : undefined;
}

const DATE_CHARS_MAX = 100;
