import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { chromiumPath, launchChromium, watchForTrouble } from "../../support/browser/chromium.ts";
import { GENERAL, openJourney, PAIR } from "../../support/journey.ts";
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
      await ada.getByRole("combobox", { name: "Message #general" }).fill(text);
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
});
