import { z } from "zod";
import { editNote } from "../notes.ts";
import type { Store } from "../store.ts";

/** A thread whose log begins with a copy of another's. */
export interface Fork {
  readonly thread: string;
  /** Of the last event that is a copy. */
  readonly seq: number;
  /** It is no copy: its agents have said once more what was said there, at whatever event. */
  readonly isPlayed?: true;
}

/** Up to wherever its log goes. */
export const WHOLE_SEQ = 2_147_483_647;

/** The note that names the forks of a thread: what is deleted or forgotten there is deleted in their copies too. */
export const forksNote = (thread: string): string => `forks/${thread}`;

/** Notes that there is a fork, or will be in a moment. */
export const noteFork = (store: Pick<Store, "note" | "swapNote">, from: string, fork: Fork): Promise<void> =>
  editNote(store, forksNote(from), (noted) => {
    const known = readForks(noted);
    return known.some(({ thread }) => thread === fork.thread) ? noted : JSON.stringify([...known, fork]);
  });

/** It has not come to be. */
export const dropFork = (store: Pick<Store, "note" | "swapNote">, from: string, thread: string): Promise<void> =>
  editNote(store, forksNote(from), (noted) => JSON.stringify(readForks(noted).filter((one) => one.thread !== thread)));

/** The forks of these threads, and the forks of those, each with how much of it is a copy of what stands in these. `noted`: reads a note. */
export function forksUnder(threads: readonly string[], noted: (key: string) => string | undefined): readonly Fork[] {
  const found = new Map<string, Fork>();
  const open: Fork[] = threads.map((thread) => ({ thread, seq: Infinity }));
  for (let one = open.pop(); one; one = open.pop())
    for (const { thread, seq, isPlayed = one.isPlayed } of readForks(noted(forksNote(one.thread)))) {
      if (found.has(thread) || threads.includes(thread)) continue;
      const fork: Fork = { thread, seq: seq === WHOLE_SEQ ? seq : Math.min(seq, one.seq), ...(isPlayed ? { isPlayed } : {}) };
      found.set(thread, fork);
      open.push(fork);
    }
  return [...found.values()];
}

const Forks = z.array(z.object({ thread: z.string(), seq: z.number(), isPlayed: z.literal(true).exactOptional() }));
const readForks = (noted: string | undefined): readonly Fork[] => (noted ? Forks.parse(JSON.parse(noted)) : []);
