/**
 * How many times longer work takes on eight times as long a text: about 8 where it reads the text once, 64 where for each piece it reads the
 * others. The shorter text is made as long as it must be for the clock to see it; of several runs of each the shortest counts, so that what else
 * the machine does changes little.
 */
export function growthOverEight(work: (text: string) => unknown, textOf: (chars: number) => string): number {
  let chars = 1_000;
  while (chars < CHARS_MAX && shortestMs(work, textOf(chars)) < SEEN_MS) chars *= 2;
  return shortestMs(work, textOf(8 * chars)) / Math.max(SEEN_MS, shortestMs(work, textOf(chars)));
}

/** Whatever is slower than that text by text is not linear. */
export const LINEAR_GROWTH_MAX = 24;

/** Work that the clock does not see on so much text is no trouble on eight times as much. */
const CHARS_MAX = 64_000;
const SEEN_MS = 1;
const RUNS = 4;

function shortestMs(work: (text: string) => unknown, text: string): number {
  const runs = Array.from({ length: RUNS }, () => {
    const beginMs = performance.now();
    work(text);
    return performance.now() - beginMs;
  });
  return Math.min(...runs);
}
