import type { ConversationsInfoResponse } from "@slack/web-api";
import { z } from "zod";
import type { Beside, FileRef } from "../../engine/events/events.ts";
import type { Actor, Affiliation } from "../people/affiliation.ts";
import type { Clock } from "../../engine/clock.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import type { Pace, ReadMethod } from "../post/pace.ts";
import { plural } from "../words/blocks.ts";
import { SharedFile } from "../words/payload-parts.ts";
import { attachedBeside, type Attachments } from "./attachments.ts";
import type { Settings } from "../../store/settings.ts";
import { recordReading } from "../people/reading-records.ts";
import { wholeCharacters } from "../words/escape.ts";
import { markdownWords } from "../words/block-words.ts";
import { readCarried, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import type { ChannelNameOf } from "./channel-names.ts";
import type { People } from "../people/people.ts";
import { slackErrorCode, type Log, type Web } from "../api/web-client.ts";

/** What a text quotes by links to messages. */
export interface Quoted {
  /** What the agents read of them, beside the text and with their source; empty without any. */
  readonly beside: Beside;
  /** That were posted with them. */
  readonly files: readonly FileRef[];
  /** Links that could not be read: the bot or the person may not, or there is nothing. Which of these, nobody is told. */
  readonly unread: number;
}

/** Reads the messages that a person's text links to. Never rejects. Called twice with the same text, it gives the same as long as they stay. */
export type Quotes = (from: {
  readonly user: string;
  readonly affiliation: Affiliation;
  /** The message, once for the audit log. */
  readonly id: string;
  /** As Slack has it, in mrkdwn. */
  readonly text: string;
}) => Promise<Quoted>;

/** More links are not followed: each is some calls to Slack. */
const LINKS_MAX = 3;
/** Of each message: some six hundred words; and of what its files say. */
const QUOTE_CHARS_MAX = 4_000;
const QUOTED_FILES_CHARS_MAX = 12_000;

type Channel = NonNullable<ConversationsInfoResponse["channel"]>;

interface Message {
  readonly ts?: string;
  readonly user?: string;
  readonly bot_id?: string;
  readonly username?: string;
  readonly bot_profile?: { readonly name?: string };
  readonly text?: string;
  readonly blocks?: readonly { readonly type?: string; readonly text?: unknown }[];
  readonly attachments?: readonly unknown[];
  readonly files?: readonly unknown[];
}

/**
 * A link is a wish, and no right: a message is read where the bot is a member of its channel, and the person who links may see that channel
 * themself. What it says is others' words, and is kept apart from the person's own; links in it are not followed, and previews that Slack or apps attach to a message
 * are not read at all, for anybody can make one.
 */
export function createQuotes(parts: {
  readonly web: Web;
  readonly people: Pick<People, "nameOf" | "mayRead">;
  readonly channelNameOf: ChannelNameOf;
  readonly attachments: Attachments;
  /** `url`: of the workspace, as auth.test has it. */
  readonly me: { readonly team: string; readonly user: string; readonly url: string };
  readonly settings: Settings;
  readonly reads: Pace["reads"];
  readonly clock: Clock;
  readonly log: Log;
}): Quotes {
  const { web, people, me, log } = parts;

  async function read(link: Link, actor: Actor, id: string): Promise<Pick<Quoted, "beside" | "files"> | undefined> {
    try {
      const { channel } = await patiently(parts.clock, () => web.read.conversations.info({ channel: link.channel }), BRIEFLY);
      if (!channel || (channel.is_im !== true && channel.is_member !== true)) return undefined;
      if ((await people.mayRead(link.channel, actor)).kind !== "open") return undefined;
      const message = await messageAt(link);
      if (!message) return undefined;
      await recordReading(parts, actor, { deed: "quote", subject: `${link.channel} ${link.ts}`, id });
      return await quote(channel, message);
    } catch (error) {
      const code = slackErrorCode(error);
      if (!EXPECTED.has(code ?? "")) log(`a message quoted by link could not be read${code ? `: ${code}` : ""}`, code ? undefined : error);
      return undefined;
    }
  }

  async function messageAt({ channel, ts, threadTs }: Link): Promise<Message | undefined> {
    const at = { channel, oldest: ts, latest: ts, inclusive: true, limit: 2 };
    const inThread = threadTs !== undefined && threadTs !== ts;
    const method: ReadMethod = inThread ? "conversations.replies" : "conversations.history";
    const read = () => (inThread ? web.read.conversations.replies({ ...at, ts: threadTs }) : web.read.conversations.history(at));
    const bucket = parts.reads(method);
    if (bucket.waitMs() > BRIEFLY.waitMsMax || !(await bucket.take(NEVER))) return undefined;
    const found = await patiently(parts.clock, read, BRIEFLY);
    return (found.messages as readonly Message[] | undefined)?.find((message) => message.ts === ts);
  }

  async function quote(channel: Channel, message: Message): Promise<Pick<Quoted, "beside" | "files">> {
    const isApps = message.user === undefined || message.bot_id !== undefined;
    const author = isApps ? (message.bot_profile?.name ?? message.username ?? "an app") : await people.nameOf(message.user ?? "");
    const own = message.blocks?.flatMap((block) => (block.type === "markdown" ? [markdownWords({ ...block })] : [])) ?? [];
    const words = wordsIn(message);
    const naming = { bot: me.user, nameOf: (user: string) => people.nameOf(user), channelNameOf: parts.channelNameOf };
    const said = await plainText(own.length > 0 ? own.join("\n") : words.own, naming);
    const carried = (await readCarried(words, naming)).map((one) => (one.source === undefined ? one.text : `${one.source}: ${one.text}`));
    const text = [said, ...carried].filter((one) => one !== "").join("\n");
    const where = channel.name ? `#${channel.name}` : "a direct message";
    const at = new Date(Number(message.ts) * 1_000).toISOString().slice(0, 16).replace("T", " ");
    const shared = [...(z.array(SharedFile).safeParse(message.files).data ?? []), ...words.files];
    const attached = await parts.attachments({ files: shared, charsMax: QUOTED_FILES_CHARS_MAX });
    const cut = text.length > QUOTE_CHARS_MAX ? wholeCharacters(text, QUOTE_CHARS_MAX) : text;
    const note = cut.length < text.length ? `\n(cut here: ${text.length - cut.length} more characters were not read)` : "";
    const quoted = { source: `${oneLine(author)} in ${where}, ${at} UTC`, text: cut + note };
    return { beside: [...(quoted.text === "" ? [] : [quoted]), ...attachedBeside(attached)], files: attached.files };
  }

  return async ({ text, id, ...actor }) => {
    const links = linksIn(text, me.url).slice(0, LINKS_MAX);
    const quotes = await Promise.all(links.map((link) => read(link, actor, id)));
    const found = quotes.filter((one) => one !== undefined);
    const unread = quotes.length - found.length;
    const missed = unread > 0 ? [{ text: `(${plural(unread, "message")} quoted by link could not be read.)` }] : [];
    return { beside: [...found.flatMap(({ beside }) => beside), ...missed], files: found.flatMap(({ files }) => files), unread };
  };
}

const NEVER = new AbortController().signal;
const oneLine = (text: string): string => text.replaceAll(/[\s[\]]+/g, " ").slice(0, 80);

/** The bot is not there, or nothing is. */
const EXPECTED: ReadonlySet<string> = new Set([
  "channel_not_found",
  "not_in_channel",
  "thread_not_found",
  "message_not_found",
  "missing_scope",
]);

interface Link {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
}

/**
 * Links to messages of this workspace, each once, in their order. Without its address any workspace's: an id of a channel is in one alone, and
 * the token reads no other's.
 */
export function linksIn(mrkdwn: string, workspace: string): readonly Link[] {
  const own = URL.parse(workspace)?.host;
  const links = new Map<string, Link>();
  for (const [, address = ""] of mrkdwn.matchAll(/<(https?:\/\/[^<>|\s]{1,2000})(?:\|[^<>]{0,2000})?>/g)) {
    const url = URL.parse(address.replaceAll("&amp;", "&"));
    const path = /^\/archives\/([CDG][A-Z0-9]{2,30})\/p(\d{10})(\d{6})\/?$/.exec(url?.pathname ?? "");
    const isOwn = url?.host === own || url?.host.endsWith(own === undefined ? ".slack.com" : ".enterprise.slack.com");
    if (!url || !path || !isOwn) continue;
    const [, channel = "", seconds = "", micros = ""] = path;
    const threadTs = url.searchParams.get("thread_ts") ?? "";
    const ts = `${seconds}.${micros}`;
    links.set(`${channel}/${ts}`, { channel, ts, threadTs: /^\d{10}\.\d{6}$/.test(threadTs) ? threadTs : undefined });
  }
  return [...links.values()];
}
