import type { Clock } from "../../engine/clock.ts";
import type { Question } from "../../engine/reading/run-state.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import { timeOf } from "../words/blocks.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { CARD_LINE_CHARS, REMINDER_AFTER_MS } from "../words/limits.ts";
import { placeOf, type Place } from "../words/place.ts";
import type { Mouth } from "../post/post-or-find.ts";
import { isPosted, type NoteStore, postNoted } from "../post/post-once.ts";
import type { Log, Web } from "../api/web-client.ts";

/** Timers at once; a question more than that is not reminded of. */
const TIMERS_MAX = 1_000;
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
  readonly pace: Mouth["pace"];
  readonly clock: Clock;
  readonly log: Log;
  /** Whether all that was said in a thread has been heard: before anybody is reminded of a question that may be answered. */
  readonly heardAll: (thread: string) => boolean;
  /** Who has left is not told what goes on in a channel. */
  readonly mayStillRead: (user: string, channel: string) => Promise<boolean>;
  /** The workspace whose threads are looked after. */
  readonly team: string;
}): { start(): void; close(): Promise<void> } {
  const { runner, store, web, clock, log, team, mayStillRead } = parts;
  const closing = new AbortController();
  const waiting = new Map<string, Promise<void>>();

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && item.type === "handoff.made" && item.to === "human") look(thread);
  });

  function look(thread: string): void {
    void expect(thread).catch((error: unknown) => log(`questions in ${thread} could not be looked at`, error));
  }

  /** A timer for each question that is open. */
  async function expect(thread: string): Promise<void> {
    const place = placeOf(thread);
    if (place?.team !== team) return;
    const transcript = await runner.read(thread);
    for (const question of currentRun(transcript).questions) {
      const key = `reminder/${thread}/${question.seq}`;
      if (closing.signal.aborted || waiting.has(key) || waiting.size >= TIMERS_MAX) continue;
      const askedMs = Date.parse(transcript.events[question.seq - 1]?.at ?? "");
      const job = remindLater(key, { thread, place, question, askedMs })
        .catch((error: unknown) => log(`nobody could be reminded of a question in ${thread}`, error))
        .finally(() => waiting.delete(key));
      waiting.set(key, job);
    }
  }

  async function remindLater(
    key: string,
    about: { readonly thread: string; readonly place: Place; readonly question: Question; readonly askedMs: number },
  ): Promise<void> {
    const { thread, place, question, askedMs } = about;
    const { answerBy } = question;
    const atMs = answerBy === undefined ? askedMs + REMINDER_AFTER_MS : (askedMs + Date.parse(answerBy)) / 2;
    await clock.sleep(Math.max(0, atMs - clock.now()), closing.signal);
    while (!closing.signal.aborted && !(await isPosted(store, key)) && isOpen(await runner.read(thread), question)) {
      if (parts.heardAll(thread)) break;
      await clock.sleep(HEARD_LOOK_MS, closing.signal);
    }
    if (closing.signal.aborted || (await isPosted(store, key))) return;
    const transcript = await runner.read(thread);
    const user = currentRun(transcript).startedBy?.id ?? "";
    if (!isOpen(transcript, question) || !/^[UW][A-Z0-9]{2,20}$/.test(user)) return;
    if (!(await mayStillRead(user, place.channel))) return;
    const link = await web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
    const where = link?.permalink ? `<${link.permalink}|in its thread>` : "in its thread";
    const until = answerBy === undefined ? "It waits until somebody answers." : `Without an answer it goes on ${timeOf(answerBy)}.`;
    const text = `*${safeMrkdwn(question.agent)}* waits for an answer ${where}:\n>${safeMrkdwn(safeLine(question.text, CARD_LINE_CHARS))}\n${until}`;
    const reminder = { key, id: `reminder/${thread}/${question.seq}`, channel: user, text };
    const sent = await postNoted(parts, reminder, { blind: "leave", signal: closing.signal });
    // Slack's no is final for a reminder: at the next start it would come late.
    if (sent.kind === "failed" && !closing.signal.aborted) await store.putNote(key, "refused");
    if (sent.kind !== "posted") log(`a reminder could not be sent (${sent.failure.code})`);
  }

  return {
    start() {
      void store
        .unfinished()
        .then((threads) => threads.forEach(({ thread }) => look(thread)))
        .catch((error: unknown) => log("open questions could not be looked for", error));
    },
    async close() {
      unfollow();
      closing.abort();
      await Promise.all(waiting.values());
    },
  };
}

const isOpen = (transcript: Transcript, question: Question): boolean =>
  currentRun(transcript).questions.some(({ seq }) => seq === question.seq);
