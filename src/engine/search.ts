import type { Failure, Person, Source } from "./events/events.ts";

/**
 * Looks for what people have said elsewhere, in the name of the person who asks and never beyond what they may see. What is found goes into a
 * conversation that others read: only what every reader of the thread may see is given. Never rejects.
 */
export type Search = (wanted: SearchWish, signal: AbortSignal) => Promise<SearchAnswer>;

export interface SearchWish {
  readonly thread: string;
  readonly person: Person;
  readonly query: string;
  /** Seconds since the epoch: what was said later alone, and earlier alone. */
  readonly after?: number;
  readonly before?: number;
  /** From an earlier answer to the same query. */
  readonly page?: string;
}

export type SearchAnswer =
  | {
      readonly kind: "found";
      readonly hits: readonly SearchHit[];
      /** Found, and left out: not every reader of the thread may see them, or nobody could say. */
      readonly withheld: number;
      /** There is more. */
      readonly page?: string;
    }
  | { readonly kind: "failed"; readonly error: Failure };

export interface SearchHit extends Source {
  readonly by: string;
  /** The place, as people call it. */
  readonly where: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
}
