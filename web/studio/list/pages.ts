import type { RunLine, RunsAnswer } from "../../../src/studio/api/shapes.ts";

/**
 * The pages that are shown, their first one read again: what has ended meanwhile pushes others behind its end, and these stay. Where more have ended
 * than a page has room for, what was behind is read again when it is come to.
 */
export function withFirst(shown: RunsAnswer, first: RunsAnswer): RunsAnswer {
  const last = first.found.at(-1);
  if (first.older === undefined || last === undefined) return first;
  const at = shown.found.findIndex((line) => isSame(line, last));
  if (at < 0) return first;
  const { older: _behindFirst, ...rest } = first;
  const behind = shown.found.slice(at + 1);
  // Without any, it is the first page alone that is shown, and what follows begins behind it.
  if (behind.length === 0) return first;
  return { ...rest, found: [...first.found, ...behind], ...(shown.older === undefined ? {} : { older: shown.older }) };
}

/** And the next one, which was asked for behind `older`. */
export function withNext(shown: RunsAnswer, older: string, { found, older: next }: RunsAnswer): RunsAnswer {
  if (shown.older !== older) return shown;
  const { older: _before, ...rest } = shown;
  return { ...rest, found: [...shown.found, ...found], ...(next === undefined ? {} : { older: next }) };
}

const isSame = (one: RunLine, other: RunLine): boolean => one.thread === other.thread && one.seq === other.seq;
