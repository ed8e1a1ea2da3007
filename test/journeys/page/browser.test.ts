import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { terminal } from "../../cli/here.ts";
import { chromiumPath, launchChromium, watchForTrouble } from "../../support/browser/chromium.ts";
import { takePicture, turnsOf } from "../../support/browser/open-page.ts";
import { SANDBOX_IMAGE } from "../../support/report/requirements.ts";

vi.setConfig({ testTimeout: 240_000 }); // Whole runs at Slack's pace, with real code; a loaded machine of two cores takes its time.

const ROOT = resolve(import.meta.dirname, "../../..");

describe.skipIf(!chromiumPath())("the whole job in the page, as `parley demo` opens it", () => {
  const demo = useDemo();

  test("a mention by keyboard starts a debate among personas, whose code really runs and fails, and is mended", async () => {
    const jonas = await demo.open("?as=U0JONAS#C0ENG");
    const ada = await demo.open("?as=U0ADA#C0ENG");
    await write(jonas, "#engineering", "The latency report is out. Half of the services have become slower overnight?");
    await write(ada, "#engineering", "I see nothing of that in the traces.");
    await write(jonas, "#engineering", "Odd: it is those with an even number of samples.");
    await write(ada, "#engineering", "Then it may be our median, and not the services.");
    const page = await demo.open("#C0ENG", { viewport: { width: 1180, height: 760 } });
    await page.getByRole("textbox", { name: "Message #engineering" }).focus();
    await page.keyboard.type("@pa");
    await page.getByRole("option", { name: /parley/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Write a median function and find its bug.");
    const since = stopwatch();
    await page.keyboard.press("Enter");

    await page.locator(".reaction, .thinking").first().waitFor();
    const signMs = since();
    await turnsOf(page, "Coder").first().waitFor();
    console.log(`${demo.sandbox()}: ${signMs} ms from Enter to the first visible sign, ${since()} ms to the first turn`);
    const end = await ended(page);
    console.log(`${since()} ms to the end of the run`);

    expect(await end.innerText()).toMatch(/Done: checked against the standard library[^]*\s6 turns/);
    expect(await page.locator("#thread .persona").allInnerTexts()).toEqual(["Coder", "Runner", "Critic", "Coder", "Runner", "Critic"]);
    const [failed, mended] = await turnsOf(page, "Runner").allInnerTexts();
    expect(failed).toMatch(
      /python · exit code 1[^]*WRONG median\(\[4, 1, 3, 2\]\) = 3, expected 2\.5[^]*AssertionError: 2 of 5 checks failed/,
    );
    expect(mended).toMatch(/python · exit code 0[^]*2000 of 2000 random lists agree with statistics\.median/);
    expect(await turnsOf(page, "Critic").first().innerText()).toContain("The run ended with AssertionError: 2 of 5 checks failed");
    // None of that is written down beforehand.
    expect(await readFile(join(ROOT, "teams/offline/replies.yml"), "utf8")).not.toMatch(/2 of 5|= 3, expected|2000 of 2000/);

    // What people say to each other is theirs; the thread is everybody's.
    expect(await page.locator("#channel .replies").count()).toBe(1);
    await jonas.getByRole("button", { name: /8 replies/ }).click();
    await turnsOf(jonas, "Critic").nth(1).waitFor();
    await takePicture(page, "thread.png", turnsOf(page, "Coder").first());
  });

  test("a question is answered by its button, by another person in another browser, and the answer is reckoned with", async () => {
    const maria = await demo.open("#C0RESEARCH");
    await maria.getByRole("button", { name: "Be asked something" }).click();
    await maria.keyboard.press("Enter");
    const question = (page: Page) => page.locator("#thread .message", { hasText: "How many of you come on the trip?" });
    await question(maria).waitFor();

    const jonas = await demo.open("?as=U0JONAS#C0RESEARCH", {
      viewport: { width: 1280, height: 780 },
      colorScheme: "dark",
    });
    await jonas.getByRole("button", { name: /2 replies/ }).click();
    await jonas.locator("#thread .message", { hasText: "Coder waits for an answer" }).waitFor();
    await takePicture(jonas, "question.png");
    await question(jonas).getByRole("button", { name: "4", exact: true }).click();

    for (const page of [maria, jonas]) {
      await ended(page);
      expect(await question(page).innerText()).toContain("answered by @Jonas: 4");
      expect(await question(page).getByRole("button", { name: /^\d$/ }).count()).toBe(0);
      expect(await turnsOf(page, "Runner").innerText()).toMatch(/for 4 people, 2 nights[^]*each pays 189\.62/);
    }
  });

  test("a run ends in its middle when its Stop button is pressed, and says by whom", async () => {
    const page = await demo.open("#C0GENERAL");
    await page.getByRole("button", { name: "Be asked something" }).click();
    await page.keyboard.press("Enter");
    // It waits for an answer here, so that it is in its middle however slow the page is.
    await page.locator("#thread .message", { hasText: "Coder waits for an answer" }).waitFor();
    await page.locator("#thread").getByRole("button", { name: "Stop" }).click();
    await page.getByRole("dialog", { name: "Stop this run?" }).getByRole("button", { name: "Stop" }).click();
    const end = await ended(page);
    expect(await end.innerText()).toContain("Stopped: stopped by Maria");
    expect((await page.locator("#thread .persona").allInnerTexts()).length).toBeLessThan(6);
    await page.locator("#thread .message", { hasText: "has stopped, asked by @Maria" }).waitFor();
    expect(await page.locator("#thread").getByRole("button", { name: "Stop" }).count()).toBe(0);
  });

  test("hostile words in a task are shown as words, wherever they come up again", async () => {
    const words = `<img src=x onerror=alert(1)> <script>alert(2)</script> "><svg/onload=alert(3)> [here](javascript:alert(4)) <!channel>`;
    const page = await demo.open("#C0RANDOM");
    await page.getByRole("textbox", { name: "Message #random" }).fill(`@parley ${words}`);
    await page.keyboard.press("Enter");
    await ended(page);
    const [task, card] = await page.locator("#thread .message").allInnerTexts();
    for (const shown of [task, card])
      expect(shown?.replaceAll("\u200b", "")).toContain(`<img src=x onerror=alert(1)> <script>alert(2)</script> "><svg/onload=alert(3)>`);
    expect(await page.locator("#app script, #app [onerror], #app [onload], #app [src=x], #app [href^=javascript]").count()).toBe(0);
    expect(await turnsOf(page, "Guide").innerText()).toContain("no model is connected");
  });

  test("on a phone a task is sent with the thumb, and the thread is readable: nothing sideways, nothing tiny", async () => {
    const page = await demo.open("?as=U0ADA", {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
    });
    await page.getByRole("button", { name: "Channels" }).tap();
    await page.getByRole("link", { name: "random" }).tap();
    await page.getByRole("button", { name: "Draw a plot" }).tap();
    await page.getByRole("button", { name: "Send" }).first().tap();
    await ended(page);

    const picture = page.locator("#thread .message img").first();
    expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(760);
    expect((await picture.boundingBox())?.width).toBeGreaterThan(280);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    const critic = turnsOf(page, "Critic");
    expect((await critic.locator(".body").boundingBox())?.width).toBeGreaterThan(280);
    const letters = "Number.parseFloat(getComputedStyle(document.querySelector('#thread .message .body')).fontSize)";
    expect(await page.evaluate(letters)).toBeGreaterThanOrEqual(15);
    await page.getByRole("textbox", { name: "Reply in thread" }).waitFor();
    await takePicture(page, "phone.png", page.locator("#thread .message", { has: page.locator("img") }).first());
  });
});

interface Demo {
  /** Opens a page of a browser profile of its own, at a path of the demo's. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Where code runs on this machine, as the demo says it. */
  sandbox(): string;
}

/** The demo as its command starts it, once for all stories; at the end nothing may have gone wrong in a page or have been complained about. */
function useDemo(): Demo {
  const { DOCKER_HOST } = process.env;
  const here = terminal({ cwd: ROOT, env: { PARLEY_SANDBOX_IMAGE: SANDBOX_IMAGE, ...(DOCKER_HOST ? { DOCKER_HOST } : {}) } });
  const trouble: (readonly string[])[] = [];
  const opened: Page[] = [];
  let browser: Browser;
  let running: Promise<number>;

  beforeAll(async () => {
    browser = await launchChromium();
    running = main(["demo", "--offline", "--port", "0"], here.io);
    await Promise.race([here.printed("Ctrl-C ends it."), running]);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    expect(trouble.splice(0).flat()).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    here.interrupt();
    expect({ code: await running, complaints: here.err() }).toEqual({ code: 0, complaints: "" });
  });

  return {
    async open(path, options = { viewport: { width: 1280, height: 900 } }) {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      opened.push(page);
      trouble.push(watchForTrouble(page));
      await page.goto(`${/Parley is at (\S+)/.exec(here.out())?.[1]}${path}`);
      await page.locator("body.ready").waitFor();
      return page;
    },
    sandbox: () => /Code runs in: ([^:\n]+)/.exec(here.out())?.[1] ?? "nowhere",
  };
}

const PATIENCE_MS = 150_000;

async function write(page: Page, channel: string, text: string): Promise<void> {
  await page.getByRole("textbox", { name: `Message ${channel}` }).fill(text);
  await page.keyboard.press("Enter");
  await page.locator("#channel .message", { hasText: text }).waitFor();
}

/** The end card; by then everything before it is there. */
async function ended(page: Page): Promise<Locator> {
  const end = page.locator("#thread .message", { hasText: /Done: |Stopped: |Stopped at a limit: |Stopped by a failure: / }).last();
  await end.waitFor();
  return end;
}

function stopwatch(): () => number {
  const startedAtMs = performance.now();
  return () => Math.round(performance.now() - startedAtMs);
}
