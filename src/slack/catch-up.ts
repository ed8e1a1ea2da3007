import type { Clock } from "../engine/clock.ts";
import { currentRun, messagesOfRun } from "../engine/transcript.ts";
import type { Runner } from "../runner.ts";
import type { Store } from "../store/store.ts";
import type { Missed } from "./missed.ts";
import type { Inbox } from "./inbox.ts";
import { placeOf, type Place } from "./place.ts";
import { isUnavailable, slackErrorCode, type Log, type Web } from "./web.ts";

/** Slack's longest page, and as many of them as a long run may fill. */
const REPLIES_PER_PAGE = 200;
const PAGES_MAX = 10;
/** conversations.replies takes some fifty calls a minute. */
const THREADS_MAX = 40;
/** A read is tried for over a minute; what a stopping process does not read, the next one does. */
const STOP_TIMEOUT_MS = 2_000;

/** Reads what people wrote while no socket was open. Calls while one is under way make it begin once more. */
export interface CatchUp {
  begin(): void;
  /** Asks for nothing more; resolves when the call under way has ended, or has not in time. */
  stop(): Promise<void>;
}

/**
 * Slack repeats an unheard event for about five minutes, and no longer. Hence, after every gap, each thread with a run is read from the
 * run's task on, and what people wrote goes through the same door as an event; the inbox knows each message by its place and time, so what
 * was heard before is not heard again. A workspace that does not let the bot read goes without.
 */
export function createCatchUp(parts: {
  readonly store: Store;
  readonly runner: Pick<Runner, "read">;
  readonly web: Web;
  readonly inbox: Inbox;
  /** Where no run goes on. */
  readonly missed?: Pick<Missed, "read">;
  readonly team: string;
  readonly clock: Clock;
  readonly log: Log;
}): CatchUp {
  const { store, runner, web, inbox, clock, log } = parts;
  const stopping = new AbortController();
  let underWay: Promise<void> | undefined;
  let again = false;
  let unavailable = false;

  async function readAll(): Promise<void> {
    const places = (await store.unfinished()).flatMap(({ thread }) => {
      const place = placeOf(thread);
      return place?.team === parts.team ? [{ thread, place }] : [];
    });
    if (places.length > THREADS_MAX) log(`${places.length} threads have a run; what was missed is read back in the ${THREADS_MAX} newest`);
    for (const { thread, place } of places.slice(-THREADS_MAX)) {
      if (unavailable || stopping.signal.aborted) return;
      await readThread(thread, place).catch((error: unknown) => failed(place, error));
    }
  }

  async function readThread(thread: string, place: Place): Promise<void> {
    const transcript = await runner.read(thread);
    if (!currentRun(transcript).running) return;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const replies = await web.read.conversations.replies({
        channel: place.channel,
        ts: place.ts,
        oldest: beginningOf(messagesOfRun(transcript)[0], place),
        limit: REPLIES_PER_PAGE,
        ...(cursor ? { cursor } : {}),
      });
      if (stopping.signal.aborted) return;
      for (const message of replies.messages ?? []) {
        // The root comes with every page, and is the task or older than it.
        if (message.ts === place.ts || message.bot_id || !message.user) continue;
        // Whether the channel is shared is not said here: as if it were, so that a guest's words do not pass for a member's.
        const event = { ...message, type: "message", channel: place.channel };
        await inbox.receive({ type: "event_callback", team_id: place.team, is_ext_shared_channel: true, event });
        inbox.wake();
      }
      cursor = replies.response_metadata?.next_cursor;
      if (!cursor) return;
    }
  }

  function failed(place: Place, error: unknown): void {
    if (stopping.signal.aborted) return;
    const code = slackErrorCode(error);
    if (isUnavailable(code)) {
      unavailable = true;
      log(`what is written while Parley is not connected cannot be read back: conversations.replies is not available (${code})`);
    } else {
      log(`what was missed in ${place.channel} could not be read back${code ? `: ${code}` : ""}`, code ? undefined : error);
    }
  }

  return {
    begin() {
      if (stopping.signal.aborted) return;
      again = true;
      underWay ??= (async () => {
        while (again && !stopping.signal.aborted) {
          again = false;
          await readAll()
            .then(() => parts.missed?.read(stopping.signal))
            .catch((error: unknown) => log("what was missed could not be read back", error));
        }
        underWay = undefined;
      })();
    },
    async stop() {
      stopping.abort();
      const ended = new AbortController();
      await Promise.race([underWay, clock.sleep(STOP_TIMEOUT_MS, ended.signal)]);
      ended.abort();
    },
  };
}

/** The ts of the run's task; the root's when the run began otherwise. */
function beginningOf(task: object | undefined, place: Place): string {
  const id = task && "id" in task && typeof task.id === "string" ? task.id.split(":") : [];
  const ts = id[1] === place.channel ? id[2] : undefined;
  return ts && /^\d{1,12}\.\d{6}$/.test(ts) ? ts : place.ts;
}
