import { withinMs, type Clock } from "../../engine/clock.ts";
import { currentRun, messagesOfRun } from "../../engine/reading/transcript.ts";
import { forEachOf, lookOver } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import { failureOf } from "../api/api-errors.ts";
import type { Inbox } from "./inbox.ts";
import { RETRY_DELAY_MS, RETRY_DELAY_MS_MAX } from "../words/limits.ts";
import { SETTLED_MS, type Missed } from "./missed-messages.ts";
import { patiently, UNHURRIED } from "../api/retry-rate-limited.ts";
import type { Pace } from "../post/pace.ts";
import { mayBeHeard, type Dropped } from "../words/envelope.ts";
import { placeOf, type Place } from "../words/place.ts";
import { type Asked, atLatest, beginningOf, noteKey, owedIn, PASSES, readTo } from "./read-to.ts";
import { isUnavailable, type Log, type Web } from "../api/web-client.ts";

const REPLIES_PER_PAGE = 200; // Slack's longest.
const PAGES_PER_VISIT = 10; // Of one thread, before others have their turn.
/** Of a gap that Slack repeats: what is read in a minute, which is when most of it has been repeated. */
const OF_REPEATED_MAX = 40;
/** Read at once of when threads were read. */
const NOTES_AT_ONCE_MAX = 100;
/** What was read so short a while ago is not read again before something is acted on. */
const FRESH_MS = 60_000;
/** Threads of which it is known when they were read; those before are read again where it matters. */
const FRESH_MAX = 10_000;
const CLOCKS_APART_MS_MAX = 60_000; // Of two processes over one store, which may be on two machines.
const DROPPED_MS = 65_000; // Slack says so minute by minute; a little more, for the last of it.
const NOT_READ = "what was missed could not be read back";
/** A read is tried for over a minute; what a stopping process does not read, the next one does. */
const STOP_TIMEOUT_MS = 2_000;

/** Reads what people wrote while no socket was open. */
export interface CatchUp {
  /** Every thread with a run is read, at Slack's pace, those first that were not read for longest. */
  begin(): void;
  /** There was a gap of which Slack repeats the last minutes: as {@link CatchUp.begin}, but where it repeats all of it a few threads, and no longer than that takes. */
  afterGap(): void;
  /** Slack drops events of this minute, for there are too many: what is missing is read now, and once more when the minute is over; the operator is told. */
  dropped(dropped: Pick<Dropped, "sinceMs">): void;
  /**
   * Whether all that people have said in the thread by now has been heard. If not, it is read before all others, and the runner looks at it
   * again when it has been. To be asked before anything is done because nobody has answered.
   */
  heardAll(thread: string): boolean;
  /** Asks for nothing more; resolves when the call under way has ended, or has not in time. */
  stop(): Promise<void>;
}

/**
 * Slack repeats an unheard event for about five minutes, and no longer. Hence, after every gap, each thread with a run is read from where it
 * was read to, or from the run's task on, and what people wrote goes through the same door as an event; the inbox knows each message by its
 * place and time, so what was heard before is not heard again. How far each thread was read is noted page by page: a process that ends in
 * the middle is followed by one that goes on with those that were not read yet. A workspace that does not let the bot read goes without.
 */
