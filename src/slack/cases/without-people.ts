import type { Person } from "../../engine/events/events.ts";

/**
 * Texts in which each person has become `Person 1`, `Person 2` …, the same in all of them: by the ids and the names of those who had part in the run, by
 * mentions of Slack's and by @names of members. Addresses of mail become `address1@example.com`. What somebody is called otherwise, nobody can find.
 */
export function withoutPeople(people: readonly Person[], isMember: (name: string) => boolean): (text: string) => string {
  const owners = new Map<string, string>();
  for (const { id, name } of people)
    for (const one of [id, ...namesOf(name)]) for (const key of [one, ...asSeveral(one)]) if (!owners.has(key)) owners.set(key, id);
  const known = [...owners.keys()].toSorted((one, other) => other.length - one.length);
  const apart = known.filter((one) => !isUnspaced(one)).map((one) => (one.includes(" ") ? `(?i:${escaped(one)})` : escaped(one)));
  const within = known.filter(isUnspaced).map(escaped);
  const found = new RegExp([MAIL, MENTION, named(apart), unspaced(within), ID].join("|"), "gu");
  const ownerOf = (name: string) => owners.get(spaced(name)) ?? owners.get(spaced(name).toLowerCase());
  const called = new RegExp(AT_NAME, "gu");
  const placeholders = { person: new Map<string, string>(), mail: new Map<string, string>() };
  const placed = (kind: "person" | "mail", whose: string): string => {
    const before = placeholders[kind];
    const placeholder = before.get(whose) ?? (kind === "person" ? `Person ${before.size + 1}` : `address${before.size + 1}@example.com`);
    before.set(whose, placeholder);
    return placeholder;
  };
  return (text) =>
    text
      .replaceAll(called, (whole: string, words: string) => {
        const name = memberIn(words, (one) => owners.has(one) || isMember(one));
        return name === undefined ? whole : placed("person", owners.get(name) ?? idOf(name)) + words.slice(name.length);
      })
      .replaceAll(found, (whole: string, ...more: unknown[]) => {
        const { mail, mention, apart: name, within: inside, id } = more.at(-1) as { readonly [group: string]: string | undefined };
        if (mail !== undefined) return PLACEHOLDER.test(mail) ? whole : placed("mail", mail.toLowerCase());
        return placed("person", mention ?? id ?? ownerOf(name ?? inside ?? "") ?? "");
      });
}

/** The members whom these texts call by an @, so that they are found where it is left out too. */
export function membersIn(texts: readonly string[], isMember: (name: string) => boolean): readonly Person[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(new RegExp(AT_NAME, "gu"))].map(({ groups }) => memberIn(groups?.["member"] ?? "", isMember)),
  );
  return [...new Set(found)].flatMap((name) => (name === undefined ? [] : [{ id: idOf(name), name }]));
}

const idOf = (name: string): string => `@${name.toLowerCase()}`;

/** As many of the words as are a member's name: the next one may begin a sentence. */
function memberIn(called: string, isMember: (name: string) => boolean): string | undefined {
  const words = called.split(" ");
  return words.map((_, left) => words.slice(0, words.length - left).join(" ")).find(isMember);
}

const NAME_CHARS_MIN = 3; // A shorter one is a word like others, or part of one.
const UNSPACED_CHARS_MIN = 2;

/** The whole name, and each part of it that is written as one. */
function namesOf(name: string): readonly string[] {
  const whole = spaced(name).trim();
  const words = whole.split(" ");
  if (words.every(isUnspaced)) return [whole, words.join(""), ...words].filter((one) => one.length >= UNSPACED_CHARS_MIN);
  const parts = words.filter((part) => /^\p{Lu}/u.test(part) && part.length >= NAME_CHARS_MIN);
  // All of a name may be as short as Bo.
  return whole.length >= NAME_CHARS_MIN || /^\p{Lu}\p{L}$/u.test(whole) ? [whole, ...parts] : parts;
}

/** A name of several words is one however it is written; a single one may be a word, too, as Mark is. */
const asSeveral = (name: string): readonly string[] => (name.includes(" ") ? [name.toLowerCase()] : []);

const spaced = (text: string): string => text.replaceAll(/\s+/g, " ");

/** In a script that puts no spaces between words: a name stands in the middle of others. */
const isUnspaced = (text: string): boolean => /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}ー・]+$/u.test(text);

const escaped = (name: string): string => name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replaceAll(" ", String.raw`\s+`);

const oneOf = (sources: readonly string[]): string => (sources.length > 0 ? sources.join("|") : NEVER);
const NEVER = "(?!)";
const MAIL = String.raw`(?<mail>[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8})`;
const PLACEHOLDER = /^address\d+@example\.com$/;
const MENTION = String.raw`<@(?<mention>[A-Z0-9]{2,40})(?:\|[^<>]{0,200})?>`;
const named = (known: readonly string[]): string => String.raw`(?<![\p{L}\p{N}_])@?(?<apart>${oneOf(known)})(?![\p{L}\p{N}_])`;
const unspaced = (known: readonly string[]): string => `@?(?<within>${oneOf(known)})`;
const CAPITALISED = String.raw`\p{Lu}[\p{L}\p{M}'’-]{0,40}`;
const AT_NAME = String.raw`(?<![\p{L}\p{N}_<])@(?<member>\p{L}(?:[\p{L}\p{M}\p{N}._'’-]{0,60}[\p{L}\p{M}\p{N}])?(?: ${CAPITALISED}){0,3})`;
/** Slack's id of a user; a word of capitals has no digit. */
const ID = String.raw`(?<![\p{L}\p{N}_])(?<id>[UW](?=[A-Z]*\d)[A-Z0-9]{6,20})(?![\p{L}\p{N}_])`;
