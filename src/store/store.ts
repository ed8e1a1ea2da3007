import type { EventBody, RunEvent } from "../engine/events/events.ts";
import type { Aside } from "./runs/aside.ts";
import type { Claim } from "./dispatch.ts";
import type { Leisure } from "./leisure.ts";

/**
 * The note that says what a person of a workspace is called, for logs in which the id stands because the name was not known: {@link Store.load}
 * reads it in its place.
 */
export const nameNote = (workspace: string, person: string): string => `name/${workspace}/${person}`;

/** The note that says in which language a person of a workspace reads Slack: a locale such as `de-DE`. */
export const localeNote = (workspace: string, person: string): string => `locale/${workspace}/${person}`;

/** In place of a thread, where more was missed than can be told: each log is read again by whoever holds it. */
export const EVERY_THREAD = "";

/**
 * Where the log, the outbox, the inbox and files live. Async from day one, so that one machine and many share the code above it.
 *
 * `commit` is the only way the log changes: events, outbox rows and the next wake-up in one transaction.
 */
export interface Store {
  /**
   * Events of a thread with `seq > afterSeq`, in order; none for an unknown thread. People whose ids stood in for their names bear these, once they are known ({@link nameNote}).
   * `first`: whoever asks needs no more than so many of them; a store may give them all the same.
   */
  load(thread: string, afterSeq: number, first?: number): Promise<RunEvent[]>;
  commit(commit: Commit): Promise<CommitResult>;
  /**
   * Tells of each commit and of each post that was delivered, whichever process did it, after it, a thread's in the order of its log: how
   * readers such as the outbox follow without polling. Of one's own one has been told when {@link commit} or {@link markDelivered} resolves. A listener reads what it is told and returns at once;
   * one that throws is warned about and breaks nothing. Returns how to stop listening.
   */
  follow(listener: (committed: Committed) => void): () => void;

  /** Writes an envelope from outside down before it is acked; then its lane is work for those who serve `envelope`. `false`: this id was seen before. */
  receive(envelope: Envelope): Promise<boolean>;
  /** What comes from outside is written down before other work begins. */
  readonly leisure: Leisure;
  /** Envelopes not yet marked handled, oldest first, at most `limit`; of one lane where one is named. */
  unhandled(limit: number, lane?: string): Promise<Envelope[]>;
  /** What one process writes first stands first, though nobody waited for it; where that is not said, whoever needs an order waits. */
  readonly writesInOrder?: true;
  /** `claim`: of whoever works on its lane. `false`: somebody else does by now, and nothing is marked. */
  handled(id: string, claim?: Claim): Promise<boolean>;

  /**
   * Posts not yet delivered of one lane (a thread) in order, or of every lane when none is named, or of every lane of one workspace; at
   * most `limit`.
   */
  duePosts(lane: string | undefined, limit: number, workspace?: string): Promise<Post[]>;
  /** The threads of a place (those whose names differ in the last part alone) in which a post is not yet delivered, the oldest post first. */
  dueThreads(place: string): Promise<string[]>;
  /** Before a post is tried: from here on a crash leaves a post that may have arrived. When it resolves, the post's event is on the disk too. */
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
   * Tells of each note that was put, by whichever process, by its key and once it stands there: how what is remembered of it is kept true.
   * Of one's own one has been told when the call resolves. A listener returns at once, as with {@link follow}. Returns how to stop listening.
   */
  followNotes(listener: (key: string) => void): () => void;
  /**
   * Runs a job when no other one under this key is running, in whichever process; those who wait are let in as they came. For what must not
   * be tried by two at once, such as a call that spends something, and for what one of all does for as long as it is there. Whoever goes lets
   * go: the others do not wait for its job, which hears of it by `lost` and is to end. A job must not ask for its own key.
   */
  exclusively<T>(key: string, job: (lost: AbortSignal) => Promise<T>): Promise<T>;

  /** Keeps content under its SHA-256 (hex), which it returns. Putting the same content again is free. */
  putFile(content: Uint8Array): Promise<string>;
  file(hash: string): Promise<Uint8Array | undefined>;

