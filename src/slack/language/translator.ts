import type { IntlMessageFormat } from "intl-messageformat";
import { loadCatalogue } from "./catalogue.ts";
import { formatsIn, type Formats } from "./formats.ts";
import type { Language } from "./languages.ts";
import type { Catalogue, MessageKey, Say, Theme } from "./messages.ts";
import { typeset } from "./typeset.ts";

/**
 * Speaks one language: `t("home.button.stop")`, `t("units.text.turns", { count: 3 })`, and amounts by `t.dollars(1.5)`. Values are put in as they are: what others wrote is
 * escaped before, as in any other text.
 */
export type Translator = Say & Formats;

const translators = new Map<Language, Promise<Translator>>();

/** The one of a language; its messages, and what reads them, are loaded when it is first asked for. */
export function loadTranslator(language: Language): Promise<Translator> {
  let translator = translators.get(language);
  if (!translator) translators.set(language, (translator = create(language)));
  return translator;
}

async function create(language: Language): Promise<Translator> {
  const [catalogue, { IntlMessageFormat: Format }] = await Promise.all([loadCatalogue(language), import("intl-messageformat")]);
  // To read a message takes ten times as long as to fill it.
  const read = new Map<MessageKey, IntlMessageFormat>();
  const say: Say = (key, ...[values]: readonly ({ readonly [name: string]: string | number | Date } | undefined)[]) => {
    const message = typeset(language, messageOf(catalogue, key));
    if (values === undefined) return message;
    let format = read.get(key);
    // Slack's own marks, such as <@U1>, are no tags.
    if (!format) read.set(key, (format = new Format(message, language, undefined, { ignoreTag: true })));
    return String(format.format({ ...values }));
  };
  return Object.assign(say, formatsIn(language, say));
}

function messageOf(catalogue: Catalogue, key: MessageKey): string {
  const dot = key.indexOf(".");
  const theme: { readonly [rest: string]: string } = catalogue[key.slice(0, dot) as Theme];
  const message = theme[key.slice(dot + 1)];
  if (message === undefined) throw new Error(`there is no message ${key}`);
  return message;
}
