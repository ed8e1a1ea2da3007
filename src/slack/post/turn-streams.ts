import type { Clock } from "../../engine/clock.ts";
import { isEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { sessionOf, whoWrites } from "./who-writes.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import { failureOf, isUnsure } from "../api/api-errors.ts";
import { createBucket } from "../api/pacer.ts";
import type { Log, Web } from "../api/web-client.ts";
import type { People } from "../people/people.ts";
import { persona } from "../render/personas.ts";
import { partialTurn } from "../render/turn-messages.ts";
import type { TeamCard } from "../../team-shelf.ts";
import type { RenderedMessage } from "../words/blocks.ts";
import { MARKDOWN_CHARS_MAX } from "../words/limits.ts";
import { placeOf, type Place } from "../words/place.ts";
import { createWordsUnderWay } from "./words-under-way.ts";
import { findOrphan, noteOf, noteText, takeAway, type StreamNote } from "./stream-notes.ts";
import type { Pace } from "./pace.ts";

/** Turns that grow before the one reader of a direct message, and end as the messages that would have been posted. */
export interface TurnStreams {
  /** What a process that died left growing in this thread is taken away, unless it had become a message; awaited before anything is posted there. */
  settle(thread: string, signal: AbortSignal): Promise<void>;
  /**
   * Ends what grew of this turn as its message. `none`: nothing did, or it does not begin the message, and is gone by now. `unsure`: Slack may have done
   * it; looked for by the message's id.
   */
  finish(
    turn: FinishedTurn,
    signal: AbortSignal,
  ): Promise<{ readonly kind: "posted"; readonly ts: string } | { readonly kind: "none" | "unsure" }>;
  /** Nothing more grows; what does is taken away at the next start. */
  close(): Promise<void>;
}

interface FinishedTurn {
  readonly thread: string;
  readonly seq: number;
  readonly message: RenderedMessage;
  /** As chat.stopStream takes it, with the id of the outbox. */
  readonly metadata: object;
}

/** One stream of a thread. */
interface Growing {
  readonly agent: string;
  readonly ts: string;
  readonly startedAtMs: number;
  /** What the message shows by now. */
  sent: string;
  /** Slack has ended it, or nobody knows what it shows. */
  isCut: boolean;
  /** The event that holds its words. */
  endSeq: number | undefined;
  /** It is to go: its words were no turn. */
  isVoid: boolean;
}

/** Less is posted before one has begun to read. */
const CHARS_TO_BEGIN = 60;
/** People read no faster, and Slack takes a hundred calls a minute from the whole workspace. */
const APPEND_GAP_MS = 1_500;
/** Slack closes a stream after five minutes. */
const STREAM_MS_MAX = 270_000;
/** chat.startStream and chat.stopStream are tier 2; the rest is left as a margin. */
const STREAMS_PER_MINUTE = 18;
const APPENDS_PER_MINUTE = 90;
const BURST = 6;
const RETRY_DELAY_MS = 5_000;
const TRIES_MAX = 5;

export function createTurnStreams(parts: {
  readonly runner: Pick<Runner, "follow" | "read" | "shown">;
  readonly store: Pick<Store, "note" | "putNote">;
  readonly web: Web;
  readonly pace: Pick<Pace, "reads">;
  readonly cardFor: (team: string) => TeamCard;
  readonly people: Pick<People, "lookalikes">;
  readonly clock: Clock;
  readonly log: Log;
}): TurnStreams {
  const { runner, store, web, clock, log } = parts;
  const words = createWordsUnderWay(runner);
  const closing = new AbortController();
  const starts = createBucket({ perMinute: STREAMS_PER_MINUTE, burst: BURST, clock });
  const stops = createBucket({ perMinute: STREAMS_PER_MINUTE, burst: BURST, clock });
  const appends = createBucket({ perMinute: APPENDS_PER_MINUTE, burst: BURST, clock });
  const growing = new Map<string, Growing>();
  /** One thing at a time is done to the stream of a thread. */
  const lines = new Map<string, Promise<unknown>>();
  const settled = new Map<string, Promise<void>>();
  let isUnavailable = false;

  const worker = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: async (thread): Promise<Worked> => {
      await inLine(thread, () => tend(thread));
      return { kind: "done", gapMs: APPEND_GAP_MS };
    },
    onError: (thread, error) => log(`what an agent writes could not be shown in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if (placeOf(thread)?.channel.startsWith("D") !== true) return;
    words.hear(thread, item);
    const stream = growing.get(thread);
    if (isEvent(item) && stream && stream.endSeq === undefined) {
      if (item.type === "message.posted" && "agent" in item && item.agent === stream.agent) stream.endSeq = item.seq;
      // Words beside a call, of a turn that broke off, or of one that somebody ended are no turn.
      else if (item.type === "run.stopped" || ("agent" in item && item.agent === stream.agent)) stream.isVoid = true;
      if (stream.isVoid) worker.poke(thread);
    }
    if (item.type === "text.delta" && !isUnavailable && stream?.endSeq === undefined) worker.poke(thread);
  });

  function inLine<T>(thread: string, job: () => Promise<T>): Promise<T> {
    const next = (lines.get(thread) ?? Promise.resolve()).then(job);
    const done = next.catch(() => undefined);
    lines.set(thread, done);
    void done.then(() => lines.get(thread) === done && lines.delete(thread));
    return next;
  }

  /** Begins a stream, or adds to it what has been written since. */
  async function tend(thread: string): Promise<void> {
    const place = placeOf(thread);
    if (!place || closing.signal.aborted) return;
    await settle(thread, closing.signal);
    const stream = growing.get(thread);
    if (stream?.isVoid) return remove(thread, place, stream);
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
    if (starts.waitMs() > 0 || !(await starts.take(closing.signal))) return;
    const face = persona(agent, parts.cardFor(currentRun(transcript).team ?? ""), await parts.people.lookalikes());
    const note: StreamNote = { agent, username: face.username, afterSeq: transcript.events.length };
    // Before it is there: whoever comes after a crash is to look for it.
    await store.putNote(keyOf(thread), noteText(note));
    try {
      const answer = (await web.write.apiCall("chat.startStream", {
        channel: place.channel,
        thread_ts: place.ts,
        markdown_text: shown,
        ...face,
      })) as { readonly ts?: string };
      const ts = answer.ts ?? "";
      await store.putNote(keyOf(thread), noteText({ ...note, ts }));
      growing.set(thread, { agent, ts, startedAtMs: clock.now(), sent: shown, isCut: false, endSeq: undefined, isVoid: false });
      noteEnd(thread, await runner.read(thread), note.afterSeq);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "unavailable") {
        isUnavailable = true;
        log(`chat.startStream is not available here (${failure.code}); turns are posted when they are finished`);
      }
      if (failure.kind === "limited") starts.delay(failure.retryAfterMs);
      if (isUnsure(failure)) settled.delete(thread);
      else await store.putNote(keyOf(thread), "");
    }
  }

  /** Its words may have come to their end while it was begun. */
  function noteEnd(thread: string, { events }: Transcript, afterSeq: number): void {
    const stream = growing.get(thread);
    const event = events.slice(afterSeq).find((one) => "agent" in one && one.agent === stream?.agent);
    if (!stream || stream.endSeq !== undefined) return;
    if (event?.type === "message.posted") stream.endSeq = event.seq;
    else if (event || !currentRun({ events }).running) stream.isVoid = true;
    if (stream.isVoid) worker.poke(thread);
  }

  async function grow(place: Place, stream: Growing, shown: string): Promise<void> {
    if (stream.isCut || shown === stream.sent || appends.waitMs() > 0) return;
    // What is shown by now cannot be taken back; the message then comes in its place.
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
    const place = placeOf(thread);
    const stream = growing.get(thread);
    if (!place || !stream || stream.agent !== message.speaker || (stream.endSeq !== undefined && stream.endSeq !== seq))
      return { kind: "none" };
    const [first, ...below] = message.blocks;
    const markdown = first?.type === "markdown" ? first.text : "";
    const isItsBeginning = !stream.isCut && markdown !== "" && markdown.startsWith(stream.sent);
    if (!isItsBeginning || clock.now() - stream.startedAtMs > STREAM_MS_MAX || !(await stops.take(signal))) {
      await remove(thread, place, stream);
      return { kind: "none" };
    }
    const rest = markdown.slice(stream.sent.length);
    const transcript = await runner.read(thread);
    try {
      await web.write.apiCall("chat.stopStream", {
        channel: place.channel,
        ts: stream.ts,
        ...(rest === "" ? {} : { markdown_text: rest }),
        blocks: below,
        metadata,
        session_status: sessionOf(transcript),
      });
    } catch (error) {
      // Whatever Slack made of it: where the message is not found by its id, this goes, and the message is posted.
      stream.isCut = true;
      if (isUnsure(failureOf(error))) return { kind: "unsure" };
      await remove(thread, place, stream);
      return { kind: "none" };
    }
    await forget(thread);
    return { kind: "posted", ts: stream.ts };
  }

  async function remove(thread: string, place: Place, { ts }: Pick<Growing, "ts">): Promise<void> {
    for (let tries = 1; ; tries++) {
      const failure = await takeAway(web, place, ts);
      if (failure === undefined) break;
      if (tries === TRIES_MAX || closing.signal.aborted)
        return log(`what an agent had begun to write could not be taken away in ${thread} (${failure.code})`);
      await clock.sleep(RETRY_DELAY_MS, closing.signal);
    }
    await forget(thread);
  }

  async function forget(thread: string): Promise<void> {
    growing.delete(thread);
    await store.putNote(keyOf(thread), "");
  }

  function settle(thread: string, signal: AbortSignal): Promise<void> {
    const known = settled.get(thread);
    if (known) return known;
    const settling = takeAwayOrphan(thread, signal).catch((error: unknown) => {
      settled.delete(thread);
      throw error;
    });
    settled.set(thread, settling);
    return settling;
  }

  async function takeAwayOrphan(thread: string, signal: AbortSignal): Promise<void> {
    const place = placeOf(thread);
    const note = noteOf(await store.note(keyOf(thread)));
    if (!place || !note) return;
    const { events } = await runner.read(thread);
    const ts = await findOrphan(place, note, events, { web: web.read, bucket: parts.pace.reads("conversations.replies"), clock, signal });
    if (ts !== undefined) await remove(thread, place, { ts });
    else await store.putNote(keyOf(thread), "");
  }

  return {
    settle: async (thread, signal) => (placeOf(thread)?.channel.startsWith("D") ? settle(thread, signal) : undefined),
    finish: (turn, signal) => inLine(turn.thread, () => finish(turn, signal)),
    async close() {
      unfollow();
      closing.abort();
      await worker.close();
      await Promise.all(lines.values());
    },
  };
}

const keyOf = (thread: string): string => `stream/${thread}`;
