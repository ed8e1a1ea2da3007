import type { EventBody, RunEvent } from "../engine/events/events.ts";
import type { Aside } from "./runs/aside.ts";
import type { Claim } from "./dispatch.ts";
import type { Leisure } from "./leisure.ts";

/**
 * Key of the note with the name of a person of a workspace. Where the name was not known yet, a log holds the id in its place, and
 * {@link Store.load} puts the name there.
 */
export const nameNote = (workspace: string, person: string): string => `name/${workspace}/${person}`;

/** Key of the note with the language in which a person of a workspace reads Slack: a locale such as `de-DE`. */
export const localeNote = (workspace: string, person: string): string => `locale/${workspace}/${person}`;

/** Stands for every thread in {@link Committed}: more changes were missed than can be listed, so whoever holds a log reads it again. */
export const EVERY_THREAD = "";

/**
 * Where the log, the outbox, the inbox and files live. Async from day one, so that one machine and many share the code above it.
 *
 * `commit` is the only way the log changes: events, outbox rows and the next wake-up in one transaction.
 */
export interface Store {
  /**
   * Events of a thread with `seq > afterSeq`, in order; none for an unknown thread. Where an id stands in for a person's name, the name is put in
   * its place once it is known ({@link nameNote}). `first`: the caller needs only the first so many; a store may return more.
   */
  load(thread: string, afterSeq: number, first?: number): Promise<RunEvent[]>;
  commit(commit: Commit): Promise<CommitResult>;
  /**
   * Calls the listener after each commit and each delivered post, of whichever process; those of one thread in the order of its log. So readers
   * such as the outbox need not poll. For what this process does, the listener has been called when {@link commit} or {@link markDelivered}
   * resolves. A listener must return at once; one that throws is logged and breaks nothing. Returns a function that stops it.
   */
  follow(listener: (committed: Committed) => void): () => void;

  /**
   * Writes down an envelope from outside; awaited before the envelope is acked. From then on its lane is due for those who serve `envelope`.
   * `false`: this id was seen before.
   */
  receive(envelope: Envelope): Promise<boolean>;
  /** What comes from outside is written down before other work begins. */
  readonly leisure: Leisure;
  /** Envelopes not yet marked handled, oldest first, at most `limit`; of one lane where one is named. */
  unhandled(limit: number, lane?: string): Promise<Envelope[]>;
  /** What one process writes is stored in the order of the calls, also where it does not await them. Where this is absent, whoever needs an order must await. */
  readonly writesInOrder?: true;
  /** Marks an envelope as handled. `claim`: the caller's claim on its lane. `false`: somebody else works on the lane by now, and nothing was marked. */
  handled(id: string, claim?: Claim): Promise<boolean>;

  /** Posts not yet delivered, in order, at most `limit`: of one lane (a thread), of all lanes of a workspace, or of all. */
  duePosts(lane: string | undefined, limit: number, workspace?: string): Promise<Post[]>;
  /** The threads of a place (those whose names differ in the last part alone) in which a post is not yet delivered, the oldest post first. */
  dueThreads(place: string): Promise<string[]>;
  /** Awaited before a post is tried: after a crash, a marked post may have arrived. When it resolves, the post's event is on the disk too. */
  markSending(id: number, at: string): Promise<void>;
  /** `receipt`: what the other side calls it (for Slack: the ts). Given up posts carry the reason instead. */
  markDelivered(id: number, outcome: { receipt: string } | { gaveUp: string }): Promise<void>;
  /** The receipt of a delivered post of this thread, event and kind. */
  receipt(thread: string, seq: number, kind: string): Promise<string | undefined>;

