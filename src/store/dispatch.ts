/**
 * Decides when a thread is worked on: one handler at a time for a thread, fair over workspaces. Waking is part of a commit
 * (see `Commit.wake`), so that a wake-up is never lost between two transactions.
 */
export interface Dispatch {
  /**
   * Calls `handler` for every thread that is due, `slots` at once, the workspaces in turn, `perWorkspace` slots for one workspace while
   * another that has fewer waits; slots that nobody else asks for do not stay idle. Within a workspace its places take turns (threads whose
   * names differ in the last part alone are in one place), and the last tenth of the slots is for places where nothing runs.
   * A thread that was woken while its handler ran is handled again, and one that was sent to rest (`none`) or to a later time is not.
   * A handler that throws is a bug: it is reported, the thread stays due and is tried again after 1 s, 2 s … 60 s, or when it is woken.
   * To be called once.
   */
  serve(options: ServeOptions, handler: (thread: string, workspace: string) => Promise<void>): void;
  /** How many threads of this workspace wait before one that is woken now; 0 when it is worked on at once. */
  ahead(workspace: string): number;
  /** Takes no new work and waits for running handlers. What was not handled stays due for the next start. To be called before the store is closed. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly slots: number;
  readonly perWorkspace: number;
  readonly onBug: (error: unknown, thread: string) => void;
}
