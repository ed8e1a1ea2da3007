import { isDamage } from "./trouble.ts";

/** Reads of one kind that are under way at once; what is asked for beyond waits, and is read together. */
const UNDER_WAY_MAX = 3;

/**
 * Reads by key, those together that are asked for in one breath or while others are under way: one alone goes at once, and where thousands are asked for, as at a start that looks
 * through all that is open, a statement reads many. Each is read after it was asked for. `read` gives an answer for each key, in their order; where it
 * fails, each of those that asked is told.
 */
export function gathered<Key, Answer>(
  read: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  togetherMax: number,
): (key: Key) => Promise<Answer> {
  interface Asked {
    readonly key: Key;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Asked[] = [];
  let underWay = 0;
  let isToGo = false;

  async function answer(together: readonly Asked[]): Promise<void> {
    try {
      const answers = await read(together.map(({ key }) => key));
      together.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      // What cannot be read of one is no trouble of the others'.
      if (together.length > 1 && isDamage(error)) for (const one of together) await answer([one]);
      else for (const { reject } of together) reject(error);
    }
  }

  async function go(): Promise<void> {
    underWay++;
    while (waiting.length > 0) {
      const together = waiting.slice(0, togetherMax);
      waiting = waiting.slice(together.length);
      await answer(together);
    }
    underWay--;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (isToGo || underWay >= UNDER_WAY_MAX) return;
      isToGo = true;
      queueMicrotask(() => {
        isToGo = false;
        void go();
      });
    });
}
