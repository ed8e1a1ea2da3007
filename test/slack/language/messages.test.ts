import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "vitest";
import { loadCatalogue } from "../../../src/slack/language/catalogue.ts";
import { LANGUAGES, type Language } from "../../../src/slack/language/languages.ts";
import { SLOTS, type Catalogue, type Theme } from "../../../src/slack/language/messages.ts";

interface Message {
  readonly key: string;
  readonly text: string;
  readonly parsed: readonly MessageFormatElement[];
}

const catalogues = new Map<Language, Catalogue>(await Promise.all(LANGUAGES.map(async (one) => [one, await loadCatalogue(one)] as const)));
const english = messagesOf("en");
const OTHERS = LANGUAGES.filter((language) => language !== "en");

test("there are messages, each in a slot that is known, and none is empty", () => {
  expect(english.size).toBeGreaterThan(50);
  const slots = Object.keys(SLOTS);
  expect([...english.keys()].filter((key) => !slots.includes(slotOf(key)))).toEqual([]);
  for (const language of LANGUAGES)
    expect([...messagesOf(language).values()].filter(({ text }) => text.trim() === "" || text.trim() !== text)).toEqual([]);
});

test.each(OTHERS)("%s has every message of English, and no other", (language) => {
  expect([...messagesOf(language).keys()].toSorted()).toEqual([...english.keys()].toSorted());
});

test.each(OTHERS)("messages in %s take the values that English takes, each in the same way", (language) => {
  const wrong = [...messagesOf(language).values()].filter(
    ({ key, parsed }) => JSON.stringify(argumentsIn(parsed)) !== JSON.stringify(argumentsIn(of(key).parsed)),
  );
  expect(wrong.map(({ key, text }) => `${key}: ${text}`)).toEqual([]);
});

test.each(LANGUAGES)("plurals in %s have the forms that the language has, and no others", (language) => {
  // Of a million and more in French, which none of these counts reaches.
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== "many");
  const wrong = [...messagesOf(language).values()].flatMap(({ key, parsed }) =>
    elementsIn(parsed).flatMap((element) => {
      if (element.type !== TYPE.plural) return [];
      const forms = Object.keys(element.options).toSorted();
      return forms.join() === needed.toSorted().join() ? [] : [`${key}: ${forms.join()}; ${language} has ${needed.join()}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test.each(OTHERS)("no mark of Slack's is lost or new in %s: bold, code, emoji, lines, links", (language) => {
  const wrong = [...messagesOf(language).values()].filter(
    ({ key, parsed }) => JSON.stringify(marksIn(parsed)) !== JSON.stringify(marksIn(of(key).parsed)),
  );
  expect(wrong.map(({ key, text }) => `${key}: ${text}`)).toEqual([]);
});

test.each(LANGUAGES)("no message in %s is longer than Slack takes where it stands", (language) => {
  const long = [...messagesOf(language).values()].flatMap(({ key, parsed }) => {
    const chars = Math.max(...wordings(parsed).map((words) => words.length));
    return chars <= SLOTS[slotOf(key) as keyof typeof SLOTS] ? [] : [`${key} has ${chars} characters`];
  });
  expect(long).toEqual([]);
});

test("French is set as French is: typographic apostrophes, and a space before what needs one", () => {
  const wrong = [...messagesOf("fr").values()].filter(({ parsed }) =>
    wordings(parsed).some((words) =>
      /\p{L}'\p{L}|[\p{L}\d}*][?!;»]|«\S|[\p{L}}*]:(?!\w+:)/u.test(words.replaceAll(/`[^`]*`|<[^>]*>|:[a-z_]+:|« [^»]* »/g, "")),
    ),
  );
  expect(wrong.map(({ key, text }) => `${key}: ${text}`)).toEqual([]);
});

test("German says du and French vous, as Slack itself does", () => {
  const formal = [...messagesOf("de").values()].filter(({ text }) => /(?<![.!?:;] |^)\b(Sie|Ihr|Ihre[mnrs]?|Ihnen)\b/.test(text));
  const familiar = [...messagesOf("fr").values()].filter(({ text }) => /(?<!\p{L})(tu|toi|ton|ta|tes)(?!\p{L})/iu.test(text));
  expect([...formal, ...familiar].map(({ key, text }) => `${key}: ${text}`)).toEqual([]);
});

