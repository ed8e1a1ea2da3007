import type { Clock } from "../../engine/clock.ts";
import type { Question } from "../../engine/events/talk-fold.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { forEachOf, lookOver, type Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import type { Languages } from "../language/whose-language.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { CARD_LINE_CHARS, REMINDER_AFTER_MS } from "../words/limits.ts";
import { placeOf, type Place } from "../words/place.ts";
import type { PostContext } from "../post/post-or-find.ts";
import { createReminderBook, hourOf, untilHourMs } from "./reminder-book.ts";
import { isPosted, type NoteStore, postNoted } from "../post/post-once.ts";
import type { Log, Web } from "../api/web-client.ts";

/** Threads with a question that is due within the hour; in one more than that nobody is reminded before the next start. */
const THREADS_MAX = 10_000;
/** Whose logs are read at once. */
const LOOKED_AT_ONCE_MAX = 100;
/** Hours ahead in which there is something. */
const HOURS_MAX = 10_000;
/** A timer waits no longer. */
const WAIT_MS_MAX = 86_400_000;
/** Where the log, or a note, could not be read. */
const RETRY_DELAY_MS = 60_000;
const TRIES_MAX = 5;
/** Between two looks whether a thread has been read back. */
const HEARD_LOOK_MS = 5_000;

/**
 * Who began a run and has not answered is reminded once, in a direct message and never in the channel: half-way to the end of the question,
 * or after some hours where it has none. In which hour that is stands in a book (reminder-book.ts), by which it is begun again at each start; a note says that it was done.
 */