  /** What was spent on a day (UTC, `2026-11-23`) for an account of a workspace. Kept with the log, in the transaction of each event that tells a cost. */
  spentOn(workspace: string, account: string, day: string): Promise<DaySpent>;

  /**
   * Sets money aside for a call, of the budget of each of these accounts: as long as less than its limit was spent, and set aside for others.
   * Waits while the last of it is only set aside. What is set aside by one who is gone is let go.
   */
  reserve(call: CallCost, signal: AbortSignal): Promise<Reserved>;
  /**
   * The call has ended and has cost so much, which a commit that {@link Commit.settles} it will tell; of one that cost nothing, or that nobody
   * will tell of, nothing is set aside any more. Of one that is settled already nothing is left to do.
   */
  callEnded(reservation: string, usd: number): Promise<void>;

  /**
   * How many processes have it open now, this one among them: what all may do together is parted by so many. Known at once, or as it was a moment ago.
   * `turns`: of those that take turns. A store that knows no roles counts all.
   */
  openers(doing?: "turns"): number;
  /**
   * Asked before something is done outside that others must not do again, such as a call to Slack: resolves when no other process can have
   * taken this one for gone, and rejects when one has, or when nobody can be asked for so long: after standing still, or behind a cut line, what it
   * had is another's before it is told so. Absent where a process that goes takes all with it.
   */
  stillHere?(): Promise<void>;
  /**
   * Aborted once a newer Parley works on the same database: this one ends what it has in hand, and what one of all does is left to the newer ones. Absent
   * where one process has it.
   */
  readonly standsBack?: AbortSignal;
  /** To the others that have it open. Absent where one process has it. */
  readonly aside?: Aside;

  /**
   * Threads whose run has started and not stopped, oldest first: what a start takes up again. Of one workspace where one is named. `since` (as
   * {@link ThreadSummary.at}): those in which something was recorded from then on. `last`: of these no more than so many, in which something was recorded
   * last. A store may give the others too.
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
  /** In whose name, where it is whoever has the turn; refused as `fenced` when somebody else has it by now, or nobody: give up the turn. */
  readonly claim?: Claim;
  readonly at: string;
  readonly events: readonly EventBody[];
  /** Outbox rows for these events. */
  readonly posts: readonly PostDraft[];
  /** For whom the costs that these events tell are summed by day, such as `channel/C1`; for nobody when absent, as where a log is copied. */
  readonly accounts?: readonly string[];
  /** Of whom these events are something that a person may not do without end; of nobody when absent, as where a log is copied. */
  readonly heard?: readonly Heard[];
  /** What was set aside for calls whose costs these events tell: it is let go with them. */
  readonly settles?: readonly string[];
  /** When the thread is to be worked on next: `now`, a time, or not at all (it waits for a person, or it is over). `keep` leaves a wake-up that is there. */
  readonly wake: "now" | "none" | "keep" | { readonly at: string };
}

/** A person began a run, or wrote to one. */
export interface Heard {
  readonly person: string;
  readonly kind: "run" | "message";
  /** As many within an hour: one more is refused. As many as they like when absent, and then nothing is kept of it. */
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
  /** Of this budget nothing is left: so much was spent, costs that no commit has told yet included. */
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
  /** What stood in its log was put anew, as when words were forgotten: whoever holds it reads it again. Of {@link EVERY_THREAD}: it may have been in any. */
  readonly rewritten?: true;
  /** A post of this kind has come to where people read it. */
  readonly delivered?: string;
  /** Whether it was made by way of this very store: what is to be counted once in all is counted where this is so. */
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
   * What is handled in the order in which it came: `workspace/place/…`, lanes that differ in the last part alone being in one place. What an
   * earlier version has written down names none, and is in one lane.
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

/** An error for the operator's log: with where it came from, but for a {@link StoreError}, whose message says all. */
export const inFull = (error: unknown): string =>
  error instanceof Error ? ((error.name === "StoreError" ? undefined : error.stack) ?? error.message) : String(error);