test("every message is said somewhere", () => {
  const room = join(import.meta.dirname, "../../../src/slack");
  const code = readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/^language[\\/](en|de|fr)[\\/]/.test(path))
    .map((path) => readFileSync(join(room, path), "utf8"))
    .join("\n");
  // Keys that are put together in code name what they begin with: `home.text.outcome.${outcome}`.
  const themes = Object.keys(catalogues.get("en") ?? {});
  const beginnings = [...code.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/g)]
    .map(([, beginning = ""]) => beginning)
    .filter((one) => themes.includes(one.split(".")[0] ?? ""));
  // Of all that begins with `home.text.` none would ever be missed.
  expect(beginnings.filter((one) => !/^\w+\.\w+\.\w+\.$/.test(one))).toEqual([]);
  const unsaid = [...english.keys()].filter((key) => !code.includes(`"${key}"`) && !beginnings.some((one) => key.startsWith(one)));
  expect(unsaid).toEqual([]);
});

function messagesOf(language: Language): ReadonlyMap<string, Message> {
  const catalogue = catalogues.get(language);
  if (!catalogue) throw new Error(`no catalogue of ${language}`);
  return new Map(
    (Object.keys(catalogue) as Theme[]).flatMap((theme) =>
      Object.entries<string>(catalogue[theme]).map(([rest, text]) => {
        const key = `${theme}.${rest}`;
        return [key, { key, text, parsed: parsedOf(key, text) }];
      }),
    ),
  );
}

function parsedOf(key: string, text: string): readonly MessageFormatElement[] {
  // As the translator does: without a value a message is said as it stands.
  if (!text.includes("{")) return [{ type: TYPE.literal, value: text }];
  try {
    return parse(text, { ignoreTag: true });
  } catch (error) {
    throw new Error(`${key} is no ICU message: ${text}`, { cause: error });
  }
}

const of = (key: string): Message => english.get(key) ?? { key, text: "", parsed: [] };
const slotOf = (key: string): string => key.split(".")[1] ?? "";

/** All of a message, what stands in its plural forms included. */
function elementsIn(parsed: readonly MessageFormatElement[]): MessageFormatElement[] {
  return parsed.flatMap((element) =>
    element.type === TYPE.plural || element.type === TYPE.select
      ? [element, ...Object.values(element.options).flatMap(({ value }) => elementsIn(value))]
      : [element],
  );
}

/** What it takes and of which kind, each once. */
function argumentsIn(parsed: readonly MessageFormatElement[]): readonly string[] {
  const named = elementsIn(parsed).flatMap((element) =>
    element.type === TYPE.literal || element.type === TYPE.pound || element.type === TYPE.tag
      ? []
      : [`${element.value}: ${TYPE[element.type]}`],
  );
  return [...new Set(named)].toSorted();
}

/** Each way in which it may be said, a value being `{}`. */
function wordings(parsed: readonly MessageFormatElement[]): readonly string[] {
  let said = [""];
  for (const element of parsed) {
    const parts =
      element.type === TYPE.literal
        ? [element.value]
        : element.type === TYPE.plural || element.type === TYPE.select
          ? Object.values(element.options).flatMap(({ value }) => wordings(value))
          : ["{}"];
    said = said.flatMap((before) => parts.map((part) => before + part));
  }
  return said;
}

/** Of each way in which it may be said. */
function marksIn(parsed: readonly MessageFormatElement[]): readonly string[] {
  const marks = /`[^`]*`|<[^|>]*|[*_~](?=\S)|(?<=\S)[*_~]|:[a-z_]+:|\n|•/g;
  return [
    ...new Set(
      wordings(parsed).map((words) =>
        [...words.matchAll(marks)]
          .map(([mark]) => mark)
          .toSorted()
          .join(" "),
      ),
    ),
  ].toSorted();
}
