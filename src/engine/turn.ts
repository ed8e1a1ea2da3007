import type { Transcript } from "./reading/transcript.ts";

/** One agent's turn in a conversation: the one value that is handed to agents, models, tools and code runs. */
export interface Turn {
  /** The log that the agent reads; inside a team that is a participant of another, the inner team's own. */
  readonly transcript: Transcript;
  /** Aborted when nobody waits for the turn any more. */
  readonly signal: AbortSignal;
  /**
   * Resolves when the next thing from outside, such as an answer, has been recorded. So a turn that waited for it goes on at once while others
   * run beside it.
   */
  readonly heard: () => Promise<unknown>;
  readonly thread: Thread;
  /**
   * Sets aside what a call may cost at most, in US dollars, before it is made, where several calls share a budget; waits while what is left is set
   * aside for other calls. Resolves to nothing where nothing is left, or where the signal was aborted, also because another process has taken the
   * turn over: then the call must not be made. Absent where there is no shared budget and no other process could take the turn over.
   */
  readonly reserve?: (usdMax: number, signal: AbortSignal) => Promise<Reservation | undefined>;
  /** Told of each request before it goes to a model's server. */
  readonly sending?: (request: Sending) => void;
}

/** A request as it goes to a server: its body, and how it was put. */
export interface Sending {
  readonly body: string;
  readonly without: readonly string[];
  readonly replyTokensMax?: number;
  readonly contextTokensMax?: number;
}

export interface Reservation {
  /** To be called once, when the call has ended, with what the log will tell that it cost; 0 where it will tell nothing. */
  ended(usd: number): void;
}

/** The conversation that a turn is part of. */
export interface Thread {
  /** Unique among all threads: where calls have to wait, threads take turns. */
  readonly id: string;
  /** The thread's own log, then the logs of the teams inside it that the turn is part of (participants, or teams behind tools), the innermost last. */
  readonly logs: readonly Transcript[];
}

/** A turn in a thread. Without `heard`, the turn hears nothing from outside while it runs. */
export const turnIn = (
  { id, transcript }: { readonly id: string; readonly transcript: Transcript },
  signal: AbortSignal,
  heard: Turn["heard"] = nobody,
  reserve?: Turn["reserve"],
): Turn => ({ transcript, signal, heard, thread: { id, logs: [transcript] }, ...(reserve ? { reserve } : {}) });

/** The same turn, inside a team with a log of its own. */
export const inside = (turn: Turn, transcript: Transcript): Turn => ({
  ...turn,
  transcript,
  thread: { ...turn.thread, logs: [...turn.thread.logs, transcript] },
});

/** For calls that belong to no conversation, such as a check of the settings. `id`: as which it takes turns with threads. */
export const outside = (signal: AbortSignal, id = "none"): Turn => turnIn({ id, transcript: { events: [] } }, signal);

const nobody = (): Promise<never> => new Promise(() => undefined);
