import type { Page } from "playwright-core";
import { createStudio, ownersAccess } from "../../src/studio/studio.ts";
import type { Logs } from "../../src/store/runs/logs.ts";
import { chromiumPath, launchChromium } from "../../test/support/browser/chromium.ts";

/** What one sees of the page, in Chromium; in milliseconds where nothing else is said. */
export interface Seen {
  /** The first words of the list, from the request for the page on. */
  readonly firstPaint: readonly number[];
  /** From the press on a run to its timeline with all of its events. */
  readonly opened: readonly number[];
  /** From a move of the slider to the page that shows that point. */
  readonly folded: readonly number[];
  /** Of a second of scrolling: how long each picture stood. */
  readonly frames: readonly number[];
  /** Tasks of more than 50 ms while it was scrolled. */
  readonly longTasks: number;
}

const ROUNDS = 10;
const POINTS = 40;

/** `undefined` where there is no Chromium. */
export async function seenInTheBrowser(
  logs: Logs,
  run: { readonly thread: string; readonly seq: number; readonly events: number },
): Promise<Seen | undefined> {
  if (!chromiumPath()) return undefined;
  const studio = await createStudio({ logs, access: ownersAccess, port: 0, log: console.error });
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(studio.address({ id: "owner", name: "You" }));
    const href = `#/run/${encodeURIComponent(run.thread)}/${run.seq}`;
    const [firstPaint, opened]: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto("about:blank");
      await page.goto(studio.url);
      await page.locator(".run-row").first().waitFor();
      firstPaint?.push(await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
      opened?.push(await page.evaluate<number>(opening(href, `${run.events} / ${run.events}`)));
    }
    return { firstPaint: sorted(firstPaint), opened: sorted(opened), ...(await movedAlong(page, run.events)) };
  } finally {
    await browser.close();
    await studio.close();
  }
}

async function movedAlong(page: Page, events: number): Promise<Pick<Seen, "folded" | "frames" | "longTasks">> {
  const folded = await page.evaluate<number[]>(moving(events));
  await page.keyboard.press("End");
  const { frames, longTasks } = await page.evaluate<{ frames: number[]; longTasks: number }>(SCROLLING);
  return { folded: sorted(folded), frames: sorted(frames), longTasks };
}

const sorted = (ms: readonly number[] = []): readonly number[] => ms.toSorted((one, other) => one - other);

/** Until it is painted: the frame behind the one in which it stands there. */
const PAINTED = "const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";

const opening = (href: string, shows: string): string => `(async () => {
  ${PAINTED}
  const begin = performance.now();
  location.hash = ${JSON.stringify(href)};
  while (!document.querySelector(".entry") || !document.querySelector(".point")?.textContent?.startsWith(${JSON.stringify(shows)}))
    await new Promise(requestAnimationFrame);
  await painted();
  return performance.now() - begin;
})()`;

/** The slider is moved as a person moves it, by the event that React hears; the places are spread over the run, and the same each time. */
const moving = (events: number): string => `(async () => {
  ${PAINTED}
  const slider = document.querySelector("input[type=range]");
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const taken = [];
  for (let nth = 0; nth < ${POINTS}; nth++) {
    const begin = performance.now();
    put.call(slider, String((nth * 739) % ${events}));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    // React has folded and drawn when this returns; what is painted follows within a frame.
    await new Promise((done) => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0); });
    taken.push(performance.now() - begin);
    await painted();
  }
  return taken;
})()`;

const SCROLLING = `(async () => {
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => (longTasks += list.getEntries().length));
  observer.observe({ type: "longtask" });
  const box = document.querySelector(".timeline");
  box.scrollTop = 0;
  await new Promise((done) => setTimeout(done, 300));
  longTasks = 0;
  const frames = [];
  let before = await new Promise(requestAnimationFrame);
  for (let nth = 0; nth < 120; nth++) {
    box.scrollTop += 240;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  observer.disconnect();
  return { frames, longTasks };
})()`;
