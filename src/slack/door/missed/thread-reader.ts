import type { Clock } from "../../../engine/clock.ts";
import { currentRun, messagesOfRun } from "../../../engine/reading/transcript.ts";
import type { Runner } from "../../../runner/runner.ts";
import type { Store } from "../../../store/store.ts";
import { failureOf } from "../../api/api-errors.ts";
import type { Bucket } from "../../api/pacer.ts";
import { patiently, UNHURRIED } from "../../api/retry-rate-limited.ts";
import { isUnavailable, type Log, type Web } from "../../api/web-client.ts";
import { mayBeHeard } from "../../words/envelope.ts";
import { placeOf, type Place } from "../../words/place.ts";
import type { Inbox } from "../inbox.ts";
import { beginningOf, noteKey, PASSES, readTo } from "./read-to.ts";

const REPLIES_PER_PAGE = 200; // Slack's longest.
const PAGES_PER_VISIT = 10; // Then other threads have their turn.

/** Reads the thread of a run from where it was read to, and gives what people wrote there to the inbox. */
export interface ThreadReader {
  /**
   * `beganMs`: it was read to its end, in a reading that began then, or there is nothing to be read in it. `more`: there are further pages. `again`:
   * it could not be read now. The caller is alone with the thread.
   */
  read(thread: string): Promise<{ readonly beganMs: number } | "more" | "again">;
  /** Whether Slack has said that the app may read no threads at all. */
  isUnavailable(): boolean;
}

export interface ThreadReaderParts {
  readonly store: Pick<Store, "note" | "putNote">;
  readonly runner: Pick<Runner, "read">;
  readonly web: Web;
  readonly inbox: Pick<Inbox, "receive">;
  /** The bot's own user id: what it says is no news. */
  readonly user: string;
  /** Ids of other bots whose words are heard. */
  readonly bots: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** `reads`: the pace of conversations.replies. */
export function createThreadReader(
  parts: ThreadReaderParts & { readonly reads: Pick<Bucket, "take">; readonly stopping: AbortSignal },
): ThreadReader {
  const { store, runner, web, inbox, reads, stopping, clock, log } = parts;
  let unavailable = false;

  async function read(thread: string): Promise<{ readonly beganMs: number } | "more" | "again"> {
    const beganMs = clock.now();
    const place = placeOf(thread);
    const transcript = await runner.read(thread);
    if (!place || !currentRun(transcript).running) return { beganMs };
    const before = readTo(await store.note(noteKey(thread)));
    const oldest = before?.ts ?? beginningOf(messagesOfRun(transcript)[0], place);
    let last = oldest;
    let cursor: string | undefined;
    try {
      for (let page = 0; page < PAGES_PER_VISIT; page++) {
        if (page > 0 && !(await reads.take(stopping))) return "again";
        const at = { channel: place.channel, ts: place.ts, oldest, limit: REPLIES_PER_PAGE, ...(cursor ? { cursor } : {}) };
        const replies = await patiently(clock, () => web.read.conversations.replies(at), { ...UNHURRIED, signal: stopping });
        if (stopping.aborted) return "again";
        // Together, so that all of a page is written down before the first message is acted on: whoever acts on it should see those behind it too.
        const heard: Promise<void>[] = [];
        for (const message of replies.messages ?? []) {
          // The root comes with every page, and is the task or older than it.
          if (message.ts === place.ts || !message.ts) continue;
          if (Number(message.ts) > Number(last)) last = message.ts;
          if (message.user === parts.user || !mayBeHeard(message, parts.bots)) continue;
          // Slack does not say here whether the channel is shared. Taken for shared, so that a guest's words do not pass for a member's.
          const event = { ...message, type: "message", channel: place.channel };
          heard.push(inbox.receive({ type: "event_callback", team_id: place.team, is_ext_shared_channel: true, event }));
        }
        await Promise.all(heard);
        cursor = replies.response_metadata?.next_cursor;
        await store.putNote(noteKey(thread), `${last} ${cursor ? 0 : beganMs}`);
        if (!cursor) return { beganMs };
      }
      return "more";
    } catch (error) {
      return failed(place, error, beganMs);
    }
  }

  function failed(place: Place, error: unknown, beganMs: number): { readonly beganMs: number } | "again" {
    if (stopping.aborted) return "again";
    const failure = failureOf(error);
    if (isUnavailable(failure.code)) {
      unavailable = true;
      log(`what is written while Parley is not connected cannot be read back: conversations.replies is not available (${failure.code})`);
      return { beganMs };
    }
    if (PASSES.has(failure.kind)) return "again";
    log(`what was missed in ${place.channel} could not be read back: ${failure.code}`);
    return { beganMs };
  }

  return { read, isUnavailable: () => unavailable };
}
