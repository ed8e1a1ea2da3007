import type { PageText } from "./page-text.ts";

/** Pages that were read, for their next parts: the one that was asked for longest ago makes room. */
export interface PageCache {
  get(key: string): PageText | undefined;
  put(key: string, page: PageText): void;
}

/** Of one process, for all its threads: up to 40 MB. */
const CHARS_MAX = 20_000_000;
const PAGES_MAX = 200;

export function createPageCache({ charsMax = CHARS_MAX, pagesMax = PAGES_MAX } = {}): PageCache {
  const pages = new Map<string, PageText>();
  let chars = 0;
  const drop = (key: string): void => {
    chars -= pages.get(key)?.text.length ?? 0;
    pages.delete(key);
  };
  return {
    get(key) {
      const page = pages.get(key);
      if (page) {
        // A map keeps them in the order in which they came.
        pages.delete(key);
        pages.set(key, page);
      }
      return page;
    },
    put(key, page) {
      drop(key);
      if (page.text.length > charsMax) return;
      pages.set(key, page);
      chars += page.text.length;
      for (const oldest of pages.keys()) {
        if (chars <= charsMax && pages.size <= pagesMax) break;
        drop(oldest);
      }
    },
  };
}
