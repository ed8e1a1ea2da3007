import type { ChatPostMessageArguments, KnownBlock, MessageMetadata } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { failureOf, isUnsure, type CallFailure } from "../api/api-errors.ts";
import type { Pace } from "./pace.ts";
import { RECONCILE_PAGES_MAX, RECONCILE_READ_GAP_MS, RECONCILE_READS } from "../words/limits.ts";
import { outboxIdIn, ownMetadata } from "../words/metadata.ts";
import { isOwn, ownAccount } from "../api/own-account.ts";
import { whileOurs } from "../api/while-ours.ts";
import { patiently, UNHURRIED } from "../api/retry-rate-limited.ts";
import { findPosted } from "./find-posted.ts";
import type { Log, Web } from "../api/web-client.ts";

/** What it takes to post, and to look whether a post is there. */
export interface PostContext {
  readonly web: Web;
  readonly pace: Pick<Pace, "turn" | "reads">;
  readonly clock: Clock;
  readonly log: Log;
}

/** A message beside the outbox's: the app's own, or a person's words that came another way. */
export interface Message {
  /** In its metadata, to find it by; no other message of the place has it. As `kind/…`, unlike any of the outbox. */
  readonly id: string;
  /** A channel, or a person: then their conversation with the app. */
  readonly channel: string;
  /** A message of its own when absent. */
  readonly threadTs?: string;
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
  /** The channel sees it too. */
  readonly broadcast?: boolean;
  /** In place of the plain one that carries the id; it carries it too. */
  readonly metadata?: MessageMetadata;
}

export type Posted =
  | { readonly kind: "posted"; readonly ts: string }
  /** It is not there: Slack said no, or was asked again and again and the place was looked at each time. */
  | { readonly kind: "failed"; readonly failure: CallFailure }
  /** Nobody can tell whether it is there. */
  | { readonly kind: "unknown"; readonly failure: CallFailure };

export interface PostOptions {
  /** When an earlier try began, in ms: it may be there already. */
  readonly triedSince?: number | undefined;
  /** Where the place cannot be looked at: said again, and perhaps twice; or left, and perhaps not said. */
  readonly blind: "again" | "leave";
  readonly signal?: AbortSignal;
}

/** Of one message; what fails so often is told to whoever asked for it. */
const TRIES_MAX = 3;
/** Slack's pages of a channel, newest first. */
const HISTORY_PER_PAGE = 200;
/** Ours and Slack's clocks may differ; a message that is older than the try by more is not it. */
const CLOCKS_DIFFER_MS = 3_600_000;
const NEVER = new AbortController().signal;

/** Posts it, once: where an answer does not come, or is none, the place is looked at before it is posted again, and at last. Never rejects. */
export async function postLooking(ctx: PostContext, message: Message, { triedSince, blind, signal = NEVER }: PostOptions): Promise<Posted> {
  const since = triedSince ?? ctx.clock.now();
  let failure: CallFailure | undefined = triedSince === undefined ? undefined : { kind: "ambiguous", code: "cut_off" };
  for (let tries = 0; ; tries++) {
    if (failure) {
      const found = await find(ctx, message, since, signal);
      if (found.kind === "posted") return found;
      if (found.kind === "unknown") {
        ctx.log(`a message in ${message.channel} may be there twice, or not at all: it could not be looked up (${found.failure.code})`);
        if (blind === "leave") return { kind: "unknown", failure };
      }
      if (tries >= TRIES_MAX || signal.aborted) return { kind: "failed", failure };
    }
    const posted = await post(ctx, message, signal);
    if (posted.kind === "posted") return posted;
    ({ failure } = posted);
    if (!isUnsure(failure)) return posted;
  }
}

async function post(
  { web, pace, clock }: PostContext,
  message: Message,
  signal: AbortSignal,
): Promise<Posted & { kind: "posted" | "failed" }> {
  const { channel, threadTs, text, blocks, broadcast, id } = message;
  const metadata = message.metadata ?? ownMetadata(id, id.split("/")[0] ?? id);
  if (!(await pace.turn(channel, signal))) return { kind: "failed", failure: { kind: "refused", code: "stopped" } };
  try {
    const content = {
      channel,
      text,
      unfurl_links: false,
      unfurl_media: false,
      metadata,
      ...(blocks ? { blocks: [...blocks] } : {}),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      ...(broadcast ? { reply_broadcast: true } : {}),
    };
    // The SDK's type has a member for each way of posting, and none for one that is chosen here.
    const { ts } = await patiently(clock, () => whileOurs(signal, () => web.write.chat.postMessage(content as ChatPostMessageArguments)));
    return ts ? { kind: "posted", ts } : { kind: "failed", failure: { kind: "ambiguous", code: "no_ts" } };
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

type Found =
  | { readonly kind: "posted"; readonly ts: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly failure: CallFailure };

/** Looked for twice, for Slack may still be at work on a call whose answer was lost. */
async function find(ctx: PostContext, { channel, threadTs, id }: Message, since: number, signal: AbortSignal): Promise<Found> {
  const { web, pace, clock } = ctx;
  if (threadTs !== undefined) {
    const reading = { web: web.read, bucket: pace.reads("conversations.replies"), clock, signal, patience: UNHURRIED };
    const found = await findPosted({ channel, ts: threadTs }, id, threadTs, reading);
    if (found.kind === "unreadable") return { kind: "unknown", failure: found.failure };
    const ts = found.posted.get(id);
    return ts === undefined ? { kind: "absent" } : { kind: "posted", ts };
  }
  try {
    const at = await conversationOf(ctx, channel);
    for (let read = 1; ; read++) {
      const ts = await findRoot(ctx, { channel: at, id, since, signal });
      if (ts !== undefined) return { kind: "posted", ts };
      if (read === RECONCILE_READS || signal.aborted) return { kind: "absent" };
      await clock.sleep(RECONCILE_READ_GAP_MS, signal);
    }
  } catch (error) {
    return { kind: "unknown", failure: failureOf(error) };
  }
}

/** A person's conversation with the app; asking for it makes nothing that anybody sees. */
export async function conversationOf({ web, clock }: Pick<PostContext, "web" | "clock">, channel: string): Promise<string> {
  if (!/^[UW]/.test(channel)) return channel;
  const { channel: opened } = await patiently(clock, () => web.read.conversations.open({ users: channel }));
  if (!opened?.id) throw new Error("a conversation without an id");
  return opened.id;
}

async function findRoot(
  { web, pace, clock }: PostContext,
  looked: { readonly channel: string; readonly id: string; readonly since: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const { channel, id, since, signal } = looked;
  const own = await patiently(clock, () => ownAccount(web.read), { ...UNHURRIED, signal });
  let cursor: string | undefined;
  for (let pages = 0; pages < RECONCILE_PAGES_MAX; pages++) {
    if (!(await pace.reads("conversations.history").take(signal))) return undefined;
    const page = { channel, limit: HISTORY_PER_PAGE, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
    const read = () => web.read.conversations.history(page);
    const { messages = [], response_metadata: more } = await patiently(clock, read, { ...UNHURRIED, signal });
    for (const message of messages.filter((one) => outboxIdIn(one) === id))
      if (message.ts && (await patiently(clock, () => isOwn(web.read, message, own), { ...UNHURRIED, signal }))) return message.ts;
    cursor = more?.next_cursor;
    if (!cursor || Number(messages.at(-1)?.ts ?? 0) * 1_000 < since - CLOCKS_DIFFER_MS) return undefined;
  }
  return undefined;
}
