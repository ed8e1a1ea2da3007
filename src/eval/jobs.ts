import type { Case } from "./cases/read-cases.ts";
import type { Variant } from "./evaluation-file.ts";
import { threadOf } from "./evaluation-threads.ts";

/** One run of one case by one team. */
export interface Job {
  readonly variant: Variant;
  readonly case: Case;
  readonly repeat: number;
  /** In which it is had first, and under which its result is kept. */
  readonly thread: string;
  /** From 1, as its thread is called. */
  readonly place: { readonly case: number; readonly team: number; readonly repeat: number };
}

/** In the order in which they are had: the teams in turn, so that they can be compared however far it comes. */
export const jobsOf = (variants: readonly Variant[], cases: readonly Case[], repeats: number, id: string): readonly Job[] =>
  Array.from({ length: repeats }, (_, index) => index + 1).flatMap((repeat) =>
    cases.flatMap((one, at) =>
      variants.map((variant, team) => {
        const place = { case: at + 1, team: team + 1, repeat };
        return { variant, case: one, repeat, thread: threadOf(id, place), place };
      }),
    ),
  );

/** `false` as soon as one job was not done; those under way come to their end. Rejects as the first of them that does. */
export async function inTurns<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<boolean>): Promise<boolean> {
  let [next, isWhole] = [0, true];
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (isWhole && failures.length === 0 && next < items.length) {
        const item = items[next++] as Item;
        isWhole = (await work(item).catch((error: unknown) => void failures.push(error))) !== false && isWhole;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return isWhole;
}
