/** How texts are divided into words, and what is found by them is put in order, wherever the index is. */

/** Of a query: more words make it no clearer, only slower. */
export const QUERY_WORDS_MAX = 40;
/** From here on a word may also stand for words that begin with it; shorter ones begin too many. */
export const PREFIX_CHARS_MIN = 4;

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** The words of a text in any language, also of those that put no spaces between them, as Chinese or Thai. The index and a query are divided alike. */
export const wordsOf = (text: string): string[] =>
  [...segmenter.segment(text.toWellFormed())].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));

/** `found`: for each word the ids of those that have it. Best first: a word counts for more the fewer of all (`total`) have it. */
export function rankedByRarity(found: readonly (readonly number[])[], total: number): number[] {
  const scores = new Map<number, number>();
  for (const ids of found) for (const id of ids) scores.set(id, (scores.get(id) ?? 0) + Math.log(1 + total / ids.length));
  return [...scores].toSorted(([oneId, one], [otherId, other]) => other - one || otherId - oneId).map(([id]) => id);
}
