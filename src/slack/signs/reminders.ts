import type { Clock } from "../../engine/clock.ts";
import type { Question } from "../../engine/events/talk-fold.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { lookOver } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import type { Languages } from "../language/whose-language.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { CARD_LINE_CHARS, REMINDER_AFTER_MS } from "../words/limits.ts";
import { placeOf, type Place } from "../words/place.ts";
import type { PostContext } from "../post/post-or-find.ts";
import { isPosted, type NoteStore, postNoted } from "../post/post-once.ts";
import type { Log, Web } from "../api/web-client.ts";

/** Threads whose questions are watched at once; in one more than that nobody is reminded. */
const THREADS_MAX = 1_000;
/** Where the log, or a note, could not be read. */
const RETRY_DELAY_MS = 60_000;
const TRIES_MAX = 5;
/** Between two looks whether a thread has been read back. */
const HEARD_LOOK_MS = 5_000;

/**
 * Who began a run and has not answered is reminded once, in a direct message and never in the channel: half-way to the end of the question,
 * or after some hours where it has none. Begun again at each start; a note says that it was done.
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
}): { start(): void; close(): Promise<void> } {
  const { runner, store, web, languages, clock, log, team, mayStillRead } = parts;
  const closing = new AbortController();
  const waiting = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: remindIn,
    onError: (thread, error) => log(`nobody could be reminded of a question in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
    keysMax: THREADS_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && item.type === "handoff.made" && item.to === "human") look(thread);
  });

  function look(thread: string): void {
    if (placeOf(thread)?.team === team) waiting.poke(thread);
  }

  /** Reminds of what is due in a thread, and looks again when the next question there is. */
  async function remindIn(thread: string): Promise<Worked> {
    const place = placeOf(thread);
    if (!place) return { kind: "done" };
    const transcript = await runner.read(thread);
    let againMs = Infinity;
    for (const question of currentRun(transcript).questions) {
      if (closing.signal.aborted || (await isPosted(store, keyOf(thread, question)))) continue;
      const askedMs = Date.parse(transcript.events[question.seq - 1]?.at ?? "");
      const { answerBy } = question;
      const atMs = answerBy === undefined ? askedMs + REMINDER_AFTER_MS : (askedMs + Date.parse(answerBy)) / 2;
      const inMs = atMs > clock.now() ? atMs - clock.now() : parts.heardAll(thread) ? 0 : HEARD_LOOK_MS;
      if (inMs > 0) againMs = Math.min(againMs, inMs);
      else if ((await remind(thread, place, question)) === "later") againMs = Math.min(againMs, HEARD_LOOK_MS);
    }
    return { kind: "done", ...(againMs === Infinity ? {} : { againMs }) };
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

  return {
    start() {
      const problem = (error: unknown) => log("open questions could not be looked for yet", error);
      const lookThrough = async () => (await store.unfinished()).forEach(({ thread }) => look(thread));
      void lookOver(lookThrough, { clock, signal: closing.signal, problem });
    },
    async close() {
      unfollow();
      closing.abort();
      await waiting.close();
    },
  };
}

const isOpen = (transcript: Transcript, question: Question): boolean =>
  currentRun(transcript).questions.some(({ seq }) => seq === question.seq);

const keyOf = (thread: string, { seq }: Question): string => `reminder/${thread}/${seq}`;
