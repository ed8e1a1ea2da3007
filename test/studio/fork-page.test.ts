import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createParley, threadBeside, type Parley } from "../../src/parley.ts";
import { logsOf } from "../../src/store/runs/logs.ts";
import { runsInLogs } from "../../src/store/runs/runs-in-logs.ts";
import { actingHere } from "../../src/studio/acts/here.ts";
import { forkingHere } from "../../src/studio/forks/here.ts";
import { createStudio, ownersAccess, type Studio } from "../../src/studio/studio.ts";
import { PAIR, settingsOf } from "../support/journey.ts";
import { violationsIn } from "../support/browser/axe.ts";
import { chromiumPath } from "../support/browser/chromium.ts";
import { PICTURES, takePicture, useBrowser } from "../support/browser/open-page.ts";
import { HOSTILE } from "./stories.ts";
import { ADA } from "./studio.ts";

const THREAD = "T1/C1/1.1";
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 740 };
const [pair] = Object.values(PAIR.teams);
const FILE = {
  ...PAIR,
  teams: {
    pair: {
      ...pair,
      agents: pair!.agents.map((agent) => ({ ...agent, instructions: `You are ${agent.name}. Count what there is.`, handoffs: [] })),
    },
    asking: {
      ...pair,
      description: "One who asks.",
      agents: [{ name: "Ida", description: "Asks.", model: "scripted", handoffs: ["human"] }],
    },
    trio: { ...pair, description: "Others.", agents: ["Zoe", "Yan"].map((name) => ({ name, description: "Counts.", model: "scripted" })) },
  },
};
/** Words that are looked at in a picture are others. */
const ODD = PICTURES ? "One of them slept." : HOSTILE;
const REPLIES = {
  Ana: ["I count **three** marmots on the upper meadow.", "Then it is three. DONE"],
  Ben: [`I saw four of them. ${ODD}`],
  Zoe: ["I count **four** marmots on the upper meadow.", "Four it is. DONE"],
  Yan: [`I saw four of them. ${ODD}`],
  Ida: [
    { toolCalls: [{ name: "transfer_to_human", args: { question: `Which meadow? ${ODD}`, options: ["the upper", "the lower"] } }] },
    "Then it is {{last}}. DONE",
  ],
};

