import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violationsIn } from "../../support/browser/axe.ts";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { useBrowser } from "../../support/browser/open-page.ts";
import { GENERAL } from "../../support/journey.ts";
import { openStudioWorld, type StudioWorld } from "../../support/studio-door.ts";
import { runEvents } from "../../studio/studio.ts";

describe.skipIf(!chromiumPath())("the studio, signed in with Slack", () => {
  const browser = useBrowser({ shutOut: true, late: true });
  let world: StudioWorld;
  beforeAll(async () => {
    world = await openStudioWorld({ budgets: { channelUsdPerDay: 1 }, ceilings: { raised: { channelUsdPerDay: 4 } } });
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

  const account = `channel/${GENERAL}`;
  /** A run there that is over and has cost $1.50. */
  async function spend(name: string): Promise<string> {
    const thread = `T0LOCAL/${GENERAL}/${name}`;
    const at = new Date(world.now()).toISOString();
    const events = runEvents({ id: `${thread}#1`, team: "pair", task: "Count the foxes" });
    await world.parley.store.commit({
      thread,
      workspace: "T0LOCAL",
      afterSeq: 0,
      at,
      events,
      posts: [],
      accounts: [account],
      wake: "none",
    });
    return thread;
  }
  async function openAs(person: string, thread: string, at?: number): Promise<Page> {
    const { cookie } = await world.signIn(person);
    const page = await browser.open(world.url);
    const [name = "", value = ""] = cookie.split("=");
    await page.context().addCookies([{ name, value, url: world.url }]);
    await page.goto(`${world.url}#/run/${encodeURIComponent(thread)}/1${at === undefined ? "" : `?at=${at}`}`);
    await page.reload();
    return page;
  }

  test("a run that waits for a budget of the day has its buttons, and whoever may raises it; who may not is told who can", async () => {
    await spend("2.1");
    const thread = `T0LOCAL/${GENERAL}/studio/waits`;
    const reasons = [{ kind: "budget", account, day: "2026-01-01", limit: 1, spent: 1.5, priced: true }] as const;
    const run = `${thread}#1`;
    const began = runEvents({ id: run, team: "pair", over: false }).slice(0, 2);
    await world.write(thread, [...began, { type: "limit.reached", run, reason: "the budget is used up", reasons }]);
    const members = await openAs("U0JONAS", thread);
    const limit = (page: Page) => page.getByRole("group", { name: "It stands at a limit" });
    await limit(members).getByText("A day's budget can be raised by admins of this workspace.").waitFor();
    expect(
      await limit(members)
        .getByRole("button", { name: /^Raise/ })
        .isDisabled(),
    ).toBe(true);
    expect(await violationsIn(members)).toEqual([]);
    const admins = await openAs("U0ADA", thread);
    await limit(admins).getByRole("button", { name: "Raise to $2.00 a day for this channel" }).click();
    // Both pages follow the run.
    for (const page of [admins, members]) await limit(page).waitFor({ state: "detached" });
    const { events } = await world.parley.runner.read(thread);
    expect(events.find(({ type }) => type === "limit.raised")).toMatchObject({ person: { id: "U0ADA" }, budgets: [{ account, usd: 2 }] });
  });

  test("who forks while a budget of the day is used up raises it in the dialog, if they may, as far as anybody can", async () => {
    const thread = await spend("2.2");
    const refused = async (person: string) => {
      const page = await openAs(person, thread, 3);
      await page.getByRole("button", { name: "Fork here" }).click();
      const dialog = page.getByRole("dialog", { name: "Fork behind event 3" });
      await dialog.getByRole("button", { name: "Fork here" }).click();
      await dialog.getByRole("alert").getByText("Today's budget is used up").waitFor();
      const budgets = dialog.getByRole("group", { name: "Budgets of the day" });
      return { page, dialog, budgets, raise: budgets.getByRole("button") };
    };
    const member = await refused("U0JONAS");
    await member.budgets.getByText("A day's budget can be raised by admins of this workspace.").waitFor();
    expect(await member.raise.isDisabled()).toBe(true);
    const admin = await refused("U0ADA");
    await admin.budgets.getByText("Today’s budget of this channel is used up: $3.00 of $2.00.").waitFor();
    expect(await admin.budgets.getByRole("listitem").count()).toBe(1);
    expect(await violationsIn(admin.page)).toEqual([]);
    expect(await admin.raise.innerText()).toBe("Raise it for today: $4.00 for this channel");
    await admin.raise.click();
    await admin.page.getByText("Raised for today: it can begin now.").waitFor();
    await admin.budgets.waitFor({ state: "detached" });
    await admin.dialog.getByRole("button", { name: "Fork here" }).click();
    await admin.page.getByText("Forked behind event 3").waitFor();
    await spend("2.3");
    const last = await refused("U0ADA");
    await last.budgets.getByText("the budget of this channel to $4.00 a day at most (ceilings.raised in the team file).").waitFor();
    expect(await last.raise.isDisabled()).toBe(true);
  });
});
