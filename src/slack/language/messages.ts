import type { GetICUArgs } from "@schummar/icu-type-parser";
import type { words } from "./en/words.ts";

/**
 * All that the app says, by theme; English says which messages there are. A message is ICU MessageFormat, and its key begins with where it stands
 * in Slack, which says how long it may be: `button.…`, `header.…`, `title.…` ({@link SLOTS}).
 */
export type English = typeof words;
export type Theme = keyof English & string;

/** A theme in another language: the same keys, no fewer and no more. That messages take the same values a test sees to. */
export type Translated<T extends Theme> = { readonly [Key in keyof English[T]]: string };
export type Catalogue = { readonly [T in Theme]: Translated<T> };

export type MessageKey = { [T in Theme]: `${T}.${keyof English[T] & string}` }[Theme];
type Message<Key extends MessageKey> = Key extends `${infer T extends Theme}.${infer Rest}`
  ? Rest extends keyof English[T]
    ? English[T][Rest] & string
    : never
  : never;

/** What a message is filled with, read off its English; nothing for one without braces. What others wrote is escaped before. */
export type ValuesOf<Key extends MessageKey> =
  Message<Key> extends infer Text extends string
    ? keyof GetICUArgs<Text, Arguments> extends never
      ? readonly []
      : readonly [values: GetICUArgs<Text, Arguments>]
    : never;
/** Gives the text of a message in one language. */
export type Say = <Key extends MessageKey>(key: Key, ...values: ValuesOf<Key>) => string;

interface Arguments {
  ICUArgument: string;
  ICUNumberArgument: number;
  ICUDateArgument: Date;
}

/** Where a message stands: the longest that Slack takes there, in characters; where nothing is said, it is cut by whoever shows it. */
export const SLOTS = {
  /** A modal's heading, and its buttons. */
  title: 24,
  submit: 24,
  button: 75,
  header: 150,
  placeholder: 150,
  /** One of a menu, or a box to tick. */
  option: 75,
  /** Over a field, and under it. */
  label: 2_000,
  hint: 2_000,
  /** Of the question whether one is sure: what is asked, what it means, yes and no. */
  sure: 100,
  meaning: 300,
  yes: 30,
  /** Anything in a message, or in a section. */
  text: 3_000,
  /** What is wrong at a field, or was not done. */
  error: 2_000,
} as const;
