import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumPath } from "../support/browser/chromium.ts";
import { GENERAL, useLocalPage } from "../support/browser/local-page.ts";

describe.skipIf(!chromiumPath())("what people do with messages in the page", () => {
  const local = useLocalPage();
  const message = (page: Page, words: string) => page.locator("#channel .message", { hasText: words });

  async function choose(page: Page, words: string, item: string): Promise<void> {
    await message(page, words).hover();
    await message(page, words).getByRole("button", { name: "More actions on this message" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  }

  test("one's own words are changed with Enter, left with Escape, and taken back after a question", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: "ask @Jonas <b> & co" });
    const page = await local.open();
    await choose(page, "ask", "Edit message");
    const field = page.getByRole("textbox", { name: "Edit message" });
    expect(await field.inputValue()).toBe("ask @Jonas <b> & co");
    await field.fill("something else");
    await page.keyboard.press("Escape");
    await message(page, "ask").waitFor();
    await choose(page, "ask", "Edit message");
    await field.fill("ask @Ada <b> & co");
    await page.keyboard.press("Enter");
    await message(page, "(edited)").waitFor();
    expect(local.workspace.control.thread(GENERAL, ts)[0]?.text).toBe("ask <@U0ADA> &lt;b&gt; &amp; co");
    await choose(page, "ask", "Delete message…");
    await page.getByRole("dialog", { name: "Delete message" }).getByRole("button", { name: "Delete" }).click();
    await message(page, "ask").waitFor({ state: "detached" });
    expect(local.workspace.control.channel(GENERAL)).toEqual([]);
  });

  test("other people's words are neither changed nor taken back, by the menu or past it", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "mine" });
    const page = await local.open();
    await message(page, "mine").hover();
    await message(page, "mine").getByRole("button", { name: "More actions on this message" }).click();
    expect(await page.getByRole("menuitem").allInnerTexts()).toEqual(["Forward message…", "Copy text", "Copy link"]);
    for (const verb of ["edit", "delete"]) {
      const response = await fetch(`${local.workspace.url}page/${verb}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-parley-page": "1" },
        body: JSON.stringify({ as: "U0MARIA", channel: GENERAL, ts, text: "yours" }),
      });
      expect(await response.json()).toEqual({ ok: false, error: "this is not your message" });
    }
    expect(local.workspace.control.channel(GENERAL)).toMatchObject([{ text: "mine", edited: false }]);
  });

  test("a reaction is given from the menu, joined by a press on it, and taken back by another", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "done" });
    const page = await local.open();
    await message(page, "done").hover();
    await message(page, "done").getByRole("button", { name: "Add reaction" }).click();
    await page.getByRole("menuitem", { name: "tada" }).click();
    const given = message(page, "done").getByRole("button", { name: "tada, by Maria" });
    await given.waitFor();
    expect(await given.getAttribute("aria-pressed")).toBe("true");
    await local.workspace.control.react({ user: "U0ADA", channel: GENERAL, ts, name: "tada" });
    await message(page, "done").getByRole("button", { name: "tada, by Maria, Ada" }).click();
    await message(page, "done").getByRole("button", { name: "tada, by Ada" }).waitFor();
    expect(local.workspace.control.channel(GENERAL)[0]?.reactions).toEqual([{ name: "tada", users: ["U0ADA"] }]);
  });

  test("a message is forwarded with words of one's own, and stands there with its author and its place", async () => {
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "Deploy 417 failed" });
    const page = await local.open();
    await choose(page, "Deploy 417", "Forward message…");
    const dialog = page.getByRole("dialog", { name: "Forward this message" });
    await dialog.getByRole("combobox", { name: "To" }).selectOption("#random");
    await dialog.getByRole("textbox", { name: "Message (optional)" }).fill("why?");
    await dialog.getByRole("button", { name: "Forward", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("link", { name: /random/ }).click();
    const forwarded = message(page, "why?");
    await forwarded.locator(".attached-box").waitFor();
    expect((await forwarded.locator(".attached-box").innerText()).split("\n")).toEqual([
      "Jonas",
      "Deploy 417 failed",
      "Posted in #general",
    ]);
  });

  test("tables, previews and other apps' cards are shown below the words, under the app's name", async () => {
    const { control } = local.workspace;
    const rows = [
      ["item", "sum"],
      ["A", "99"],
    ];
    await control.pasteTable({ user: "U0MARIA", channel: GENERAL, text: "which row?", rows });
    const { ts } = await control.post({ user: "U0MARIA", channel: GENERAL, text: "see https://example.org/a" });
    await control.preview({ channel: GENERAL, ts, link: { url: "https://example.org/a", title: "A page", text: "What it says." } });
    const attachments = [{ color: "danger", title: "[FIRING] High", text: "14%", fields: [{ title: "Where", value: "eu-1" }] }];
    await control.postAsApp({ app: { name: "Alerts" }, as: "webhook", channel: GENERAL, attachments });
    const page = await local.open();
    expect(await message(page, "which row?").getByRole("cell").allInnerTexts()).toContain("99");
    expect(await message(page, "see https").getByRole("link", { name: "A page" }).getAttribute("href")).toBe("https://example.org/a");
    expect(await message(page, "[FIRING]").innerText()).toMatch(/Alerts\s+APP[^]*\[FIRING\] High[^]*14%[^]*Where[^]*eu-1/);
  });

  test("a line of the channel's own does not name who did it a second time", async () => {
    const page = await local.open();
    await local.workspace.control.describe({ user: "U0JONAS", channel: GENERAL, topic: "Release 4" });
    const line = message(page, "Release 4");
    await line.waitFor();
    expect(await line.locator(".body").innerText()).toBe("set the channel topic: Release 4");
    expect((await line.innerText()).match(/Jonas/g)).toHaveLength(1);
  });

  test("Ctrl+K jumps to a conversation by a few letters, and Escape stays", async () => {
    const page = await local.open();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Jump to" });
    await field.fill("nowhere");
    await page.getByText("Nothing here is called that").waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "hidden" });
    expect(await page.locator("#channel .pane-title").innerText()).toBe("general");
    await page.keyboard.press("Control+k");
    await field.fill("r");
    expect(await page.getByRole("option").allInnerTexts()).toEqual(
      ["research", "random", "general", "engineering", "founders-only", "parley"].filter((name) => name.includes("r")),
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#channel .pane-title").innerText()).toBe("random");
    await expect.poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Message #random");
  });

  test("unread channels are bold; a number stands where somebody is named, or is written to", async () => {
    const page = await local.open("#C0RANDOM");
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "for everybody" });
    const general = page.getByRole("link", { name: /general.*1 unread/ });
    await general.waitFor();
    expect(await general.locator(".count").count()).toBe(0);
    await local.workspace.control.post({ user: "U0JONAS", channel: GENERAL, text: "@Maria, look" });
    await expect.poll(() => page.getByRole("link", { name: /general.*2 unread.*1 for you/ }).count()).toBe(1);
    await local.api("chat.postMessage", { channel: "D0MARIA", text: "hello" });
    await expect.poll(() => page.getByRole("link", { name: /parley.*1 for you/ }).count()).toBe(1);
  });

  test("a stream grows before the eyes of the one it is for; others see it whole at its end", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: "hello" });
    const [maria, jonas] = [await local.open(`#${GENERAL}/${ts}`), await local.open(`?as=U0JONAS#${GENERAL}/${ts}`)];
    const place = { channel: GENERAL, thread_ts: ts, recipient_user_id: "U0MARIA", recipient_team_id: "T0LOCAL" };
    const { ts: stream } = await local.api("chat.startStream", { ...place, username: "Coder", markdown_text: "def " });
    const seen = (page: Page) => page.locator("#thread .message", { hasText: "def" }).locator(".body");
    await seen(jonas).waitFor();
    await local.api("chat.appendStream", { channel: GENERAL, ts: stream, markdown_text: "median(xs)" });
    await expect.poll(() => seen(maria).innerText()).toBe("def median(xs)");
    expect(await seen(maria).getAttribute("aria-busy")).toBe("true");
    expect(await seen(jonas).innerText()).toBe("def");
    await local.api("chat.stopStream", { channel: GENERAL, ts: stream, markdown_text: ": ..." });
    for (const page of [maria, jonas]) await expect.poll(() => seen(page).innerText()).toBe("def median(xs): ...");
    expect(await seen(maria).getAttribute("aria-busy")).not.toBe("true");
  });
});
