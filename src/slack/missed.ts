import type { Clock } from "../engine/clock.ts";
import type { Store } from "../store/store.ts";
import type { Inbox } from "./inbox.ts";
import { mentions } from "./mrkdwn.ts";
import type { Bucket } from "./pacer.ts";
import { isUnavailable, slackErrorCode, type Log, type Web } from "./web.ts";

/** Conversations that are looked into, pages of each, and threads in all: some minutes of what Slack's tiers allow. */
const CONVERSATIONS_MAX = 100;
const PAGES_MAX = 3;
const THREADS_MAX = 20;
const PER_PAGE = 200;
/** What is older is no news: whoever asked has gone on. */
const LOOK_BACK_MS_MAX = 24 * 3_600_000;
/** Slack repeats an unheard event for about five minutes; a shorter gap needs no look. Also how far back behind the last word heard one looks. */
const SLACK_REPEATS_MS = 5 * 60_000;
/** Between two notes of what was heard last: what is noted late is read twice, and heard once. */
const NOTED_EVERY_MS = 10_000;

/** Reads back mentions, and words in DMs, from while nobody was listening, where no run was going on. */
export interface Missed {
  /** A message with this ts has come in. */
  heard(ts: string): void;
  /** Looks into the conversations that the bot is in, if it was away for long enough. Rejects as Slack and the store do. */
  read(stopping: AbortSignal): Promise<void>;
}

/**
 * What was heard last is noted in Slack's own time. After a gap, each conversation is read from there on, newest first, and what speaks to the
 * bot goes through the same door as an event; the inbox and the log know each message by its place and time, so nothing is heard twice.
 */
export function createMissed(parts: {
  readonly web: Web;
  readonly store: Pick<Store, "note" | "putNote">;
  readonly inbox: Pick<Inbox, "receive" | "wake">;
  readonly me: { readonly team: string; readonly user: string };
  readonly reads: Bucket;
  readonly clock: Clock;
  readonly log: Log;
}): Missed {
  const { web, store, inbox, me, clock, log } = parts;
  const noteKey = `heard/${me.team}`;
  let newest = 0;
  let notedAtMs = -Infinity;
  let unavailable = false;

  function note(): void {
    if (clock.now() - notedAtMs < NOTED_EVERY_MS) return;
    notedAtMs = clock.now();
    void store.putNote(noteKey, String(newest)).catch((error: unknown) => log("what was heard last could not be noted", error));
  }

  async function read(stopping: AbortSignal): Promise<void> {
    const noted = Number((await store.note(noteKey)) ?? "0");
    const last = Math.max(noted, newest);
    const now = clock.now() / 1_000;
    if (last === 0) {
      // The first start of all: nothing was missed, and from here on something may be.
      newest = now;
      return note();
    }
    if (unavailable || (now - last) * 1_000 < SLACK_REPEATS_MS) return;
    const oldest = Math.max(last - SLACK_REPEATS_MS / 1_000, now - LOOK_BACK_MS_MAX / 1_000);
    const threads: { readonly channel: string; readonly ts: string }[] = [];
    for (const conversation of await conversations()) {
      if (stopping.aborted) return;
      threads.push(...(await readOne(conversation, oldest, stopping)));
    }
    for (const thread of threads.slice(0, THREADS_MAX)) if (!stopping.aborted) await readThread(thread, oldest, stopping);
    newest = Math.max(newest, now);
    note();
  }

  async function conversations(): Promise<readonly { readonly id: string; readonly direct: boolean }[]> {
    try {
      const found = await web.read.users.conversations({
        types: "public_channel,private_channel,im,mpim",
        exclude_archived: true,
        limit: PER_PAGE,
      });
      const all = (found.channels ?? []).flatMap(({ id, is_im }) => (id ? [{ id, direct: is_im === true }] : []));
      // In a channel, many may wait for an answer; in a DM, one.
      const sorted = [...all.filter(({ direct }) => !direct), ...all.filter(({ direct }) => direct)];
      if (sorted.length > CONVERSATIONS_MAX)
        log(`the bot is in ${sorted.length} conversations; what was missed is read back in ${CONVERSATIONS_MAX}`);
      return sorted.slice(0, CONVERSATIONS_MAX);
    } catch (error) {
      const code = slackErrorCode(error);
      if (!isUnavailable(code)) throw error;
      unavailable = true;
      log(`mentions from while Parley is not connected cannot be read back: users.conversations is not available (${code})`);
      return [];
    }
  }

  /** Resolves to the threads in it that went on since. */
  async function readOne(
    { id: channel, direct }: { readonly id: string; readonly direct: boolean },
    oldest: number,
    stopping: AbortSignal,
  ) {
    const threads: { channel: string; ts: string }[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      if (!(await parts.reads.take(stopping))) return threads;
      const more = cursor ? { cursor } : {};
      const found = await web.read.conversations
        .history({ channel, oldest: oldest.toFixed(6), limit: PER_PAGE, ...more })
        .catch((error: unknown) => refused(channel, error));
      for (const message of found?.messages ?? []) {
        if (message.ts && Number(message.latest_reply ?? 0) > oldest) threads.push({ channel, ts: message.ts });
        await pass(channel, message, direct);
      }
      cursor = found?.response_metadata?.next_cursor;
      if (!cursor) return threads;
    }
    return threads;
  }

  /** A mention under a message that did not speak to the bot begins a run as well. */
  async function readThread({ channel, ts }: { readonly channel: string; readonly ts: string }, oldest: number, stopping: AbortSignal) {
    if (!(await parts.reads.take(stopping))) return;
    const found = await web.read.conversations
      .replies({ channel, ts, oldest: oldest.toFixed(6), limit: PER_PAGE })
      .catch((error: unknown) => refused(channel, error));
    for (const message of found?.messages ?? []) if (message.ts !== ts) await pass(channel, message, channel.startsWith("D"));
  }

  async function pass(
    channel: string,
    message: { readonly user?: string; readonly bot_id?: string; readonly text?: string },
    direct: boolean,
  ) {
    if (!message.user || message.bot_id || message.user === me.user) return;
    if (!direct && !mentions(message.text ?? "", me.user)) return;
    // Whether the channel is shared is not said here: as if it were, so that a guest's words do not pass for a member's.
    const event = { ...message, type: "message", channel };
    await inbox.receive({ type: "event_callback", team_id: me.team, is_ext_shared_channel: true, event });
    inbox.wake();
  }

  function refused(channel: string, error: unknown): undefined {
    const code = slackErrorCode(error);
    log(`what was missed in ${channel} could not be read back${code ? `: ${code}` : ""}`, code ? undefined : error);
  }

  return {
    heard(ts) {
      newest = Math.max(newest, Number(ts));
      note();
    },
    read,
  };
}
