import { once } from "node:events";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Runner } from "../../runner/runner.ts";
import { editNote } from "../../store/notes.ts";
import type { Store } from "../../store/store.ts";
import { failureOf } from "../api/api-errors.ts";
import { knownCode } from "../api/error-codes.ts";
import { codeIn } from "../language/code-words.ts";
import type { Languages } from "../language/whose-language.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { CLOSED_CHANNEL_DAYS_MAX } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import type { PostContext } from "./post-or-find.ts";
import { type NoteStore, postNoted } from "./post-once.ts";

const WAIT_MS_MAX = CLOSED_CHANNEL_DAYS_MAX * 24 * 3_600_000;
/**
 * Slack is asked, less and less often, whether a channel is open again: no event tells of it while nobody is connected, nor where the app's manifest
 * lacks the event.
 */
const LOOK_MS_MIN = 60_000;
const LOOK_MS_MAX = 6 * 3_600_000;
/**
 * People could not answer while the channel was closed, so questions that ran out meanwhile stay open for so long after it opens. Then the channel
 * counts as open for good.
 */
const JUST_OPENED_MS = 3_600_000;
/** In further channels the runs end at once. */
const CHANNELS_MAX = 1_000;

/** Slack's codes for a channel that may open again to the app; after any other refusal, the thread itself is gone. */
const MAY_REOPEN: ReadonlySet<string> = new Set(["channel_not_found", "not_in_channel", "is_archived"]);

