import type { Person } from "./events/events.ts";

/**
 * What agents keep across threads: short notes in a scope, which is one place where people talk, with all of its threads. Everybody in a
 * scope, agents and people, sees the same notes; nobody sees those of another one.
 */
export interface Memory {
  /** Keeps a note, once: the same call again gives the note that it made, and a text that is there already is not kept twice. */
  remember(draft: NoteDraft): Promise<Remembered>;
  /** The notes that share words with the query, best first; the newest ones for a query without words. Any text is a query. */
  recall(scope: string, wanted: { readonly query: string; readonly limit: number }): Promise<readonly Note[]>;
  /** All notes of a scope, newest first, `limit` of them behind the first `offset`. */
  list(
    scope: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly notes: readonly Note[]; readonly total: number }>;
  /** Deletes a note for good, and gives it back; nothing when the scope has none by this number. */
  forget(scope: string, id: number): Promise<Note | undefined>;
  /** The scopes that have notes, and how many, by name. */
  scopes(): Promise<readonly { readonly scope: string; readonly notes: number }[]>;
}

export interface NoteDraft {
  readonly scope: string;
  /** Who keeps it. */
  readonly agent: string;
  /** At most {@link NOTE_CHARS_MAX} characters. */
  readonly text: string;
  /** Where it was said. */
  readonly thread: string;
  /** The call that keeps it: unique in the thread. */
  readonly call: string;
  /** The person whose words led to it. */
  readonly askedBy: Person;
}

export interface Note extends Omit<NoteDraft, "call"> {
  /** Never given to another note, also when this one has been forgotten. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export type Remembered =
  | { readonly kind: "kept"; readonly note: Note }
  /** A note with the same text was there. */
  | { readonly kind: "known"; readonly note: Note }
  /** The scope has {@link NOTES_PER_SCOPE_MAX} notes; nothing was kept, and nothing was dropped for it. */
  | { readonly kind: "full" };

/** A fact or two; what is longer belongs in a document. */
export const NOTE_CHARS_MAX = 1_000;
/** More is more than people look through, and they are to see all of it. */
export const NOTES_PER_SCOPE_MAX = 500;
/** A result of a tool has at most 20,000 characters: so many notes fit, of full length too. */
export const NOTES_RECALLED_MAX = 10;
export const NOTES_RECALLED = 5;
/** A question, not a document; of a longer task the beginning says what it is about. */
export const QUERY_CHARS_MAX = 1_000;

/** The tools of an agent with memory, as models call them and the log shows them. */
export const MEMORY_TOOLS = { remember: "remember", recall: "recall", forget: "forget" } as const;
