import { SEARCH_RESULTS_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { permalinkOf } from "../state/message-json.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import { threadMessages, type Channel, type Json, type Message, type StoredFile, type User } from "../state/state.ts";
import { flagArg, pageOf, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import type { Method } from "./method.ts";

/** The real-time search. A bot's token searches public channels, in the name of whoever the action token is from. */
export const searchMethods: { readonly [name: string]: Method } = {
  "assistant.search.context": { perMinute: TIER.two, scopes: scopesOf, run: search },
  "assistant.search.info": { perMinute: TIER.two, scopes: () => ["search:read.public"], run: () => ({ is_ai_search_enabled: false }) },
};

const QUERY_CHARS_MAX = 2_000;

/** By what is asked for; the private kinds are open to people's own tokens alone, and so missing from any of the app's. */
function scopesOf(_: Local, args: Args): readonly string[] {
  const kinds: { readonly [type: string]: string } = { private_channel: "private", mpim: "mpim", im: "im" };
  const channels = listOf(args, "channel_types", "public_channel").map((type) => `search:read.${kinds[type] ?? "public"}`);
  const contents = listOf(args, "content_types", "messages").flatMap((type) =>
    type === "files" || type === "users" ? [`search:read.${type}`] : [],
  );
  return [...new Set([...channels, ...contents])];
}

function search(local: Local, args: Args): Json | Refusal {
  if (!local.state.switches.hasSearch) return refuse("feature_not_enabled");
  const query = textArg(args, "query").trim();
  if (query === "") return refuse("missing_query");
  if (query.length > QUERY_CHARS_MAX) return refuse("query_too_long");
  const asking = local.state.actionTokens.get(textArg(args, "action_token"));
  const user = asking && asking.expiresAtMs >= local.now() ? local.state.users.get(asking.user) : undefined;
  if (!user) return refuse("invalid_action_token");
  const limit = Math.min(Number(textArg(args, "limit")) || SEARCH_RESULTS_MAX, SEARCH_RESULTS_MAX);
  const wanted = listOf(args, "content_types", "messages");
  const hits = wanted.includes("messages") ? messageHits(local, user, args, query) : [];
  const page = pageOf(hits, args, limit);
  if (isRefusal(page)) return page;
  return {
    results: {
      messages: page.items.map((hit) => messageResult(local, hit, args)),
      ...(wanted.includes("files") ? { files: fileHits(local, user, query).map((hit) => fileResult(local, hit)) } : {}),
      ...(wanted.includes("channels") ? { channels: channelHits(local, user, query) } : {}),
    },
    response_metadata: { next_cursor: page.nextCursor },
  };
}

interface Hit {
  readonly channel: Channel;
  readonly message: Message;
  readonly score: number;
}

/** Public channels, and of those, for guests of the workspace, the ones that they are in. */
const mayLookInto = ({ state }: Local, channel: Channel, user: User): boolean =>
  (state.switches.searchesAll && channel.members.has(user.id)) ||
  (channel.kind === "channel" &&
    (channel.members.has(user.id) || !(user.isRestricted || user.isUltraRestricted || channel.isExternal || user.isStranger)));

function messageHits(local: Local, user: User, args: Args, query: string): Hit[] {
  const words = wordsOf(query);
  const [after, before] = [Number(textArg(args, "after") || 0), Number(textArg(args, "before") || Number.POSITIVE_INFINITY)];
  const withBots = textArg(args, "include_bots") === "" || flagArg(args, "include_bots");
  const hits = [...local.state.channels.values()]
    .filter((channel) => mayLookInto(local, channel, user))
    .flatMap((channel) => [...channel.messages.values()].map((message) => ({ channel, message, score: scoreOf(message.text, words) })))
    .filter(({ message, score }) => {
      const isHere = message.ephemeralTo === undefined && !message.isTombstone && !message.notice;
      const isBots = message.user === BOT_USER_ID || message.app !== undefined;
      return score > 0 && isHere && (withBots || !isBots) && Number(message.ts) > after && Number(message.ts) < before;
    });
  const sign = textArg(args, "sort_dir") === "asc" ? 1 : -1;
  const byTime = (a: Hit, b: Hit): number => Number(a.message.ts) - Number(b.message.ts);
  return hits.toSorted((a, b) => sign * (textArg(args, "sort") === "timestamp" ? byTime(a, b) : a.score - b.score || byTime(a, b)));
}

function messageResult(local: Local, { channel, message }: Hit, args: Args): Json {
  const around = flagArg(args, "include_context_messages") ? contextOf(channel, message) : undefined;
  const told = (one: Message): Json => ({ text: one.text, user_id: one.user, ts: one.ts });
  return {
    author_name: message.persona?.name ?? message.app?.name ?? local.state.users.get(message.user)?.realName ?? "",
    author_user_id: message.user,
    team_id: local.teamId,
    channel_id: channel.id,
    channel_name: channel.name,
    message_ts: message.ts,
    content: message.text,
    is_author_bot: message.user === BOT_USER_ID || message.app !== undefined,
    permalink: permalinkOf(local, message),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(flagArg(args, "include_message_blocks") ? { blocks: message.blocks ?? [] } : {}),
    ...(around ? { context_messages: { before: around.before.map(told), after: around.after.map(told) } } : {}),
  };
}

const CONTEXT_MESSAGES = 2;

function contextOf(channel: Channel, message: Message): { readonly before: readonly Message[]; readonly after: readonly Message[] } {
  const beside =
    message.threadTs === undefined
      ? [...channel.messages.values()].filter(({ threadTs, ephemeralTo }) => threadTs === undefined && ephemeralTo === undefined)
      : threadMessages(channel, message.threadTs);
  const at = beside.findIndex(({ ts }) => ts === message.ts);
  return { before: beside.slice(Math.max(0, at - CONTEXT_MESSAGES), at), after: beside.slice(at + 1, at + 1 + CONTEXT_MESSAGES) };
}

function fileHits(local: Local, user: User, query: string): StoredFile[] {
  const words = wordsOf(query);
  const shared = [...local.state.channels.values()]
    .filter((channel) => mayLookInto(local, channel, user))
    .flatMap((channel) => [...channel.messages.values()].flatMap(({ files }) => files));
  const found = shared.filter((file) => local.state.files.has(file.id) && scoreOf(`${file.name} ${file.title}`, words) > 0);
  return [...new Map(found.map((file) => [file.id, file])).values()].slice(0, SEARCH_RESULTS_MAX);
}

function fileResult(local: Local, file: StoredFile): Json {
  const dated = Math.trunc(file.createdAtMs / 1_000);
  return {
    uploader_user_id: file.user,
    author_user_id: file.user,
    author_name: local.state.users.get(file.user)?.realName ?? "",
    team_id: local.teamId,
    file_id: file.id,
    date_created: dated,
    date_updated: dated,
    title: file.title,
    file_type: file.name.split(".").at(-1) ?? "",
    permalink: `${local.baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`,
    content: "",
  };
}

function channelHits(local: Local, user: User, query: string): Json[] {
  const words = wordsOf(query);
  return [...local.state.channels.values()]
    .filter((channel) => mayLookInto(local, channel, user) && scoreOf(`${channel.name} ${channel.topic} ${channel.purpose}`, words) > 0)
    .map((channel) => ({
      team_id: local.teamId,
      creator_user_id: "U0ADA",
      creator_name: "Ada Okafor",
      date_created: 0,
      date_updated: 0,
      name: channel.name,
      topic: channel.topic,
      purpose: channel.purpose,
      permalink: `${local.baseUrl}/#${channel.id}`,
    }));
}

/** By how many of the query's words it holds: Slack's own order is its own. */
function scoreOf(text: string, words: readonly string[]): number {
  const has = new Set(wordsOf(text));
  return words.filter((word) => has.has(word)).length;
}

const SHORT_CHARS = 3;

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const long = words.filter((word) => word.length >= SHORT_CHARS);
  return [...new Set(long.length > 0 ? long : words)];
}

function listOf(args: Args, name: string, fallback: string): string[] {
  const given = args[name];
  const list = Array.isArray(given) ? given.map(String) : (textArg(args, name) || fallback).split(",");
  return list.map((type) => type.trim()).filter((type) => type !== "");
}
