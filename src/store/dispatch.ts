/**
 * Decides when a thread is worked on, and by whom: one handler at a time for a thread, of all processes that serve, fair over workspaces.
 * Waking is part of a commit (see `Commit.wake`), so that a wake-up is never lost between two transactions.
 */
export interface Dispatch {
  /**
   * `turn`: calls `handler` for every thread that is due. `post`: for every place in which something is to be posted (threads whose names
   * differ in the last part alone are in one place), when it was committed and when this begins; what the handler leaves waits for the next
   * post there, or for {@link Serving.lookAgain}. `envelope`: for every lane in which something that came from outside is not yet handled, when
   * it was received and when this begins.
   *
   * `slots` at once, the workspaces in turn, `perWorkspace` slots for one workspace while another that has fewer waits; slots that nobody else
   * asks for do not stay idle. Of turns and envelopes, the places within a workspace take turns, and the last tenth of the slots, of envelopes the last
   * half, is for places where nothing runs. What was woken while its handler ran is handled again, and what was sent to rest (`none`) or to a later time is not.
   * A handler that throws is a bug: it is reported, the work stays due and is tried again after 1 s, 2 s … 60 s, or when it is woken. What a
   * process that has gone was handling, or has left when it stopped serving, is handled by another, or at the next start.
   */
  serve(kind: WorkKind, options: ServeOptions, handler: (work: Work) => Promise<void>): Serving;
  /** Tells whoever has the turn of this thread now, in whichever process; nobody, where nobody has. */
  signal(thread: string, what: Signal): Promise<void>;
  /** How many threads of this workspace wait before one that is woken now; 0 when it is worked on at once. */
  ahead(workspace: string): number;
  /**
   * Since when the thread that nobody works on and that is due has waited that has waited longest, in ms since the epoch; nothing where none waits. Of all processes.
   * Asked for by who watches; absent where a store does not tell.
   */
  waitingSince?(): Promise<number | undefined>;
  /** Takes no new work and waits for running handlers. What was not handled stays due for others, and for the next start. To be called before the store is closed. */
  stop(): Promise<void>;
}

export type WorkKind = "turn" | "post" | "envelope";

export interface ServeOptions {
  readonly slots: number;
  readonly perWorkspace: number;
  /** Serves this workspace alone; all of them when absent. */
  readonly workspace?: string;
  readonly onBug: (error: unknown, key: string) => void;
}

export interface Serving {
  /** Everything that is due is handled, also what a handler has left before. */
  lookAgain(): void;
  /** Takes no new work, and resolves when the handlers under way have ended. */
  stop(): Promise<void>;
  /** Resolves when nothing is handled here and nothing is in line for it. */
  idle(): Promise<void>;
}

/** A piece of work that was given to one handler, and to no other until it has ended. */
export interface Work {
  /** A thread, a place, or a lane of envelopes. */
  readonly key: string;
  readonly workspace: string;
  /** Goes into each commit that is made in its name. */
  readonly claim: Claim;
  /** How often in a row a handler has thrown on it before. */
  readonly failures: number;
  /** Hears what is said to whoever has it, until the handler ends. */
  onSignal(listener: (what: Signal) => void): void;
}

/** Names one try at a piece of work: what is committed under it is refused (`fenced`) once somebody else has the work, or nobody. */
export interface Claim {
  readonly key: string;
  readonly attempt: number;
  /** So far the log of the thread went when it was taken, and whoever took it knows all that stands there; absent where a store has no versions beside each other. */
  readonly lastSeq?: number;
}

/**
 * The run was ended, its turn was skipped, nobody can be answered in the thread for a while; or the claim has lapsed, as when the process
 * was taken for dead. Each gives up the turn; the log says the rest, so that one that is missed does no harm.
 */
export type Signal = "stop" | "skip" | "park" | "lost";
