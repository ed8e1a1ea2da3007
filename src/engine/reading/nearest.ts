/**
 * The known word that a mistyped one most likely stands for; `undefined` when none is near enough to be worth a guess: with one letter in three
 * wrong, or `wrongMax`.
 */
export function nearest(word: string, known: Iterable<string>, wrongMax?: number): string | undefined {
  const wanted = word.slice(0, WORD_LENGTH_MAX).toLowerCase();
  const within = wrongMax ?? Math.max(1, Math.floor(wanted.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.slice(0, WORD_LENGTH_MAX).toLowerCase());
    if (distance <= within && (!best || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

/** Longer words are cut before they are compared: the work grows with the square, and a name is at most 40. */
const WORD_LENGTH_MAX = 60;

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
