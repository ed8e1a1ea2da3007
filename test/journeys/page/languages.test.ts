import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
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
  expect(ada.modal()).toMatch(/Nom\nÀ quoi sert-elle \?\nPartir des agents de {pair}\nQui parle ensuite \?/);
  // What is wrong with it comes in the same language.
  expect(await ada.submit({ name: "pair", description: "Deux.", from: "pair" })).toHaveProperty("name");
  await journey.slack.control.command({ user: ADA, channel: GENERAL, command: "/parley", text: "settings" });
  await ada.until(() => ada.modal().includes("Ce que l’on voit"));
  await journey.slack.control.command({ user: JONAS, channel: GENERAL, command: "/parley", text: "new" });
  const jonas = screenOf(journey, JONAS);
  await jonas.until(() => jonas.modal().includes("at most 24 turns"));
  expect(ada.home()).toMatch(/Administration\n\*Qui peut faire quoi\*[^]*• lancer une exécution: tout le monde dans le canal/);
  expect(journey.problems).toEqual([]);
});