  /** Small state that is not part of a conversation, such as where a thread lives in Slack; JSON text by key. */
  note(key: string): Promise<string | undefined>;
  putNote(key: string, value: string): Promise<void>;
  /** Puts it where this stands there now (`undefined`: nothing); `false`: something else does, and it stays. */
  swapNote(key: string, from: string | undefined, to: string): Promise<boolean>;
  /**
   * Calls the listener with the key of each note that was put, by whichever process, once it is stored; so a cache of notes can be kept true. For
   * what this process puts, it has been called when the put resolves. The rest is as with {@link follow}.
   */
  followNotes(listener: (key: string) => void): () => void;
  /**
   * Runs the job while no other job under this key runs, in any process; those who wait are let in in the order in which they came. For what two
   * must not try at once, such as a call that spends something, and for what one process does for all. A process that is gone, or is taken for
   * gone, loses the key at once: its job hears of that by `lost` and must end. A job must not ask for its own key.
   */
  exclusively<T>(key: string, job: (lost: AbortSignal) => Promise<T>): Promise<T>;

  /** Keeps content under its SHA-256 (hex), which it returns. Putting the same content again is free. */
  putFile(content: Uint8Array): Promise<string>;
  file(hash: string): Promise<Uint8Array | undefined>;

  /** What was spent on a day (UTC, `2026-11-23`) for an account of a workspace. Kept with the log, in the transaction of each event that tells a cost. */
  spentOn(workspace: string, account: string, day: string): Promise<DaySpent>;

  /**
   * Sets money aside for a call in the budget of each of these accounts, as long as what was spent and what is set aside for other calls is below
   * its limit. Waits while only what is set aside stands in the way, since that may come back. What a process set aside that is gone is released.
   */
  reserve(call: CallCost, signal: AbortSignal): Promise<Reserved>;
  /**
   * The call has ended. With a cost, so much counts as spent until a commit that {@link Commit.settles} it tells of it. With 0, for a call that cost
   * nothing or of which no commit will tell, what was set aside is released. Does nothing where it is settled already.
   */
  callEnded(reservation: string, usd: number): Promise<void>;

  /**
   * How many processes have the store open now, this one included: what all may do together is divided by it. May be a moment old. `turns`: only
   * those that take turns; a store that knows no roles counts all.
   */
  openers(doing?: "turns"): number;
  /**
   * Awaited before something is done outside that must not be done twice, such as a call to Slack. Resolves while no other process can have taken
   * this one for gone. Rejects when one has, or when the store could not be asked for so long: a process that stood still, or was cut off, has lost
   * its work to others before it hears of that. Absent where no other process takes work over.
   */
  stillHere?(): Promise<void>;
  /**
   * Aborted once a newer version of Parley works on the same database: this process ends what it has in hand, and leaves to the newer ones what one
   * process does for all. Absent where only one process can have the store open.
   */
  readonly standsBack?: AbortSignal;
  /** What is told to the other processes that have the store open. Absent where there can be none. */
  readonly aside?: Aside;

  /**
   * Threads whose run has started and not stopped, oldest first: what a start takes up again. Of one workspace where one is named. `since` (as
   * {@link ThreadSummary.at}): only those in which something was recorded from then on. `last`: only the so many in which something was recorded
   * last. A store may return more.
   */
  unfinished(workspace?: string, since?: string, last?: number): Promise<ThreadSummary[]>;
  /** The threads that were active last, newest first. Of one workspace where one is named. */
  recent(limit: number, workspace?: string): Promise<ThreadSummary[]>;
  close(): Promise<void>;
}

export interface Commit {
  readonly thread: string;
  /** For fairness, budgets and reporting: whose thread this is. One that there is already stays where it is, and whoever writes to it need not know. */
  readonly workspace: string;
  /** The number of the last event the writer has read; refused as `stale` when the log has moved on: read on, decide again, try again. */
  readonly afterSeq: number;
  /** The writer's claim, where it has the thread's turn. Refused as `fenced` once somebody else has the turn, or nobody: give it up. */
  readonly claim?: Claim;
  readonly at: string;
  readonly events: readonly EventBody[];
  /** Outbox rows for these events. */
  readonly posts: readonly PostDraft[];
  /** Accounts for which the costs in these events are summed by day, such as `channel/C1`; none when absent, as where a log is copied. */
  readonly accounts?: readonly string[];
  /** What people did in these events that is limited an hour; nothing when absent, as where a log is copied. */
  readonly heard?: readonly Heard[];
  /** Reservations for calls whose costs these events tell; they are released in the same transaction. */
  readonly settles?: readonly string[];
  /** When the thread is to be worked on next: `now`, a time, or not at all (it waits for a person, or it is over). `keep` leaves a wake-up that is there. */
  readonly wake: "now" | "none" | "keep" | { readonly at: string };
}

