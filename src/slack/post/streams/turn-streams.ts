import { withinMs, type Clock } from "../../../engine/clock.ts";
import { isEvent, type RunEvent } from "../../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../../engine/reading/transcript.ts";
import { createKeyedQueue } from "../../../keyed-queue.ts";
import { createKeyedWorker, type Worked } from "../../../runner/keyed-worker.ts";
import type { Runner } from "../../../runner/runner.ts";
import type { Store } from "../../../store/store.ts";
import { whileOurs } from "../../api/while-ours.ts";
import { failureOf, isUnsure } from "../../api/api-errors.ts";
import { createBucket } from "../../api/pacer.ts";
import type { Log, Web } from "../../api/web-client.ts";
import type { Languages } from "../../language/whose-language.ts";
import type { People } from "../../people/people.ts";
import { persona } from "../../render/personas.ts";
import { partialTurn } from "../../render/turn-messages.ts";
import type { TeamCard } from "../../../team-shelf.ts";
import type { RenderedMessage } from "../../words/blocks.ts";
import { MARKDOWN_CHARS_MAX } from "../../words/limits.ts";
import { placeOf, type Place } from "../../words/place.ts";
import { createWordsUnderWay } from "./words-under-way.ts";
import { isDue, noteEnd, type GrowingTurn } from "./growing-turn.ts";
import { createStreamLeftovers } from "./stream-leftovers.ts";
import { noteKey, noteOf, noteText, OVER, threadOfNote, type StreamNote } from "./stream-notes.ts";
import type { Pace } from "../pace.ts";
import { sessionOf, whoWrites } from "./who-writes.ts";

/** In direct messages a turn is shown while it is written: as a stream, which ends as the message that would have been posted. */
export interface TurnStreams {
  /** Removes a stream of this thread that no turn will end, whichever process left it; awaited before anything is posted there. */
  settle(thread: string, signal: AbortSignal): Promise<void>;
  /**
   * Ends this turn's stream as its message. `none`: there was no stream, or the message does not begin with what it shows; then it is removed, and the
   * message is to be posted. `unsure`: nobody knows whether Slack has done it; the message can be looked for by its id.
   */
  finish(
    turn: FinishedTurn,
    signal: AbortSignal,
  ): Promise<{ readonly kind: "posted"; readonly ts: string } | { readonly kind: "none" | "unsure" }>;
  /** Begins no stream and adds to none; what is open is removed at the next start. Resolves within seconds: what still waits for a thread then does nothing more in Slack. */
  close(): Promise<void>;
}

interface FinishedTurn {
  readonly thread: string;
  readonly seq: number;
  readonly message: RenderedMessage;
  /** For chat.stopStream; holds the outbox's id. */
  readonly metadata: object;
}

/** A shorter message is posted before anybody has begun to read its stream. */
const CHARS_TO_BEGIN = 60;
/** People read no faster, and Slack takes about a hundred calls a minute from a whole workspace. */
const APPEND_GAP_MS = 1_500;
/** Slack closes a stream after five minutes; this ends it before. */
const STREAM_MS_MAX = 270_000;
/** chat.startStream and chat.stopStream are Tier 2, which is 20 a minute; two are left as a margin. */
const STREAMS_PER_MINUTE = 18;
const APPENDS_PER_MINUTE = 90;
const BURST = 6;
const RETRY_DELAY_MS = 5_000;
const TRIES_MAX = 5;
const CLOSE_MS_MAX = 5_000; // Another process may have the thread for as long as Slack cannot be read.

