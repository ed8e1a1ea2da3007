import { randomUUID } from "node:crypto";
import type { Clock } from "../../../engine/clock.ts";
import { editNote } from "../../../store/notes.ts";
import type { Store } from "../../../store/store.ts";
import type { Inbox } from "../inbox.ts";
import { failureOf } from "../../api/api-errors.ts";
import { mayBeHeard } from "../../words/envelope.ts";
import { speaksTo, type Carrier } from "../../words/message-words.ts";
import { patiently, UNHURRIED } from "../../api/retry-rate-limited.ts";
import type { Pace } from "../../post/pace.ts";
import { threadKey } from "../../words/place.ts";
import { isUnavailable, slackErrorCode, type Log, type Web } from "../../api/web-client.ts";
import { PASSES } from "./read-to.ts";

/** Conversations that are looked into, and pages of each and of each thread: far more than most bots are in and people write. */
const CONVERSATIONS_MAX = 2_000;
const PAGES_MAX = 50;
const PER_PAGE = 200;
/** What is older is no news: whoever asked has gone on. */
const LOOK_BACK_MS_MAX = 24 * 3_600_000;
/** A thread is found by its first message: one that was begun longer before the gap is not. */
const ROOTS_BACK_MS = 24 * 3_600_000;
/** Slack repeats an unheard event for about five minutes; a shorter gap needs no look. Also how far back behind the last word heard one looks. */
const SLACK_REPEATS_MS = 5 * 60_000;
/** Whoever has been listening for so long since a gap has had every repeat of what was said in it. */
export const SETTLED_MS = SLACK_REPEATS_MS + 60_000;
/** Ours and Slack's clocks may differ so far. */
const CLOCKS_DIFFER_MS = 3_600_000;
/** Between two notes of what was heard last: what is noted late is read twice, and heard once. */
const NOTED_EVERY_MS = 10_000;

/** Reads back mentions, and words in DMs, from while nobody was listening, where no run was going on. */
export interface Missed {
  /** A message with this ts has come in. */
  heard(ts: string): void;
  /** Slack has dropped what was said since then, and repeats none of it: it is looked for, however short a while ago it was. */
  dropped(sinceMs: number): Promise<void>;
  /** There was a gap: a look that is under way has to be made once more. */
  cutOff(): void;
  /** Whether all that was said in the gap is repeated by Slack, so that who listens for {@link SETTLED_MS} from now on hears it. */
  isRepeated(): Promise<boolean>;
  /**
   * Looks into the conversations that the bot is in, if it was away for long enough, or an earlier look has not come to its end. False when
   * something could not be read and should be tried again. Rejects as Slack and the store do.
   */
  read(stopping: AbortSignal): Promise<boolean>;
}

interface Conversation {
  readonly id: string;
  readonly direct: boolean;
}

/**
 * What was heard last is noted in Slack's own time. A gap begins there, and is over when one has listened without a break for as long as Slack repeats
 * what was said in it: of several short ones after each other, one repeat may have fallen into each. After a gap, each conversation is read from there on, newest first, and what speaks to the
 * bot goes through the same door as an event; the inbox and the log know each message by its place and time, so nothing is heard twice. From
 * when on is noted until all have been read, and of each conversation when it was: what one process does not get to, the next one reads first.
 */
