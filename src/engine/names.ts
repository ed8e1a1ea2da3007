import { hashOf } from "./hash.ts";

/** Names of agents, in any script: which spellings are one name, and what a name is called where only a few characters are allowed. */

/** The same for all spellings of one name: Unicode's compatible forms (NFKC), upper and lower case. */
export const nameKey = (name: string): string => name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");

export const isSameName = (one: string, other: string): boolean => nameKey(one) === nameKey(other);

/**
 * A name in lower-case letters and digits of ASCII, `-` and `_`: what providers allow in the name of a tool. Letters beyond ASCII stand as
 * `u` and their number, so that other names stay others; a long one ends with a hash of the whole.
 */
export function asciiName(name: string): string {
  const spelled = Array.from(nameKey(name))
    .map((character) =>
      /[a-z0-9_-]/.test(character) ? character : isAscii(character) ? "_" : `u${character.codePointAt(0)?.toString(16)}`,
    )
    .join("");
  return spelled.length <= CHARS_MAX ? spelled : `${spelled.slice(0, CHARS_MAX - HASH_CHARS - 1)}_${inHex(hashOf(spelled))}`;
}

/** With `transfer_to_` in front, the 64 characters that providers allow. */
const CHARS_MAX = 52;
const HASH_CHARS = 8;

const isAscii = (character: string): boolean => character.charCodeAt(0) < 128;

const inHex = (hash: number): string => (hash >>> 0).toString(16).padStart(HASH_CHARS, "0");

/** Whether it belongs to a script that puts no blanks between words, or adds endings to them without one. */
export const isWrittenTogether = (character: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
    character,
  );
