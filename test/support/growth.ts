/**
 * How many times longer work takes on eight times as long a text: about 8 where it reads the text once, 64 where for each piece it reads the
 * others. Counted is the time that this thread had of a processor, and of several runs of each the shortest, so that what else the machine does changes
 * nothing. The shorter text is made as long as it must be for that to be seen.
 */
export function growthOverEight(work: (text: string) => unknown, textOf: (chars: number) => string): number {
  let chars = 1_000;
  while (chars < CHARS_MAX && shortestMs(work, textOf(chars)) < SEEN_MS) chars *= 2;
  const [short, long] = [textOf(chars), textOf(8 * chars)];
  let least = Infinity;
  // Work whose time grows faster does so every time; a machine whose caches others have filled does not.
  for (let tries = 0; tries < TRIES && least >= LINEAR_GROWTH_MAX; tries++)
    least = Math.min(least, shortestMs(work, long) / Math.max(SEEN_MS, shortestMs(work, short)));
  return least;
}

/** Whatever is slower than that text by text is not linear. */
export const LINEAR_GROWTH_MAX = 24;

/** Work that the clock does not see on so much text is no trouble on eight times as much. */
const CHARS_MAX = 64_000;
const SEEN_MS = 1;
const RUNS = 4;
const TRIES = 5;

function shortestMs(work: (text: string) => unknown, text: string): number {
  const runs = Array.from({ length: RUNS }, () => {
    const begin = process.threadCpuUsage();
    work(text);
    const { user, system } = process.threadCpuUsage(begin);
    return (user + system) / 1_000;
  });
  return Math.min(...runs);
}
