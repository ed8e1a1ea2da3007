import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { currentRun, isWaiting, messagesOfRun, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { forEachOf, lookOver, type Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import { failureOf } from "../api/api-errors.ts";
import { cameLate } from "../api/late-calls.ts";
import { safeLine } from "../words/escape.ts";
import { createBucket } from "../api/pacer.ts";
import { placeOf, type Place } from "../words/place.ts";
import { isUnavailable, slackErrorCode, type Log, type Web } from "../api/web-client.ts";

const METHOD = "agents.sessions.setStatus";
/** Slack's tier 3 is 50; the rest is left as a margin. */
const CALLS_PER_MINUTE = 40;
const CALL_BURST = 10;
/** Calls about one thread are at least this far apart; what changes in between is told once. */
const CALL_GAP_MS = 1_500;
/** After a failure, doubled with each up to the longest. */
const FAILED_MS = 15_000;
const FAILED_MS_MAX = 120_000;
/** After this many failures, over half an hour, a session is left to the next event, and to the next start. */
const TRIES_MAX = 20;
/** The same where Slack has said no, and not only failed to say yes. */
const REFUSED_TRIES_MAX = 3;
/** Threads that are looked over at a start, apart from the unfinished ones: what Slack was told last may not be so any more. */
const RECENT_AT_START_MAX = 50;
/** Looked at between two turns of the event loop: some milliseconds. */
const SESSIONS_PER_LOOK = 100;
/** Slack's. */
const TITLE_CHARS_MAX = 80;

export interface Sessions {
  /** Puts right what an earlier process left behind, in threads in which something was recorded `since`: a session that is shown at work, or waiting, and is not. */
  start(since?: Since): void;
  /** Somebody else may have shown something there since. */
  lookAgain(thread: string): void;
  /** See {@link KeyedWorker.settled}. */
  settled(): Promise<boolean>;
  /** Of the threads that are shown at work, when something was recorded in the one that has been silent for longest: ms since the epoch. */
  atWorkSince(): number | undefined;
  /** Stops following; nothing more is called. */
  close(): Promise<void>;
}

/**
 * The state of Slack's agent session of each thread, which brings Slack's own Stop button. It is read off the log; what Slack was told last
 * is noted in the store, so that a button which a killed process left is taken away by the next. A workspace without it is asked once.
 */
export function createSessions(parts: {
  readonly runner: Pick<Runner, "follow" | "read" | "atHand">;
  readonly store: Pick<Store, "note" | "putNote" | "swapNote" | "stillHere" | "unfinished" | "recent">;
  readonly web: Web;
  /** Whether nothing can be shown in the thread for a while. */
  readonly isClosed?: (thread: string) => boolean;
  /** Found at a start: somebody was shown at work there, and may be still. */
  readonly onAtWork?: (thread: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}): Sessions {
  const { runner, store, web, clock, log } = parts;
  const bucket = createBucket({ perMinute: CALLS_PER_MINUTE, burst: CALL_BURST, clock });
  const lines = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: tend,
    onError: (thread, error) => log(`the session of ${thread} could not be shown`, error),
    retryDelayMs: FAILED_MS,
    retryDelayMsMax: FAILED_MS_MAX,
    triesMax: TRIES_MAX,
  });
  const closing = new AbortController();
  let unavailable = false;
  let lookedOver: Promise<void> = Promise.resolve();
  /** Whoever leads next has to look at these, however long nothing is recorded there: with the time of the last event. */
  const atWork = new Map<string, number>();
  /** Of these Slack has been told that they are at work, and the store says so, too. */
  const toldAtWork = new Set<string>();

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && !unavailable && !goesOn(thread)) touch(thread);
  });

  function touch(thread: string): void {
    if (placeOf(thread) && !unavailable) lines.poke(thread);
  }

  /** Whether it is shown at work, and still is: nearly all that is recorded in a run leaves it so, and then nothing is looked up. */
  function goesOn(thread: string): boolean {
    if (!toldAtWork.has(thread) || parts.isClosed?.(thread)) return false;
    const transcript = runner.atHand(thread);
    if (!transcript || sessionOf(transcript) !== "processing") return false;
    atWork.set(thread, lastAtMs(transcript));
    return true;
  }

  /** Tells Slack until it has been told what the log says. */
  async function tend(thread: string): Promise<Worked> {
    const place = placeOf(thread);
    if (!place || unavailable) return { kind: "done" };
    switch (await bringUpToDate(thread, place)) {
      case "told":
        return { kind: "done", gapMs: CALL_GAP_MS };
      case "nothing to tell":
        return { kind: "done" };
      case "failed":
        return { kind: "failed" };
      case "refused":
        return { kind: "failed", triesMax: REFUSED_TRIES_MAX };
    }
  }

  async function bringUpToDate(thread: string, place: Place): Promise<"told" | "failed" | "refused" | "nothing to tell"> {
    if ((await untold(thread)) === undefined) return "nothing to tell";
    if (!(await bucket.take(closing.signal))) return "failed";
    // The log may have gone on while this waited for its time.
    const wanted = await untold(thread);
    if (!wanted || unavailable) return "nothing to tell";
    const { session, title, starter } = wanted;
    toldAtWork.delete(thread);
    await store.putNote(noteKey(thread), UNKNOWN);
    const told = await call({
      channel_id: place.channel,
      thread_ts: place.ts,
      status: session,
      ...(session === "processing" && title ? { title, ...(starter ? { initiator_user_id: starter } : {}) } : {}),
    });
    if (told !== "told") return told;
    const noted = noteKey(thread);
    if (!(await cameLate(store, { thread, noted, over: closing.signal, clock }))) {
      await store.putNote(noted, session);
      if (session === "processing") toldAtWork.add(thread);
    }
    return told;
  }

  /** What Slack should be told; `undefined` when it has been. A thread of which it was never told has nothing to be taken away. */
  async function untold(thread: string): Promise<Wanted | undefined> {
    if (parts.isClosed?.(thread)) {
      toldAtWork.delete(thread);
      return void atWork.delete(thread);
    }
    const transcript = await runner.read(thread);
    const wanted = want(transcript);
    if (wanted?.session === "processing") atWork.set(thread, lastAtMs(transcript));
    else {
      atWork.delete(thread);
      // At once: what is recorded from here on is to be looked at.
      toldAtWork.delete(thread);
    }
    if (!wanted) return undefined;
    const noted = (await store.note(noteKey(thread))) ?? "active";
    if (wanted.session !== noted) return wanted;
    if (noted === "processing") toldAtWork.add(thread);
    return undefined;
  }

  async function call(args: { readonly [key: string]: unknown }): Promise<"told" | "failed" | "refused"> {
    try {
      await web.write.apiCall(METHOD, args);
      return "told";
    } catch (error) {
      const code = slackErrorCode(error);
      if (error instanceof WebAPIRateLimitedError) bucket.delay(error.retryAfter * 1_000);
      else if (isUnavailable(code)) {
        unavailable = true;
        log(`${METHOD} is not available here (${code}); Parley goes on without it`);
      } else log(`${METHOD} did not work${code ? `: ${code}` : ""}`, code ? undefined : error);
      const { kind } = failureOf(error);
      return kind === "ambiguous" || kind === "limited" ? "failed" : "refused";
    }
  }

  async function lookThrough(since?: string): Promise<void> {
    const unfinished = new Set((await store.unfinished(undefined, since)).map(({ thread }) => thread));
    const lately = (await store.recent(RECENT_AT_START_MAX)).filter(({ at }) => since === undefined || at >= since);
    const recent = lately.map(({ thread }) => thread);
    await forEachOf([...new Set([...unfinished, ...recent])], SESSIONS_PER_LOOK, async (thread, index) => {
      if (index % SESSIONS_PER_LOOK === SESSIONS_PER_LOOK - 1) await eventLoopTurn();
      if (closing.signal.aborted) return;
      const told = await store.note(noteKey(thread));
      if (closing.signal.aborted) return;
      // Thousands may wait for a person, and are shown so.
      if (told === undefined || told === "active" || (told === "suspended" && unfinished.has(thread))) return;
      if (unfinished.has(thread)) parts.onAtWork?.(thread);
      touch(thread);
    });
  }

  return {
    start(since) {
      const problem = (error: unknown) => log("the sessions that an earlier start left could not be looked over yet", error);
      lookedOver = lookOver(async () => lookThrough(await since?.()), { clock, signal: closing.signal, problem });
    },
    lookAgain(thread) {
      toldAtWork.delete(thread);
      touch(thread);
    },
    async settled() {
      await lookedOver;
      return lines.settled();
    },
    atWorkSince: () => (unavailable || atWork.size === 0 ? undefined : Math.min(...atWork.values())),
    async close() {
      unfollow();
      closing.abort();
      await lookedOver;
      await lines.close();
    },
  };
}

/** Noted while a call is under way: what it does not come back from, is told again. */
const UNKNOWN = "unknown";

interface Wanted {
  readonly session: "processing" | "suspended" | "active";
  readonly title: string;
  /** Slack's id of who began, when it was a person of Slack's. */
  readonly starter: string | undefined;
}

function sessionOf(transcript: Transcript): Wanted["session"] | undefined {
  if (!currentRun(transcript).running) return "active";
  if (isWaiting(transcript)) return "suspended";
  // A session is given its title when it begins: it begins with the task, and not a moment before.
  return messagesOfRun(transcript).length > 0 ? "processing" : undefined;
}

function want(transcript: Transcript): Wanted | undefined {
  const session = sessionOf(transcript);
  if (!session) return undefined;
  const run = currentRun(transcript);
  const task = messagesOfRun(transcript)[0]?.text;
  const starter = run.startedBy && /^[UW][A-Z0-9]+$/.test(run.startedBy.id) ? run.startedBy.id : undefined;
  return { session, title: safeLine(task ?? "", TITLE_CHARS_MAX), starter };
}

const lastAtMs = ({ events }: Transcript): number => Date.parse(events.at(-1)?.at ?? "");

const noteKey = (thread: string): string => `session/${thread}`;
