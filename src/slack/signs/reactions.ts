import type { Clock } from "../../engine/clock.ts";
import { unreadBefore } from "../../engine/steering.ts";
import type { PersonMessage, RunEvent } from "../../engine/events/events.ts";
import { runLogAt } from "../../engine/reading/runs.ts";
import { isPersonMessage, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker } from "../../runner/keyed-worker.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Log } from "../api/web-client.ts";
import { oneTurnBefore } from "../render/log-reading.ts";
import type { Whisper } from "./ephemeral.ts";

/** On a message that waits to be read, and on a task that is being worked on. */
export const SEEN = "eyes";
export const READ = "white_check_mark";

/** How a task's mark says how its run ended. */
const ENDED: { readonly [outcome in Extract<RunEvent, { readonly type: "run.stopped" }>["outcome"]]: string } = {
  done: READ,
  limit: "hourglass",
  stopped: "octagonal_sign",
  failed: "warning",
};

/** Threads whose marks change at once; a sign that is left out is no harm. */
const THREADS_MAX = 10_000;
/** Where the log could not be read. */
const RETRY_DELAY_MS = 1_000;
const TRIES_MAX = 3;

/**
 * Keeps the reactions on people's messages true: 👀 while it waits, ✅ once the next speaker has read it, and on the task how its run ended;
 * where one answer was all, 👀 stays.
 * Read off the log as it grows; a courtesy that no turn waits for. Returns how to stop.
 */
export function createReactions(parts: {
  readonly runner: Pick<Runner, "follow" | "read" | "atHand">;
  readonly whisper: Pick<Whisper, "swap">;
  readonly clock: Clock;
  readonly log: Log;
}): { close(): Promise<void> } {
  const { runner, whisper, clock, log } = parts;
  const reactions = createKeyedWorker<RunEvent[]>({
    clock,
    begin: () => [],
    async look(thread, { state: events }) {
      const transcript = await runner.read(thread);
      for (const event of events.splice(0))
        for (const { message, to } of changes(transcript, event)) whisper.swap(message, { from: SEEN, to });
      return { kind: "done" };
    },
    onError: (thread, error) => log(`the reactions in ${thread} could not be changed`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
    keysMax: THREADS_MAX,
  });

  const unfollow = runner.follow((thread, item) => {
    if (!("seq" in item) || !MOVES.has(item.type)) return;
    const transcript = runner.atHand(thread);
    // Nearly every turn changes nothing about a mark.
    if (!transcript || changes(transcript, item).length > 0) reactions.poke(thread)?.push(item);
  });

  return {
    async close() {
      unfollow();
      await reactions.close();
    },
  };
}

const MOVES: ReadonlySet<string> = new Set(["speaker.selected", "tool.returned", "tool.failed", "code.ran", "run.stopped"]);

interface Change {
  readonly message: { readonly channel: string; readonly ts: string };
  /** Nothing: the mark goes. */
  readonly to: string | undefined;
}

/** What this event changes about the marks of a run. */
function changes(transcript: Transcript, event: RunEvent): readonly Change[] {
  const own = runLogAt(transcript, event.seq);
  const task = own.events.find(isPersonMessage);
  // An answer was read as it came, and has its mark.
  const unread = unreadBefore(own, event.seq).filter((one) => isPersonMessage(one) && !isOf(one, task) && !one.answers);
  const over = event.type === "run.stopped" ? event : undefined;
  // Right under it stands the answer, which tells the end: a second sign would say nothing more.
  const isAnswered = over !== undefined && oneTurnBefore(transcript, over) !== undefined;
  const ended = task && over && !isAnswered ? changed(task, ENDED[over.outcome]) : [];
  return [...unread.flatMap((one) => changed(one, over ? undefined : READ)), ...ended];
}

/** Whether it is the task, or its files that came behind its words: they are in one message. */
const isOf = (one: PersonMessage, task: PersonMessage | undefined): boolean =>
  one.id !== undefined && task?.id !== undefined ? one.id === task.id || one.id === `${task.id}:files` : one === task;

/** The id of a message that came from Slack says where it is. */
function changed(event: RunEvent, to: string | undefined): readonly Change[] {
  const [, channel, ts] = "id" in event && typeof event.id === "string" ? event.id.split(":") : [];
  return channel && ts && /^\d{1,12}\.\d{1,6}$/.test(ts) ? [{ message: { channel, ts }, to }] : [];
}
