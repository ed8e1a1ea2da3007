import { withinMs } from "../../../engine/clock.ts";
import { forEachOf, lookOver } from "../../../runner/look-over.ts";
import type { Runner } from "../../../runner/runner.ts";
import type { Store } from "../../../store/store.ts";
import type { Inbox } from "../inbox.ts";
import { RETRY_DELAY_MS, RETRY_DELAY_MS_MAX } from "../../words/limits.ts";
import { SETTLED_MS, type Missed } from "./missed-messages.ts";
import type { Pace } from "../../post/pace.ts";
import type { Dropped } from "../../words/envelope.ts";
import { placeOf } from "../../words/place.ts";
import { type Asked, atLatest, noteKey, owedIn, readTo } from "./read-to.ts";
import { createThreadReader, type ThreadReaderParts } from "./thread-reader.ts";

/** How many threads are read after a gap that Slack repeats by itself: so many are read in a minute, and by then it has repeated most. */
const OF_REPEATED_MAX = 40;
/** How many notes of when threads were read are read at once. */
const NOTES_AT_ONCE_MAX = 100;
/** A thread that was read less than so long ago counts as heard. */
const FRESH_MS = 60_000;
/** Threads of which the last reading is remembered; others are read again where it matters. */
const FRESH_MAX = 10_000;
const CLOCKS_APART_MS_MAX = 60_000; // The clocks of two processes over one store, which may be on two machines.
const DROPPED_MS = 65_000; // Slack tells of dropped events minute by minute; a little more, for the last of them.
const NOT_READ = "what was missed could not be read back";
/** A read may be tried for over a minute; what a stopping process does not read, the next one does. */
const STOP_TIMEOUT_MS = 2_000;

/** Reads what people wrote in threads with a run while no socket was open. */
export interface CatchUp {
  /** Reads every thread with a run, at Slack's pace; first those that have not been read for longest. */
  begin(): void;
  /**
   * After a gap of which Slack repeats the last minutes. As {@link CatchUp.begin}; but where Slack repeats all of the gap, only a few threads are read,
   * and only as long as the repeats may still be on their way.
   */
  afterGap(): void;
  /** Slack has dropped events of this minute, since there were too many. Reads now and once more when the minute is over, and tells the operator. */
  dropped(dropped: Pick<Dropped, "sinceMs">): void;
  /**
   * Whether everything that people have said in the thread has been heard; to be asked before anything is done because nobody has answered. After a
   * `false`, the thread is read before all others, and then the runner looks at it again.
   */
  heardAll(thread: string): boolean;
  /** Asks Slack for nothing more. Resolves when the call under way has ended, or has not in time. */
  stop(): Promise<void>;
}

/**
 * Slack repeats an event that nobody took for about five minutes, and no longer. So after every gap each thread with a run is read from where it was
 * read to, or from the run's task on, and what people wrote goes through the same door as an event. The inbox knows each message by its place and
 * time, so nothing is heard twice. How far each thread was read is noted page by page: after a crash, the next process goes on with the threads that
 * were not read yet. In a workspace that does not let the bot read, none is read.
 */