/** A person began a run, or wrote to one. */
export interface Heard {
  readonly person: string;
  readonly kind: "run" | "message";
  /** So many within an hour; one more is refused. When absent there is no limit, and nothing is counted. */
  readonly perHour?: number;
}

/** What a call may cost, and whose budgets of the day have to bear it. */
export interface CallCost {
  readonly workspace: string;
  /** UTC: `2026-11-23`. */
  readonly day: string;
  /** US dollars, at most. */
  readonly usd: number;
  readonly budgets: readonly { readonly account: string; readonly limit: number }[];
}

export type Reserved =
  | { readonly kind: "reserved"; readonly reservation: string }
  /** Nothing is left of this account's budget. `spent`: US dollars, with the costs that no commit has told of yet. */
  | { readonly kind: "used up"; readonly account: string; readonly spent: number }
  | { readonly kind: "aborted" };

/** Nothing is written unless it is `ok`. */
export type CommitResult =
  | { readonly kind: "ok"; readonly events: readonly RunEvent[] }
  | { readonly kind: "stale"; readonly lastSeq: number }
  /** One more would be too many; `at`: when the oldest of as many was heard, in ms since the epoch. */
  | { readonly kind: "too many"; readonly heard: Heard; readonly at: number }
  | { readonly kind: "fenced" };

export interface DaySpent {
  readonly usd: number;
  /** False when the price of something is unknown: then `usd` is only a lower bound. */
  readonly priced: boolean;
  /** Some of it rests on estimated tokens. */
  readonly estimated?: true;
}

/** What has changed, for those who follow. */
export interface Committed {
  readonly thread: string;
  readonly workspace: string;
  /** As recorded; empty when something else changed, such as the wake-up alone. */
  readonly events: readonly RunEvent[];
  /** How many outbox rows came with them. */
  readonly posts: number;
  /** Whether the thread is to be worked on at once. */
  readonly wakes: boolean;
  /** The log was rewritten, as when words were forgotten: whoever holds it reads it again. With {@link EVERY_THREAD} it may have been any log. */
  readonly rewritten?: true;
  /** A post of this kind was delivered. */
  readonly delivered?: string;
  /** Whether it was made through this very store. What must be counted once among all processes is counted where this is true. */
  readonly here: boolean;
}

/** One message to be posted for an event; what it looks like is decided when it is sent, by reading the log. */
export interface PostDraft {
  /** Index into `Commit.events`. */
  readonly event: number;
  /** What the message is for, such as `turn` or `card`. */
  readonly kind: string;
  /** An event may need several messages: 0, 1, 2 … */
  readonly part: number;
}

export interface Post {
  readonly id: number;
  readonly thread: string;
  readonly seq: number;
  readonly kind: string;
  readonly part: number;
  /** When a try was under way and its outcome is unknown: since when. */
  readonly sendingSince: string | undefined;
}

export interface Envelope {
  readonly id: string;
  readonly at: string;
  /** JSON text, as it came. */
  readonly body: string;
  /**
   * Envelopes of one lane are handled in the order in which they came: `workspace/place/…`. Lanes that differ only in the last part are in one
   * place. Absent in what an earlier version has written down, all of which is in one lane.
   */
  readonly lane?: string;
}

export interface ThreadSummary {
  readonly thread: string;
  readonly workspace: string;
  readonly lastSeq: number;
  readonly at: string;
}

/**
 * The database cannot be used as it is, or what was handed in is over a limit; `message` names the file or the thread, and the mend.
 * Nothing has been overwritten, and nothing of what was to be written is there.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** An error for the operator's log: with its stack, except for a {@link StoreError}, whose message says all. */
export const inFull = (error: unknown): string =>
  error instanceof Error ? ((error.name === "StoreError" ? undefined : error.stack) ?? error.message) : String(error);
