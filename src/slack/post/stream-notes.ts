import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { RunEvent } from "../../engine/events/events.ts";
import { failureOf, isUnsure, type CallFailure } from "../api/api-errors.ts";
import type { Web } from "../api/web-client.ts";
import { RECONCILE_READ_GAP_MS, RECONCILE_READS } from "../words/limits.ts";
import { outboxIdIn, ownMetadata } from "../words/metadata.ts";
import type { Place } from "../words/place.ts";
import { slackTimeBefore, type Reconciling } from "./find-posted.ts";

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

export const noteText = (note: StreamNote): string => JSON.stringify(note);

/** `undefined` where there is none, or it is over. */
export function noteOf(text: string | undefined): StreamNote | undefined {
  if (!text) return undefined;
  const { ts, ...note } = Note.parse(JSON.parse(text));
  return ts === undefined ? note : { ...note, ts };
}

/**
 * The message that the stream is, as long as it has not become a turn: those have an id of the outbox in their metadata, as all else has that the app
 * says in a thread but files. Looked for twice, since Slack may still be at work on a call whose answer was lost. Rejects where nobody can look.
 */
export async function findOrphan(
  place: Place,
  { username, afterSeq, ts }: StreamNote,
  events: readonly RunEvent[],
  { web, bucket, clock, signal }: Reconciling & { readonly web: WebClient },
): Promise<string | undefined> {
  for (let read = 1; ; read++) {
    await bucket.take(signal);
    const answer = await web.conversations.replies({
      channel: place.channel,
      ts: place.ts,
      oldest: slackTimeBefore(afterSeq, events, place),
      inclusive: true,
      limit: 200,
      include_all_metadata: true,
    });
    const found = (answer.messages ?? []).find((message) => {
      if (outboxIdIn(message) !== undefined || (message as { readonly files?: unknown }).files !== undefined) return false;
      return ts === undefined
        ? message.bot_id !== undefined && (message as { readonly username?: string }).username === username
        : message.ts === ts;
    });
    if (found?.ts) return found.ts;
    if (ts !== undefined || read === RECONCILE_READS || signal.aborted) return undefined;
    await clock.sleep(RECONCILE_READ_GAP_MS, signal);
  }
}

/** Deleted; where that is refused, it says that it is not the turn. */
export async function takeAway(web: Web, place: Place, ts: string): Promise<CallFailure | undefined> {
  try {
    await web.write.chat.delete({ channel: place.channel, ts });
    return undefined;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "message_not_found") return undefined;
    if (failure.kind === "limited" || isUnsure(failure)) return failure;
  }
  const where = { channel: place.channel, ts };
  await web.write.apiCall("chat.stopStream", where).catch(() => undefined);
  const text = "(cut off; the whole turn is below)";
  const update = { ...where, text, blocks: [], metadata: ownMetadata(`cut/${ts}`, "cut") };
  return web.write.chat.update(update).then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
}
