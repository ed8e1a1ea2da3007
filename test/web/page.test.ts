import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumPath, watchForTrouble } from "../support/browser/chromium.ts";
import { GENERAL, TASK, useLocalPage } from "../support/browser/local-page.ts";

describe.skipIf(!chromiumPath())("the page of the local Slack", () => {
  const local = useLocalPage();
  const sideways = (page: Page): Promise<number> => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

  test("a newcomer presses Enter once, and the thread of the first task opens by itself", async () => {
    const page = await local.open();
    expect(await page.locator("#notice").innerText()).toBe("This Slack is simulated; the bot is the real one.");
    await expect.poll(() => page.evaluate("document.activeElement.value")).toBe(TASK);
    await page.keyboard.press("Enter");
    await page.locator("#thread").waitFor();
    expect(local.workspace.control.channel(GENERAL).map(({ text }) => text)).toEqual(["<@U0PARLEY> plot a damped wave"]);
    // The next words go into the thread.
    await expect.poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Reply in thread");
    await page.keyboard.type("with γ = 0.15");
    await page.keyboard.press("Enter");
    await page.locator("#thread .message", { hasText: "with γ = 0.15" }).waitFor();
    await page.getByRole("button", { name: /1 reply/ }).waitFor();
  });

  test("nothing can be typed before the page knows where it would go, so that no first word is lost", async () => {
    const before: boolean[] = [];
    const page = await local.open("", {
      watch: (tab) =>
        void tab.route("**/page/state*", async (route) => {
          before.push(await tab.locator("textarea").first().isDisabled());
          await route.continue();
        }),
    });
    expect(before[0]).toBe(true);
    await page.getByRole("textbox", { name: "Message #general" }).fill("ready");
  });

  test("a mention is completed and sent by keyboard alone, with a line break in it", async () => {
    const page = await local.open("#C0RANDOM");
    await page.getByRole("textbox", { name: "Message #random" }).focus();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("@pa");
    await page.getByRole("option", { name: /parley/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("hello");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("and @jo");
    await page.getByRole("option", { name: "Jonas" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#thread").waitFor();
    expect(local.workspace.control.channel("C0RANDOM")[0]?.text).toBe("<@U0PARLEY> hello\nand <@U0JONAS>");
    // Escape closes the thread and gives the keyboard back.
    await page.keyboard.press("Escape");
    await page.locator("#thread").waitFor({ state: "hidden" });
  });

  test("a second tab is another person: each sees own whispers, and unread channels are counted", async () => {
    const maria = await local.open();
    const jonas = await local.open(`?as=U0JONAS#C0RANDOM`);
    await maria.getByRole("button", { name: /You are Maria/ }).click();
    await maria.getByRole("menuitem", { name: /Jonas/ }).waitFor();
    expect(await maria.getByRole("menuitem", { name: /Jonas/ }).getAttribute("href")).toBe("?as=U0JONAS");
    await maria.keyboard.press("Escape");
    await local.api("chat.postEphemeral", { channel: GENERAL, user: "U0MARIA", text: "between us" });
    await maria.getByText("Only visible to you").waitFor();
    await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: "hello everybody" });
    await jonas.getByRole("link", { name: /general.*1 unread/ }).click();
    await jonas.getByText("hello everybody").waitFor();
    expect(await jonas.getByText("between us").count()).toBe(0);
    await expect.poll(() => jonas.locator(".count").count()).toBe(0);
  });

  test("the page says when the bot is away, and when it is back", async () => {
    const page = await local.open();
    const banner = page.locator(".banner");
    await banner.waitFor();
    expect(await banner.innerText()).toBe("parley is not connected. Messages are kept until it is back.");
    await local.connectBot();
    await banner.waitFor({ state: "hidden" });
  });

  test("on a phone nothing scrolls sideways, channels are a drawer and the thread covers the channel", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: `${TASK} ${"w".repeat(300)}` });
    const wide = `| ${"column | ".repeat(9)}\n|${"--|".repeat(9)}\n| ${"a long value | ".repeat(9)}\n\n\`\`\`python\nprint("${"x".repeat(200)}")\n\`\`\`\nhttps://example.com/${"y".repeat(200)}`;
    await local.api("chat.postMessage", {
      channel: GENERAL,
      thread_ts: ts,
      text: "wide",
      username: "N".repeat(70),
      blocks: [{ type: "markdown", text: wide }],
    });
    const page = await local.open("", { width: 360, height: 740 });
    expect(await sideways(page)).toBe(0);
    await page.getByRole("button", { name: /1 reply/ }).click();
    await page.locator("#thread").waitFor();
    expect(await page.locator("#channel").isVisible()).toBe(false);
    expect(await sideways(page)).toBe(0);
    expect(
      await page.evaluate(
        "document.querySelector('#thread .scroller').scrollWidth - document.querySelector('#thread .scroller').clientWidth",
      ),
    ).toBe(0);
    await page.getByRole("button", { name: "Back to the channel" }).click();
    await page.getByRole("button", { name: "Channels" }).click();
    await page.getByRole("link", { name: "random" }).click();
    await page.getByRole("heading", { name: "channel random" }).waitFor();
    await page.locator(".sidebar").waitFor({ state: "hidden" });
  });

  test("on a phone what is simulated takes three lines at most, replies stand under their message, and buttons not on its edge", async () => {
    const { control } = local.workspace;
    const { ts } = await control.post({ user: "U0MARIA", channel: GENERAL, text: TASK });
    const buttons = { type: "actions", elements: [{ type: "button", action_id: "a", text: { type: "plain_text", text: "Resume" } }] };
    const words = { type: "section", text: { type: "mrkdwn", text: "The run is paused." } };
    for (const username of ["Coder", "Runner", "Critic", "Guide", "Ana"])
      await local.api("chat.postMessage", { channel: GENERAL, thread_ts: ts, text: "paused", username, blocks: [words, buttons] });
    local.workspace.announce?.({
      notice: "Simulated: this Slack and the agents' words. Real: the bot, and the code it runs (in Docker).",
      connectModel: async () => undefined,
    });
    const page = await local.open("", { width: 390, height: 844 });
    expect((await page.locator("#notice").boundingBox())?.height).toBeLessThan(60);
    const replies = page.getByRole("button", { name: /5 replies/ });
    const [row, root] = await Promise.all([
      replies.locator(".faces").boundingBox(),
      page.locator("#channel .message .body").first().boundingBox(),
    ]);
    expect(Math.abs((row?.x ?? 0) - (root?.x ?? -99))).toBeLessThan(2);
    // In whole pixels a width and that of the words in it, which the clock writes, are rounded apart.
    const cutPixels: number = await replies.locator(".last-reply").evaluate((one) => {
      const words = one.ownerDocument.createRange();
      words.selectNodeContents(one);
      return words.getBoundingClientRect().width - one.getBoundingClientRect().width;
    });
    expect(cutPixels).toBeLessThan(0.1);
    await replies.click();
    const last = page.locator("#thread .message").last();
    const [message, button] = await Promise.all([last.boundingBox(), last.getByRole("button", { name: "Resume" }).boundingBox()]);
    expect((message?.y ?? 0) + (message?.height ?? 0) - (button?.y ?? 0) - (button?.height ?? 0)).toBeGreaterThanOrEqual(8);
    expect(await page.evaluate("document.documentElement.scrollHeight - innerHeight")).toBe(0);
    expect(await sideways(page)).toBe(0);
  });

  test("a long channel shows its newest messages, and older ones when asked", async () => {
    for (let number = 1; number <= 230; number += 1)
      await local.workspace.control.post({ user: "U0JONAS", channel: "C0RANDOM", text: `message ${number}.` });
    const page = await local.open("#C0RANDOM");
    const rows = page.locator("#channel .message");
    await expect.poll(() => rows.count()).toBe(200);
    await page.getByText("message 230.").waitFor();
    await page.getByRole("button", { name: "Show older messages" }).click();
    await expect.poll(() => rows.count()).toBe(230);
  });

  test("who writes while reading further up is taken to the own words", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: TASK });
    for (let number = 1; number <= 40; number += 1)
      await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, threadTs: ts, text: `reply ${number}.` });
    const page = await local.open(`#${GENERAL}/${ts}`);
    await page.locator("#thread .message", { hasText: "reply 40." }).waitFor();
    await page.locator("#thread .message", { hasText: "reply 1." }).first().scrollIntoViewIfNeeded();
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, threadTs: ts, text: "reply 41." });
    await page.getByRole("button", { name: "Newest" }).waitFor();
    await page.getByRole("textbox", { name: "Reply in thread" }).fill("my words");
    await page.keyboard.press("Enter");
    await page.locator("#thread .message", { hasText: "my words" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Newest" }).isVisible()).toBe(false);
  });

  test("where the app is no member a mention opens no thread, and its composer is whole after the Home tab", async () => {
    const page = await local.open("#C0PRIVATE");
    const composer = page.getByRole("textbox", { name: "Message #founders-only" });
    const height = async () => Math.round((await composer.boundingBox())?.height ?? 0);
    const before = await height();
    await page.getByRole("link", { name: "parley" }).click();
    await page.getByRole("tab", { name: "Home" }).click();
    await page.getByRole("link", { name: "founders-only" }).click();
    await composer.waitFor();
    expect(await height()).toBe(before);
    await composer.fill("@parley are you here?");
    await page.keyboard.press("Enter");
    await page.locator("#channel .message", { hasText: "are you here?" }).waitFor();
    await expect.poll(() => composer.inputValue()).toBe("");
    expect(await page.locator("#thread").isVisible()).toBe(false);
  });

  test("a page that was cut off says so, keeps what could not be sent, and catches up by itself", async () => {
    const page = await local.open();
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "before" });
    await page.locator(".message", { hasText: "before" }).waitFor();
    const composer = page.getByRole("textbox", { name: "Message #general" });
    await local.restart(async () => {
      await page.locator(".banner", { hasText: "The connection to the local Slack is lost." }).waitFor();
      await composer.fill("my words");
      await composer.press("Enter");
      await page.getByRole("alert").filter({ hasText: "Not sent" }).waitFor();
      expect(await composer.inputValue()).toBe("my words");
    });
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "after" });
    await page.locator(".message", { hasText: "after" }).waitFor();
    expect(await page.locator(".message", { hasText: "before" }).count()).toBe(0);
  });

  test("after a reset the page reads everything anew, and a stranger is told so", async () => {
    const page = await local.open();
    const trouble = watchForTrouble(page);
    const row = page.locator(".message", { hasText: "soon gone" });
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "soon gone" });
    await row.waitFor();
    local.workspace.control.reset();
    await row.waitFor({ state: "detached" });
    expect(trouble).toEqual([]);
    await page.goto(`${local.workspace.url}?as=U0NOBODY`);
    await page.getByRole("heading", { name: "Nobody here has that name" }).waitFor();
  });
});
