import type { MessageMetadata } from "@slack/web-api";
import { failureOf } from "./api-errors.ts";
import { INVITE, patiently, tellDirectly, type Desk } from "./desk.ts";
import { RECONCILE_PAGES_MAX, RECONCILE_READ_GAP_MS, RECONCILE_READS } from "./limits.ts";
import { ownMetadata, outboxIdIn } from "./metadata.ts";
import { findPosted } from "./reconcile.ts";

/** A person's words that came by another way than a message, to be posted in their name. */
interface Words {
  /** The same each time the same words are handled. */
  readonly key: string;
  readonly user: string;
  readonly channel: string;
  /** A message of its own when absent. */
  readonly threadTs?: string;
  readonly text: string;
}

/** Of one message: what fails so often without an answer is told to the person, who can try again. */
const TRIES_MAX = 3;
/** Slack's pages of a channel, newest first. */
const HISTORY_PER_PAGE = 200;
/** Ours and Slack's clocks may differ; a message that is older than the try by more is not it. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * A message of the app's own about what a person did elsewhere, posted once for its key. That it is being tried is noted before; so after a
 * crash, or an answer that was lost, it is looked for by its metadata, as the outbox does. Resolves to its ts; to nothing when it could not be
 * posted, which the person has been told.
 */
export async function postOnce(desk: Desk, words: Words): Promise<string | undefined> {
  const key = `slack/${words.key}`;
  const noted = await desk.store.note(key);
  if (noted !== undefined && !noted.startsWith(TRYING)) return noted;
  const since = noted === undefined ? desk.clock.now() : Number(noted.slice(TRYING.length));
  if (noted === undefined) await desk.store.putNote(key, `${TRYING}${since}`);
  let mayBeThere = noted !== undefined;
  let code = "";
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const ts = (mayBeThere ? await find(desk, words, since) : undefined) ?? (await post(desk, words));
    if (typeof ts === "string") {
      await desk.store.putNote(key, ts);
      return ts;
    }
    code = ts.code;
    mayBeThere = ts.kind === "ambiguous";
    if (!mayBeThere) break;
  }
  const isOutside = code === "not_in_channel" || code === "channel_not_found";
  const text = isOutside
    ? `<#${words.channel}>: ${INVITE}`
    : `I could not post your words in <#${words.channel}> (${code}). Try again, or mention me there.`;
  await tellDirectly(desk, words.user, text);
  if (!isOutside) desk.log(`a person's words could not be posted in ${words.channel} (${code})`);
  return undefined;
}

const TRYING = "trying ";
const NEVER = new AbortController().signal;

/** The ts, or why there is none. */
async function post(desk: Desk, words: Words): Promise<string | { readonly kind: string; readonly code: string }> {
  await desk.pace.post(words.channel).take(NEVER);
  await desk.pace.posts.take(NEVER);
  try {
    const { ts } = await patiently(desk, () =>
      desk.web.write.chat.postMessage({
        channel: words.channel,
        text: words.text,
        unfurl_links: false,
        unfurl_media: false,
        metadata: metadata(words),
        ...(words.threadTs === undefined ? {} : { thread_ts: words.threadTs }),
      }),
    );
    return ts ?? { kind: "ambiguous", code: "no_ts" };
  } catch (error) {
    return failureOf(error);
  }
}

const metadata = ({ key }: Words): MessageMetadata => ownMetadata(key, "words");

/** Looked for twice, for Slack may still be at work on a call whose answer was lost. */
async function find(desk: Desk, words: Words, since: number): Promise<string | undefined> {
  const { channel, threadTs, key } = words;
  const { clock } = desk;
  if (threadTs !== undefined) {
    const place = { team: desk.me.team, channel, ts: threadTs };
    const found = await findPosted(place, key, threadTs, { web: desk.web.read, bucket: desk.pace.reads, clock, signal: NEVER });
    return found.kind === "read" ? found.posted.get(key) : undefined;
  }
  for (let read = 1; ; read++) {
    const found = await findRoot(desk, words, since).catch((error: unknown): undefined => {
      desk.log(`a message in ${channel} may be there twice: it could not be looked up (${failureOf(error).code})`);
    });
    if (found !== undefined || read === RECONCILE_READS) return found;
    await clock.sleep(RECONCILE_READ_GAP_MS);
  }
}

async function findRoot(desk: Desk, { channel, key }: Words, since: number): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < RECONCILE_PAGES_MAX; page++) {
    await desk.pace.reads.take(NEVER);
    const { messages = [], response_metadata: more } = await desk.web.read.conversations.history({
      channel,
      limit: HISTORY_PER_PAGE,
      include_all_metadata: true,
      ...(cursor ? { cursor } : {}),
    });
    const found = messages.find((message) => outboxIdIn(message) === key);
    if (found?.ts) return found.ts;
    cursor = more?.next_cursor;
    if (!cursor || Number(messages.at(-1)?.ts ?? 0) * 1_000 < since - CLOCKS_DIFFER_MS) return undefined;
  }
  return undefined;
}
