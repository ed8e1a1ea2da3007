import type { Browser, Locator, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { chromiumPath, launchChromium, watchForTrouble } from "../../support/browser/chromium.ts";
import { openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { eventually, PATIENCE_MS } from "../../support/patience.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A step of a choice, after which it is made again. */
const CHOICE_MS = 8_000;

describe.skipIf(!chromiumPath())("App Home in the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  /** The Home tab of Ada, who is an admin. */
  async function openHome({ slack }: Journey): Promise<{ page: Page; trouble: readonly string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const trouble = watchForTrouble(page);
    await page.goto(`${slack.url}?as=U0ADA#D0ADA/home`);
    await page.getByRole("tabpanel", { name: "Home" }).getByText("Mention me with a task").waitFor();
    return { page, trouble };
  }

  test("a team is made, given an agent, changed, exported and deleted", async () => {
    const journey = await openJourney({ file: PAIR, replies: {} });
    const { page, trouble } = await openHome(journey);
    const home = page.getByRole("tabpanel", { name: "Home" });
    const modal = page.getByRole("dialog");
    await home.getByRole("button", { name: "New team…" }).click();
    await modal.getByLabel("Name").fill("pair");
    await modal.getByLabel("What is it for?").fill("Three who talk.");
    await modal.getByLabel("Begin with the agents of").selectOption("pair");
    await modal.getByRole("button", { name: "Create" }).click();
    await modal.getByText('There is a team "pair" already, in the team file; take another name.').waitFor();
    await modal.getByLabel("Name").fill("trio");
    await modal.getByRole("button", { name: "Create" }).click();
    await home.getByText("trio", { exact: true }).waitFor();

    /**
     * Home may be shown anew at any moment, as in Slack, and a menu that is open is gone with what was there: then it is chosen again. What was told to the app
     * is waited for: chosen twice, its dialog would come twice, and the second would lie over what is done next.
     */
    const choose = async (label: string, opens: Locator) => {
      let told = 0;
      const count = (request: Request) => void (told += request.url().endsWith("/page/click") ? 1 : 0);
      page.on("request", count);
      await eventually(async () => {
        await home.getByRole("button", { name: "More actions" }).last().click({ timeout: CHOICE_MS });
        await page.getByRole("menuitem", { name: label }).click({ timeout: CHOICE_MS });
        await expect.poll(() => told, { timeout: CHOICE_MS }).toBe(1);
      });
      page.off("request", count);
      await opens.waitFor();
    };
    await choose("Open…", modal.getByRole("button", { name: "New agent…" }));
    await modal.getByRole("button", { name: "New agent…" }).click();
    await modal.getByLabel("Name").fill("Cleo");
    await modal.getByLabel("Face").fill(":cat:");
    await modal.getByLabel("When to call on it").fill("Looks again.");
    await modal.getByRole("group", { name: "May hand over to" }).getByLabel("a person").check();
    await modal.getByRole("button", { name: "Save" }).click();
    await modal.getByText("Cleo", { exact: true }).waitFor();
    await picture(page, "team");
    await modal.getByRole("button", { name: "Edit…" }).first().click();
    await modal.getByLabel("Agents, in their order").fill("Cleo\nAna");
    await modal.getByLabel("Turns, at most").fill("6");
    await picture(page, "edit");
    await modal.getByRole("button", { name: "Save" }).click();
    await modal.getByText("turns 6").waitFor();
    await page.keyboard.press("Escape");
    await home.getByText(/Cleo \(scripted\).*Ana/).waitFor();
    await picture(page, "home");

    await choose("Export YAML…", modal.getByRole("heading", { name: "Export" }));
    expect(await modal.innerText()).toContain("description: Three who talk.");
    await page.keyboard.press("Escape");
    await choose("Delete…", modal.getByLabel("Write its name to be sure"));
    await modal.getByLabel("Write its name to be sure").fill("trio");
    await modal.getByRole("button", { name: "Delete" }).click();
    await home.getByText("trio", { exact: true }).waitFor({ state: "detached" });
    expect(trouble).toEqual([]);
  });

  test("in the form for a new run the chosen team is shown, and the task stays", async () => {
    const other = { ...PAIR.teams.pair, description: "The others." };
    const journey = await openJourney({ file: { ...PAIR, teams: { ...PAIR.teams, other } }, replies: {} });
    const { page, trouble } = await openHome(journey);
    await page.getByRole("button", { name: "New run…" }).click();
    const modal = page.getByRole("dialog");
    await modal.getByLabel("Task").fill("Compare two plans");
    await modal.getByLabel("Team").selectOption("other");
    await modal.getByText("The others.").waitFor();
    expect(await modal.getByLabel("Task").inputValue()).toBe("Compare two plans");
    expect(await modal.getByLabel("Team").inputValue()).not.toBe("");
    await picture(page, "new-run");
    expect(trouble).toEqual([]);
  });
});

/** For whoever looks at the page while it is being made: `PARLEY_LOOK=FOLDER`. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["PARLEY_LOOK"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
