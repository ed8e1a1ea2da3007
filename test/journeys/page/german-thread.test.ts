import { describe, expect, test, vi } from "vitest";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { useBrowser } from "../../support/browser/open-page.ts";
import { codingTeam, fence, recorder } from "../../support/coding-team.ts";
import { MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { englishIn, textsIn } from "../../support/slack/english.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";
import { screenOf, type Screen } from "../../support/slack/views.ts";

vi.setConfig({ testTimeout: 120_000 }); // A browser, a Slack and a bot at once; a loaded machine of two cores takes its time.

const { limits } = PAIR.teams.pair;
const ASK = { name: "transfer_to_human", args: { question: "Wie weit soll gezählt werden?", options: ["bis 10"] } };
const PLAN = {
  Coder: [
    { text: fence("print(1)"), delayMs: 500 },
    fence("print(2)"),
    { text: "Eins noch.", toolCalls: [ASK] },
    "Es ist 55. DONE",
    "Gut so. DONE",
  ],
};
const FILE = codingTeam({ coder: { icon: ":technologist:", handoffs: ["human"] }, team: { limits: { ...limits, turns: 4 } } });

interface Story {
  readonly journey: Journey;
  readonly thread: Thread;
  readonly maria: Screen;
  /** Presses a button in the thread that opens a form; resolves when it is open. */
  into(label: string): Promise<void>;
}

/** Maria reads Slack in German, and asks for something. */
async function begin(): Promise<Story> {
  const journey = await openJourney({
    file: FILE,
    replies: PLAN,
    executor: recorder([]),
    prepare: ({ control }) => control.setLocale(MARIA, "de-DE"),
  });
  const thread = await journey.mention("@parley zähle die Zahlen zusammen");
  const maria = screenOf(journey, MARIA);
  const into = async (label: string) => {
    await thread.click(label, MARIA);
    await maria.until(() => maria.modals().length > 0);
  };
  return { journey, thread, maria, into };
}

const last = (thread: Thread, kind: string) => wordsOf(thread.ofKind(kind).at(-1));
const approval = (thread: Thread, index: number) => wordsOf(thread.ofKind("approval")[index]);

/** Code that is changed, code that is refused, and the limit of turns: four of them. */
async function toTheLimit({ thread, maria, into }: Story): Promise<void> {
  await thread.until(() => approval(thread, 0).includes("[Einmal ausführen]"));
  expect(approval(thread, 0)).toMatch(/^<@U0MARIA> \*Runner möchte 1 Zeile python ausführen:\*/);
  await into("Steuern…");
  expect(await maria.submit({ words: "Fasst euch kurz." })).toEqual({});
  await thread.until(() => thread.text().includes("<@U0MARIA> an den Agenten, der als Nächstes spricht:\n>Fasst euch kurz."));
  await into("Ändern…");
  expect(await maria.submit({ text: "print(10)" })).toEqual({});
  await thread.until(() => approval(thread, 0).includes("(geändert und erlaubt von <@U0MARIA>)"));
  await thread.until(() => approval(thread, 1).includes("[Einmal ausführen]"));
  await into("Mit Begründung ablehnen…");
  expect(await maria.submit({ text: "Die Zwei ist schon dabei." })).toEqual({});
  await thread.until(() => approval(thread, 1).includes("(abgelehnt von <@U0MARIA>: Die Zwei ist schon dabei.)"));
  await thread.until(() => last(thread, "halt").includes("[Erhöhen auf 8 Beiträge] [Mit Zusammenfassung beenden] [Stoppen]"));
}

test("a German reader's run is German from its card to its end: a yes and a no to code, a limit, a question, a fork, a summary", async () => {
  const story = await begin();
  const { journey, thread, maria, into } = story;
  await toTheLimit(story);
  expect(last(thread, "halt")).toMatch(
    /^<@U0MARIA> :hourglass: \*Die Grenze ist erreicht: 4 Beiträge\.\*\n\(Die Agenten warten; es wird nichts mehr ausgegeben\. Ohne Entscheidung endet der Lauf am <!date/,
  );
  await thread.click("Erhöhen auf 8 Beiträge", MARIA);
  await thread.until(() => last(thread, "halt").includes("(von <@U0MARIA> auf 8 Beiträge erhöht)"));
  await thread.until(() => last(thread, "question").includes("[bis 10]"));
  await into("In Worten antworten…");
  expect(await maria.submit({ words: "Bis zehn." })).toEqual({});
  const end = await thread.ended();
  await thread.until(() => thread.text().includes("<@U0MARIA> antwortet:\n>Bis zehn."));
  expect(wordsOf(end)).toContain("*Fertig*: Coder sagte „DONE“");

  await thread.click("Im Channel teilen", MARIA);
  await thread.until(() => thread.text().includes("*Coder* antwortet, geteilt von <@U0MARIA>"));
  await thread.reply("summary", MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).some((words) => words.startsWith("*coding* ist fertig")));

  const turn = thread.ofKind("turn").at(-1);
  const menus = (turn?.blocks ?? []) as readonly { readonly accessory?: { readonly options?: readonly { readonly value: string }[] } }[];
  const [another] = menus.flatMap(({ accessory }) => accessory?.options ?? []).filter(({ value }) => value.includes('"team"'));
  const { channel } = thread;
  await journey.slack.control.click({
    user: MARIA,
    channel,
    ts: turn?.ts ?? "",
    actionId: "parley.turn.more",
    value: another?.value ?? "",
  });
  await maria.until(() => maria.modals().length > 0);
  expect(await maria.submit({ team: "coding" })).toEqual({});
  await thread.until(() =>
    /<@U0MARIA> geht ab Beitrag \d einen anderen Weg: .*, in <http[^|]+\|einem eigenen Thread>\./.test(thread.text()),
  );
  const roots = () => journey.slack.control.channel(channel);
  await journey.slack.control.until(() => roots().some(({ text }) => /geht ab Beitrag \d <http[^|]+\|eines Threads> einen/.test(text)));
  await journey.thread(channel, roots().at(-1)?.ts ?? "").ended();

  const calls = journey.slack.control.calls();
  const statuses = calls.flatMap(({ method, args }) => (method === "assistant.threads.setStatus" ? [args["status"]] : []));
  expect(statuses).toContain("denkt nach…");
  const shown = calls.filter(({ method }) => /^(?:chat|views|assistant|files)\./.test(method)).flatMap(({ args }) => textsIn(args));
  expect(shown.length).toBeGreaterThan(200);
  expect(englishIn(shown)).toEqual([]);
  expect(journey.problems).toEqual([]);
});

describe.skipIf(!chromiumPath())("in the page", () => {
  const browser = useBrowser();

  test("a German thread shows what was allowed, what was refused, and the limit that it stands at", async () => {
    const story = await begin();
    await toTheLimit(story);
    const page = await browser.open(`${story.journey.slack.url}#C0GENERAL`, { viewport: { width: 1180, height: 1000 } });
    await page.getByRole("button", { name: /replies/ }).click();
    const thread = page.locator("#thread");
    await thread.getByRole("button", { name: "Erhöhen auf 8 Beiträge" }).waitFor();
    const words = await thread.innerText();
    expect(words).toMatch(/Die Grenze ist erreicht: 4 Beiträge\.[^]*Ohne Entscheidung endet der Lauf am /);
    expect(englishIn([words])).toEqual([]);
    expect(words).toMatch(/python · nicht ausgeführt\s+abgelehnt von Maria: Die Zwei ist schon dabei\./);
  });
});