export function createCatchUp(
  parts: Omit<ThreadReaderParts, "store" | "runner" | "inbox"> & {
    readonly store: Store;
    readonly runner: Pick<Runner, "read" | "lookAgain">;
    readonly reads: Pace["reads"];
    readonly inbox: Pick<Inbox, "receive" | "dealtWith">;
    /** Reads what was missed where no run goes on. */
    readonly missed?: Pick<Missed, "read" | "cutOff" | "dropped" | "isRepeated">;
    readonly team: string;
  },
): CatchUp {
  const { store, runner, inbox, clock, log } = parts;
  const reads = parts.reads("conversations.replies");
  const owed = owedIn(parts.team, store);
  const stopping = new AbortController();
  const reader = createThreadReader({ ...parts, reads, stopping: stopping.signal });
  const underWay = new Set<Promise<void>>();
  /** Threads to be read before all others: something waits for their words. */
  const urgent = new Set<string>();
  /** The other threads to be read, in that order. */
  let others = new Map<string, Asked>();
  /** When the last reading of a thread began from which everything has been dealt with. */
  const freshSince = new Map<string, number>();
  /** The note of a gap that Slack does not repeat, once all of its threads are in line or have been read. */
  let owes: string | undefined;
  let isReading = false;
  let isLooking: Promise<void> | undefined;
  /** The end of the last minute of which Slack said that it drops events. */
  let droppedUntilMs = -Infinity;

  /** Does it, and again later where the store cannot be asked. */
  function keep(work: () => Promise<void>, what: string): void {
    const problem = (error: unknown) => log(what, error);
    const done = lookOver(work, { clock, signal: stopping.signal, problem }).finally(() => underWay.delete(done));
    underWay.add(done);
  }

  /** Puts threads in line: first those not read for longest; of those never read, the ones with the oldest run. */
  async function queueAll(isRepeated: Promise<boolean> | undefined): Promise<void> {
    const askedMs = clock.now();
    // What Slack repeats arrives by itself, so only the most recent threads are read. After any other gap all are, by whichever process.
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
    // Only now that they are in line: a reader that is at work on urgent threads may find the line empty before, and would note the gap as read.
    owes = noted ?? owes;
    keep(readQueued, NOT_READ);
  }

  const readMsOf = async (thread: string): Promise<number> => readTo(await store.note(noteKey(thread)))?.ms ?? 0;

  async function longestUnread(threads: ReadonlySet<string>): Promise<string | undefined> {
    let longest: { readonly thread: string; readonly readMs: number } | undefined;
    for (const thread of threads) {
      const readMs = await readMsOf(thread);
      if (!longest || readMs < longest.readMs) longest = { thread, readMs };
      // None has been read less.
      if (readMs === 0) break;
    }
    return longest?.thread;
  }

  async function readQueued(): Promise<void> {
    if (isReading) return;
    isReading = true;
    let delayMs = RETRY_DELAY_MS;
    try {
      while (!stopping.signal.aborted && !reader.isUnavailable()) {
        const thread = (await longestUnread(urgent)) ?? others.keys().next().value;
        if (thread === undefined) {
          if (owes === undefined) return;
          const noted = owes;
          owes = undefined;
          await owed.end(noted);
          continue;
        }
        const asked = others.get(thread);
        // Slack has repeated it by now; or another process, which was cut off as well, has read it since.
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
          .exclusively(noteKey(thread), () => reader.read(thread))
          .catch((error: unknown) => {
            queueAgain(thread, wasUrgent, asked);
            throw error;
          });
        if (outcome === "again") {
          // Behind the others: a thread that cannot be read must not hold them up.
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

  /** Tries until everything has been read, or this is stopped. */
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

  /** A thread counts as heard once what was read in it has been dealt with. */
  async function settle(thread: string, { beganMs, wasUrgent }: { readonly beganMs: number; readonly wasUrgent: boolean }): Promise<void> {
    if (!(await inbox.dealtWith())) return;
    freshSince.delete(thread);
    freshSince.set(thread, beganMs);
    if (freshSince.size > FRESH_MAX) freshSince.delete(freshSince.keys().next().value ?? "");
    if (wasUrgent) await runner.lookAgain(thread);
  }

  function begin(isRepeated?: Promise<boolean>): void {
    if (stopping.signal.aborted) return;
    keep(() => queueAll(isRepeated), NOT_READ);
    parts.missed?.cutOff();
    const looking = (isLooking ??= lookForMissed().finally(() => (isLooking = undefined)));
    keep(() => looking, NOT_READ);
  }

  /** Reads everything again: what was read a moment ago may lack what was dropped since. */
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
      if (reader.isUnavailable()) return true;
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
