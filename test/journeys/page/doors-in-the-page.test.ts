import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { chromiumPath, launchChromium, watchForTrouble } from "../../support/browser/chromium.ts";
import { GENERAL, openJourney, PAIR } from "../../support/journey.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(!chromiumPath())("the ways in, as people walk them in the page", () => {
  test("prompts in the DM, the buttons of status, and the settings of a channel", async () => {
    const desk = await openModelDesk();
    const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const trouble: (readonly string[])[] = [];
    const open = async (path: string): Promise<Page> => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      trouble.push(watchForTrouble(page));
      await page.goto(`${journey.slack.url}${path}`);
      await page.locator("body.ready").waitFor();
      return page;
    };

    const maria = await open("?as=U0MARIA#D0MARIA");
    await maria.getByRole("button", { name: "pair: Two who talk." }).click();
    await maria.keyboard.press("Enter");
    (await desk.asked("Ana")).answer("What do you need? DONE");
    await maria
      .getByRole("button", { name: /repl(y|ies)/ })
      .first()
      .click();
    await maria.locator("#thread .message", { hasText: "What do you need?" }).first().waitFor();

    const ada = await open(`?as=U0ADA#${GENERAL}`);
    const say = async (text: string) => {
      await ada.getByRole("textbox", { name: "Message #general" }).fill(text);
      await ada.keyboard.press("Enter");
    };
    await say("/parley new find a name");
    const ana = await desk.asked("Ana");
    await say("/parley status");
    const list = ada.locator("#channel .message", { hasText: "Runs in this channel that go on: 1" });
    await list.getByRole("button", { name: "Pause" }).click();
    await list.getByRole("button", { name: "Resume" }).waitFor();
    await list.getByRole("button", { name: "Stop" }).click();
    await ada.getByRole("dialog", { name: "Stop this run?" }).getByRole("button", { name: "Stop" }).click();
    await ada.locator("#channel .message", { hasText: "No agents are talking in this channel." }).waitFor();
    await ana.gone;

    // Slack's three seconds are a third of one here.
    const modal = ada.getByRole("dialog", { name: "Parley in this channel" });
    await expect
      .poll(
        async () => {
          if (!(await modal.isVisible())) await say("/parley settings");
          return modal.waitFor({ timeout: 2_000 }).then(
            () => true,
            () => false,
          );
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    await modal.getByRole("radio", { name: /^Quiet/ }).check();
    await modal.getByRole("button", { name: "Save" }).click();
    await ada.locator("#channel .message", { hasText: "Saved. From the next run on" }).waitFor();
    expect((await journey.parley.settings.get(journey.slack.teamId, `channel/${GENERAL}`))?.value).toEqual({ quiet: true });
    expect(trouble.flat()).toEqual([]);
  });

  test("the shortcuts of the manifest: a message is discussed, and its thread forgotten, by the menu of the message", async () => {
    const desk = await openModelDesk();
    const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const trouble = watchForTrouble(page);
    await page.goto(`${journey.slack.url}?as=U0ADA#${GENERAL}`);
    await page.locator("body.ready").waitFor();
    await page.getByRole("textbox", { name: "Message #general" }).fill("Is tea better than coffee?");
    await page.keyboard.press("Enter");
    const message = page.locator("#channel .message", { hasText: "Is tea better than coffee?" });
    const choose = async (shortcut: string) => {
      await message.hover();
      await message.getByRole("button", { name: "More actions on this message" }).click();
      await page.getByRole("menuitem", { name: shortcut }).click();
    };

    await choose("Discuss with Parley");
    (await desk.asked("Ana")).answer("Both are warm. DONE");
    await page.getByRole("button", { name: /repl(y|ies)/ }).click();
    await page.locator("#thread .message", { hasText: "Both are warm." }).last().waitFor();

    await choose("Parley run controls");
    const controls = page.getByRole("dialog", { name: "Parley run" });
    await controls.getByRole("button", { name: "Forget this thread…" }).click();
    await page.getByRole("dialog", { name: "Forget this thread?" }).getByRole("button", { name: "Forget" }).click();
    await page.locator("#thread").getByText("Forgotten: what was said in this thread").waitFor();
    await controls.getByRole("button", { name: "Close" }).last().click();

    await page.locator("#channel").getByRole("button", { name: "Shortcuts" }).click();
    await page.getByRole("menuitem", { name: "New Parley run" }).click();
    await page.getByRole("dialog", { name: "New Parley run" }).waitFor();
    expect(trouble).toEqual([]);
  });
});
