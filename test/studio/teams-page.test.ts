import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Parley } from "../../src/parley.ts";
import { leaveProposal } from "../../src/store/proposals/team-proposals.ts";
import { createStudio, type Studio } from "../../src/studio/studio.ts";
import { violationsIn } from "../support/browser/axe.ts";
import { chromiumPath } from "../support/browser/chromium.ts";
import { PICTURES, takePicture, useBrowser } from "../support/browser/open-page.ts";
import { HOSTILE } from "./stories.ts";
import { ADA } from "./studio.ts";
import { actingIn, logsIn, MAKING, seesAll, teamsParley, teamsWorkshop } from "./teams-studio.ts";

/** As the pictures of the documentation are asked for. */
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 740 };

describe.skipIf(!chromiumPath())("the studio's teams", () => {
  const browser = useBrowser({ late: true });
  let studio: Studio;
  let parley: Parley;
  const told: string[] = [];

  beforeAll(async () => {
    ({ parley } = await teamsParley());
    studio = await createStudio({
      logs: logsIn(parley),
      access: seesAll,
      port: 0,
      workshop: () => teamsWorkshop(parley),
      acting: actingIn(parley),
      log: (line) => told.push(line),
    });
    // In pictures it would be all that is seen.
    if (!PICTURES) await keep("hostile", hostileTeam());
  });
  afterAll(() => studio.close());

  async function keep(name: string, yaml: string, revision = 0): Promise<void> {
    const read = parley.workshop.shelf.read(yaml);
    if ("mistakes" in read) throw new Error(JSON.stringify(read.mistakes));
    const decision = { workspace: "T1", person: { id: "U2", name: "Ben" }, deed: "edit team", subject: `team/${name}`, allowed: true };
    await parley.workshop.shelf.open("T1");
    expect(await parley.workshop.shelf.put({ workspace: "T1", name, team: read.team, revision, decision })).toBe(true);
  }
  const hostileTeam = () =>
    `teams: ${JSON.stringify({
      hostile: {
        description: HOSTILE,
        speakers: { policy: "selector", rules: [{ after: "Ana", next: "Ben", when: { contains: HOSTILE.slice(0, 150) } }] },
        agents: [
          { name: "Ana", icon: ":mag:", description: HOSTILE, model: "smart", instructions: HOSTILE },
          { name: "Ben", description: HOSTILE, model: "smart" },
        ],
        stop: { textMention: "DONE" },
      },
    })}`;

  async function open(hash: string, { dark = false, viewport = DESK } = {}): Promise<Page> {
    // Where the address leads on to, what stands behind the # comes along.
    return browser.open(`${studio.address(ADA)}${hash}`, { viewport, colorScheme: dark ? "dark" : "light", timezoneId: "UTC" });
  }
  const graph = (page: Page) => page.getByRole("region", { name: "Graph" });
  const yaml = (page: Page) => page.getByRole("textbox", { name: "Team as YAML" });
  const textNow = (page: Page) => page.locator(".yaml .cm-content").innerText();

  test("teams are listed, one is drawn with who is in it, and the team inside opens in its place", async () => {
    const page = await open("#/teams");
    await page.getByRole("link", { name: /whole/ }).click();
    const drawn = graph(page);
    await drawn.getByText("chooses who speaks next").waitFor();
    expect(await drawn.locator(".node-agent").count()).toBe(2);
    await drawn.getByRole("button", { name: "Open pair" }).press("Enter");
    await drawn.locator(".node-open .node-title", { hasText: "Crew" }).waitFor();
    await expect.poll(() => drawn.locator(".node-agent").count()).toBe(4);
    await drawn.getByRole("button", { name: "Close pair" }).click();
    await expect.poll(() => drawn.locator(".node-agent").count()).toBe(2);
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  });

  test("text, forms and the graph follow each other, and what is wrong is marked in each", async () => {
    const page = await open("#/team/T1?from=example:debate");
    await graph(page).locator(".node-agent").first().waitFor();
    const before = await graph(page).locator(".node-agent").count();
    await page.getByRole("button", { name: "Add an agent" }).click();
    await expect.poll(() => graph(page).locator(".node-agent").count()).toBe(before + 1);
    await page.getByLabel("Name", { exact: true }).fill("Scribe");
    await graph(page).locator(".node-title", { hasText: "Scribe" }).waitFor();
    await page.getByLabel("Model", { exact: true }).selectOption("other");
    await page.getByRole("tab", { name: "YAML" }).click();
    await expect.poll(() => textNow(page)).toMatch(/name: Scribe\n\s+model: other/);
    await yaml(page).focus();
    await page.keyboard.press("Control+End");
    // Whoever types is faster than what is drawn of it.
    const processor = await page.context().newCDPSession(page);
    await processor.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.keyboard.type("    quiet: maybe");
    await processor.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await expect.poll(() => textNow(page)).toMatch(/^ {4}quiet: maybe$/m);
    await page
      .getByRole("list", { name: "What is wrong" })
      .getByText(/quiet.*true or false/)
      .waitFor();
    await page.locator(".yaml .cm-lintRange-error").first().waitFor();
    // However many steps it was typed in: half of the word is a mistake, too.
    while (/^ {4}q/m.test(await textNow(page))) await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => page.getByRole("list", { name: "What is wrong" }).count()).toBe(0);
  });

  test("a change that was found to help stands over its team, is compared with it, and taken", async () => {
    await keep("tuned", MAKING.replace("duo:", "tuned:"));
    const share = (value: number) => ({ value, low: value, high: value });
    const after = MAKING.replace("duo:", "tuned:").replace("Two others.", "Two who count.");
    const at = "2026-11-29T10:00:00.000Z";
    const heldOut = { cases: 12, before: share(0.4), after: share(0.9), difference: share(0.5), p: 0.01 };
    const proposal = { version: 1 as const, at, askedBy: "ola", file: HOSTILE, revision: 1, before: MAKING.replace("duo:", "tuned:"), after, difference: "", reasons: [HOSTILE], heldOut, usd: 1 }; // prettier-ignore
    const by = { workspace: "T1", team: "tuned", person: { id: "operator", name: "ola" } };
    expect(await leaveProposal(parley.settings, { ...by, proposal })).toBe(true);
    const page = await open("#/team/T1/tuned");
    const waiting = page.getByRole("region", { name: "Proposal" });
    await waiting.getByText("On 12 cases that nobody had seen it solves 90 %, and as it was 40 %: 50.0 points").waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await waiting.getByRole("button", { name: "Look at the proposal" }).click();
    const dialog = page.getByRole("dialog", { name: "A proposal for tuned" });
    await dialog.locator(".diff-added", { hasText: "Two who count." }).waitFor();
    await dialog.getByRole("button", { name: "Take it" }).click();
    await page.getByText("Revision 2", { exact: true }).waitFor();
    await expect.poll(() => waiting.count()).toBe(0);
    expect(parley.workshop.shelf.get("T1", "tuned")).toMatchObject({ revision: 2, team: { description: "Two who count." } });
  });

  test("a new team is made, saved and found again by keyboard alone; of two editors the second compares and decides", async () => {
    const page = await open("#/team/T1");
    await page.getByLabel("Name", { exact: true }).focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("crew");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Works by keyboard.");
    await page.getByRole("button", { name: "Save", disabled: false }).waitFor();
    await page.keyboard.press("Control+s");
    await page.getByText("Revision 1", { exact: true }).waitFor();
    expect(page.url()).toContain("#/team/T1/crew");
    await keep("crew", MAKING.replace("duo:", "crew:"), 1);
    await page.keyboard.type(" Mine.");
    await page.getByRole("button", { name: "Save", disabled: false }).waitFor();
    await page.keyboard.press("Control+s");
    const faster = page.getByRole("dialog", { name: "Somebody was faster" });
    await faster.getByText(/^Ben has changed it \(edit team/).waitFor();
    await faster.getByText("Two others.").waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await faster.getByRole("button", { name: "Save mine over theirs" }).press("Enter");
    await page.getByText("Revision 3", { exact: true }).waitFor();
    // What Ben had is taken back.
    await page.getByRole("button", { name: "More" }).press("Enter");
    await page.getByRole("menuitem", { name: /Earlier revisions/ }).press("Enter");
    const earlier = page.getByRole("dialog", { name: "Earlier revisions of crew" });
    await earlier.getByRole("button", { name: "Take revision 2 back" }).press("Enter");
    await page.getByText("Revision 3 · changed").waitFor();
    expect(await page.getByLabel("What it does, in one line").inputValue()).toBe("Two others.");
    expect(parley.workshop.shelf.get("T1", "crew")?.revision).toBe(3);
  });

  test("what one has written is saved also where one has come in anew in another tab", async () => {
    const page = await open("#/team/T1");
    await page.getByLabel("Name", { exact: true }).fill("anew");
    await page.getByRole("button", { name: "Save", disabled: false }).waitFor();
    const other = await page.context().newPage();
    await other.goto(studio.address(ADA));
    await other.locator("body.ready").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Revision 1", { exact: true }).waitFor();
    expect(parley.workshop.shelf.get("T1", "anew")?.revision).toBe(1);
  });

  test("whoever leaves while a new team is saved stays where they have gone", async () => {
    const page = await open("#/team/T1");
    await page.getByLabel("Name", { exact: true }).fill("left");
    await page.getByRole("button", { name: "Save", disabled: false }).waitFor();
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    await page.route(/\/teams\/T1\/left$/, async (route) => (await gone, route.continue()));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "All teams" }).click();
    await page.getByRole("link", { name: /whole/ }).waitFor();
    resolve();
    await page.locator("#toasts").getByText("Saved as revision 1").waitFor();
    expect(page.url()).toContain("#/teams?workspace=T1");
  });

  test("what waits for a yes is shown whole, with what no eye would see by its number, and denied by keyboard", async () => {
    const wary = MAKING.replace("duo:", "wary:").replace(/agents:[^]*?(?= {4}stop)/, "agents: [{ name: Cy, description: Looks., model: other, tools: [web] }]\n    approvals: { tools: ask }\n"); // prettier-ignore
    await keep("wary", wary);
    const page = await open("#/team/T1/wary");
    await page.getByRole("tab", { name: "Playground" }).click();
    await page.getByLabel("Task", { exact: true }).fill("Look.");
    await page.getByRole("button", { name: "Run", exact: true }).press("Enter");
    const asked = page.getByRole("group", { name: "Cy waits for a yes" });
    await asked.getByText("https://example.com/⟦U+202E⟧gnp.exe").waitFor();
    await asked.getByText("What cannot be seen").waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await asked.getByRole("button", { name: "Deny" }).press("Enter");
    await page.getByRole("region", { name: "1: this team", exact: true }).getByText("I leave it. DONE").waitFor();
  });

  test("a line drawn from one to another is a hand-over, and what is chosen is taken out with Delete", async () => {
    const page = await open("#/team/T1?from=team:pair");
    const drawn = graph(page);
    const handle = (title: string, kind: string) => drawn.locator(".react-flow__node", { has: page.locator(".node-title", { hasText: new RegExp(`^${title}$`) }) }).locator(`.react-flow__handle.${kind}`); // prettier-ignore
    // It is fitted into its place first.
    for (const end of [handle("Ben", "source"), handle("Ana", "target")]) await end.hover({ trial: true });
    const [from, to] = [await handle("Ben", "source").boundingBox(), await handle("Ana", "target").boundingBox()];
    if (!from || !to) return expect.unreachable("no handles");
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 });
    await page.mouse.up();
    await drawn.getByRole("group", { name: "Ben hands over to Ana" }).waitFor({ state: "attached" });
    await page.getByRole("tab", { name: "YAML" }).click();
    await expect.poll(() => textNow(page)).toMatch(/name: Ben[^]*handoffs:\s*(\[|-) ?Ana/);
    await drawn.locator(".react-flow__node", { hasText: "Answers." }).click();
    await page.keyboard.press("Delete");
    await expect.poll(() => drawn.locator(".node-agent").count()).toBe(1);
    expect(await textNow(page)).not.toContain("Ben");
    // As a file it goes out, and comes in again.
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Export as a file" }).click();
    expect((await file).suggestedFilename()).toBe("pair-2.yml");
    await page.locator("input[type=file]").setInputFiles({ name: "duo.yml", mimeType: "text/yaml", buffer: Buffer.from(MAKING) });
    await page.getByRole("heading", { name: "duo" }).waitFor();
    await expect.poll(() => textNow(page)).toContain("# Said in a line.");
  });

  test("a team is tried before it is kept: two variants side by side, a question answered in the page", async () => {
    const page = await open("#/team/T1?from=team:pair");
    await page.getByRole("tab", { name: "Playground" }).click();
    await page.getByLabel("Task", { exact: true }).fill("Choose a side.");
    await page.getByRole("button", { name: "Add a variant" }).click();
    await page.getByRole("group", { name: "Variant 2" }).getByLabel("Words").selectOption("model:other");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const [first, second] = [
      page.getByRole("region", { name: "1: this team", exact: true }),
      page.getByRole("region", { name: "2: this team, other", exact: true }),
    ];
    await second.getByText("From the other. DONE").waitFor();
    await second.getByText(/^done:/).waitFor();
    await first.getByRole("form", { name: "Ana asks" }).getByRole("button", { name: "left" }).click();
    await first.getByText("As was said. DONE").waitFor();
    await first.getByText(/^done:/).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await takePicture(page, "studio-playground.png");
    await first.getByRole("link", { name: "open the run" }).click();
    await page.getByRole("heading", { name: "Choose a side." }).waitFor();
    await page.getByRole("link", { name: "its team" }).click();
    await graph(page).locator(".node-title", { hasText: "Ana" }).waitFor();
  });

  test("at a limit a run of the playground is raised, or finishes with a summary, by keyboard alone", async () => {
    const capped = MAKING.replace("duo:", "capped:").replace(", handoffs: [human]", "").replaceAll("model: smart", "model: other");
    await keep("capped", capped.replace("stop: { textMention: DONE }", "limits: { turns: 1 }"));
    const page = await open("#/team/T1/capped");
    await page.getByRole("tab", { name: "Playground" }).click();
    await page.getByLabel("Task", { exact: true }).fill("Go on.");
    await page.getByRole("button", { name: "Run", exact: true }).press("Enter");
    const run = page.getByRole("region", { name: "1: this team", exact: true });
    const limit = run.getByRole("group", { name: "It stands at a limit" });
    // Pressed twice, it is said once.
    const words = run.getByRole("textbox", { name: "What the next speaker is to know" });
    await words.fill("Be brief.");
    for (let nth = 0; nth < 2; nth++) await words.press("Enter");
    await run.getByText("Be brief.").waitFor();
    await limit.getByRole("button", { name: "Raise to 2 turns" }).press("Enter");
    await run.getByText("So it is. DONE").waitFor();
    await limit.getByRole("button", { name: "Raise to 4 turns" }).waitFor();
    expect(await run.getByText("Be brief.").count()).toBe(1);
    expect(await violationsIn(page)).toEqual([]);
    await limit.getByRole("button", { name: "Finish with a summary" }).press("Enter");
    await run.getByText(/^limit:/).waitFor();
  });

  test("hostile words show as words in the list, the graph, the forms and the text", async () => {
    const page = await open("#/teams");
    await page.getByText("onerror=alert(1)").waitFor();
    await page.getByRole("link", { name: /hostile/ }).click();
    await graph(page).getByText("onerror=alert(1)").first().waitFor();
    await page.getByRole("button", { name: /^Ana/ }).click();
    await page.getByRole("tab", { name: "YAML" }).click();
    await page.locator(".yaml .cm-content").getByText("onerror=alert").first().waitFor();
    expect(
      await page.evaluate("document.querySelectorAll('script:not([src]), #app img[src=x], #app iframe, #app a[href^=javascript]').length"),
    ).toBe(0);
  });

  const SEEN = [
    ["desk", "light", { dark: false, viewport: DESK }],
    ["phone", "dark", { dark: true, viewport: PHONE }],
    ["desk", "dark", { dark: true, viewport: DESK }],
    ["phone", "light", { dark: false, viewport: PHONE }],
  ] as const;
  // Each size and each light once; for pictures all of them.
  const seen = SEEN.slice(0, PICTURES ? 4 : 2);
  test.each(seen)("nothing stands in anybody's way, and nothing runs off the side: %s, %s", async (where, light, how) => {
    const page = await open("#/teams", how);
    const sideways = () => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    await page.getByRole("link", { name: /whole/ }).waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-teams-${where}-${light}.png`);
    await page.goto(`${studio.url}#/team/T1?from=example:review`);
    await graph(page).locator(".node-agent").first().waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
    await takePicture(page, `studio-team-${where}-${light}.png`);
    await page.getByRole("tab", { name: "YAML" }).click();
    await page.locator(".yaml .cm-content").waitFor();
    expect([await violationsIn(page), await sideways()]).toEqual([[], 0]);
  });

  test("nothing went wrong in the studio meanwhile", () => {
    expect(told).toEqual([]);
  });
});
