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
  const known = new Map<MessageKey, Read>();
  const say: Say = (key, ...[values]: readonly (Values | undefined)[]) => {
    let message = known.get(key);
    if (!message) known.set(key, (message = { text: typeset(language, messageOf(catalogue, key)), fill: undefined }));
    if (values === undefined) return message.text;
    // Slack's own marks, such as <@U1>, are no tags.
    message.fill ??= filling(new Format(message.text, language, undefined, { ignoreTag: true }));
    return message.fill(values);
  };
  return Object.assign(say, formatsIn(language, say));
}

interface Values {
  readonly [name: string]: string | number | Date;
}

interface Read {
  readonly text: string;
  /** Made when it is first filled. */
  fill: ((values: Values) => string) | undefined;
}

/** Most messages are words with values in between, and are put together here: it takes a tenth of what the general way does. */
function filling(format: IntlMessageFormat): (values: Values) => string {
  const parts = format.getAst();
  const inFull = (values: Values): string => String(format.format({ ...values }));
  if (!parts.every(({ type }) => type === LITERAL || type === ARGUMENT)) return inFull;
  return (values) => {
    let text = "";
    for (const { type, value } of parts as readonly { readonly type: number; readonly value: string }[]) {
      const part = type === LITERAL ? value : values[value];
      if (typeof part !== "string" && typeof part !== "number") return inFull(values);
      text += part;
    }
    return text;
  };
}

/** Of the types of parts that intl-messageformat reads, as its parser numbers them. */
const [LITERAL, ARGUMENT] = [0, 1];

function messageOf(catalogue: Catalogue, key: MessageKey): string {
  const dot = key.indexOf(".");
  const theme: { readonly [rest: string]: string } = catalogue[key.slice(0, dot) as Theme];
  const message = theme[key.slice(dot + 1)];
  if (message === undefined) throw new Error(`there is no message ${key}`);
  return message;
}
