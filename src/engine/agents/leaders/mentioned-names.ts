/**
 * Which of these names a text mentions, each once, in the order of `names`: whole words only, case-sensitive; a name with underscores also
 * counts with blanks or with escaped underscores. AutoGen's rule.
 */
export function mentionedNames(names: readonly string[], text: string): string[] {
  return names.filter((name) => [name, name.replaceAll("_", " "), name.replaceAll("_", "\\_")].some((form) => standsAlone(form, text)));
}

function standsAlone(word: string, text: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true;
  }
  return false;
}

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_]/u.test(character);
