import { expect, test } from "vitest";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { readSpokenSchedule } from "../../../src/slack/schedules/spoken-schedule.ts";

const around = { nowMs: Date.parse("2026-11-28T16:00:00Z"), timeZone: "Europe/Berlin", teams: { cards: [], default: "pair" }, channel: "C1", url: "https://x.slack.com/" }; // prettier-ignore

/** Of every kind of mistake one, with what is said of it in each language. */
const MISTAKES: readonly (readonly [string, readonly [en: string, de: string, fr: string]])[] = [
  ["sometimes look", ["Say when first", "Sag zuerst auf Englisch, wann", "Dites d’abord quand"]],
  ["when it rains look", ["Say what it begins by", "womit es beginnt", "ce qui le déclenche"]],
  ["every 7 minutes look", ["Take 15, 20 or 30 minutes", "Nimm 15, 20 oder 30 Minuten", "Prenez 15, 20 ou 30 minutes"]],
  ["every 5 hours look", ["or 12 hours", "oder 12 Stunden", "ou 12 heures"]],
  ["tomorrow look", ["at which one time", "um wie viel Uhr an diesem Tag", "à quelle heure ce jour-là"]],
  ["every 2 hours at 9:00 look", ["Leave one of them out", "Lass eines davon weg", "Enlevez l’un des deux"]],
  ["every weekday look", ["at which time of the day", "um wie viel Uhr, etwa", "à quelle heure, par exemple"]],
  ["every day at 9:00 and 17:30 look", ["at the same minute", "auf dieselbe Minute", "à la même minute"]],
  [
    "every day at 9:00 Europe/Nowhere look",
    ["no time zone “Europe/Nowhere”", "Zeitzone „Europe/Nowhere“", "fuseau horaire «\u00A0Europe/Nowhere\u00A0»"],
  ],
  ["`61 9 * * *` look", ["“61 9 * * *” is no rule", "„61 9 * * *“ ist keine", "«\u00A061 9 * * *\u00A0» n’est pas"]],
  ["`0 9 31 2 *` look", ["no such time", "Diesen Zeitpunkt gibt es", "plus de telle date"]],
  ["`* * * * *` look", ["That is every minute", "Das wäre jede Minute", "C’est chaque minute"]],
  ["`*/5 * * * *` look", ["every 5 minutes", "alle 5 Minuten", "toutes les 5 minutes"]],
  ["every weekday at 9:00", ["what is to be done", "was zu tun ist", "ce qu’il faut faire"]],
  [`every weekday at 9:00 ${"x".repeat(4_001)}`, ["4,001 characters", "4.001 Zeichen", "4\u202F001 caractères"]],
  ["when a file is posted to=channel look", ["answer itself for ever", "endlos selbst antworten", "se répondre sans fin"]],
  ["every weekday at 9:00 team=none look", ["no team", "Team", "équipe"]],
  ["every weekday at 9:00 to=moon look", ["Results go", "Ergebnisse kommen", "Les résultats vont"]],
  ["every weekday at 9:00 missed=never look", ["Times that are missed", "Verpasste Male", "Les fois manquées"]],
  ["every weekday at 9:00 usd=5000 look", ["in US dollars", "in US-Dollar", "en dollars US"]],
  ["every weekday at 9:00 runs=3 look", ["less often", "seltener", "moins souvent"]],
  ["when a file is posted runs=1000 look", ["Runs a day", "Läufe am Tag", "exécutions par jour"]],
];

test.each(MISTAKES)("%.60s: what is wrong with it is said in the language of whoever asks", async (text, words) => {
  for (const [index, language] of LANGUAGES.entries()) {
    const spoken = readSpokenSchedule(text, { ...around, t: await loadTranslator(language) });
    expect(spoken).toMatchObject({ kind: "unclear", why: expect.stringContaining(words[index] ?? "") as string });
  }
});

test("of what is quoted nothing reaches Slack as a mark of its own", async () => {
  const spoken = readSpokenSchedule("`<!channel> *` look", { ...around, t: await loadTranslator("de") });
  expect(spoken).toMatchObject({ kind: "unclear", why: expect.not.stringContaining("<") as string });
});
