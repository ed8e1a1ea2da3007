import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";
import { screenOf } from "../../support/slack/views.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const replies = { Ana: ["One."], Ben: ["Two. DONE"] };

test("a German reader has Home and its forms in German, an English one beside her in English", async () => {
  const journey = await openJourney({ file: PAIR, replies, prepare: ({ control }) => control.setLocale(MARIA, "de-AT") });
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  const thread = await journey.mention("@parley count");
  await thread.ended();
  await maria.open();
  await jonas.open();
  expect(maria.home()).toMatch(/Erwähne mich mit einer Aufgabe[^]*\[Neuer Lauf…\][^]*Läuft gerade[^]*Zuletzt\ncount\n.*fertig, 2 Beiträge/);
  expect(maria.home()).not.toMatch(/Running now|Recent|turns|New run/);
  expect(jonas.home()).toMatch(/Mention me with a task[^]*\[New run…\][^]*Running now[^]*Recent\ncount\n.*done, 2 turns/);
  await maria.into("Suchen…");
  expect(maria.modal()).toBe("Wörter\nTeam {pair}\nChannel\nPerson");
  await jonas.into("Search…");
  expect(jonas.modal()).toBe("Words\nTeam {pair}\nChannel\nPerson");
  await maria.submit({ words: "marmots" });
  await maria.until(() => maria.modal().includes("Kein Lauf, der zu Ende ist, passt."));
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", language: "de" });
  expect(journey.problems).toEqual([]);
});

test("who changes their language in Slack has Home in it from then on; what is known holds while Slack does not say", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { control } = journey.slack;
  const maria = screenOf(journey, MARIA);
  await maria.open();
  expect(maria.home()).toContain("[New run…]");
  control.setLocale(MARIA, "fr-FR");
  await journey.quiet();
  await maria.open();
  await maria.until(() => maria.home().includes("[Nouvelle exécution…]"));
  const again = await journey.restarted({ file: PAIR, replies });
  control.fault({ method: "users.info", kind: "error", code: "internal_error", times: 100 });
  await again.mention("@parley count");
  const later = screenOf(again, MARIA);
  await later.open();
  await later.until(() => later.home().includes("En cours"));
});

test("a language for the whole installation holds for everybody", async () => {
  const file = { ...PAIR, slack: { language: "fr" } };
  const journey = await openJourney({ file, replies, prepare: ({ control }) => control.setLocale(MARIA, "de-DE") });
  const maria = screenOf(journey, MARIA);
  await maria.open();
  expect(maria.home()).toContain("[Nouvelle exécution…]");
  const thread = await journey.mention("@parley count");
  await thread.ended();
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", language: "fr" });
});

test("the forms of a run, of a team and of a channel are in the language of whoever opens them", async () => {
  const journey = await openJourney({ file: PAIR, replies, prepare: ({ control }) => control.setLocale(ADA, "fr-CA") });
  const ada = screenOf(journey, ADA);
  await ada.open();
  await ada.into("Nouvelle équipe…");
  expect(ada.modal()).toMatch(/Nom\nÀ quoi sert-elle\u202F\?\nPartir des agents de {pair}\nQui parle ensuite\u202F\?/);
  // What is wrong with it comes in the same language.
  expect(await ada.submit({ name: "pair", description: "Deux.", from: "pair" })).toHaveProperty("name");
  await journey.slack.control.command({ user: ADA, channel: GENERAL, command: "/parley", text: "settings" });
  await ada.until(() => ada.modal().includes("Ce que l’on voit"));
  await journey.slack.control.command({ user: JONAS, channel: GENERAL, command: "/parley", text: "new" });
  const jonas = screenOf(journey, JONAS);
  await jonas.until(() => jonas.modal().includes("at most 24 turns"));
  expect(ada.home()).toMatch(/Administration\n\*Qui peut faire quoi\*[^]*• lancer une exécution\u00A0: tout le monde dans le canal/);
  expect(journey.problems).toEqual([]);
});

test("a thread speaks the language of whoever began its run, to everybody and after a restart; Home each reader's own", async () => {
  const question = { name: "transfer_to_human", args: { question: "Wie viele kommen?", options: ["zwei"] } };
  const asking = { Ana: [{ text: "Ich plane es.", toolCalls: [question] }, "Ihr seid {{last}}."], Ben: ["Gut. DONE"] };
  const journey = await openJourney({ file: PAIR, replies: asking, prepare: ({ control }) => control.setLocale(MARIA, "de-DE") });
  const before = await journey.mention("@parley plane die Reise");
  const cardOf = (thread: typeof before) => thread.ofKind("card").map(wordsOf).join("\n");
  await before.until(() => before.ofKind("question").length === 1 && cardOf(before).includes("Ana wartet auf eine Antwort"));
  expect(cardOf(before)).toContain("*pair* arbeitet daran, gefragt von <@U0MARIA>");
  const [asked] = before.ofKind("question");
  if (!asked) throw new Error("no question");
  expect(wordsOf(asked)).toBe(
    "<@U0MARIA> *:owl: Ana fragt:*\nIch plane es.\n\nWie viele kommen?\n[zwei] [In Worten antworten…]\n(oder einfach hier antworten)",
  );
  // An English reader's Home says of the same run what it waits for in English.
  const jonas = screenOf(journey, JONAS);
  await jonas.open();
  expect(jonas.home()).toMatch(/Running now[^]*plane die Reise\n.* · waits/);

  const again = await journey.restarted({ file: PAIR, replies: asking });
  const thread = again.thread(before.channel, before.ts);
  await thread.click("zwei", JONAS);
  const end = await thread.ended();
  await thread.until(() => thread.ofKind("question").some((one) => wordsOf(one).includes("beantwortet von <@U0JONAS>: zwei")));
  expect(cardOf(thread)).toContain("*pair* ist fertig, gefragt von <@U0MARIA>");
  expect(wordsOf(end)).toMatch(/\*Fertig\*: Ben sagte „DONE“[^]*\[Weitermachen…\] \[Anderes Team…\] \[Mitschrift\] \[Im Channel teilen\]/);
  expect(wordsOf(end)).toMatch(/2 Beiträge · .*erwähne mich hier, um weiterzumachen/);
  expect(thread.text()).not.toMatch(/asked by|is done|Continue|mention me|tokens|Helpful/);
  // What is said to one person names the button as it stands there; the file is for all.
  const value = JSON.stringify({ r: `${thread.key}#1`, helpful: false });
  await again.slack.control.click({ user: JONAS, channel: thread.channel, ts: end.ts, actionId: "parley.result.feedback", value });
  await again.slack.control.until(() => again.whispers(JONAS).length === 1);
  expect(again.whispers(JONAS)).toEqual(["Thanks, noted. `Weitermachen…` lets you say what was missing."]);
  await thread.click("Mitschrift", JONAS);
  await thread.until(() => thread.messages().some(({ text, files }) => files.length > 0 && text === "Alle Beiträge dieses Laufs"));
  expect(again.problems).toEqual([]);
});
