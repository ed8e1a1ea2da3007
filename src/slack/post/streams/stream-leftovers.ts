import type { ConversationsRepliesArguments } from "@slack/web-api";
import type { Clock } from "../../../engine/clock.ts";
import type { RunEvent } from "../../../engine/events/events.ts";
import { currentRun } from "../../../engine/reading/transcript.ts";
import type { Runner } from "../../../runner/runner.ts";
import type { Store } from "../../../store/store.ts";
import { failureOf, isUnsure, type CallFailure } from "../../api/api-errors.ts";
import { isOwn, ownAccount, type Authored } from "../../api/own-account.ts";
import type { Log, Web } from "../../api/web-client.ts";
import { whileOurs } from "../../api/while-ours.ts";
import type { Languages } from "../../language/whose-language.ts";
import { RECONCILE_PAGES_MAX, RECONCILE_READ_GAP_MS, RECONCILE_READS, RETRY_DELAY_MS, RETRY_DELAY_MS_MAX } from "../../words/limits.ts";
import { outboxIdIn, ownMetadata } from "../../words/metadata.ts";
import { placeOf, type Place } from "../../words/place.ts";
import { slackTimeBefore } from "../find-posted.ts";
import type { Pace } from "../pace.ts";
import { noteKey, noteOf, OVER, type StreamNote } from "./stream-notes.ts";

/** Streams of which nobody knows any more what they show: their process died, or Slack's answer was lost. */
export interface StreamLeftovers {
  /** What is noted so is taken away unless it has become a message, and the note is over; waits while Slack cannot be read. */
  clear(thread: string, noted: string, signal: AbortSignal): Promise<void>;
  /** Whether nothing more is to be done about this message. If not, its note is to stay: it is tried again before the next post. */
  remove(thread: string, ts: string, signal: AbortSignal): Promise<boolean>;
}

const REMOVE_GAP_MS = 5_000;
const REMOVE_TRIES_MAX = 5;

