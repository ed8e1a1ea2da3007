import { mentionedNames } from "./mentioned-names.ts";

/**
 * The one of these names that was meant by what was written in a name's place: with other blanks, in another case, escaped, between marks, with
 * an `@` in front, a full stop behind, or a role in brackets. `undefined` when none fits, or more than one does.
 */
export function nameWritten(names: readonly string[], written: string): string | undefined {
  if (written.length > WRITTEN_CHARS_MAX) return undefined;
  for (const form of FORMS) {
    const fits = names.filter((name) => form(name) === form(written));
    if (fits.length > 0) return fits.length === 1 ? fits[0] : undefined;
  }
  return undefined;
}

/** As {@link mentionedNames}; where that finds nobody, in any case and without escapes and marks, with any blanks. */
export function mentionedTolerantly(names: readonly string[], text: string): readonly string[] {
  const exact = mentionedNames(names, text);
  if (exact.length > 0) return exact;
  const found = new Set(mentionedNames(names.map(folded), folded(text)));
  return names.filter((name) => found.has(folded(name)));
}

const unescaped = (text: string): string => text.normalize("NFKC").replaceAll(/\\([^\p{L}\p{N}\s])/gu, "$1");
const folded = (text: string): string =>
  unescaped(text)
    .replaceAll(/[*`]/g, "")
    .replaceAll(/[\s_-]+/g, " ")
    .trim()
    .toLowerCase();
const EDGES = /^[\s\p{P}\p{S}]+|(?<![\s\p{P}\p{S}])[\s\p{P}\p{S}]+$/gu;
const ROLE = /(?<!\s)\s*[([{（][^()[\]{}（）]*[)\]}）][\s\p{P}]*$/u;

/** Names are shorter by far; what is longer is an answer, or harm. */
const WRITTEN_CHARS_MAX = 1_000;

/** From strict to tolerant. */
const FORMS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trim().toLowerCase(),
  (text) => folded(unescaped(text).replaceAll(EDGES, "")),
  (text) => folded(unescaped(text).replace(ROLE, "").replaceAll(EDGES, "")),
];
