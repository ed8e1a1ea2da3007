import { expect, test } from "vitest";
import { SlackSettings } from "../../../src/config/schema/slack.ts";
import { LANGUAGES, languageOf } from "../../../src/slack/language/languages.ts";
import { typeset } from "../../../src/slack/language/typeset.ts";
import { loadTranslator, type Translator } from "../../../src/slack/language/translator.ts";
import { createLanguages } from "../../../src/slack/language/whose-language.ts";
import * as before from "../../../src/slack/words/blocks.ts";

const [en, de, fr] = (await Promise.all(LANGUAGES.map(loadTranslator))) as [Translator, Translator, Translator];

test.each([
  ["de-DE", "de"],
  ["de-AT", "de"],
  ["DE_ch", "de"],
  ["fr-CA", "fr"],
  ["en-GB", "en"],
  ["es-ES", "en"],
  ["deu", "en"],
  ["", "en"],
  [undefined, "en"],
])("%s is read in %s", (locale, language) => expect(languageOf(locale)).toBe(language));

test("a message is filled in, with the plural of its language", () => {
  expect([0, 1, 2].map((count) => en("units.text.turns", { count }))).toEqual(["0 turns", "1 turn", "2 turns"]);
  expect([0, 1, 2].map((count) => de("units.text.turns", { count }))).toEqual(["0 Beiträge", "1 Beitrag", "2 Beiträge"]);
  // Nothing is singular in French.
  expect([0, 1, 2].map((count) => fr("units.text.turns", { count }))).toEqual(["0 tour", "1 tour", "2 tours"]);
});

test("what others wrote is put in as it is: neither a tag nor a message of its own", () => {
  const question = "<@U1> {x} '{y}' &lt;b&gt; # {n, plural, other {#}}";
  expect(de("home.text.asks", { agent: "A'{", question })).toBe(`*A'{ fragt:* ${question}`);
});

test("French marks stand apart from the word before them, and no line begins with one; code and emoji stay as they are", () => {
  expect(fr("home.text.asks", { agent: "Ana", question: "Ou ?" })).toBe("*Ana demande\u00A0:* Ou ?");
  expect(fr("cards.text.near", { what: "3 ; 4" })).toBe(":hourglass_flowing_sand: près d’une limite\u00A0: 3 ; 4");
  expect(typeset("fr", "« Oui ! » ; `a : b ;` :tada: Non ?")).toBe("«\u00A0Oui\u202F!\u00A0»\u202F; `a : b ;` :tada: Non\u202F?");
  expect(typeset("de", "Nein ; doch !")).toBe("Nein ; doch !");
  expect([en, de, fr].map((t) => t.clauses(["a", "b"]))).toEqual(["a; b", "a; b", "a\u202F; b"]);
  expect([en, de, fr].map((t) => t.under("Ana", "b"))).toEqual(["Ana: b", "Ana: b", "Ana\u00A0: b"]);
});

test("a message without its values, with others, or one that there is not, does not compile", () => {
  const wrong = () => {
    // @ts-expect-error -- it takes a count
    en("units.text.turns");
    // @ts-expect-error -- of which it takes the number
    en("units.text.turns", { count: "3" });
    // @ts-expect-error -- it takes nothing
    en("home.header.recent", { count: 3 });
    // @ts-expect-error -- there is none
    en("home.header.gone");
  };
  expect(wrong).toThrow("there is no message home.header.gone");
});

test("numbers, money and time are written as in the language", () => {
  const all = (t: Translator) => [
    t.number(12_345.6),
    t.count(1_234),
    t.dollars(1.5),
    t.dollars(0.001),
    t.duration(1_400),
    t.size(1_500_000),
    t.list(["a", "b", "c"]),
  ];
  expect(all(en)).toEqual(["12,345.6", "1.2k", "$1.50", "under $0.01", "1.4 s", "1.5 MB", "a, b, and c"]);
  expect(all(de)).toEqual(["12.345,6", "1,2k", "1,50\u00A0$", "unter 0,01\u00A0$", "1,4 s", "1,5 MB", "a, b und c"]);
  expect(all(fr)).toEqual(["12\u202F345,6", "1,2k", "1,50\u00A0$", "moins de 0,01\u00A0$", "1,4 s", "1,5 Mo", "a, b et c"]);
  expect(de.at("2026-11-28T12:00:00.000Z")).toBe("<!date^1795867200^{date_short} um {time}|2026-11-28 12:00 UTC>");
});

test("English says amounts as it did", () => {
  for (const value of [0, 1, 9, 950, 999, 1_000, 1_234, 9_949, 9_951, 12_345, 999_499, 999_500, 1_300_000]) {
    expect(en.count(value)).toBe(before.count(value));
    expect(en.size(value)).toBe(before.size(value));
    expect(en.duration(value * 17)).toBe(before.duration(value * 17));
    expect(en.dollars(value / 100)).toBe(before.dollars(value / 100).replace(/\B(?=(\d{3})+\.)/g, ","));
  }
  const usage = { inputTokens: 900, outputTokens: 300, usd: 0.02, estimated: true as const };
  expect([en.tokens(usage), en.cost(usage, true), en.cost(usage, false)]).toEqual([
    before.tokens(usage),
    before.cost(usage, true),
    before.cost(usage, false),
  ]);
  expect(en.at("2026-11-28T12:00:00.000Z")).toBe(before.timeOf("2026-11-28T12:00:00.000Z"));
});

test("of a cost without a price nothing is said until it is a cent", () => {
  const usage = (usd?: number) => ({ inputTokens: 900, outputTokens: 300, ...(usd === undefined ? {} : { usd }) });
  expect([undefined, 0, 0.001, 0.02].map((usd) => en.cost(usage(usd), false))).toEqual([undefined, undefined, undefined, "at least $0.02"]);
  expect([0.001, 0.02].map((usd) => before.cost(usage(usd), false))).toEqual([undefined, "at least $0.02"]);
});

test("a person is spoken to in their language, and a run goes on in the one that it began in", async () => {
  const locales: { readonly [user: string]: string } = { U1: "de-DE", U2: "pt-BR" };
  const people = { localeOf: async (user: string) => locales[user] };
  const readers = createLanguages(people);
  expect((await readers.of("U1")).language).toBe("de");
  expect([await readers.noted("U1"), await readers.noted("U2"), await readers.noted("U3")]).toEqual(["de", undefined, undefined]);
  expect((await readers.ofRun({ language: "de" })).language).toBe("de");
  expect((await readers.ofRun({})).language).toBe("en");
  // Of a version that speaks more.
  expect((await readers.ofRun({ language: "nl" })).language).toBe("en");
  const fixed = createLanguages(people, "fr");
  expect([(await fixed.of("U1")).language, (await fixed.ofRun({ language: "de" })).language]).toEqual(["fr", "fr"]);
});

test("the team file takes each language that there is", () => {
  for (const language of ["reader", ...LANGUAGES]) expect(SlackSettings.parse({ language }).language).toBe(language);
  expect(SlackSettings.parse({}).language).toBe("reader");
  expect(() => SlackSettings.parse({ language: "es" })).toThrow("reader");
});
