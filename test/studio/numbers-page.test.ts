import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keptEvaluations } from "../../src/eval/kept-evaluations.ts";
import { systemClock } from "../../src/engine/clock.ts";
import type { EventBody } from "../../src/engine/events/events.ts";
import { ownersAccess } from "../../src/studio/access.ts";
import { createStudio, type Studio } from "../../src/studio/studio.ts";
import { logsOf } from "../../src/store/runs/logs.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { violationsIn } from "../support/browser/axe.ts";
import { chromiumPath } from "../support/browser/chromium.ts";
import { PICTURES, takePicture, useBrowser } from "../support/browser/open-page.ts";
import { keptEvaluation } from "./evaluations.ts";
import { codingRun, HOSTILE } from "./stories.ts";
import { ADA, write } from "./studio.ts";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 740 };
const NOW = Date.UTC(2026, 0, 20, 12);
const DAY_MS = 86_400_000;
/** Words that are looked at in a picture are others. */
const ODD = PICTURES ? "" : HOSTILE;
const TEAMS = ["coding", "debate", "support", "research", "triage", ...(ODD === "" ? ["review", "data"] : ["<b>bold</b>", ODD])];
const MODELS = ["large", "small", "local"];
const BOB = { id: "U2", name: ODD || "Ben" };

/** A run of a team, in which somebody has spent so much. */
const spentRun = (id: string, nth: number): readonly EventBody[] => [
  { type: "run.started", run: id, team: TEAMS[nth % TEAMS.length] ?? "", startedBy: nth % 3 === 0 ? BOB : ADA },
  {
    type: "message.posted",
    agent: ["Ana", "Ben", "Cleo"][nth % 3] ?? "",
    text: "Done.",
    model: MODELS[nth % MODELS.length] ?? "",
    usage: { inputTokens: 2_000 + nth * 37, outputTokens: 300, cachedTokens: 900, usd: 0.01 + (nth % 11) * 0.02 },
  },
  { type: "stance.given", agent: "Cleo", of: 2, stance: nth % 4 === 0 ? "disagree" : "agree", reason: "" },
  { type: "run.stopped", run: id, outcome: "done", reason: "", reasons: [] },
  { type: "feedback.given", run: id, person: ADA, helpful: nth % 5 > 0 },
];

