import type { Transcript } from "./reading/transcript.ts";

/** What is done in a conversation, and where: the one value that agents, models, tools and code runs are handed. */
export interface Turn {
  /** The log that whoever has the turn reads; of a team that is a participant, the team's own. */
  readonly transcript: Transcript;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /**
   * Resolves when something has next been recorded that came from outside, such as an answer. Of turns side by side, the one that waited for
   * it goes on at once.
   */
  readonly heard: () => Promise<unknown>;
  readonly thread: Thread;
  /**
   * Sets aside what a call may cost, in US dollars at most, before it is made, where several share a budget; waits while what is left is set
   * aside for others' calls. Nothing where there is nothing left, or the signal was aborted, as it is where the turn is another process' by now: the call is
   * not to be made. Absent where nobody has to keep to a budget with others, and no other process may have the turn.
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

/** The conversation that it is part of. */
export interface Thread {
  /** Unique among all threads: where calls have to wait, threads take turns. */
  readonly id: string;
  /** The thread's own log first, then those inside it that the turn is part of: of teams that are participants or stand behind tools. The last is the innermost. */
  readonly logs: readonly Transcript[];
}

/** A turn of those who talk in a thread. Without `heard`, nobody from outside is heard before the conversation waits. */
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

/** For what is asked in no conversation, such as a check of the settings. `id`: what takes turns with others' threads. */
export const outside = (signal: AbortSignal, id = "none"): Turn => turnIn({ id, transcript: { events: [] } }, signal);

const nobody = (): Promise<never> => new Promise(() => undefined);