describe.skipIf(!chromiumPath())("forks, in the studio's page", () => {
  const browser = useBrowser({ late: true });
  const folder = mkdtempSync(join(tmpdir(), "parley-forks-"));
  let parley: Parley;
  let studio: Studio;
  const told: string[] = [];
  /** Of forks that were to go on in a thread of their own, with which team. */
  const shown: string[] = [];

  beforeAll(async () => {
    const settings = await settingsOf({ file: FILE, replies: REPLIES }, folder);
    parley = await createParley({ settings, env: {}, dbPath: ":memory:", asksAtLimits: false, log: (line) => told.push(line) });
    const stopped = Promise.withResolvers<void>();
    parley.runner.follow((_thread, item) => item.type === "run.stopped" && stopped.resolve());
    await parley.start();
    await parley.runner.say({
      thread: THREAD,
      workspace: "T1",
      person: ADA,
      text: "Count the marmots.",
      id: "1",
      addressed: true,
      team: "pair",
    });
    await stopped.promise;
    studio = await createStudio({
      logs: logsOf({ store: parley.store, runs: runsInLogs(parley.store) }),
      access: ownersAccess,
      port: 0,
      turns: parley.runner,
      forking: forkingHere({
        runner: () => parley.runner,
        teams: async () => parley.teams,
        beside: threadBeside,
        refusal: async () => undefined,
        threads: { has: async () => true, begin: async ({ team }) => (shown.push(team), { refused: "Nobody is in that channel." }) },
      }),
      acting: actingHere({ runner: () => parley.runner, isHere: (thread) => thread !== THREAD, refusal: async () => undefined }),
      log: (line) => told.push(line),
    });
  });
  afterAll(async () => {
    await studio.close();
    await parley.stop();
    await rm(folder, { recursive: true });
  });

  const runHash = `#/run/${encodeURIComponent(THREAD)}/1`;
  async function open(hash: string, { dark = false, viewport = DESK } = {}): Promise<Page> {
    // Where the address leads on to, what stands behind the # comes along.
    return browser.open(`${studio.address(ADA)}${hash}`, { viewport, colorScheme: dark ? "dark" : "light", timezoneId: "UTC" });
  }
  /** The dialog of a fork behind the event at which this is said. */
  async function openDialog(page: Page, at: number) {
    await page.getByText(/^\d+ \/ \d+/).waitFor();
    expect(await page.getByRole("button", { name: "Fork here" }).isDisabled()).toBe(true);
    await page.keyboard.press("Home");
    for (let nth = 1; nth < at; nth++) await page.keyboard.press("ArrowRight");
    await page.getByText(new RegExp(`^${at} / `)).waitFor();
    await page.getByRole("button", { name: "Fork here" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: `Fork behind event ${at}` });
    await dialog.getByLabel("Team").waitFor();
    return dialog;
  }
  const both = (page: Page) => page.getByRole("region", { name: "Both, side by side" });

  test("a run is forked with another team by keyboard alone, and both stand side by side with what differs marked", async () => {
    const page = await open(runHash);
    const dialog = await openDialog(page, 2);
    await dialog.getByLabel("Team").selectOption("trio");
    await dialog.getByRole("button", { name: "Fork here" }).press("Enter");
    await page.getByText("Forked behind event 2").waitFor();
    await both(page).getByText("Four it is. DONE").waitFor();
    await page.getByText("Done").nth(1).waitFor();
    await both(page).getByRole("button", { name: "2 shared" }).waitFor();
    expect(await both(page).getByText("only in the").count()).toBe(0);
    await page.getByRole("button", { name: "Next difference" }).press("Enter");
    expect(await both(page).locator("[aria-current=step]").count()).toBe(1);
    await page.keyboard.press("n");
    await both(page).locator("[aria-current=step]").getByText("I saw four of them.").first().waitFor();
    await page.getByRole("button", { name: "Show what is shared" }).press("Enter");
    await both(page).getByText("Count the marmots.").first().waitFor();
    expect(await page.evaluate("document.querySelectorAll('.forked img[src=x], .forked script, .forked u').length")).toBe(0);
    // From the fork's own page a link leads to both.
    await page.getByRole("link", { name: "The fork" }).press("Enter");
    await page.getByRole("link", { name: "fork of another, side by side" }).press("Enter");
    await page.getByText("Forked behind event 2").waitFor();
  });

  test("what a fork asks is answered beside it by keyboard alone, and one that waits is stopped on its own page", async () => {
    const begin = async (): Promise<Page> => {
      const page = await open(runHash);
      const dialog = await openDialog(page, 2);
      await dialog.getByLabel("Team").selectOption("asking");
      await dialog.getByRole("button", { name: "Fork here" }).press("Enter");
      await page.getByText("Forked behind event 2").waitFor();
      await page.getByRole("form", { name: "Ida asks" }).waitFor();
      return page;
    };
    const page = await begin();
    expect(await page.evaluate("document.querySelectorAll('.acts img, .acts script, .acts u').length")).toBe(0);
    expect(await violationsIn(page)).toEqual([]);
    const answer = page.getByRole("form", { name: "Ida asks" }).getByRole("textbox");
    await answer.focus();
    // Its letters are no shortcuts there.
    await page.keyboard.type("nip");
    await page.keyboard.press("Enter");
    await both(page).getByText("Then it is nip. DONE").waitFor();
    await expect.poll(() => page.getByRole("region", { name: "What you can say to it" }).count()).toBe(0);
    const other = await begin();
    await other.getByRole("link", { name: "The fork" }).press("Enter");
    await other.getByRole("form", { name: "Ida asks" }).getByRole("button", { name: "the upper" }).waitFor();
    expect(await violationsIn(other)).toEqual([]);
    await other.getByRole("button", { name: "Stop" }).press("Enter");
    await other.getByText("Stopped", { exact: true }).waitFor();
  });

  test("where the person may, a fork goes on in a thread of its own; why it does not is said in the dialog", async () => {
    const page = await open(runHash);
    const dialog = await openDialog(page, 2);
    await dialog.getByRole("radio", { name: /In a thread of its own/ }).press("Space");
    await dialog.getByText("seen in Slack too").waitFor();
    await dialog.getByRole("button", { name: "Fork here" }).press("Enter");
    await dialog.getByText("Nobody is in that channel.").waitFor();
    expect(shown).toEqual(["pair"]);
  });

  test("other words and other instructions are marked as changed, and the words that differ in them", async () => {
    const page = await open(runHash);
    const dialog = await openDialog(page, 4);
    await dialog.getByLabel("What was said last, by Ana").fill("I count **five** marmots on the upper meadow.");
    await dialog.getByText("Instructions of its agents").press("Enter");
    await dialog.getByRole("textbox", { name: "Ben", exact: true }).fill("You are Ben. Doubt everything.");
    await dialog.getByText("1 changed").waitFor();
    await dialog.getByRole("button", { name: "Fork here" }).press("Enter");
    await page.getByText("Forked behind event 4").waitFor();
    await both(page).locator("mark", { hasText: "five" }).waitFor();
    await both(page).locator("mark", { hasText: "three" }).waitFor();
    await page.getByText("Done").nth(1).waitFor();
    await expect.poll(() => both(page).getByText("I saw four of them.").count()).toBe(2);
  });

  const SEEN = [
    ["desk-light", { dark: false, viewport: DESK }],
    ["phone-dark", { dark: true, viewport: PHONE }],
    ["desk-dark", { dark: true, viewport: DESK }],
    ["phone-light", { dark: false, viewport: PHONE }],
  ] as const;
  // Each size and each light once; for pictures all of them.
  const seen = SEEN.slice(0, PICTURES ? 4 : 2);
  test.each(seen)("nothing of it runs off the side or stands in anybody's way: %s", async (name, how) => {
    const page = await open(runHash, how);
    const sideways = () => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    const dialog = await openDialog(page, 2);
    await dialog.getByText("Instructions of its agents").press("Enter");
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-fork-${name}.png`);
    await dialog.getByLabel("Team").selectOption("trio");
    await dialog.getByRole("button", { name: "Fork here" }).press("Enter");
    await both(page).getByText("Four it is. DONE").waitFor();
    await page.getByText("Done").nth(1).waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-forked-${name}.png`);
  });

  test("nothing went wrong meanwhile", () => {
    expect(told).toEqual([]);
  });
});