export function createTurnStreams(parts: {
  readonly runner: Pick<Runner, "follow" | "read" | "shown">;
  readonly store: Pick<Store, "load" | "note" | "swapNote" | "followNotes" | "duePosts" | "openers" | "exclusively">;
  readonly web: Web;
  readonly pace: Pick<Pace, "reads">;
  readonly cardFor: (team: string) => TeamCard;
  readonly people: Pick<People, "lookalikes">;
  readonly languages: Pick<Languages, "ofRun">;
  readonly clock: Clock;
  readonly log: Log;
}): TurnStreams {
  const { runner, store, web, clock, log } = parts;
  const words = createWordsUnderWay(runner);
  const leftovers = createStreamLeftovers(parts);
  const closing = new AbortController();
  const starts = createBucket({ perMinute: STREAMS_PER_MINUTE, burst: BURST, clock });
  const stops = createBucket({ perMinute: STREAMS_PER_MINUTE, burst: BURST, clock });
  const appends = createBucket({ perMinute: APPENDS_PER_MINUTE, burst: BURST, clock });
  const growing = new Map<string, GrowingTurn>();
  /** What is done to a thread's stream is done one after the other. */
  const queue = createKeyedQueue();
  let isUnavailable = false;

  const worker = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: async (thread): Promise<Worked> => {
      await queue.run(thread, () => tend(thread));
      return { kind: "done", gapMs: APPEND_GAP_MS };
    },
    onError: (thread, error) => log(`what an agent writes could not be shown in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if (!isDirect(thread)) return;
    words.hear(thread, item);
    const stream = growing.get(thread);
    if (isEvent(item) && stream) hearOf(thread, stream, item);
    if (item.type === "text.delta" && !isUnavailable && stream?.endSeq === undefined) worker.poke(thread);
  });
  const unfollowNotes = store.followNotes((key) => {
    const thread = threadOfNote(key);
    // While a stream is open here, only another process changes its note.
    if (thread !== undefined && growing.has(thread)) worker.poke(thread);
  });

  /** Begins a stream, or adds what has been written since. */
  async function tend(thread: string): Promise<void> {
    await settle(thread, closing.signal);
    const [place, stream] = [placeOf(thread), growing.get(thread)];
    if (!place || closing.signal.aborted) return;
    if (stream?.isVoid) return remove(thread, stream);
    if (stream?.endSeq !== undefined || isUnavailable) return;
    const transcript = await runner.read(thread);
    const agent = whoWrites(transcript);
    if (agent === undefined || (stream && stream.agent !== agent)) return;
    const shown = partialTurn(words.of(thread, agent), parts.cardFor(currentRun(transcript).team ?? "").stopWords);
    if (shown.length > MARKDOWN_CHARS_MAX) return;
    if (stream) await grow(place, stream, shown);
    else if (shown.length >= CHARS_TO_BEGIN) await begin(thread, place, { agent, shown, transcript });
  }

  async function begin(
    thread: string,
    place: Place,
    { agent, shown, transcript }: { readonly agent: string; readonly shown: string; readonly transcript: Transcript },
  ): Promise<void> {
    // The cheap checks first; mayBegin repeats them once this process is alone with the thread, which costs several calls to the store.
    if (store.openers("turns") > 1 || starts.waitMs() > 0 || !(await starts.take(closing.signal))) return;
    const face = persona(agent, parts.cardFor(currentRun(transcript).team ?? ""), await parts.people.lookalikes());
    const note: StreamNote = { agent, username: face.username, afterSeq: transcript.events.length };
    const start = { channel: place.channel, thread_ts: place.ts, markdown_text: shown, ...face };
    // `lost` says that this process was taken for gone: another one may then have looked for the stream, and posted the turn.
    await store.exclusively(noteKey(thread), (lost) => startNoted(thread, { note, start }, lost));
  }

  async function startNoted(
    thread: string,
    { note, start }: { readonly note: StreamNote; readonly start: { readonly markdown_text: string } & Record<string, unknown> },
    lost: AbortSignal,
  ): Promise<void> {
    const { agent } = note;
    const noted = noteText(note);
    if (closing.signal.aborted || !(await mayBegin(thread, noted))) return;
    // Looked at after the note is put: posts for anything recorded later will find the note. What was recorded before may be posted already, and then
    // nothing would come any more to remove the stream.
    if ((await store.load(thread, note.afterSeq)).length > 0) return void (await noteOver(thread, noted));
    try {
      const answer = (await whileOurs(lost, () => web.write.apiCall("chat.startStream", start))) as { readonly ts?: string };
      const ts = answer.ts ?? "";
      const begun = noteText({ ...note, ts });
      // Another process has changed the note: it looked for the stream before it was there, and will not look again.
      if (!(await store.swapNote(noteKey(thread), noted, begun))) return void (await leftovers.remove(thread, ts, closing.signal));
      const stream = {
        agent,
        ts,
        noted: begun,
        startedAtMs: clock.now(),
        sent: start.markdown_text,
        isCut: false,
        endSeq: undefined,
        isVoid: false,
      };
      growing.set(thread, stream);
      // The turn may have ended while the stream was begun.
      const { events } = await runner.read(thread);
      for (const event of events.slice(note.afterSeq)) hearOf(thread, stream, event);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "unavailable") {
        isUnavailable = true;
        log(`chat.startStream is not available here (${failure.code}); turns are posted when they are finished`);
      }
      if (failure.kind === "limited") starts.delay(failure.retryAfterMs);
      // Where the stream may be there, the note stays: it is looked for by it.
      if (!isUnsure(failure)) await noteOver(thread, noted);
    }
  }

  /**
   * Puts the note before the stream is there, so that after a crash it is looked for. False where a stream may not begin: earlier posts are still due,
   * which must stand above it; other processes take turns, one of which may be the one that posts here; or an earlier stream is still there.
   */
  async function mayBegin(thread: string, noted: string): Promise<boolean> {
    if (store.openers("turns") > 1 || (await store.duePosts(thread, 1)).length > 0) return false;
    const before = await store.note(noteKey(thread));
    return noteOf(before) === undefined && store.swapNote(noteKey(thread), before, noted);
  }

  function hearOf(thread: string, stream: GrowingTurn, event: RunEvent): void {
    noteEnd(stream, event);
    if (stream.isVoid) worker.poke(thread);
  }

  async function grow(place: Place, stream: GrowingTurn, shown: string): Promise<void> {
    if (stream.isCut || shown === stream.sent || appends.waitMs() > 0) return;
    // What is shown cannot be changed any more: the stream is removed at the end, and the message is posted.
    if (!shown.startsWith(stream.sent) || clock.now() - stream.startedAtMs > STREAM_MS_MAX) return void (stream.isCut = true);
    await appends.take(closing.signal);
    try {
      const markdown_text = shown.slice(stream.sent.length);
      await web.write.apiCall("chat.appendStream", { channel: place.channel, ts: stream.ts, markdown_text });
      stream.sent = shown;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "limited") appends.delay(failure.retryAfterMs);
      else stream.isCut = true;
    }
  }

  async function finish({ thread, seq, message, metadata }: FinishedTurn, signal: AbortSignal): ReturnType<TurnStreams["finish"]> {
    await settle(thread, signal);
    const [place, stream] = [placeOf(thread), growing.get(thread)];
    if (!place || !stream || stream.agent !== message.speaker || (stream.endSeq !== undefined && stream.endSeq !== seq))
      return { kind: "none" };
    const [first, ...below] = message.blocks;
    const markdown = first?.type === "markdown" ? first.text : "";
    const isItsBeginning = !stream.isCut && markdown !== "" && markdown.startsWith(stream.sent);
    if (!isItsBeginning || clock.now() - stream.startedAtMs > STREAM_MS_MAX || !(await stops.take(signal))) {
      await remove(thread, stream);
      return { kind: "none" };
    }
    const transcript = await runner.read(thread);
    const rest = markdown.slice(stream.sent.length);
    const words = rest === "" ? {} : { markdown_text: rest };
    const end = { channel: place.channel, ts: stream.ts, ...words, blocks: below, metadata, session_status: sessionOf(transcript) };
    // A process that takes this one for gone removes its streams. Under the key it cannot do so between this look at the note and the end of the stream.
    return store.exclusively(noteKey(thread), async (lost) => {
      if ((await store.note(noteKey(thread))) === stream.noted) return endNoted(thread, { stream, end }, AbortSignal.any([signal, lost]));
      growing.delete(thread);
      return { kind: "none" };
    });
  }

  async function endNoted(
    thread: string,
    { stream, end }: { readonly stream: GrowingTurn; readonly end: Record<string, unknown> },
    signal: AbortSignal,
  ): ReturnType<TurnStreams["finish"]> {
    try {
      await whileOurs(signal, () => web.write.apiCall("chat.stopStream", end));
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "limited") stops.delay(failure.retryAfterMs);
      if (isUnsure(failure)) {
        // Whatever Slack did: where the message is not found by its id, the note has the stream removed, and the message is posted.
        growing.delete(thread);
        return { kind: "unsure" };
      }
      await remove(thread, stream);
      return { kind: "none" };
    }
    growing.delete(thread);
    await noteOver(thread, stream.noted);
    return { kind: "posted", ts: stream.ts };
  }

  async function remove(thread: string, stream: GrowingTurn): Promise<void> {
    growing.delete(thread);
    if (await leftovers.remove(thread, stream.ts, closing.signal)) await noteOver(thread, stream.noted);
  }

  const noteOver = (thread: string, noted: string): Promise<boolean> => store.swapNote(noteKey(thread), noted, OVER);

  /** Leaves a stream alone that is open here, or that is still to end as its message. */
  async function settle(thread: string, signal: AbortSignal): Promise<void> {
    const noted = await store.note(noteKey(thread));
    if (growing.get(thread)?.noted !== noted) growing.delete(thread);
    const stream = growing.get(thread);
    if (!stream && noteOf(noted)) await leftovers.clear(thread, noted ?? "", AbortSignal.any([signal, closing.signal]));
    if (stream?.endSeq !== undefined && !(await isDue(store, thread, stream.endSeq))) await remove(thread, stream);
  }

  const isDirect = (thread: string): boolean => placeOf(thread)?.channel.startsWith("D") === true;

  return {
    settle: async (thread, signal) => (isDirect(thread) ? queue.run(thread, () => settle(thread, signal)) : undefined),
    finish: async (turn, signal) => (isDirect(turn.thread) ? queue.run(turn.thread, () => finish(turn, signal)) : { kind: "none" }),
    async close() {
      unfollow();
      unfollowNotes();
      closing.abort();
      await withinMs(clock, CLOSE_MS_MAX, Promise.all([worker.close(), queue.idle()]));
    },
  };
}