export function createReminders(parts: {
  readonly runner: Pick<Runner, "follow" | "read">;
  readonly store: NoteStore & Pick<Store, "unfinished">;
  readonly web: Web;
  readonly pace: PostContext["pace"];
  readonly languages: Pick<Languages, "of">;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether all that was said in a thread has been heard: before anybody is reminded of a question that may be answered. */
  readonly heardAll: (thread: string) => boolean;
  /** Who has left is not told what goes on in a channel. */
  readonly mayStillRead: (user: string, channel: string) => Promise<boolean | undefined>;
  /** The workspace whose threads are looked after. */
  readonly team: string;
}): {
  /** Looks at threads in which something was recorded `since`, and from here on at those that are due; where nobody has begun the book, at all. */
  start(since?: Since): void;
  /** Resolves when each question that was known by the call is in the book, or done with. */
  settled(): Promise<void>;
  close(): Promise<void>;
} {
  const { runner, store, web, languages, clock, log, team, mayStillRead } = parts;
  const closing = new AbortController();
  const book = createReminderBook(store, team);
  /** Not looked at since they were poked last; `tried`: once that has failed, too. */
  const unlooked = new Map<string, Unlooked>();
  /** Looked at again while the hour in whose page they stand is not done with: that hour. */
  const open = new Map<string, number>();
  let lookedOver: Promise<void> = Promise.resolve();
  const waiting = createKeyedWorker({
    clock,
    begin: () => ({}),
    look: lookAt,
    onError: (thread, error) => log(`nobody could be reminded of a question in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
    keysMax: THREADS_MAX,
  });

  const pages = createKeyedWorker<Page>({
    clock,
    begin: () => ({ isRead: false }),
    look: (hour, { state }) => turnTo(Number(hour), state),
    onError: (_, error) => log("open questions could not be looked for yet", error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    keysMax: HOURS_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && item.type === "handoff.made" && item.to === "human") void look(thread);
  });

  /** Resolves when it has been looked at, or that has failed. */
  async function look(thread: string): Promise<void> {
    if (placeOf(thread)?.team !== team) return;
    const one: Unlooked = unlooked.get(thread) ?? { pokes: 0, tried: Promise.withResolvers(), looked: Promise.withResolvers() };
    one.pokes++;
    unlooked.set(thread, one);
    if (waiting.poke(thread)) await one.tried.promise;
  }

  async function lookAt(thread: string): Promise<Worked> {
    const one = unlooked.get(thread);
    const pokes = one?.pokes;
    try {
      const againMs = await remindIn(thread);
      if (againMs === undefined) open.delete(thread);
      if (one && one.pokes === pokes) {
        unlooked.delete(thread);
        one.looked.resolve();
      }
      return { kind: "done", ...(againMs === undefined ? {} : { againMs }) };
    } finally {
      one?.tried.resolve();
    }
  }

  /** Looks at what stands in the page of an hour when that has begun, once; when it is over, and nothing of it is looked at any more, it is done with. */
  async function turnTo(hour: number, page: Page): Promise<Worked> {
    const inMs = untilHourMs(hour, clock.now());
    if (inMs > 0) return { kind: "done", againMs: Math.min(inMs, WAIT_MS_MAX) };
    if (!page.isRead) {
      const threads = await book.threadsOf(hour);
      for (const thread of threads) if (!open.has(thread)) open.set(thread, hour);
      await forEachOf(threads, LOOKED_AT_ONCE_MAX, look);
      page.isRead = true;
    }
    const now = hourOf(clock.now());
    if (now <= hour || [...open.values()].includes(hour)) return { kind: "done", againMs: untilHourMs(now + 1, clock.now()) };
    await book.done(hour);
    return { kind: "done" };
  }

  /** Reminds of what is due in a thread. When to look again, in ms, where that is within the hour. */
  async function remindIn(thread: string): Promise<number | undefined> {
    const place = placeOf(thread);
    if (!place) return undefined;
    const transcript = await runner.read(thread);
    let againMs = Infinity;
    for (const question of currentRun(transcript).questions) {
      if (closing.signal.aborted || (await isPosted(store, keyOf(thread, question)))) continue;
      const askedMs = Date.parse(transcript.events[question.seq - 1]?.at ?? "");
      const { answerBy } = question;
      const atMs = answerBy === undefined ? askedMs + REMINDER_AFTER_MS : (askedMs + Date.parse(answerBy)) / 2;
      const lookMs = Math.max(atMs, clock.now());
      await book.enter(thread, lookMs);
      const hour = hourOf(lookMs);
      // Each page is turned to once, when its hour begins.
      if (!pages.stateOf(String(hour))) pages.poke(String(hour));
      if (hour > hourOf(clock.now())) continue;
      open.set(thread, Math.min(open.get(thread) ?? Infinity, hour));
      const inMs = atMs > clock.now() ? atMs - clock.now() : parts.heardAll(thread) ? 0 : HEARD_LOOK_MS;
      if (inMs > 0) againMs = Math.min(againMs, inMs);
      else if ((await remind(thread, place, question)) === "later") againMs = Math.min(againMs, HEARD_LOOK_MS);
    }
    return againMs === Infinity ? undefined : againMs;
  }

  async function remind(thread: string, place: Place, question: Question): Promise<"later" | undefined> {
    const { answerBy } = question;
    const transcript = await runner.read(thread);
    const user = currentRun(transcript).startedBy?.id ?? "";
    if (!isOpen(transcript, question) || !/^[UW][A-Z0-9]{2,20}$/.test(user)) return undefined;
    const mayRead = await mayStillRead(user, place.channel);
    if (mayRead !== true) return mayRead === undefined ? "later" : undefined;
    const link = await web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
    const t = await languages.of(user);
    const inThread = t("signs.text.inThread");
    const text = t("signs.text.waitsForAnswer", {
      agent: safeMrkdwn(question.agent),
      where: link?.permalink ? `<${link.permalink}|${inThread}>` : inThread,
      question: safeMrkdwn(safeLine(question.text, CARD_LINE_CHARS)),
      until: answerBy === undefined ? t("signs.text.untilAnswered") : t("signs.text.goesOn", { at: t.at(answerBy) }),
    });
    const key = keyOf(thread, question);
    const sent = await postNoted(parts, { key, id: key, channel: user, text }, { blind: "leave", signal: closing.signal });
    // Slack's no is final for a reminder: at the next start it would come late.
    if (sent.kind === "failed" && !closing.signal.aborted) await store.putNote(key, "refused");
    if (sent.kind !== "posted") log(`a reminder could not be sent (${sent.failure.code})`);
    return undefined;
  }

  async function lookThrough(since?: Since): Promise<void> {
    const hours = await book.hours();
    for (const hour of hours ?? []) pages.poke(String(hour));
    const threads = await store.unfinished(undefined, hours && (await since?.()));
    await forEachOf(threads, LOOKED_AT_ONCE_MAX, ({ thread }) => look(thread));
    if (hours || closing.signal.aborted) return;
    await Promise.all([...unlooked.values()].map(({ looked }) => looked.promise));
    await book.begun();
  }

  return {
    start(since) {
      const problem = (error: unknown) => log("open questions could not be looked for yet", error);
      lookedOver = lookOver(() => lookThrough(since), { clock, signal: closing.signal, problem });
    },
    async settled() {
      await lookedOver;
      await Promise.all([...unlooked.values()].map(({ looked }) => looked.promise));
    },
    async close() {
      unfollow();
      closing.abort();
      await Promise.all([waiting.close(), pages.close()]);
    },
  };
}

/** Of the book. */
interface Page {
  isRead: boolean;
}

/** A thread that was poked: so often, since it was looked at last. */
interface Unlooked {
  pokes: number;
  readonly tried: PromiseWithResolvers<void>;
  readonly looked: PromiseWithResolvers<void>;
}

const isOpen = (transcript: Transcript, question: Question): boolean =>
  currentRun(transcript).questions.some(({ seq }) => seq === question.seq);

const keyOf = (thread: string, { seq }: Question): string => `reminder/${thread}/${seq}`;
