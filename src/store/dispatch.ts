/**
 * Decides when a thread is worked on, and by whom: one handler at a time for a thread, of all processes that serve, fair over workspaces.
 * Waking is part of a commit (see `Commit.wake`), so that a wake-up is never lost between two transactions.
 */
export interface Dispatch {
  /**
   * Calls `handler` for what is due:
   * - `turn`: every thread that is due.
   * - `post`: every place in which something is to be posted (threads whose names differ only in the last part are in one place), when it was
   *   committed and when serving begins. What the handler leaves waits for the next post there, or for {@link Serving.lookAgain}.
   * - `envelope`: every lane with something from outside that is not handled yet, when it was received and when serving begins.
   *
   * At most `slots` handlers run at once. Workspaces take turns; one has at most `perWorkspace` slots while another that has fewer waits, and
   * otherwise all that are free. For turns and envelopes, the places within a workspace take turns too, and the last tenth of the slots (of
   * envelopes: the last half) is kept for places where nothing runs. What is woken while its handler runs is handled again; what is sent to rest
   * (`none`) or to a later time meanwhile is not.
   *
   * A handler that throws is a bug: it is reported, the work stays due and is tried again after 1 s, 2 s … 60 s, or when it is woken. What a
   * process was handling that is gone, or left when it stopped serving, is handled by another, or at the next start.
   */
  serve(kind: WorkKind, options: ServeOptions, handler: (work: Work) => Promise<void>): Serving;
  /** Reaches the handler that has this thread's turn now, in whichever process. Does nothing where none has. */
  signal(thread: string, what: Signal): Promise<void>;
  /** How many threads of this workspace wait before one that is woken now; 0 when it is worked on at once. */
  ahead(workspace: string): number;
  /**
   * Since when the thread has been due that has waited longest for a handler, of all processes: ms since the epoch, `undefined` where none waits.
   * For alerts. Absent where a store cannot tell.
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
  /** Has everything handled that is due, also what a handler has left before. */
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
  /** Calls the listener with each signal to this piece of work, until its handler ends. */
  onSignal(listener: (what: Signal) => void): void;
}

/** Names one attempt at a piece of work: what is committed under it is refused (`fenced`) once somebody else has the work, or nobody. */
export interface Claim {
  readonly key: string;
  readonly attempt: number;
  /**
   * The last event of the thread's log when the work was taken. Up to there this version of Parley can read everything. Absent where a store does
   * not serve several versions side by side.
   */
  readonly lastSeq?: number;
}

/**
 * `stop`: the run was ended. `skip`: its turn was skipped. `park`: nobody can be answered in the thread for a while. `lost`: the claim has
 * lapsed, as when the process was taken for dead. Each ends the turn. The log says the rest, so a signal that is missed does no harm.
 */
export type Signal = "stop" | "skip" | "park" | "lost";