export function createStreamLeftovers(parts: {
  readonly runner: Pick<Runner, "read">;
  readonly store: Pick<Store, "note" | "swapNote" | "exclusively">;
  readonly web: Web;
  readonly pace: Pick<Pace, "reads">;
  readonly languages: Pick<Languages, "ofRun">;
  readonly clock: Clock;
  readonly log: Log;
}): StreamLeftovers {
  const { runner, store, web, clock, log } = parts;
  const bucket = parts.pace.reads("conversations.replies");

  /** Its ts; `undefined` where it is not there. */
  async function find(place: Place, note: StreamNote, signal: AbortSignal, events: readonly RunEvent[]): Promise<string | undefined> {
    for (let read = 1; ; read++) {
      const ts = note.ts === undefined ? await findByFace(place, note, signal, events) : await findByTime(place, note.ts, signal);
      if (ts !== undefined || note.ts !== undefined || read === RECONCILE_READS || signal.aborted) return ts;
      // Slack may still be at work on a call whose answer was lost.
      await clock.sleep(RECONCILE_READ_GAP_MS, signal);
    }
  }

  async function findByTime(place: Place, ts: string, signal: AbortSignal): Promise<string | undefined> {
    // The root comes along whatever is asked for.
    const { messages } = await page(place, { oldest: ts, latest: ts, limit: 10 }, signal);
    return messages.some((message) => message.ts === ts && isNoTurn(message)) ? ts : undefined;
  }

  async function findByFace(
    place: Place,
    { username, afterSeq }: StreamNote,
    signal: AbortSignal,
    events: readonly RunEvent[],
  ): Promise<string | undefined> {
    const oldest = slackTimeBefore(afterSeq, events, place);
    const own = await patient(() => ownAccount(web.read), signal);
    let cursor: string | undefined;
    for (let pages = 0; pages < RECONCILE_PAGES_MAX; pages++) {
      const { messages, next } = await page(place, { oldest, limit: 200, ...(cursor ? { cursor } : {}) }, signal);
      for (const message of messages.filter((one) => isNoTurn(one) && one.username === username))
        if (message.ts && (await patient(() => isOwn(web.read, message, own), signal))) return message.ts;
      cursor = next;
      if (!cursor) break;
    }
    return undefined;
  }

  async function page(
    place: Place,
    asked: Partial<ConversationsRepliesArguments>,
    signal: AbortSignal,
  ): Promise<{ readonly messages: readonly Message[]; readonly next: string | undefined }> {
    const at = { channel: place.channel, ts: place.ts, inclusive: true, include_all_metadata: true };
    const { messages = [], response_metadata: more } = await patient(() => web.read.conversations.replies({ ...at, ...asked }), signal);
    return { messages, next: more?.next_cursor };
  }

  async function patient<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let delayMs = RETRY_DELAY_MS; ; delayMs = Math.min(delayMs * 2, RETRY_DELAY_MS_MAX)) {
      if (!(await bucket.take(signal))) throw new Unread({ kind: "ambiguous", code: "stopped" });
      try {
        return await ask();
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "limited") bucket.delay(failure.retryAfterMs);
        else if (failure.kind === "ambiguous") await clock.sleep(delayMs, signal);
        else throw new Unread(failure);
      }
    }
  }

  async function clear(thread: string, noted: string, signal: AbortSignal): Promise<void> {
    const [place, note] = [placeOf(thread), noteOf(noted)];
    if (!place || !note) return;
    // Whoever let it grow may still be there, and end it as its turn: between the look at it and its end that is held off.
    await store.exclusively(noteKey(thread), async (lost) => {
      if ((await store.note(noteKey(thread))) !== noted) return;
      const still = AbortSignal.any([signal, lost]);
      if (await isCleared(thread, { place, note }, still)) await store.swapNote(noteKey(thread), noted, OVER);
    });
  }

  async function isCleared(
    thread: string,
    { place, note }: { readonly place: Place; readonly note: StreamNote },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { events } = await runner.read(thread);
    try {
      const ts = await find(place, note, signal, events);
      return !signal.aborted && (ts === undefined || (await remove(thread, ts, signal)));
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      const { kind, code } = error.failure;
      // With another token, or at the next start, it is looked for again.
      if (kind === "auth" || signal.aborted) return false;
      log(`what an agent had begun to write may be left in ${thread}: it could not be looked up (${code})`);
      return true;
    }
  }

  async function remove(thread: string, ts: string, signal: AbortSignal): Promise<boolean> {
    const place = placeOf(thread);
    if (!place) return true;
    const cutOff = async () => (await parts.languages.ofRun(currentRun(await runner.read(thread))))("turns.text.cutOff");
    for (let tries = 1; ; tries++) {
      const failure = await whileOurs(signal, () => takeAway(web, place, ts, cutOff));
      if (failure === undefined) return true;
      const mayPass = failure.kind === "limited" || isUnsure(failure);
      if (mayPass && tries < REMOVE_TRIES_MAX && !signal.aborted) {
        await clock.sleep(failure.kind === "limited" ? failure.retryAfterMs : REMOVE_GAP_MS, signal);
        continue;
      }
      log(`what an agent had begun to write could not be taken away in ${thread} (${failure.code})`);
      return !mayPass && failure.kind !== "auth";
    }
  }

  return { clear, remove };
}

/** Slack answers the question where a stream is with a no that another try would not change. */
class Unread extends Error {
  readonly failure: CallFailure;
  constructor(failure: CallFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

interface Message extends Authored {
  readonly ts?: string;
  readonly username?: string;
  readonly files?: unknown;
}

/** Turns have an id of the outbox in their metadata, as all else has that the app says in a thread but files. */
const isNoTurn = (message: Message): boolean => outboxIdIn(message) === undefined && message.files === undefined;

/** Deleted; where that is refused, it says by `cutOff` that it is not the turn. */
async function takeAway(web: Web, place: Place, ts: string, cutOff: () => Promise<string>): Promise<CallFailure | undefined> {
  try {
    await web.write.chat.delete({ channel: place.channel, ts });
    return undefined;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "message_not_found") return undefined;
    if (failure.kind === "limited" || failure.kind === "auth" || isUnsure(failure)) return failure;
  }
  const where = { channel: place.channel, ts };
  await web.write.apiCall("chat.stopStream", where).catch(() => undefined);
  const text = await cutOff();
  const update = { ...where, text, blocks: [], metadata: ownMetadata(`cut/${ts}`, "cut") };
  return web.write.chat.update(update).then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
}
