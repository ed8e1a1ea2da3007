import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { fakeExecutor, ran } from "../../config/fake-executor.ts";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk, type ModelDesk } from "../../support/storm/model-desk.ts";
import { takePicture, turnsOf, useBrowser } from "../../support/browser/open-page.ts";

vi.setConfig({ testTimeout: 180_000 }); // A browser, a Slack and a bot at once; a loaded machine of two cores takes its time.

const agent = (name: string, icon: string, description: string, more: object = {}) => ({
  name,
  icon,
  description,
  model: "scripted",
  ...more,
});
const CODER = agent("Coder", ":technologist:", "Writes Python.", { handoffs: ["human"] });
const CRITIC = agent("Critic", ":mag:", "Judges it.");
const RUNNER = { name: "Runner", kind: "code-runner", runs: ["Coder"], icon: ":gear:", description: "Runs it.", approval: "ask" };
const { limits } = PAIR.teams.pair;
const FILE = {
  teams: {
    coding: {
      description: "Writes code, runs it, reviews it.",
      speakers: { policy: "round-robin" },
      agents: [CODER, RUNNER, CRITIC],
      stop: { textMention: "DONE" },
      limits,
    },
    debate: {
      description: "Two who see it differently.",
      speakers: { policy: "round-robin" },
      agents: [CODER, CRITIC],
      stop: { textMention: "DONE" },
      limits,
    },
  },
};

