import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { ownersAccess } from "../../src/studio/access.ts";
import { createStudio, type Studio } from "../../src/studio/studio.ts";
import { logsOf } from "../../src/store/runs/logs.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { violationsIn } from "../support/browser/axe.ts";
import { chromiumPath } from "../support/browser/chromium.ts";
import { PICTURES, takePicture, useBrowser } from "../support/browser/open-page.ts";
import { seedOf } from "../support/chance.ts";
import { anyEvents } from "./any-events.ts";
import { codingRun, longRun } from "./stories.ts";
import { ADA, runEvents, write } from "./studio.ts";
import { recorded, textOf, turnsByHand } from "./turns.ts";

/** A PNG of one grey pixel. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
const AT = Date.UTC(2026, 0, 5, 9);
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 740 };

describe.skipIf(!chromiumPath())("the studio's page", () => {
  const opened = openSqlite({ path: ":memory:" });
  const browser = useBrowser();
  let studio: Studio;
  const told: string[] = [];
  const turns = turnsByHand();

  beforeAll(async () => {
    studio = await createStudio({ logs: logsOf(opened), access: ownersAccess, turns, port: 0, log: (line) => told.push(line) });
    const hash = await opened.store.putFile(PIXEL);
    await spread("T1/C0GENERAL/1.1", codingRun({ hash }));
    await spread("T1/C0GENERAL/2.1", codingRun({ hash, hostile: !PICTURES }));
    await spread("T1/C0RANDOM/3.1", longRun(2_000));
    for (let nth = 0; nth < 70; nth++)
      await write(opened, {
        thread: `T1/C0${nth % 7}/${nth}.9`,
        at: new Date(AT - nth * 3_600_000).toISOString(),
        events: runEvents({ id: `r${nth}`, task: `Task ${nth}: count the marmots on the upper meadow` }),
      });
  });
  afterAll(async () => {
    await studio.close();
    await opened.store.close();
  });

  /** An event a commit, two seconds apart, but of a long run. */
  async function spread(thread: string, events: readonly EventBody[]): Promise<void> {
    const together = events.length > 100 ? 500 : 1;
    for (let after = 0; after < events.length; after += together)
      await write(opened, { thread, after, at: new Date(AT + after * 2_000).toISOString(), events: events.slice(after, after + together) });
  }

  async function open(hash = "", { dark = false, viewport = DESK } = {}): Promise<Page> {
    const page = await browser.open(studio.address(ADA), { viewport, colorScheme: dark ? "dark" : "light", timezoneId: "UTC" });
    if (hash !== "") await page.goto(`${studio.url}${hash}`);
    return page;
  }
  const runAt = (thread: string, seq = 1): string => `#/run/${encodeURIComponent(thread)}/${seq}`;
  const timeline = (page: Page) => page.getByRole("region", { name: "Timeline" });

  test("the list has what waits on top, is narrowed by words, and a run opens and is left by keyboard alone", async () => {
    const page = await open();
    await page.getByRole("heading", { name: "Waits for you" }).waitFor();
    expect(await page.locator(".run-row").first().innerText()).toContain("Waits for you");
    expect(page.url()).toBe(`${studio.url}`);
    await page.keyboard.press("/");
    await page.keyboard.type("task 42");
    await expect.poll(() => page.locator(".run-row").count()).toBe(1);
    expect(page.url()).toContain("q=task+42");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Task 42/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").waitFor();
  });

  test("the list grows by itself when a run begins", async () => {
    const page = await open("#/?team=late");
    await page.getByText("No run fits").waitFor();
    await write(opened, { thread: "T1/C0LATE/1.1", events: runEvents({ id: "late", team: "late", task: "A late one", over: false }) });
    await page.getByText("A late one").waitFor();
    expect(await page.locator(".run-row").count()).toBe(1);
  });

  test("a run shows each turn with who chose it and why, tools, code, pictures and costs, and steps back and forth", async () => {
    const page = await open(runAt("T1/C0GENERAL/1.1"));
    const text = timeline(page);
    await text.getByText("there is nothing to review yet").waitFor();
    await text.getByText("ZeroDivisionError").waitFor();
    await text.getByRole("cell", { name: "even" }).waitFor();
    await expect
      .poll(() => text.getByRole("img", { name: "plot.png" }).evaluate((image: { naturalWidth?: number }) => image.naturalWidth))
      .toBe(1);
    const moment = page.getByRole("region", { name: "At this point" });
    await moment.getByText("Waits for people").waitFor();
    await moment.getByText("Critic: Shall it take the lower one?").waitFor();
    await page.keyboard.press("Home");
    await moment.getByText("Going on").waitFor();
    await expect.poll(() => text.getByRole("article").count()).toBe(1);
    for (let nth = 0; nth < 3; nth++) await page.keyboard.press("ArrowRight");
    await text.getByText("Here is a first version").waitFor();
    expect(await text.getByText("ZeroDivisionError").count()).toBe(0);
    await expect.poll(() => page.url()).toContain("?at=4");
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => page.url()).toContain("?at=5");
    await page.keyboard.press("End");
    await text.getByText("web_search").click();
    await text.getByText("The mean of the two middle values.").waitFor();
    // It goes on while somebody looks.
    await write(opened, {
      thread: "T1/C0GENERAL/1.1",
      after: 13,
      events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "The mean, please.", id: "b" }],
    });
    await text.getByText("The mean, please.").waitFor();
    await moment.getByText("Going on").waitFor();
  });

  test("what an agent is saying is seen while it comes, and is the log's when it is said", async () => {
    const thread = "T1/C0LIVE/1.1";
    const events = runEvents({ id: "live", task: "Say it slowly", over: false }).slice(0, 3);
    await write(opened, { thread, events });
    for (const [index, event] of events.entries()) turns.tell(thread, recorded(event, index + 1));
    const page = await open(runAt(thread));
    await page.getByText("3 / 3").waitFor();
    turns.tell(thread, textOf("Ana", "There are **thr"));
    const draft = timeline(page).getByRole("article", { name: "Ana is at it" });
    await draft.getByText("There are **thr").waitFor();
    turns.tell(thread, textOf("Ana", "ee** and <b>more</b>"));
    await draft.locator("strong", { hasText: "three" }).waitFor();
    expect([await draft.locator("b").count(), await violationsIn(page)]).toEqual([0, []]);
    // Whoever looks at what was before sees nothing of now.
    await page.keyboard.press("ArrowLeft");
    await draft.waitFor({ state: "detached" });
    await page.keyboard.press("End");
    await draft.waitFor();
    const said = { type: "message.posted", agent: "Ana", text: "There are **three** and <b>more</b>", model: "m" } as const;
    await write(opened, { thread, after: 3, events: [said] });
    turns.tell(thread, recorded(said, 4));
    await page.getByText("4 / 4").waitFor();
    await draft.waitFor({ state: "detached" });
    await timeline(page).locator("strong", { hasText: "three" }).waitFor();
  });

  test("eight tabs of one browser load and follow a run; one that nobody sees catches up when it is seen", async () => {
    const thread = "T1/C0TABS/1.1";
    await write(opened, { thread, events: runEvents({ id: "tabs", task: "Seen by many", over: false }) });
    const first = await open(runAt(thread));
    // A browser has six connections to a host, for all of its tabs together.
    const more = Array.from({ length: 7 }, async () => {
      const page = await first.context().newPage();
      await page.goto(`${studio.url}${runAt(thread)}`);
      return page;
    });
    const others = await Promise.all(more);
    await Promise.all([first, ...others].map((page) => timeline(page).getByText("Which meadow?").waitFor()));
    const hide = (isHidden: boolean) =>
      first.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true }), document.dispatchEvent(new Event("visibilitychange"))`,
      );
    await hide(true);
    const said = { type: "message.posted", person: { id: "U2", name: "Bob" }, text: "The upper one.", id: "b" } as const;
    await write(opened, { thread, after: 6, events: [said] });
    await Promise.all(others.map((page) => timeline(page).getByText("The upper one.").waitFor()));
    expect(await timeline(first).getByText("The upper one.").count()).toBe(0);
    await hide(false);
    await timeline(first).getByText("The upper one.").waitFor();
  });

  test("whoever goes on to another page right after a step is not led back, however long that page is read", async () => {
    const page = await open(runAt("T1/C0GENERAL/2.1"));
    await page.getByText(/^\d+ \/ \d+/).waitFor();
    const { promise: read, resolve } = Promise.withResolvers<void>();
    await page.route(/\/costs-[^/]*\.js$/, async (route) => (await read, route.continue()));
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.press("Home");
    await page.getByRole("link", { name: "Costs" }).click();
    await page.getByText("One moment…").waitFor();
    await page.clock.runFor(1_000);
    await page.clock.resume();
    resolve();
    await page.getByRole("region", { name: "Costs" }).waitFor();
    expect(page.url()).toContain("#/costs");
  });

  test("what is played goes on to the end by itself", async () => {
    const page = await open(runAt("T1/C01/1.9"));
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    await page.getByText("7 / 7").waitFor();
    expect(page.url()).not.toContain("at=");
  });

  test("of a run of 2,000 events a few are in the page, and the slider goes to any of them", async () => {
    const page = await open(runAt("T1/C0RANDOM/3.1"));
    await page.getByText("2000 / 2000").waitFor();
    await timeline(page).getByText("Argue for a long while.").waitFor();
    expect(await page.locator(".entry").count()).toBeLessThan(60);
    // Whoever reads its beginning stays there while it goes on.
    await write(opened, {
      thread: "T1/C0RANDOM/3.1",
      after: 2_000,
      events: [{ type: "message.posted", person: ADA, text: "One more.", id: "more" }],
    });
    await page.getByText("2001 / 2001").waitFor();
    expect(await timeline(page).evaluate((box: { scrollTop: number }) => box.scrollTop)).toBe(0);
    await page.getByRole("slider", { name: "Point in time" }).fill("1499");
    await page.getByText("1500 / 2001").waitFor();
    await timeline(page).getByRole("article").last().getByText("point 748 is open").waitFor();
    expect(await page.locator(".entry").count()).toBeLessThan(60);
  });

  test("hostile words show as words, wherever they stand", async () => {
    const page = await open();
    await page.locator(".run-row", { hasText: "<script>" }).first().waitFor();
    await page.goto(`${studio.url}${runAt("T1/C0GENERAL/2.1")}`);
    const text = timeline(page);
    await text.getByText("<b>Coder</b>").first().waitFor();
    for (const summary of await text.locator("summary").all()) await summary.click();
    await text.getByRole("button", { name: "As logged" }).first().click();
    expect(
      await page.evaluate(
        "document.querySelectorAll('script:not([src]), #app img[src=x], #app img[src*=evil], #app iframe, #app a[href^=javascript], #app u, #app i').length",
      ),
    ).toBe(0);
    expect(await page.evaluate("document.body.innerText.includes('\\u202e') || document.body.innerText.includes('\\u001b')")).toBe(false);
  });

  test("whatever stands in any field of any event shows as words", async () => {
    const seed = seedOf(1);
    const thread = "T1/C0ANY/1.1";
    const events = anyEvents(seed);
    await write(opened, { thread, events });
    // High enough for all of it.
    const page = await open(runAt(thread), { viewport: { width: 1280, height: 15_000 } });
    await page.getByText(`${events.length} / ${events.length}`).waitFor();
    await timeline(page).getByText("The run ended").waitFor();
    await page.evaluate(`for (const one of document.querySelectorAll("#app details")) one.open = true;
      for (const one of document.querySelectorAll("#app .entry-why > button[aria-expanded=false]")) one.click();`);
    await timeline(page).getByRole("button", { name: "Hide the log" }).last().waitFor();
    const found = await page.evaluate(`({
      title: document.title.includes("pwned"),
      marked: document.querySelectorAll("script:not([src]), #app img[src=x], #app img[src*=evil], #app iframe, #app style, #app svg[onload], #app a[href^=javascript], #app u, #app i, #app [onerror], #app [onmouseover]").length,
      odd: /[\\u202e\\u001b]/.test(document.body.textContent),
      entries: document.querySelectorAll(".entry").length > 20,
    })`);
    expect([seed, found]).toEqual([seed, { title: false, marked: 0, odd: false, entries: true }]);
  });

  const SEEN = [
    ["desk-light", { dark: false, viewport: DESK }],
    ["phone-dark", { dark: true, viewport: PHONE }],
    ["desk-dark", { dark: true, viewport: DESK }],
    ["phone-light", { dark: false, viewport: PHONE }],
  ] as const;
  // Each size and each light once; for pictures all of them.
  const seen = SEEN.slice(0, PICTURES ? 4 : 2);
  test.each(seen)("nothing stands in anybody's way, and nothing runs off the side: %s", async (name, how) => {
    const page = await open("", how);
    const sideways = () => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    await page.getByRole("heading", { name: "Waits for you" }).waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-runs-${name}.png`);
    await page.goto(`${studio.url}${runAt("T1/C0GENERAL/1.1")}`);
    await timeline(page).getByText("first version").waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-run-${name}.png`);
  });

  test("on a phone what was known at a point is one line until it is opened", async () => {
    const page = await open(runAt("T1/C0GENERAL/2.1"), { viewport: PHONE });
    const moment = page.getByRole("region", { name: "At this point" });
    await moment.getByText("Waits for people").waitFor();
    const height = async (): Promise<number> => (await moment.boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(60);
    await moment.getByRole("button", { name: "At this point", expanded: false }).press("Enter");
    await moment.getByText("Has the floor").waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await moment.getByRole("button", { name: "At this point", expanded: true }).click();
    await expect.poll(height).toBeLessThan(60);
  });

  test("nothing went wrong in the studio meanwhile", () => {
    expect(told).toEqual([]);
  });
});
