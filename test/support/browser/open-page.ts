import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchChromium, watchForTrouble } from "./chromium.ts";

const DOCS = resolve(import.meta.dirname, "../../../docs");
/** With `PARLEY_PICTURES=1` the stories leave the pictures of the documentation behind; else the tree stays as it is. */
export const PICTURES = process.env["PARLEY_PICTURES"] === "1";
const PATIENCE_MS = 60_000;

/**
 * One browser for a test file; each page is of a browser profile of its own, and closed with its test. Nothing may go wrong in any of them. `shutOut`: its
 * pages ask before anybody has signed in, and a browser's console tells of that answer; so it does where `late` somebody was faster, or has come in anew.
 */
export function useBrowser({ shutOut = false, late = false } = {}): { open(url: string, options?: BrowserContextOptions): Promise<Page> } {
  const trouble: (readonly string[])[] = [];
  const opened: Page[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    const found = trouble.splice(0).flat();
    const isTold = (line: string): boolean => (shutOut && line.includes("status of 401")) || (late && /status of (403|409)/.test(line));
    expect(found.filter((line) => !isTold(line))).toEqual([]);
  });
  afterAll(() => browser.close());
  return {
    async open(url, options = { viewport: { width: 1280, height: 800 } }) {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      opened.push(page);
      trouble.push(watchForTrouble(page));
      await page.goto(url);
      await page.locator("body.ready").waitFor();
      return page;
    },
  };
}

/** For the documentation: the page with `first` at the top of its thread, or as it is. */
export async function takePicture(page: Page, name: string, first?: Locator): Promise<void> {
  if (!PICTURES) return;
  await page.mouse.move(0, 0);
  await first?.evaluate((element) => element.scrollIntoView());
  await page.waitForTimeout(400); // Rows slide in and faces load; a picture has no condition to wait for.
  await page.screenshot({ path: join(DOCS, name), animations: "disabled", caret: "hide" });
}

/** The turns of one agent in the open thread. */
export const turnsOf = (page: Page, agent: string): Locator =>
  page.locator("#thread .message").filter({ has: page.locator(".persona", { hasText: new RegExp(`^${agent}$`) }) });
