import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/clock.ts";
import { failureOf, type CallFailure } from "./api-errors.ts";
import { RECONCILE_LOOKBACK_MS, RECONCILE_PAGES_MAX, RECONCILE_READ_GAP_MS, RECONCILE_READS } from "./limits.ts";
import { outboxIdIn } from "./metadata.ts";
import type { Bucket } from "./pacer.ts";
import type { Place } from "./place.ts";

/** What was found out about messages whose posting may or may not have succeeded. */
export type Found =
  /** Our ids that are in the thread, with the ts of their messages. */
  { readonly kind: "read"; readonly posted: ReadonlyMap<string, string> } | { readonly kind: "unreadable"; readonly failure: CallFailure };

export interface Reconciling {
  readonly web: WebClient;
  readonly bucket: Bucket;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Looks for messages by the ids in their metadata: once, and once more a little later, for Slack may still be at work on a call whose answer
 * was lost. `since`: when the first try began.
 */
export async function findPosted(place: Place, wanted: string, since: string, { web, bucket, clock, signal }: Reconciling): Promise<Found> {
  const oldest = ((Date.parse(since) - RECONCILE_LOOKBACK_MS) / 1_000).toFixed(6);
  for (let read = 1; ; read++) {
    const found = await readOnce(place, oldest, { web, bucket, clock, signal });
    if (found.kind === "unreadable" || found.posted.has(wanted) || read === RECONCILE_READS || signal.aborted) return found;
    await clock.sleep(RECONCILE_READ_GAP_MS, signal);
  }
}

async function readOnce(place: Place, oldest: string, { web, bucket, signal }: Reconciling): Promise<Found> {
  const posted = new Map<string, string>();
  let cursor: string | undefined;
  for (let page = 0; page < RECONCILE_PAGES_MAX; page++) {
    if (!(await bucket.take(signal))) return { kind: "unreadable", failure: { kind: "ambiguous", code: "stopped" } };
    try {
      const answer = await web.conversations.replies({
        channel: place.channel,
        ts: place.ts,
        oldest,
        inclusive: true,
        limit: 200,
        include_all_metadata: true,
        ...(cursor ? { cursor } : {}),
      });
      for (const message of answer.messages ?? []) {
        const id = outboxIdIn(message);
        if (id !== undefined && message.ts) posted.set(id, message.ts);
      }
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) break;
    } catch (error) {
      return { kind: "unreadable", failure: failureOf(error) };
    }
  }
  return { kind: "read", posted };
}