/** Channels that are closed to the app, as when they are archived or it is removed from them: nothing is done or said there until they are open again. */
export interface ClosedChannels {
  /** Whether turns and posts in the thread wait. */
  has(thread: string): boolean;
  /** Whether its channel opened so recently that people have not had time to answer. */
  justOpened(thread: string): boolean;
  /** To be called when an event says that a channel was closed. False where it is not waited for: then its runs must end. */
  closed(channel: string, code: string): Promise<boolean>;
  /** To be called when Slack has refused a post in the thread. False as with {@link closed}. */
  refused(thread: string, code: string): Promise<boolean>;
  /** Asks Slack whether this channel is open again; without one, all that are closed. Never rejects. */
  look(channel?: string): Promise<void>;
  /** Asks now and then, until {@link rest}. One process does so for all; the others learn it from the store. */
  start(): void;
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Times in ms. */
const Entry = z.object({
  since: z.number(),
  /** When it opened again. */
  opened: z.number().optional(),
  /** It stayed closed for too long, and is not waited for any longer. */
  over: z.boolean().optional(),
});
type Entry = z.output<typeof Entry>;

/**
 * A run in a closed channel goes on when the channel opens again: its turn is given up as in a crash, its posts stay due, its questions and approvals
 * stay open. Which channels are closed, and since when, is a note in the store, so what one process finds out, the others know at once. After
 * {@link CLOSED_CHANNEL_DAYS_MAX} days the runs end.
 */
export async function createClosedChannels(
  parts: PostContext & {
    readonly store: NoteStore & Pick<Store, "unfinished" | "followNotes">;
    readonly runner: Pick<Runner, "read" | "stop" | "park" | "lookAgain">;
    readonly clock: Clock;
    readonly team: string;
    readonly languages: Pick<Languages, "ofRun">;
    /** Called when a channel is open again, or given up: its posts are due again, to be posted or refused. */
    readonly onSettled: () => void;
  },
): Promise<ClosedChannels> {
  const { web, store, runner, clock, log, team } = parts;
  const noteKey = `closed/${team}`;
  const entries = new Map<string, Entry>(Object.entries(readEntries(await store.note(noteKey))));
  /** When a channel is looked at next, in ms. */
  const nextLook = new Map<string, number>();
  const ending = new AbortController();
  let resting = new AbortController();
  /** Channels whose entry here is not written down yet, with how many writes are under way. */
  const unwritten = new Map<string, number>();
  let woken = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  let written: Promise<void> = Promise.resolve();
  let ever: Promise<void> = Promise.resolve();

  /** Writes this channel's entry into the note, and leaves those of the others as they stand there. */
  function write(channel: string): Promise<void> {
    unwritten.set(channel, (unwritten.get(channel) ?? 0) + 1);
    const put = async () => {
      try {
        await editNote(store, noteKey, (noted) => {
          const { [channel]: _, ...others } = readEntries(noted);
          const entry = entries.get(channel);
          return JSON.stringify(entry ? { ...others, [channel]: entry } : others);
        });
      } finally {
        const more = (unwritten.get(channel) ?? 1) - 1;
        if (more > 0) unwritten.set(channel, more);
        else unwritten.delete(channel);
      }
    };
    return (written = written.catch(() => undefined).then(put));
  }

  /** Takes over what other processes have found out. */
  async function readOn(): Promise<void> {
    const noted = readEntries(await store.note(noteKey));
    let isSettled = false;
    for (const channel of new Set([...entries.keys(), ...Object.keys(noted)])) {
      // What this process is about to write is newer.
      if (unwritten.has(channel) || isSame(entries.get(channel), noted[channel])) continue;
      const [before, entry] = [isClosed(channel), noted[channel]];
      if (entry) entries.set(channel, entry);
      else entries.delete(channel);
      isSettled ||= before && !isClosed(channel);
    }
    woken.abort();
    if (isSettled) parts.onSettled();
  }

  const unfollow = store.followNotes((key) => {
    if (key !== noteKey) return;
    written = written
      .catch(() => undefined)
      .then(readOn)
      .catch((error: unknown) => (ending.signal.aborted ? undefined : log("which channels are closed could not be read", error)));
  });
  const isClosed = (channel: string): boolean => {
    const entry = entries.get(channel);
    return entry !== undefined && entry.opened === undefined && !entry.over;
  };
  const channelOf = (thread: string): string => {
    const place = placeOf(thread);
    return place?.team === team ? place.channel : "";
  };

  async function threadsIn(channel: string): Promise<readonly string[]> {
    return (await store.unfinished()).flatMap(({ thread }) => (channelOf(thread) === channel ? [thread] : []));
  }

  async function closed(channel: string, code: string): Promise<boolean> {
    if (!MAY_REOPEN.has(code)) return false;
    const before = entries.get(channel);
    if (before?.over) return false;
    if (isClosed(channel)) return true;
    if (!before && entries.size >= CHANNELS_MAX) return false;
    const now = clock.now();
    // Closed again so soon means that it was never open: Slack may call a channel open, and yet refuse a post in it.
    const since = before?.opened !== undefined && now - before.opened < JUST_OPENED_MS ? before.since : now;
    entries.set(channel, { since });
    nextLook.set(channel, now + LOOK_MS_MIN);
    woken.abort();
    await runner.park((thread) => channelOf(thread) === channel);
    await write(channel);
    const { says } = knownCode(code);
    log(
      `channel ${channel} is closed to Parley (${code}): its runs and posts wait until it is open again, ${CLOSED_CHANNEL_DAYS_MAX} days at most; nothing is lost. ${says}`,
    );
    for (const thread of await threadsIn(channel)) await tell(thread, code);
    return true;
  }

  /** Tells whoever began the run, once for each run. */
  async function tell(thread: string, code: string): Promise<void> {
    const { startedBy, run, running, language } = currentRun(await runner.read(thread));
    if (!startedBy || run === undefined || !/^[UW][A-Z0-9]{2,20}$/.test(startedBy.id)) return;
    const t = await parts.languages.ofRun({ language });
    const closed = t("codes.text.closed", { channel: `<#${channelOf(thread)}>`, code: safeMrkdwn(code), says: codeIn(t, code) });
    const text = `${closed} ${t(running ? "codes.text.runWaits" : "codes.text.wordsWait", { count: CLOSED_CHANNEL_DAYS_MAX })}`;
    const told = { key: `closed/${run}`, id: `closed/${run}`, channel: startedBy.id, text };
    const posted = await postNoted(parts, told, { blind: "leave", signal: ending.signal });
    if (posted.kind !== "posted" && !ending.signal.aborted)
      log(`${startedBy.id} could not be told that a channel is closed (${posted.failure.code})`);
  }

  async function lookAt(channel: string): Promise<void> {
    const entry = entries.get(channel);
    if (!entry) return;
    const now = clock.now();
    if (entry.opened !== undefined) {
      if (now - entry.opened >= JUST_OPENED_MS) await drop(channel);
      else nextLook.set(channel, entry.opened + JUST_OPENED_MS);
      return;
    }
    nextLook.set(channel, now + Math.min(Math.max(now - entry.since, LOOK_MS_MIN), LOOK_MS_MAX));
    if (!(await parts.pace.reads("conversations.info").take(ending.signal))) return;
    const open = await isOpen(channel);
    if (ending.signal.aborted || entries.get(channel) !== entry) return;
    if (open) {
      if (entry.over) return drop(channel);
      entries.set(channel, { ...entry, opened: clock.now() });
      await write(channel);
      log(`channel ${channel} is open to Parley again: its runs go on`);
      for (const thread of await threadsIn(channel)) await runner.lookAgain(thread);
      parts.onSettled();
    } else if (now - entry.since >= WAIT_MS_MAX) {
      // A channel that was given up is forgotten after as long again.
      if (entry.over) return now - entry.since >= 2 * WAIT_MS_MAX ? drop(channel) : undefined;
      entries.set(channel, { ...entry, over: true });
      await write(channel);
      for (const thread of await threadsIn(channel)) await runner.stop(thread, { id: "slack", name: "Slack (the channel stayed closed)" });
      log(`channel ${channel} was closed to Parley for ${CLOSED_CHANNEL_DAYS_MAX} days: its runs were stopped`);
      parts.onSettled();
    }
  }

  async function drop(channel: string): Promise<void> {
    entries.delete(channel);
    nextLook.delete(channel);
    await write(channel);
  }

  async function isOpen(channel: string): Promise<boolean> {
    try {
      const { channel: found } = await web.read.conversations.info({ channel });
      return found !== undefined && found.is_archived !== true && (found.is_member === true || found.is_im === true);
    } catch (error) {
      // Where the app may not ask, it counts as open: the next post shows whether it is.
      return failureOf(error).kind === "unavailable";
    }
  }

  function look(channel?: string): Promise<void> {
    looking = looking.then(async () => {
      for (const one of channel === undefined ? [...entries.keys()] : [channel]) {
        if (ending.signal.aborted) return;
        await lookAt(one).catch((error: unknown) => {
          if (!ending.signal.aborted) log(`whether channel ${one} is open again could not be seen`, error);
        });
      }
      woken.abort();
    });
    return looking;
  }

  async function lookNowAndThen(resting: AbortSignal): Promise<void> {
    while (!resting.aborted) {
      woken = new AbortController();
      const either = AbortSignal.any([woken.signal, resting]);
      if (entries.size === 0) {
        // Nothing is closed: no timer runs until something is.
        await once(either, "abort");
        continue;
      }
      const nextMs = Math.min(...[...entries.keys()].map((channel) => nextLook.get(channel) ?? clock.now()));
      await clock.sleep(Math.max(nextMs - clock.now(), LOOK_MS_MIN / 2), either);
      // Not once this one is to rest: the process that leads next asks.
      for (const channel of entries.keys()) if (!resting.aborted && (nextLook.get(channel) ?? 0) <= clock.now()) await look(channel);
    }
  }

  return {
    has: (thread) => isClosed(channelOf(thread)),
    justOpened(thread) {
      const opened = entries.get(channelOf(thread))?.opened;
      return opened !== undefined && clock.now() - opened < JUST_OPENED_MS;
    },
    closed,
    async refused(thread, code) {
      if (!(await closed(channelOf(thread), code))) return false;
      await tell(thread, code);
      return true;
    },
    look,
    start() {
      resting = new AbortController();
      ever = lookNowAndThen(AbortSignal.any([resting.signal, ending.signal]));
    },
    async rest() {
      resting.abort();
      await ever;
    },
    async close() {
      unfollow();
      ending.abort();
      await Promise.all([looking, ever, written]);
    },
  };
}

const isSame = (one: Entry | undefined, other: Entry | undefined): boolean =>
  one?.since === other?.since && one?.opened === other?.opened && one?.over === other?.over;

/** None where the note cannot be parsed: then the next post shows what is closed. */
function readEntries(note: string | undefined): { readonly [channel: string]: Entry } {
  try {
    return z.record(z.string(), Entry).parse(JSON.parse(note ?? "{}"));
  } catch {
    return {};
  }
}