export function createMissed(parts: {
  readonly web: Web;
  readonly store: Pick<Store, "note" | "putNote" | "swapNote" | "exclusively" | "unfinished">;
  readonly inbox: Pick<Inbox, "receive">;
  readonly me: { readonly team: string; readonly user: string };
  /** Ids of other bots whose words are heard. */
  readonly bots: ReadonlySet<string>;
  readonly reads: Pace["reads"];
  readonly clock: Clock;
  readonly log: Log;
}): Missed {
  const { web, store, inbox, me, clock, log } = parts;
  const noteKey = `heard/${me.team}`;
  const gapKey = `gap/${me.team}`;
  const owedKey = `missed/${me.team}`;
  const readKey = (channel: string): string => `missed/${me.team}/${channel}`;
  let newest = 0;
  let notedAtMs = -Infinity;
  let unavailable = false;
  /** Nothing has failed that may be read later. */
  let isWhole = true;
  let gaps = 0;

  function note(): void {
    if (clock.now() - notedAtMs < NOTED_EVERY_MS) return;
    notedAtMs = clock.now();
    // What others have heard later stays.
    void editNote(store, noteKey, (noted) => String(Math.max(Number(noted ?? "0"), newest))).catch((error: unknown) =>
      log("what was heard last could not be noted", error),
    );
  }

  /** Since when one may not have heard all, in Slack's time, noted until {@link SETTLED_MS} have gone by; `noted` is what stands there for this beginning alone. */
  const gapFrom = async (last: number): Promise<{ readonly since: number; readonly noted: string }> => noteGap(await beginningOf(last));

  async function beginningOf(last: number): Promise<number> {
    const before = Number(((await store.note(gapKey)) || "0").split(" ")[0]);
    return before > 0 ? Math.min(before, last) : last;
  }

  const isShort = (since: number, now: number): boolean => (now - since) * 1_000 < SLACK_REPEATS_MS;

  async function noteGap(since: number): Promise<{ readonly since: number; readonly noted: string }> {
    const noted = `${since.toFixed(6)} ${randomUUID()}`;
    await store.putNote(gapKey, noted);
    return { since, noted };
  }

  /** Unless there is another gap by then, here or where somebody else listens. */
  async function settleLater({ noted }: { readonly noted: string }, gapsBefore: number, stopping: AbortSignal): Promise<void> {
    await clock.sleep(SETTLED_MS, stopping);
    if (!stopping.aborted && gaps === gapsBefore) await store.swapNote(gapKey, noted, "");
  }

  /** One at a time in a workspace: who comes second finds out that nothing is left. */
  const read = (stopping: AbortSignal): Promise<boolean> => store.exclusively(owedKey, () => readAlone(stopping));

  async function readAlone(stopping: AbortSignal): Promise<boolean> {
    const noted = Number((await store.note(noteKey)) ?? "0");
    const last = Math.max(noted, newest);
    const now = clock.now() / 1_000;
    if (last === 0) {
      // The first start of all: nothing was missed, and from here on something may be.
      newest = now;
      note();
      return true;
    }
    const owedSince = Number((await store.note(owedKey)) || "0");
    const gapsBefore = gaps;
    const gap = await gapFrom(last);
    const settle = (of: { readonly noted: string }) =>
      void settleLater(of, gapsBefore, stopping).catch((error: unknown) => log("that all has been heard could not be noted", error));
    const isRepeated = isShort(gap.since, now);
    if (unavailable || (owedSince === 0 && isRepeated)) {
      settle(gap);
      return true;
    }
    const froms = [...(owedSince > 0 ? [owedSince] : []), ...(isRepeated ? [] : [gap.since - SLACK_REPEATS_MS / 1_000])];
    const since = Math.max(Math.min(...froms), now - LOOK_BACK_MS_MAX / 1_000);
    await store.putNote(owedKey, since.toFixed(6));
    // Threads in which a run goes on are read by themselves.
    const running = new Set((await store.unfinished()).map(({ thread }) => thread));
    isWhole = true;
    const all = await unreadFirst(await conversations(stopping));
    if (stopping.aborted) return false;
    for (const { readMs, ...conversation } of all) {
      const beganMs = clock.now();
      const from = Math.max(since, (readMs - CLOCKS_DIFFER_MS) / 1_000);
      const wasWhole: boolean = isWhole;
      isWhole = true;
      const roots = await readOne(conversation, from, stopping);
      for (const ts of roots) {
        const isOther = !running.has(threadKey({ team: me.team, channel: conversation.id, ts }));
        if (isOther && !stopping.aborted) await readThread({ channel: conversation.id, ts }, from, stopping);
      }
      if (stopping.aborted) return false;
      if (isWhole) await store.putNote(readKey(conversation.id), String(beganMs));
      isWhole &&= wasWhole;
    }
    if (!isWhole || gaps !== gapsBefore) return false;
    newest = Math.max(newest, now);
    // What was said while one read is yet to be repeated.
    settle(await noteGap(now));
    await store.putNote(owedKey, "");
    note();
    return true;
  }

  /** Those that an earlier look has read already go last: since then little can have been missed there. */
  async function unreadFirst(all: readonly Conversation[]): Promise<readonly (Conversation & { readonly readMs: number })[]> {
    const dated: (Conversation & { readonly readMs: number })[] = [];
    for (const conversation of all) dated.push({ ...conversation, readMs: Number((await store.note(readKey(conversation.id))) ?? "0") });
    return dated.toSorted((a, b) => a.readMs - b.readMs);
  }

  async function conversations(stopping: AbortSignal): Promise<readonly Conversation[]> {
    const all: Conversation[] = [];
    let cursor: string | undefined;
    try {
      do {
        const wanted = { types: "public_channel,private_channel,im,mpim", exclude_archived: true, limit: PER_PAGE };
        const page = cursor ? { ...wanted, cursor } : wanted;
        const found = await patiently(clock, () => web.read.users.conversations(page), { ...UNHURRIED, signal: stopping });
        all.push(...(found.channels ?? []).flatMap(({ id, is_im }) => (id ? [{ id, direct: is_im === true }] : [])));
        cursor = found.response_metadata?.next_cursor;
      } while (cursor && all.length < CONVERSATIONS_MAX && !stopping.aborted);
    } catch (error) {
      if (stopping.aborted) return [];
      const code = slackErrorCode(error);
      if (!isUnavailable(code)) throw error;
      unavailable = true;
      log(`mentions from while Parley is not connected cannot be read back: users.conversations is not available (${code})`);
      return [];
    }
    if (cursor && !stopping.aborted)
      log(`the bot is in more than ${CONVERSATIONS_MAX} conversations; what was missed is read back in so many`);
    // In a channel, many may wait for an answer; in a DM, one.
    return [...all.filter(({ direct }) => !direct), ...all.filter(({ direct }) => direct)].slice(0, CONVERSATIONS_MAX);
  }

  /** Resolves to the first messages of the threads in it that went on since. */
  async function readOne({ id: channel, direct }: Conversation, since: number, stopping: AbortSignal): Promise<readonly string[]> {
    const roots: string[] = [];
    const oldest = (since - ROOTS_BACK_MS / 1_000).toFixed(6);
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      if (!(await parts.reads("conversations.history").take(stopping))) return roots;
      const at = { channel, oldest, limit: PER_PAGE, ...(cursor ? { cursor } : {}) };
      const found = await patiently(clock, () => web.read.conversations.history(at), { ...UNHURRIED, signal: stopping }).catch(
        (error: unknown) => refused(channel, error),
      );
      for (const message of found?.messages ?? []) {
        if (message.ts && Number(message.latest_reply ?? 0) > since) roots.push(message.ts);
        if (Number(message.ts ?? 0) > since) await pass(channel, message, direct);
      }
      cursor = found?.response_metadata?.next_cursor;
      if (!cursor) return roots;
    }
    log(`more was written in ${channel} than is read back (${PAGES_MAX * PER_PAGE} messages); the oldest were not`);
    return roots;
  }

  /** A mention under a message that did not speak to the bot begins a run as well. */
  async function readThread({ channel, ts }: { readonly channel: string; readonly ts: string }, since: number, stopping: AbortSignal) {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      if (!(await parts.reads("conversations.replies").take(stopping))) return;
      const at = { channel, ts, oldest: since.toFixed(6), limit: PER_PAGE, ...(cursor ? { cursor } : {}) };
      const found = await patiently(clock, () => web.read.conversations.replies(at), { ...UNHURRIED, signal: stopping }).catch(
        (error: unknown) => refused(channel, error),
      );
      for (const message of found?.messages ?? []) if (message.ts !== ts) await pass(channel, message, channel.startsWith("D"));
      cursor = found?.response_metadata?.next_cursor;
      if (!cursor) return;
    }
  }

  async function pass(channel: string, message: Carrier, direct: boolean) {
    if (message.user === me.user || !mayBeHeard(message, parts.bots)) return;
    if (!direct && !speaksTo(message, me.user)) return;
    // Whether the channel is shared is not said here: as if it were, so that a guest's words do not pass for a member's.
    const event = { ...message, type: "message", channel };
    await inbox.receive({ type: "event_callback", team_id: me.team, is_ext_shared_channel: true, event });
  }

  function refused(channel: string, error: unknown): undefined {
    const { kind, code } = failureOf(error);
    if (PASSES.has(kind)) isWhole = false;
    log(`what was missed in ${channel} could not be read back${isWhole ? "" : " yet"}: ${code}`);
  }

  return {
    heard(ts) {
      newest = Math.max(newest, Number(ts));
      note();
    },
    async dropped(sinceMs) {
      gaps++;
      const since = sinceMs / 1_000;
      await editNote(store, owedKey, (owed) => (Number(owed || "0") > 0 ? String(Math.min(Number(owed), since)) : since.toFixed(6)));
    },
    cutOff: () => void gaps++,
    async isRepeated() {
      const [here, now] = [newest, clock.now() / 1_000];
      const last = Math.max(Number((await store.note(noteKey)) ?? "0"), here);
      return last > 0 && isShort(await beginningOf(last), now);
    },
    read,
  };
}
