import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { fakeExecutor, ran } from "../../config/fake-executor.ts";
import { violationsIn } from "../../support/browser/axe.ts";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { useBrowser } from "../../support/browser/open-page.ts";
import { MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

vi.setConfig({ testTimeout: 300_000 }); // Every rule over many states in three browsers; a loaded machine of two cores takes its time.

const agent = (name: string, icon: string) => ({ name, icon, description: `The ${name}.`, model: "scripted", handoffs: ["human"] });
const CODER = agent("Coder", ":technologist:");
const FILE = {
  teams: {
    coding: {
      description: "Writes code, runs it, reviews it.",
      speakers: { policy: "round-robin" },
      agents: [
        CODER,
        { name: "Runner", kind: "code-runner", runs: ["Coder"], icon: ":gear:", description: "Runs it.", approval: "ask" },
        agent("Critic", ":mag:"),
      ],
      stop: { textMention: "DONE" },
      limits: PAIR.teams.pair.limits,
    },
  },
};
const ANSWER =
  "# The median\n\nUse `statistics.median`, see [the docs](https://docs.python.org):\n\n| call | is |\n|---|---|\n| `median([1, 2])` | 1.5 |\n\n> Quoted.\n\n1. one\n2. two\n\n```python\nprint(1) # a comment\n```";

/** Looking takes its time, and a journey's time passes fast: no call may run out meanwhile. */
const PATIENT = { firstTokenSeconds: 3_600, betweenTokensSeconds: 3_600, callSeconds: 3_600 };

/** The ways in which people look at it. */
const LOOKS = {
  light: { viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: "light" },
  "phone, dark": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: "dark" },
} as const;

describe.skipIf(!chromiumPath())("the page, to those who do not see it or see it otherwise", () => {
  const browser = useBrowser();

  test("no state of a run, of a conversation, of Home or of a dialog breaks a rule of axe, in light, dark and on a phone", async () => {
    const desk = await openModelDesk();
    const { slack } = await openJourney({
      file: { ...FILE, models: { scripted: { ...desk.model, timeouts: PATIENT } } },
      executor: fakeExecutor(() => ran("5050\n".repeat(80))),
    });
    const { control } = slack;
    const pages = new Map<string, Page>();
    const found: string[] = [];
    const each = async (state: string, act: (page: Page) => Promise<unknown>, back?: (page: Page) => Promise<unknown>) => {
      for (const [look, page] of pages) {
        await act(page);
        found.push(...(await violationsIn(page)).map((violation) => `${state}, ${look}: ${violation}`));
        await back?.(page);
      }
    };
    const seen = (words: string) => (page: Page) => page.locator("#thread .message", { hasText: words }).last().waitFor();

    const { ts } = await control.post({
      user: MARIA,
      channel: "C0ENG",
      text: "@parley coding: what is `median([1, 2])`? See https://example.org",
    });
    for (const [look, options] of Object.entries(LOOKS)) pages.set(look, await browser.open(`${slack.url}#C0ENG/${ts}`, options));
    const coder = await desk.asked("Coder");
    await each("the kick-off, and who is thinking", (page) => page.locator("#thread").getByText("Coder is thinking").waitFor());
    coder.answer(ANSWER);
    await each("a turn, and code that asks", seen("wants to run"));
    const asks = control.thread("C0ENG", ts).at(-1);
    const allow = [...JSON.stringify(asks?.blocks).matchAll(/"action_id":"([^"]+)"/g)].map(([, id]) => id ?? "");
    await control.click({ user: MARIA, channel: "C0ENG", ts: asks?.ts ?? "", actionId: allow.find((id) => id.includes("approve")) ?? "" });
    await each("code that ran", seen("exit code 0"));
    (await desk.asked("Critic")).ask("Shall it take lists of words?", ["Yes", "No"]);
    await each("a question with its buttons", seen("Shall it take lists of words?"));
    await control.post({ user: MARIA, channel: "C0ENG", threadTs: ts, text: "No" });
    (await desk.asked("Critic")).answer("Then it is right. DONE");
    await each("the result", seen("Done: "));

    await control.react({ user: "U0ADA", channel: "C0ENG", ts, name: "tada" });
    await control.forward({ user: MARIA, from: { channel: "C0ENG", ts }, channel: "C0ENG", threadTs: ts, comment: "this one" });
    await control.pasteTable({
      user: MARIA,
      channel: "C0ENG",
      threadTs: ts,
      rows: [
        ["item", "sum"],
        ["A", "99"],
      ],
    });
    await control.postAsApp({
      app: { name: "Alerts" },
      as: "webhook",
      channel: "C0ENG",
      threadTs: ts,
      attachments: [{ color: "danger", title: "[FIRING] High", text: "`14%` on checkout", fields: [{ title: "Where", value: "eu-1" }] }],
    });
    await control.post({
      user: MARIA,
      channel: "C0ENG",
      threadTs: ts,
      text: "see",
      files: [{ name: "a.csv", content: Buffer.from("1,2") }],
    });
    await each("forwards, tables, alerts, files and reactions", (page) => page.locator("#thread .file").waitFor());
    await each("the channel", (page) => page.goto(`${slack.url}#C0ENG`).then(() => page.locator("#thread").waitFor({ state: "hidden" })));
    await each("a start", (page) => page.goto(`${slack.url}#C0RANDOM`).then(() => page.getByText("This is the start of").waitFor()));

    const pressKey = (key: string) => (page: Page) => page.keyboard.press(key);
    await each(
      "the quick switcher",
      (page) => page.keyboard.press("Control+k").then(() => page.getByRole("option").first().waitFor()),
      pressKey("Escape"),
    );
    await each(
      "a menu",
      (page) =>
        page
          .getByRole("button", { name: /You are Maria/ })
          .click()
          .then(() => page.getByRole("menuitem").first().waitFor()),
      pressKey("Escape"),
    );
    await control.post({ user: MARIA, channel: "C0RANDOM", text: "my own words" });
    const more = (item: string) => async (page: Page) => {
      const own = page.locator("#channel .message", { hasText: "my own words" });
      await own.focus();
      await own.getByRole("button", { name: "More actions on this message" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await each(
      "words that are changed",
      (page) => more("Edit message")(page).then(() => page.getByRole("textbox", { name: "Edit message" }).waitFor()),
      pressKey("Escape"),
    );
    await each(
      "a message that is forwarded",
      (page) => more("Forward message…")(page).then(() => page.getByRole("dialog").waitFor()),
      pressKey("Escape"),
    );
    await each(
      "a question of the page",
      (page) => more("Delete message…")(page).then(() => page.getByRole("dialog").waitFor()),
      pressKey("Escape"),
    );

    const dm = `${slack.url}?as=U0ADA#D0ADA`; // An administrator, whose Home has most.
    await each("Home", (page) => page.goto(`${dm}/home`).then(() => page.getByRole("button", { name: "New team…" }).waitFor()));
    await each(
      "a modal of the app's",
      (page) =>
        page
          .getByRole("button", { name: "New team…" })
          .click()
          .then(() => page.getByRole("dialog", { name: "New team" }).waitFor()),
      (page) => page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click(),
    );
    expect([...new Set(found)]).toEqual([]);
  });
});
