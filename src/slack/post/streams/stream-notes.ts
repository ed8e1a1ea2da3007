import { z } from "zod";

/** What is noted of a stream before it is begun, so that the next process can find it. */
export interface StreamNote {
  readonly agent: string;
  readonly username: string;
  /** The log had so many events when it was begun. */
  readonly afterSeq: number;
  /** Absent until Slack has answered. */
  readonly ts?: string;
}

const Note = z.object({ agent: z.string(), username: z.string(), afterSeq: z.int().nonnegative(), ts: z.string().min(1).optional() });

/** One for each thread: one stream grows in it at a time. */
export const noteKey = (thread: string): string => `stream/${thread}`;

export const threadOfNote = (key: string): string | undefined => (key.startsWith("stream/") ? key.slice("stream/".length) : undefined);

export const noteText = (note: StreamNote): string => JSON.stringify(note);

/** As it is put when the stream has become a message, or is gone. */
export const OVER = "";

/** `undefined` where there is none, or it is over. */
export function noteOf(text: string | undefined): StreamNote | undefined {
  if (!text) return undefined;
  const { ts, ...note } = Note.parse(JSON.parse(text));
  return ts === undefined ? note : { ...note, ts };
}
