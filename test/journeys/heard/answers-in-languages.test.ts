import { expect, test } from "vitest";
import { loadCatalogue } from "../../../src/slack/language/catalogue.ts";
import type { Language } from "../../../src/slack/language/languages.ts";
import { SLASH_COMMANDS } from "../../../src/slack/words/slash-table.ts";
import { GENERAL, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { screenOf } from "../../support/slack/views.ts";

const ADA = "U0ADA"; // An admin of the workspace.
/** So nothing of what is kept begins meanwhile. */
const SATURDAY_MS = Date.parse("2026-11-28T10:00:00Z");
const [team] = Object.values(PAIR.teams);
const ANA = { name: "Ana", icon: ":owl:", description: "Merkt.", model: "scripted", memory: true };
const file = {
  ...PAIR,
  teams: { pair: { ...team, description: "Merkt sich etwas.", agents: [ANA] } },
  budgets: { channelUsdPerDay: 4 },
  ceilings: { raised: { channelUsdPerDay: 40 } },
};
const REPLIES = {
  Ana: [{ toolCalls: [{ name: "remember", args: { text: "{{task:/merke (.*)/}}" } }] }, "{{last}}\nDONE"],
};

/** What is given behind a command: what it answers alone, what it takes, and what it does not. */
const COMMANDS = [
  ...SLASH_COMMANDS.map(({ word }) => word).filter((word) => word !== "new" && word !== "settings"),
  "status mine",
  "statsu",
  "budget raise",
  "budget raise me 5",
  "budget raise channel 5",
  "budget raise channel 4",
  "budget raise channel 100",
  "memory forget",
  "memory forget 99",
  "schedule bald prüfen",
  "schedule when it rains prüfen",
  "schedule every weekday at 9:00",
  "schedule every 7 minutes prüfen",
  "schedule every weekday at 9:00 Mars/Base prüfen",
  "schedule every weekday at 9:00 usd=0 prüfen",
  "schedule off abc23",
  'schedule when "Nagios" posts prüfen',
  "schedule when :bug: is added prüfen",
  "schedule every weekday at 9:00 usd=0.50 prüfen",
];

test.each([
  ["de", "de-DE"],
  ["fr", "fr-FR"],
] as const)("nothing that a command answers, nor what a button below it does, is in English to who reads %s", async (language, locale) => {
  const journey = await openJourney({
    file,
    replies: REPLIES,
    startMs: SATURDAY_MS,
    prepare: ({ control }) => [MARIA, ADA].forEach((user) => control.setLocale(user, locale)),
  });
  for (const user of [MARIA, ADA]) await screenOf(journey, user).open();
  await journey.quiet();
  const thread = await journey.mention("@parley merke Dienstag");
  await thread.ended();
  const english = await englishBeside(language);
  const said = [];
  for (const user of [MARIA, ADA]) for (const text of COMMANDS) said.push({ text, words: await answerTo(journey, user, text) });
  // What is below the last one: it is kept, listed, switched, deleted; and a note is forgotten.
  for (const [text, actionIds] of [
    ["schedule every weekday at 9:00 prüfen", ["parley.schedule.keep"]],
    ["schedule every weekday at 9:00 prüfen", ["parley.schedule.drop"]],
    ["schedule", ["parley.schedule.off", "parley.schedule.on", "parley.schedule.delete"]],
    ["memory", ["parley.memory.forget"]],
  ] as const) {
    await answerTo(journey, MARIA, text);
    for (const actionId of actionIds) said.push({ text: actionId, words: await pressed(journey, actionId) });
  }
  expect(said).toHaveLength(2 * COMMANDS.length + 6);
  const wrong = said.flatMap(({ text, words }) => {
    const own = ownWords(words);
    const keys = english.filter(({ pattern }) => pattern.test(own)).map(({ key }) => key);
    const isEnglish = /\b(the|this|there|you|your|are|nothing|which|of|and|it)\b/i.test(own);
    return words === "" || isEnglish || keys.length > 0 ? [{ text, words, keys }] : [];
  });
  expect(wrong).toEqual([]);
});

async function answerTo(journey: Journey, user: string, text: string): Promise<string> {
  const { control } = journey.slack;
  const answers = () => control.channel(GENERAL).filter(({ ephemeralTo }) => ephemeralTo === user);
  const before = answers().length;
  await paced(journey);
  await control.command({ user, channel: GENERAL, command: "/parley", text });
  await control.until(() => answers().length > before);
  return textsOf(answers().at(-1) ?? {});
}

/** Presses a button of the last answer to Maria; what she reads then. */
async function pressed(journey: Journey, actionId: string): Promise<string> {
  const { control } = journey.slack;
  const last = () => control.channel(GENERAL).findLast(({ ephemeralTo }) => ephemeralTo === MARIA) ?? fail();
  const before = last();
  const { value } = buttonIn(before.blocks, actionId) ?? fail(`no ${actionId} in: ${textsOf(before)}`);
  await paced(journey);
  await control.click({ user: MARIA, channel: GENERAL, ts: before.ts, actionId, value });
  await control.until(() => textsOf(last()) !== textsOf(before));
  return textsOf(last());
}

/** Slack lets the app ask again: on this clock it would be waited for a few hundredths of a second, and then said that Slack does not say. */
async function paced(journey: Journey): Promise<void> {
  await journey.quiet();
  journey.pass(MINUTE_MS);
}

const MINUTE_MS = 60_000;

function buttonIn(of: unknown, actionId: string): { readonly value: string } | undefined {
  if (typeof of !== "object" || of === null) return undefined;
  if ("action_id" in of && of.action_id === actionId && "value" in of) return { value: String(of.value) };
  return Object.values(of)
    .map((one) => buttonIn(one, actionId))
    .find(Boolean);
}

/** All that is read of a message: each `text` in it. */
function textsOf(of: unknown): string {
  if (Array.isArray(of)) return of.map(textsOf).filter(Boolean).join("\n");
  if (typeof of !== "object" || of === null) return "";
  return Object.entries(of)
    .map(([name, value]) => (typeof value === "string" ? (name === "text" ? value : "") : textsOf(value)))
    .filter(Boolean)
    .join("\n");
}

/** Without what is typed, which is the same in all languages, what others are called, and what is quoted. */
const ownWords = (words: string): string =>
  words.replaceAll(/`[^`]*`|<[^>]*>|^\*?every weekday.*$|\*every weekday[^*]*\*|^>.*$|_[^_\n]*_/gm, " ");

/** Messages of the English catalogue that are others in this language, as what they can be said as. */
async function englishBeside(language: Language): Promise<readonly { readonly key: string; readonly pattern: RegExp }[]> {
  const [english, other] = [await loadCatalogue("en"), await loadCatalogue(language)];
  return Object.entries(english).flatMap(([theme, messages]) =>
    Object.entries<string>(messages).flatMap(([rest, text]) => {
      const said = text.replace(/^\{\w+, plural, .*other \{([^]*)\}\}$/, "$1");
      const isSame = text === (other[theme as keyof typeof other] as { readonly [rest: string]: string })[rest];
      const literal = said.replaceAll(/\{[^}]*\}|`[^`]*`|#/g, "").replaceAll(/[^a-z]/gi, "");
      if (isSame || literal.length < LETTERS_MIN) return [];
      const parts = said.split(/\{[^}]*\}|`[^`]*`|#/).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
      return [{ key: `${theme}.${rest}`, pattern: new RegExp(parts.join("[^\n]*?")) }];
    }),
  );
}

/** Fewer may stand in any language. */
const LETTERS_MIN = 8;

function fail(what = "nothing is there"): never {
  throw new Error(what);
}