describe.skipIf(!chromiumPath())("the studio's pages of numbers", () => {
  const opened = openSqlite({ path: ":memory:", now: () => NOW });
  const browser = useBrowser();
  let studio: Studio;
  let evaluation = "";
  /** A small one, before it. */
  let earlier = "";
  const told: string[] = [];

  beforeAll(async () => {
    const clock = { ...systemClock, now: () => NOW };
    studio = await createStudio({ logs: logsOf(opened), access: ownersAccess, port: 0, clock, log: (line) => told.push(line) });
    for (let nth = 0; nth < 150; nth++)
      await write(opened, {
        thread: `T1/C0${nth % 4}/${nth}.1`,
        at: new Date(NOW - (nth % 27) * DAY_MS).toISOString(),
        events: spentRun(`r${nth}`, nth),
      });
    await write(opened, { thread: "T1/C0FLAME/1.1", at: new Date(NOW).toISOString(), events: codingRun({ hostile: ODD !== "" }) });
    while (await opened.runs.enter("T1"));
    const text = (words: string): string => `${words} ${ODD}`.trim();
    earlier = await keptEvaluation(
      opened.store,
      ODD === ""
        ? { name: "planning", cases: 40, repeats: 1, endOf: (one, team) => ((one * 7 + team * 3) % 10 < 5 + team * 3 ? "solved" : "wrong") }
        : { endOf: (one) => (one === 1 ? "solved" : "wrong"), text },
    );
    const kept = keptEvaluations(opened.store);
    const { endedAt: _, ...stopped } = (await kept.find(earlier))!;
    await kept.put({ ...stopped, stoppedAtUsd: 0.5 });
    evaluation = await keptEvaluation(opened.store, { cases: 55, repeats: 1, text });
  });
  afterAll(async () => {
    await studio.close();
    await opened.store.close();
  });

  async function open(hash: string, { dark = false, viewport = DESK } = {}): Promise<Page> {
    // Where the address leads on to, what stands behind the # comes along.
    return browser.open(`${studio.address(ADA)}${hash}`, { viewport, colorScheme: dark ? "dark" : "light", timezoneId: "UTC" });
  }
  const COSTS = "#/costs?workspace=T1";
  const figure = (page: Page, name: RegExp | string) => page.getByRole("figure", { name });

  test("costs show a chart of days with its table and its file, and are divided otherwise by keyboard alone", async () => {
    const page = await open("");
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor({ state: "attached" });
    await page.getByRole("link", { name: "Costs", exact: true }).focus();
    await page.keyboard.press("Enter");
    const byDay = figure(page, "By day and team");
    await byDay.locator(".recharts-bar-rectangle").first().waitFor();
    expect(await page.getByRole("link", { name: "Costs", exact: true }).getAttribute("aria-current")).toBe("page");
    expect(await byDay.getByRole("table").count()).toBe(0);
    await byDay.getByRole("button", { name: "Table" }).press("Enter");
    expect(await byDay.getByRole("row").count()).toBe(28);
    await page.getByRole("combobox", { name: "By", exact: true }).focus();
    await page.keyboard.type("model");
    const byModel = figure(page, "By model");
    await byModel.getByRole("cell", { name: "large", exact: true }).waitFor();
    expect(page.url()).toContain("by=model");
    await page.getByRole("textbox", { name: "Day from" }).fill("2026-01-20");
    await expect.poll(() => figure(page, "By day and model").getByRole("row").count()).toBe(2);
    await page.getByRole("textbox", { name: "Day from" }).fill("2020-01-01");
    await page.getByRole("textbox", { name: "to", exact: true }).fill("2020-01-02");
    await page.getByText("Nothing was spent on these days").waitFor();
  });

  test("a table is kept as a file, in which nothing is a formula", async () => {
    const page = await open(`${COSTS}&by=person`);
    const byPerson = figure(page, "By person");
    await byPerson.getByRole("row").nth(2).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), byPerson.getByRole("button", { name: "CSV" }).press("Enter")]);
    expect(download.suggestedFilename()).toMatch(/^costs-by-person-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
    const text = await readFile(await download.path(), "utf8");
    expect(text.startsWith("\uFEFF")).toBe(true);
    const [head, ...rows] = text.trim().split("\r\n");
    expect(head).toBe("person,share,calls,tokens in,cached,tokens out,thought,usd");
    expect(rows).toHaveLength(2);
  });

  test("what people and agents thought is told with intervals, and of few without a share", async () => {
    const page = await open("#/quality?workspace=T1");
    const helpful = figure(page, "Found helpful");
    await helpful.locator(".recharts-errorBar").first().waitFor();
    await helpful
      .getByRole("row", { name: /^coding 22 / })
      .getByText("%")
      .first()
      .waitFor();
    await page.goto(`${studio.url}#/quality?workspace=T1&from=2026-01-20&to=2026-01-20`);
    await helpful
      .getByText(/too few/)
      .first()
      .waitFor();
    expect(await helpful.locator(".recharts-errorBar").count()).toBe(0);
  });

  test("an evaluation shows its report, is compared with another, and each of its runs opens", async () => {
    const page = await open("#/evaluations");
    await page.getByRole("row", { name: earlier }).getByText("stopped at its budget").waitFor();
    await page.getByRole("link", { name: evaluation }).press("Enter");
    await figure(page, "Solved by each team").locator(".recharts-errorBar").first().waitFor();
    expect(await figure(page, "Cost").getByRole("row").count()).toBe(3);
    await page.getByText("50 of 55", { exact: true }).waitFor();
    await page.getByRole("button", { name: "More cases" }).press("Enter");
    await page.getByText("55 of 55", { exact: true }).waitFor();
    await page.getByLabel("Show").selectOption({ label: "on which teams differ" });
    await page.getByText("28 of 28", { exact: true }).waitFor();
    await page.getByLabel("Compare with an earlier one").selectOption({ index: 1 });
    await figure(page, "Against the baseline").waitFor();
    await page.getByRole("link", { name: /^1 ?: the run of solo on case 1 / }).press("Enter");
    await page.getByRole("region", { name: "Timeline" }).getByText("The sum is 2.").first().waitFor();
  });

  test("where the money of a run went is walked by arrows, widened, and leads to the event", async () => {
    const page = await open(`#/run/${encodeURIComponent("T1/C0FLAME/1.1")}/1`);
    await page.getByRole("button", { name: "Where the money went" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Where the money went" });
    const flame = dialog.getByRole("group", { name: "Turns and calls" });
    await flame.getByRole("button", { name: /^The run/ }).focus();
    const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toMatch(PICTURES ? /^Coder turn 1, \$0\.0065/ : /^<b>Coder<\/b> turn 1, \$0\.0065/);
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toMatch(/^Critic turn 3/);
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toMatch(PICTURES ? /^Critic call of web_search/ : /^Critic call of <u>tool<\/u>/);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect.poll(() => flame.getByRole("button").count()).toBe(3);
    await page.keyboard.press("Backspace");
    await expect.poll(() => flame.getByRole("button").count()).toBe(7);
    expect(await dialog.getByRole("row").count()).toBe(5);
    expect(await violationsIn(page)).toEqual([]);
    await takePicture(page, "studio-money.png");
    await flame.getByRole("button", { name: /^Critic turn 3/ }).focus();
    await dialog.getByRole("button", { name: /Go to event 11/ }).press("Enter");
    await page.getByText("11 / 13").waitFor();
  });

  test("hostile words show as words in every chart, table and name", async () => {
    const page = await open("#/evaluations");
    // Each shows something that the one before it does not.
    for (const [hash, role, words] of [
      [`${COSTS}&by=person`, "cell", "<script>alert(2)</script>"],
      [`${COSTS}&by=team`, "cell", "<b>bold</b>"],
      [`#/evaluations/${evaluation}`, "heading", "<script>alert(2)</script>"],
      ["#/quality?workspace=T1", "cell", "<b>bold</b>"],
    ] as const) {
      await page.goto(`${studio.url}${hash}`);
      await page.getByRole(role, { name: words }).first().waitFor();
      await page.locator(".recharts-surface").first().waitFor();
      const found = await page.evaluate(
        "document.querySelectorAll('script:not([src]), #app img, #app iframe, #app a[href^=javascript], #app b, #app u').length",
      );
      expect([hash, found]).toEqual([hash, 0]);
      expect(await page.evaluate("/[\u202e\u001b]/.test(document.body.textContent)")).toBe(false);
    }
  });

  const SEEN = [
    ["desk-light", { dark: false, viewport: DESK }],
    ["phone-dark", { dark: true, viewport: PHONE }],
    ["desk-dark", { dark: true, viewport: DESK }],
    ["phone-light", { dark: false, viewport: PHONE }],
  ] as const;
  // Each size and each light once; for pictures all of them.
  test.each(SEEN.slice(0, PICTURES ? 4 : 2))("nothing stands in anybody's way, and nothing runs off the side: %s", async (name, how) => {
    const page = await open(COSTS, how);
    for (const [what, hash, shown] of [
      ["costs", COSTS, ".recharts-bar-rectangle"],
      ["quality", "#/quality?workspace=T1", ".recharts-errorBar"],
      ["evaluations", "#/evaluations", "td a"],
      ["evaluation", `#/evaluations/${earlier}`, ".recharts-errorBar"],
    ] as const) {
      await page.goto(`${studio.url}${hash}`);
      await page.locator(shown).first().waitFor();
      const sideways = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      expect([what, await violationsIn(page), sideways]).toEqual([what, [], 0]);
      await takePicture(page, `studio-${what}-${name}.png`);
    }
  });

  test("nothing went wrong in the studio meanwhile", () => {
    expect(told).toEqual([]);
  });
});
