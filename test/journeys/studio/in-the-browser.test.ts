import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violationsIn } from "../../support/browser/axe.ts";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { useBrowser } from "../../support/browser/open-page.ts";
import { GENERAL } from "../../support/journey.ts";
import { openStudioWorld, type StudioWorld } from "../../support/studio-door.ts";
import { runEvents } from "../../studio/studio.ts";

describe.skipIf(!chromiumPath())("the studio, signed in with Slack", () => {
  const browser = useBrowser({ shutOut: true });
  let world: StudioWorld;
  beforeAll(async () => {
    world = await openStudioWorld();
    await world.write(`T0LOCAL/${GENERAL}/1.1`, runEvents({ task: "Count the marmots" }));
    await world.write("T0LOCAL/C0PRIVATE/1.1", runEvents({ task: "Closed words" }));
  });
  afterAll(() => world.close());

  test("a link to a run leads by Slack's page back to that run; the list names channels, and one signs out", async () => {
    const run = `#/run/${encodeURIComponent(`T0LOCAL/${GENERAL}/1.1`)}/1`;
    const page = await browser.open(world.url + run);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole("link", { name: "Sign in with Slack" }).click();
    await page.getByRole("heading", { name: "Sign in as" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/openid/connect/authorize");
    await page.getByRole("link", { name: "Jonas" }).click();
    await page.getByRole("heading", { name: /Count the marmots/ }).waitFor();
    expect(page.url()).toBe(world.url + run);
    await page.keyboard.press("Escape");
    await page.locator(".run-row", { hasText: "#general" }).waitFor();
    expect(await page.locator(".run-row").count()).toBe(1);
    expect(await page.getByLabel("Channel").innerText()).toContain("#general");
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });
});
