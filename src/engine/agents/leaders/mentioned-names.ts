import { isWrittenTogether } from "../../names.ts";

/**
 * Which of these names a text mentions, each once, in the order of `names`: whole words only, case-sensitive; a name with underscores also
 * counts with blanks or with escaped underscores. AutoGen's rule, and beyond it: in scripts that put no blanks between words a name counts
 * wherever it stands, except within a longer name.
 */
export function mentionedNames(names: readonly string[], text: string): string[] {
  const plain = text.normalize("NFKC");
  const found = names.map((name) => {
    const own = name.normalize("NFKC");
    return [own, own.replaceAll("_", " "), own.replaceAll("_", "\\_")].flatMap((form) => placesOf(form, plain));
  });
  const all = found.flat();
  return names.filter((_, index) => found[index]?.some((place) => !all.some((other) => isWithin(place, other))));
}

interface Place {
  readonly from: number;
  readonly to: number;
  /** Whether its borders are no borders between words. */
  readonly isLoose: boolean;
}

const isWithin = (one: Place, other: Place): boolean =>
  one.isLoose && other.from <= one.from && one.to <= other.to && other.to - other.from > one.to - one.from;

function placesOf(word: string, text: string): Place[] {
  const places: Place[] = [];
  const [first, last] = [Array.from(word)[0] ?? "", Array.from(word).at(-1) ?? ""];
  const isOpen = (own: string, next: string | undefined) =>
    !isWordCharacter(next) || isWrittenTogether(own) || isWrittenTogether(next ?? "");
  for (let from = text.indexOf(word); word !== "" && from >= 0; from = text.indexOf(word, from + 1)) {
    const to = from + word.length;
    if (isOpen(first, text[from - 1]) && isOpen(last, text[to]))
      places.push({ from, to, isLoose: isWrittenTogether(first) || isWrittenTogether(last) });
  }
  return places;
}

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{M}\p{N}_]/u.test(character);
