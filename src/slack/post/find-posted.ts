import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { failureOf, type CallFailure } from "../api/api-errors.ts";
import { isOwn, ownAccount } from "../api/own-account.ts";
import { RECONCILE_PAGES_MAX, RECONCILE_READ_GAP_MS, RECONCILE_READS } from "../words/limits.ts";
import { endIn, outboxIdIn } from "../words/metadata.ts";
import { patiently, type Patience } from "../api/retry-rate-limited.ts";
import type { Bucket } from "../api/pacer.ts";
import type { Place } from "../words/place.ts";

/** What was found out about messages whose posting may or may not have succeeded. */
export type Found =
  | {
      readonly kind: "read";
      /** Our ids that are in the thread, with the ts of their messages. */
      readonly posted: ReadonlyMap<string, string>;
      /** Of these, the ones that tell the end of their run too, with the event of that. */
      readonly ends: ReadonlyMap<string, number>;
    }
  | { readonly kind: "unreadable"; readonly failure: CallFailure };

export interface Reconciling {
  readonly web: WebClient;
  readonly bucket: Bucket;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where nobody else waits meanwhile; without it, a method that is limited is {@link Found} unreadable at once. */
  readonly patience?: Patience;
}

/**
 * Looks for messages by the ids in their metadata: once, and once more a little later, for Slack may still be at work on a call whose answer
 * was lost. What others have written is passed over, whatever its metadata say. `oldest`: a ts that is older than the message, see {@link slackTimeBefore}.
 */
export async function findPosted(
  place: Pick<Place, "channel" | "ts">,
  wanted: string,
  oldest: string,
  reconciling: Reconciling,
): Promise<Found> {
  const { clock, signal } = reconciling;
  for (let read = 1; ; read++) {
    const found = await readOnce(place, oldest, reconciling);
    if (found.kind === "unreadable" || found.posted.has(wanted) || read === RECONCILE_READS || signal.aborted) return found;
    await clock.sleep(RECONCILE_READ_GAP_MS, signal);
  }
}

const AT_ONCE: Patience = { tries: 1 };

async function readOnce(
  place: Pick<Place, "channel" | "ts">,
  oldest: string,
  { web, bucket, clock, signal, patience = AT_ONCE }: Reconciling,
): Promise<Found> {
  const posted = new Map<string, string>();
  const ends = new Map<string, number>();
  let cursor: string | undefined;
  for (let page = 0; page < RECONCILE_PAGES_MAX; page++) {
    if (!(await bucket.take(signal))) return { kind: "unreadable", failure: { kind: "ambiguous", code: "stopped" } };
    try {
      const at = { channel: place.channel, ts: place.ts, oldest, inclusive: true, limit: 200, include_all_metadata: true };
      const read = () => web.conversations.replies(cursor ? { ...at, cursor } : at);
      const own = await patiently(clock, () => ownAccount(web), { ...patience, signal });
      const answer = await patiently(clock, read, { ...patience, signal });
      for (const message of answer.messages ?? []) {
        const id = outboxIdIn(message);
        if (id === undefined || !message.ts || !(await patiently(clock, () => isOwn(web, message, own), { ...patience, signal }))) continue;
        posted.set(id, message.ts);
        const end = endIn(message);
        if (end !== undefined) ends.set(id, end);
      }
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) break;
    } catch (error) {
      return { kind: "unreadable", failure: failureOf(error) };
    }
  }
  return { kind: "read", posted, ends };
}

/**
 * A ts of Slack's own that is older than any message for this event: of the person's words that came before it, or of the root. Our clock
 * says nothing of it: an hour ahead of Slack's, it would have a message looked for where it cannot be, and posted twice.
 */
export function slackTimeBefore(seq: number, events: readonly RunEvent[], place: Place): string {
  for (let index = Math.min(seq, events.length) - 1; index >= 0; index--) {
    const event = events[index];
    if (event?.type !== "message.posted" || !("person" in event)) continue;
    const [, channel, ts = ""] = event.id?.split(":") ?? [];
    if (channel === place.channel && /^\d{1,12}\.\d{6}$/.test(ts)) return ts;
  }
  return place.ts;
}
