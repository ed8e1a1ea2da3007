import { z } from "zod";
import { editNote } from "../notes.ts";
import type { Store } from "../store.ts";

/** A thread whose log begins with a copy of another's. */
export interface Fork {
  readonly thread: string;
  /** Of the last event that is a copy. */
  readonly seq: number;
}

/** The note that names the forks of a thread: what is deleted or forgotten there is deleted in their copies too. */
export const forksNote = (thread: string): string => `forks/${thread}`;

/** Notes that there is a fork, or will be in a moment. */
export const noteFork = (store: Pick<Store, "note" | "swapNote">, from: string, fork: Fork): Promise<void> =>
  editNote(store, forksNote(from), (noted) => {
    const known = readForks(noted);
    return known.some(({ thread }) => thread === fork.thread) ? noted : JSON.stringify([...known, fork]);
  });

/** The forks of these threads, and the forks of those, each with how much of it is a copy of what stands in these. `noted`: reads a note. */
export function forksUnder(threads: readonly string[], noted: (key: string) => string | undefined): readonly Fork[] {
  const found = new Map<string, Fork>();
  const open: Fork[] = threads.map((thread) => ({ thread, seq: Infinity }));
  for (let one = open.pop(); one; one = open.pop())
    for (const { thread, seq } of readForks(noted(forksNote(one.thread)))) {
      if (found.has(thread) || threads.includes(thread)) continue;
      const fork = { thread, seq: Math.min(seq, one.seq) };
      found.set(thread, fork);
      open.push(fork);
    }
  return [...found.values()];
}

const Forks = z.array(z.object({ thread: z.string(), seq: z.number() }));
const readForks = (noted: string | undefined): readonly Fork[] => (noted ? Forks.parse(JSON.parse(noted)) : []);