export function createCatchUp(parts: {
  readonly store: Store;
  readonly runner: Pick<Runner, "read" | "lookAgain">;
  readonly web: Web;
  /** Of all reads in the workspace. */
  readonly reads: Pace["reads"];
  readonly inbox: Pick<Inbox, "receive" | "dealtWith">;
  /** Where no run goes on. */
  readonly missed?: Pick<Missed, "read" | "cutOff" | "dropped" | "isRepeated">;
  readonly team: string;
  /** The bot's own: what it says is no news. */
  readonly user: string;
  /** Ids of other bots whose words are heard. */
  readonly bots: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}): CatchUp {
  const { store, runner, web, inbox, clock, log } = parts;
  const reads = parts.reads("conversations.replies");
  const owed = owedIn(parts.team, store);
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  /** Threads that are to be read: those on which something hangs, and all others in the order in which they are read, each with when that was asked for and how long it matters. */
  const urgent = new Set<string>();
  let others = new Map<string, Asked>();
  /** When the last reading of a thread began, of which everything has been dealt with. */
  const freshSince = new Map<string, number>();
  /** As it is noted: there was a gap that Slack does not repeat; all of its threads are in line, or have been read. */
  let owes: string | undefined;
  let isReading = false;
  let unavailable = false;
  let isLooking: Promise<void> | undefined;
  /** The end of the last minute of which Slack said that it drops events. */
  let droppedUntilMs = -Infinity;

  /** Where the store cannot be asked it is done again later. */
  function keep(work: () => Promise<void>, what: string): void {
    const problem = (error: unknown) => log(what, error);
    const done = lookOver(work, { clock, signal: stopping.signal, problem }).finally(() => underWay.delete(done));
    underWay.add(done);
  }

  /** The longest unread first, and of those that were never read the ones that have waited longest. */
  async function queueAll(isRepeated: Promise<boolean> | undefined): Promise<void> {
    const askedMs = clock.now();
    // What Slack repeats is heard by itself: those are read in which people wrote last. Of any other gap all are, by whichever process.
    const isWhole = (await owed.is()) || !(await isRepeated);
    const [noted, untilMs] = isWhole ? [await owed.begin(), Infinity] : [undefined, askedMs + SETTLED_MS];
    const found: { readonly thread: string; readonly readMs: number }[] = [];
    const all = await store.unfinished(parts.team, undefined, isWhole ? undefined : OF_REPEATED_MAX);
    const own = all.filter(({ thread }) => placeOf(thread)?.team === parts.team).slice(isWhole ? 0 : -OF_REPEATED_MAX);
    await forEachOf(own, NOTES_AT_ONCE_MAX, async ({ thread }) => void found.push({ thread, readMs: await readMsOf(thread) }));
    others = new Map([
      ...others,
      ...found
        .toSorted((a, b) => a.readMs - b.readMs)
        .map(({ thread }) => [thread, atLatest(others.get(thread), { askedMs, untilMs })] as const),
    ]);
    // Not before: who reads what is urgent meanwhile comes to the end of the line.
    owes = noted ?? owes;
    keep(readQueued, NOT_READ);
  }

  const readMsOf = async (thread: string): Promise<number> => readTo(await store.note(noteKey(thread)))?.ms ?? 0;

  async function longestUnread(threads: ReadonlySet<string>): Promise<string | undefined> {
    let longest: { readonly thread: string; readonly readMs: number } | undefined;
    for (const thread of threads) {
      const readMs = await readMsOf(thread);
      if (!longest || readMs < longest.readMs) longest = { thread, readMs };
      // Nobody was read less.
      if (readMs === 0) break;
    }
    return longest?.thread;
  }

  async function readQueued(): Promise<void> {
    if (isReading) return;
    isReading = true;
    let delayMs = RETRY_DELAY_MS;
    try {
      while (!stopping.signal.aborted && !unavailable) {
        const thread = (await longestUnread(urgent)) ?? others.keys().next().value;
        if (thread === undefined) {
          if (owes === undefined) return;
          const noted = owes;
          owes = undefined;
          await owed.end(noted);
          continue;
        }
        const asked = others.get(thread);
        // Slack has repeated it, or another process, which was cut off as well, has been there since.
        if (
          asked &&
          !urgent.has(thread) &&
          (clock.now() > asked.untilMs || (await readMsOf(thread)) > asked.askedMs + CLOCKS_APART_MS_MAX)
        ) {
          others.delete(thread);
          continue;
        }
        if (!(await reads.take(stopping.signal))) return;
        const wasUrgent = urgent.delete(thread);
        others.delete(thread);
        const outcome = await store
          .exclusively(noteKey(thread), () => readThread(thread))
          .catch((error: unknown) => {
            queueAgain(thread, wasUrgent, asked);
            throw error;
          });
        if (outcome === "again") {
          // Behind the others: one thread that cannot be read holds up no other.
          queueAgain(thread, wasUrgent, asked);
          await clock.sleep(delayMs, stopping.signal);
          delayMs = Math.min(delayMs * 2, RETRY_DELAY_MS_MAX);
          continue;
        }
        delayMs = RETRY_DELAY_MS;
        if (outcome === "more") queueAgain(thread, wasUrgent, asked);
        else keep(() => settle(thread, { beganMs: outcome.beganMs, wasUrgent }), `${thread} could not be looked at again`);
      }
    } finally {
      isReading = false;
    }
  }

  function queueAgain(thread: string, isUrgent: boolean, asked: Asked = { askedMs: clock.now(), untilMs: Infinity }): void {
    if (isUrgent) urgent.add(thread);
    else others.set(thread, asked);
  }

  /** Until all has been read, or the end. */
  async function lookForMissed(): Promise<void> {
    while (parts.missed && !stopping.signal.aborted) {
      const isWhole = await parts.missed.read(stopping.signal).catch((error: unknown) => {
        log("what was missed could not be read back yet", error);
        return false;
      });
      if (isWhole) return;
      await clock.sleep(RETRY_DELAY_MS_MAX, stopping.signal);
    }
  }

  /** What was read is heard once it has been dealt with. */
  async function settle(thread: string, { beganMs, wasUrgent }: { readonly beganMs: number; readonly wasUrgent: boolean }): Promise<void> {
    if (!(await inbox.dealtWith())) return;
    freshSince.delete(thread);
    freshSince.set(thread, beganMs);
    if (freshSince.size > FRESH_MAX) freshSince.delete(freshSince.keys().next().value ?? "");
    if (wasUrgent) await runner.lookAgain(thread);
  }

  async function readThread(thread: string): Promise<{ readonly beganMs: number } | "more" | "again"> {
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
        if (page > 0 && !(await reads.take(stopping.signal))) return "again";
        const at = { channel: place.channel, ts: place.ts, oldest, limit: REPLIES_PER_PAGE, ...(cursor ? { cursor } : {}) };
        const read = () => web.read.conversations.replies(at);
        const replies = await patiently(clock, read, { ...UNHURRIED, signal: stopping.signal });
        if (stopping.signal.aborted) return "again";
        // Together, so that all of them are written down before the first is acted on: whoever goes on at it is to see those behind it too.
        const heard: Promise<void>[] = [];
        for (const message of replies.messages ?? []) {
          // The root comes with every page, and is the task or older than it.
          if (message.ts === place.ts || !message.ts) continue;
          if (Number(message.ts) > Number(last)) last = message.ts;
          if (message.user === parts.user || !mayBeHeard(message, parts.bots)) continue;
          // Whether the channel is shared is not said here: as if it were, so that a guest's words do not pass for a member's.
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
    if (stopping.signal.aborted) return "again";
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

  function begin(isRepeated?: Promise<boolean>): void {
    if (stopping.signal.aborted) return;
    keep(() => queueAll(isRepeated), NOT_READ);
    parts.missed?.cutOff();
    const looking = (isLooking ??= lookForMissed().finally(() => (isLooking = undefined)));
    keep(() => looking, NOT_READ);
  }

  /** What was read a moment ago may lack what was dropped since. */
  async function readDropped(sinceMs: number): Promise<void> {
    freshSince.clear();
    await parts.missed?.dropped(sinceMs);
    begin();
  }

  return {
    begin: () => begin(),
    afterGap: () => begin(parts.missed?.isRepeated().catch(() => false)),
    dropped({ sinceMs }) {
      const at = new Date(sinceMs).toISOString().slice(11, 16);
      log(`Slack drops events (app_rate_limited): the workspace has more than it delivers, 30,000 an hour; what was said since ${at} UTC is read back`); // prettier-ignore
      keep(() => readDropped(sinceMs), NOT_READ);
      const untilMs = Math.min(sinceMs + DROPPED_MS, clock.now() + DROPPED_MS);
      if (droppedUntilMs >= untilMs) return;
      droppedUntilMs = untilMs;
      const later = clock.sleep(Math.max(0, untilMs - clock.now()), stopping.signal);
      keep(() => later.then(() => (stopping.signal.aborted ? undefined : readDropped(sinceMs))), NOT_READ);
    },
    heardAll(thread) {
      if (unavailable) return true;
      const since = freshSince.get(thread);
      if (since !== undefined && clock.now() - since < FRESH_MS) return true;
      if (stopping.signal.aborted) return false;
      urgent.add(thread);
      keep(readQueued, NOT_READ);
      return false;
    },
    async stop() {
      stopping.abort();
      await withinMs(clock, STOP_TIMEOUT_MS, Promise.all(underWay));
    },
  };
}