describe.skipIf(!chromiumPath())("what people do to a run, in the page", () => {
  const browser = useBrowser();

  async function begin(task: string): Promise<{ page: Page; desk: ModelDesk; journey: Journey }> {
    const desk = await openModelDesk();
    const journey = await openJourney({
      file: { ...FILE, models: { scripted: desk.model } },
      executor: fakeExecutor(() => ran(OUTPUT)),
    });
    const page = await browser.open(`${journey.slack.url}#C0ENG`);
    const field = page.getByRole("textbox", { name: "Message #engineering" });
    await field.fill(`@parley ${task}`);
    await field.press("Enter");
    await messages(page).filter({ hasText: task }).first().waitFor();
    return { page, desk, journey };
  }

  test("they kick it off, steer it by a modal and by a reply, pause it and let it go on", async () => {
    const { page, desk } = await begin("debate: tabs or spaces?");
    const coder = await desk.asked("Coder");
    const card = messages(page).filter({ hasText: "asked by @Maria" });
    await card.getByText("next: Coder").waitFor();
    await page.locator("#thread").getByText("Coder is thinking").waitFor();
    expect(await buttons(page)).toEqual(["Pause", "Steer…", "Stop"]);

    await press(page, "Steer…");
    const modal = page.getByRole("dialog", { name: "Steer the run" });
    await modal.getByRole("combobox", { name: "To" }).selectOption("Critic");
    await modal.getByRole("textbox", { name: "What should they know or do?" }).fill("Blind people read with the ear.");
    await modal.getByRole("button", { name: "Send" }).click();
    await modal.waitFor({ state: "hidden" });
    const steered = messages(page).filter({ hasText: "Blind people read with the ear." });
    await steered.waitFor();

    const reply = page.getByRole("textbox", { name: "Reply in thread" });
    await reply.fill("And keep it short.");
    await reply.press("Enter");
    const replied = messages(page).filter({ hasText: "And keep it short." });
    await replied.getByRole("button", { name: /eyes/ }).or(replied.getByText("👀")).waitFor();

    await press(page, "Pause");
    await card.getByText("paused by @Maria").waitFor();
    expect(await card.locator(".block-actions").getByRole("button").allInnerTexts()).toEqual(["Resume", "Steer…", "Stop"]);
    coder.answer("Tabs: a screen reader says how many.");
    await turnsOf(page, "Coder").waitFor();
    await press(page, "Resume");

    const critic = await desk.asked("Critic");
    expect(critic.read).toContain("Blind people read with the ear.");
    expect(critic.read).toContain("And keep it short.");
    await replied.getByText("✅").waitFor();
    critic.answer("Agreed. DONE");
    await result(page, "Done");
    expect(await turnsOf(page, "Critic").innerText()).toContain("why: a person asked for it");
    // When it is over its limits and its buttons are gone.
    await card.getByText("debate is done").waitFor();
    expect(await card.innerText()).toMatch(/tabs or spaces\?\s+2 turns · 240 tokens · \$0\.03$/);
  });

  test("they read the code that is to run, refuse it, let it run, and unfold what it printed", async () => {
    const { page, desk } = await begin("coding: what is the sum of 1 to 100?");
    (await desk.asked("Coder")).answer("Sent to the printer:\n\n```python\nimport os\n#\u001b]0;\nos.remove('/')\n#\u0007\n```");
    const asks = messages(page).filter({ hasText: "wants to run" });
    await asks.getByText("os.remove").waitFor();
    // A terminal would have swallowed it.
    expect(await asks.innerText()).toContain("#⟦\\x1b⟧]0;");
    expect(await asks.innerText()).toContain("#⟦\\x07⟧");
    await press(page, "Deny");
    await asks.getByText("denied by @Maria").waitFor();
    (await desk.asked("Critic")).answer("Rightly so. Only the sum, please.");
    (await desk.asked("Coder")).answer("Only the sum:\n\n```python\nfor n in range(101):\n    print(n)\nprint(sum(range(101)))\n```");
    await asks.nth(1).waitFor();
    await press(page, "Run once");
    await asks.nth(1).getByText("allowed by @Maria").waitFor();
    const critic = await desk.asked("Critic");
    expect(critic.read).toContain("5050");

    // It was fine and long: folded, until somebody wants to see it. By keyboard too.
    const folded = page.locator("#thread details", { hasText: "python · exit code 0" });
    expect(await folded.getByText("5050").isVisible()).toBe(false);
    await folded.locator("summary").focus();
    await page.keyboard.press("Enter");
    await folded.getByText("5050").waitFor();
    critic.answer("As Gauss said. DONE");
    // After so many turns a model sums them up.
    (await desk.asked()).answer("The sum of 1 to 100 is 5050.");
    expect(await (await result(page, "Done")).innerText()).toContain("The sum of 1 to 100 is 5050.");
  });

  test("they answer a question by a button and another in words, read the result, go on from it, and stop", async () => {
    const { page, desk, journey } = await begin("debate: plan the workshop");
    const question = (words: string) => messages(page).filter({ hasText: words });
    (await desk.asked("Coder")).ask("How many of you come?", ["Six", "A dozen"]);
    await press(page, "A dozen");
    await question("How many of you come?").getByText("answered by @Maria: A dozen").waitFor();
    const coder = await desk.asked("Coder");
    expect(coder.read).toContain("A dozen");
    coder.ask("And what should they learn?");
    await press(page, "Answer in words…");
    const modal = page.getByRole("dialog", { name: "Answer" });
    await modal.getByRole("textbox", { name: "Your answer" }).fill("To read a trace.");
    await modal.getByRole("button", { name: "Answer", exact: true }).click();
    await question("And what should they learn?").getByText("answered by @Maria: To read a trace.").waitFor();
    (await desk.asked("Coder")).answer("A morning with traces, for twelve.");
    (await desk.asked("Critic")).answer("**Half a day, twelve people, three traces** that each hide one fault. DONE");
    const end = await result(page, "Done");
    expect(await end.getByRole("button").allInnerTexts()).toEqual(
      expect.arrayContaining(["Continue…", "Another team…", "Transcript", "Share to channel"]),
    );

    await end
      .getByRole("button", { name: "Helpful", exact: true })
      .or(end.getByRole("button", { name: "This run was helpful" }))
      .click();
    await page.locator("#thread").getByText("Thanks, noted").waitFor();
    await end.getByRole("button", { name: "Transcript" }).click();
    await page
      .locator("#thread, #channel")
      .getByText(/transcript/i)
      .nth(1)
      .waitFor();
    await end.getByRole("button", { name: "Share to channel" }).click();
    await page.locator("#channel").getByText("Half a day, twelve people").waitFor();

    await end.getByRole("button", { name: "Continue…" }).click();
    const next = page.getByRole("dialog", { name: "Continue" });
    await next.getByRole("textbox", { name: "What next?" }).fill("Now for beginners.");
    await next.getByRole("button", { name: "Go on" }).click();
    const again = await desk.asked("Coder");
    expect(again.read).toContain("Now for beginners.");
    await press(page, "Stop");
    const sure = page.getByRole("dialog", { name: "Stop this run?" });
    await sure.getByRole("button", { name: "Stop" }).click();
    await again.gone;
    await (await result(page, "Stopped")).getByText("stopped by Maria").waitFor();
    await expect.poll(() => page.locator("#thread").getByRole("button", { name: "Stop" }).count()).toBe(0);
    await journey.quiet();
  });
});

