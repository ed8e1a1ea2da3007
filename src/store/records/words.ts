/** How texts are divided into words, and what is found by them is put in order, wherever the index is. */

/** Of a query: more words make it no clearer, only slower. */
export const QUERY_WORDS_MAX = 40;
/** From here on a word may also stand for words that begin with it; shorter ones begin too many. */
export const PREFIX_CHARS_MIN = 4;

/** Made when a text is first divided: that takes milliseconds, and many a process divides none. */
let segmenter: Intl.Segmenter | undefined;

/** The words of a text in any language, also of those that put no spaces between them, as Chinese or Thai. The index and a query are divided alike. */
export function wordsOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
  return [...segmenter.segment(text.toWellFormed())].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}

/** `found`: for each word the ids of those that have it. Best first: a word counts for more the fewer of all (`total`) have it. */
export function rankedByRarity(found: readonly (readonly number[])[], total: number): number[] {
  const scores = new Map<number, number>();
  for (const ids of found) for (const id of ids) scores.set(id, (scores.get(id) ?? 0) + Math.log(1 + total / ids.length));
  return [...scores].toSorted(([oneId, one], [otherId, other]) => other - one || otherId - oneId).map(([id]) => id);
}

/**
 * Anything but Latin, Greek and Cyrillic with the usual punctuation and signs, as FTS5 knows them by Unicode 6.1: what is newer, and numbers such as ½,
 * it takes for a part of the word beside it.
 */
const OTHER_SCRIPTS =
  /[^\0-\u024f\u0370-\u0373\u0376\u0377\u037a-\u037e\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u0527\u2010-\u2027\u2030-\u205e\u20a0-\u20b9\u2190-\u22ff]|[¼-¾²³¹]/;

/** The words of a text with spaces between them, for FTS5, which divides at spaces itself: dividing takes more than half of what entering a text does. */
export const spacedWordsOf = (text: string): string => (OTHER_SCRIPTS.test(text) ? wordsOf(text).join(" ") : text);
