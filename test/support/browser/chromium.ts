import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { CHROMIUM } from "../report/requirements.ts";

/** Where this machine's Chromium is, or `undefined`: then `describe.skipIf(!chromiumPath())` leaves the tests out, and the closing report names them. */
export function chromiumPath(): string | undefined {
  return existsSync(CHROMIUM) ? CHROMIUM : undefined;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath() ?? CHROMIUM,
    args: [
      "--no-sandbox", // Tests also run as root in containers; the pages are the project's own.
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A network of the machine came or went, such as a container's: Chromium gives up what is under way then, of whatever address. What a page then lacks, its test misses. */
const NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED";

/** What a page must never do: break the content security policy, throw, or open a dialog of the browser's. */
export function watchForTrouble(page: Page): readonly string[] {
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes(NETWORK_CHANGED)) trouble.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss(); // The page waits for it; nothing to do when it is gone already.
  });
  page.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1" && !request.url().startsWith("data:")) trouble.push(`request: ${request.url()}`);
  });
  return trouble;
}