describe.skipIf(!chromiumPath())("App Home, in the page", () => {
  const browser = useBrowser();

  test("they see what waits for them and answer it there, and make a team that they then ask", async () => {
    const desk = await openModelDesk();
    const journey = await openJourney({ file: { ...FILE, models: { scripted: desk.model } } });
    const thread = await journey.mention("@parley debate: how do we split the monolith?", { user: ADA, channel: "C0ENG" });
    (await desk.asked("Coder")).ask("Which part hurts the most?", ["Billing", "Search"]);
    await thread.until(() => thread.ofKind("question").length === 1);
    const ended = await journey.mention("@parley debate: tabs or spaces?", { user: ADA });
    (await desk.asked("Coder")).answer("Tabs. DONE");
    await ended.ended();

    const page = await browser.open(`${journey.slack.url}?as=${ADA}`);
    await page.getByRole("link", { name: "parley" }).click();
    await page.getByRole("tab", { name: "Home" }).click();
    const home = page.getByRole("tabpanel", { name: "Home" });
    await home.getByText("Waiting for you").waitFor();
    await home.getByText("tabs or spaces?").waitFor();
    await takePicture(page, "home.png");
    await home.getByRole("button", { name: "Answer…" }).click();
    const answer = page.getByRole("dialog");
    await answer.getByRole("textbox").fill("Billing, every month.");
    await answer.getByRole("button", { name: "Answer", exact: true }).click();
    const next = await desk.asked("Coder");
    expect(next.read).toContain("Billing, every month.");
    next.answer("Billing first. DONE");
    await thread.ended();
    await expect.poll(() => home.getByText("Waiting for you").count()).toBe(0);

    await home.getByRole("button", { name: "New team…" }).click();
    const team = page.getByRole("dialog", { name: "New team" });
    await team.getByRole("textbox", { name: "Name" }).fill("debate");
    await team.getByRole("textbox", { name: "What is it for?" }).fill("Two who take it slowly.");
    await team.getByRole("combobox", { name: "Begin with the agents of" }).selectOption("debate");
    await team.getByRole("button", { name: "Create" }).click();
    // What is wrong is said at its field, and what was typed stays.
    await team.getByText('there is a team "debate" already').waitFor();
    expect(await team.getByRole("textbox", { name: "What is it for?" }).inputValue()).toBe("Two who take it slowly.");
    await team.getByRole("textbox", { name: "Name" }).fill("slowly");
    await team.getByRole("button", { name: "Create" }).click();
    await home.getByText("Two who take it slowly.").waitFor();

    await page.getByRole("link", { name: "random" }).click();
    await page.getByRole("textbox", { name: "Message #random" }).fill("@parley slowly: what is time?");
    await page.keyboard.press("Enter");
    await page.locator("#thread").getByText("slowly is on it, asked by @Ada").waitFor();
    (await desk.asked("Coder")).answer("What a clock shows. DONE");
    await result(page, "Done");
  });
});

/** Of the workspace's people, its admin. */
const ADA = "U0ADA";
/** A page of numbers, and what matters at the end. */
const OUTPUT = `${Array.from({ length: 101 }, (_, n) => n).join("\n")}\n5050\n`;

const messages = (page: Page) => page.locator("#thread .message");

/** The buttons under the newest message that has any. */
const buttons = (page: Page) => messages(page).locator(".block-actions").last().getByRole("button").allInnerTexts();

const press = (page: Page, name: string) => page.locator("#thread").getByRole("button", { name, exact: true }).last().click();

async function result(page: Page, how: string) {
  const end = messages(page)
    .filter({ hasText: new RegExp(`${how}: `) })
    .last();
  await end.waitFor();
  return end;
}
