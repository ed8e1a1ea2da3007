import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { runLogAt } from "../../engine/reading/runs.ts";
import { currentRun, isPersonMessage, type Transcript } from "../../engine/reading/transcript.ts";
import { unreadBefore } from "../../engine/steering.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { lookOver } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";
import { takeUpBlocks } from "../commands/take-up.ts";
import type { Languages } from "../language/whose-language.ts";
import { safeLine, safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { CARD_LINE_CHARS } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import type { Whisper } from "./ephemeral.ts";

const THREADS_MAX = 10_000;
const RETRY_DELAY_MS = 5_000;
const TRIES_MAX = 5;
/** Threads that are looked over at a start, and how long ago their run may have ended: an earlier process may have ended with it. */
const THREADS_AT_START_MAX = 50;
const ENDED_AGO_MS_MAX = 3_600_000;

/**
 * Words that came while the last turn, or the result, was being made were heard and are read by nobody: whoever wrote them is told so, alone and
 * once, and can have the conversation go on with them. Read off the log as it grows; a note says that it was done.
 */
export function createLateWords(parts: {
  readonly runner: Pick<Runner, "follow" | "read">;
  readonly store: Pick<Store, "recent" | "swapNote">;
  readonly whisper: Pick<Whisper, "tell">;
  readonly clock: Clock;
  readonly log: Log;
  readonly languages: Pick<Languages, "of">;
  /** The workspace whose threads are looked after. */
  readonly team: string;
}): { start(): void; close(): Promise<void> } {
  const { runner, store, whisper, languages, clock, log, team } = parts;
  const closing = new AbortController();
  const ended = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: tellIn,
    onError: (thread, error) => log(`nobody could be told whose words came too late in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
    keysMax: THREADS_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && item.type === "run.stopped" && placeOf(thread)?.team === team) ended.poke(thread);
  });

  async function tellIn(thread: string): Promise<Worked> {
    const transcript = await runner.read(thread);
    const place = placeOf(thread);
    const stop = transcript.events.findLast((event): event is Stopped => event.type === "run.stopped");
    if (!place || !stop || clock.now() - Date.parse(stop.at) > ENDED_AGO_MS_MAX) return { kind: "done" };
    for (const [user, late] of lateWords(transcript, stop)) {
      if (!(await store.swapNote(`late/${thread}/${stop.seq}/${user}`, undefined, "told"))) continue;
      const said = safeMrkdwn(safeLine(late.text, CARD_LINE_CHARS));
      const t = await languages.of(user);
      const plain = t("control.text.unreadAtEnd", { words: withoutMarks(said) });
      await whisper.tell({ user, channel: place.channel, threadTs: place.ts }, plain, {
        blocks: takeUpBlocks(t("control.text.unreadAtEndQuoted", { words: said }), {
          thread,
          ts: late.ts,
          after: stop.seq,
          options: [{ label: t("control.button.continue") }],
          no: t("control.button.leave"),
        }),
      });
    }
    return { kind: "done" };
  }

  return {
    start() {
      const problem = (error: unknown) => log("words that came too late could not be looked for yet", error);
      const lookThrough = async () => {
        for (const { thread } of await store.recent(THREADS_AT_START_MAX, team)) if (placeOf(thread)) ended.poke(thread);
      };
      void lookOver(lookThrough, { clock, signal: closing.signal, problem });
    },
    async close() {
      unfollow();
      closing.abort();
      await ended.close();
    },
  };
}

type Stopped = Extract<RunEvent, { readonly type: "run.stopped" }>;
interface Late {
  readonly ts: string;
  readonly text: string;
}

/** The newest unread words of each person, by Slack's id; not of whoever has ended the run, who knows. */
export function lateWords(transcript: Transcript, stop: Stopped): ReadonlyMap<string, Late> {
  // What was said since belongs to a run that goes on.
  if (currentRun(transcript).running) return new Map();
  const own = runLogAt(transcript, stop.seq);
  const unread = unreadBefore(own, stop.seq);
  const task = own.events.find(isPersonMessage);
  const endedBy = stop.reasons.flatMap((reason) => (reason.kind === "person" ? [reason.person.id] : []));
  const late = new Map<string, Late>();
  const takenBack = new Set(unread.flatMap((event) => (event.type === "message.deleted" ? [event.id] : [])));
  for (const event of unread.filter(isPersonMessage)) {
    if (event === task || event.id === undefined || event.answers || event.forgotten) continue;
    if (takenBack.has(event.id) || endedBy.includes(event.person.id)) continue;
    const [, , ts = ""] = event.id.split(":");
    if (/^[UW][A-Z0-9]{2,20}$/.test(event.person.id) && /^\d{1,12}\.\d{1,6}$/.test(ts)) late.set(event.person.id, { ts, text: event.text });
  }
  return late;
}
