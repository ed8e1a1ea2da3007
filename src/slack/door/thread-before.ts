import type { Clock } from "../../engine/clock.ts";
import type { Beside, FileRef, ReadBefore, UnreadReason } from "../../engine/events/events.ts";
import { failureOf } from "../api/api-errors.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import type { Web } from "../api/web-client.ts";
import type { People } from "../people/people.ts";
import type { Pace } from "../post/pace.ts";
import { wholeCharacters } from "../words/escape.ts";
import { isPeoples, ThreadMessage } from "../words/event-payloads.ts";
import { readCarried, wordsIn, type MessageWords } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import { beforeWords, unreadWords } from "../words/read-before.ts";
import { attachedBeside, type Attachments } from "./attachments.ts";
import type { ChannelNameOf } from "./channel-names.ts";

/** What stood in a thread when the bot was asked into it. */
export interface Before {
  /** Oldest first, each with who said it and when; then what their files say. Empty where there was nothing. */
  readonly beside: Beside;
  readonly files: readonly FileRef[];
  /** How much was read; absent where there was nothing to read. */
  readonly told?: ReadBefore;
}

/** Reads the messages of a thread. Never rejects: what cannot be read is told, and the run goes on without it. */
export type ThreadBefore = (at: {
  readonly channel: string;
  /** Of the thread's first message. */
  readonly root: string;
  /** Messages from this one on are not read; all are where it is absent. */
  readonly until?: string;
  /** Those up to this one are known. */
  readonly since?: string;
  /** One that is read otherwise. */
  readonly except?: string;
}) => Promise<Before>;

/** Slack's longest page; an app that is distributed outside of the Marketplace is given 15 messages, once a minute. */
const PER_PAGE = 200;
/** Of longer threads the beginning is read, and the rest is said to be left out. */
const PAGES_MAX = 10;
/** Of all messages together: some four thousand words. */
const CHARS_MAX = 24_000;
/** Of one. */
const MESSAGE_CHARS_MAX = 4_000;
const MESSAGES_MAX = 200;
/** Of what their files say, together. */
const FILES_CHARS_MAX = 20_000;
/** Letters and digits; a thread in which less was said, such as "hm", says nothing. One such word among others is read: it may be an answer. */
const SAID_LETTERS_MIN = 3;

/**
 * The newest words count most: within the budget they are taken from the end, and what is older is left out, and said to be. Whoever may write in
 * a thread may read all of it, so nothing is shown here that its readers could not see.
 */
export function createThreadBefore(parts: {
  readonly web: Web;
  readonly people: Pick<People, "nameOf">;
  readonly channelNameOf: ChannelNameOf;
  readonly attachments: Attachments;
  readonly me: { readonly user: string; readonly bot: string };
  readonly reads: Pace["reads"];
  readonly clock: Clock;
}): ThreadBefore {
  const { web, people, me, clock } = parts;
  const naming = { bot: "", nameOf: (user: string) => people.nameOf(user), channelNameOf: parts.channelNameOf };

  async function page(at: { readonly channel: string; readonly ts: string; readonly oldest?: string; readonly cursor?: string }) {
    const bucket = parts.reads("conversations.replies");
    if (bucket.waitMs() > BRIEFLY.waitMsMax || !(await bucket.take(NEVER))) return { reason: BUSY };
    try {
      return await patiently(clock, () => web.read.conversations.replies({ ...at, limit: PER_PAGE }), BRIEFLY);
    } catch (error) {
      return { reason: whyNot(error) };
    }
  }

  /** Whoever speaks in it beside the bot itself, oldest first; `left`: how many more there are, for a reason. */
  async function messages({ channel, root, until, since, except }: Parameters<ThreadBefore>[0]): Promise<Found> {
    const found = new Map<string, ThreadMessage>();
    let cursor: string | undefined;
    let seen = 0;
    let all = 0;
    let reason: UnreadReason | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const read = await page({ channel, ts: root, ...(since ? { oldest: since } : {}), ...(cursor ? { cursor } : {}) });
      if ("reason" in read) {
        reason = read.reason;
        break;
      }
      for (const raw of read.messages ?? []) {
        const message = ThreadMessage.safeParse(raw).data;
        all = Math.max(all, raw.ts === root ? (raw.reply_count ?? 0) + 1 : 0);
        seen++;
        if (message && isSpoken(message) && isWanted(message.ts, { until, since, except })) found.set(message.ts, message);
      }
      cursor = read.response_metadata?.next_cursor || undefined;
      if (!cursor) return { messages: [...found.values()], left: 0, reason: undefined };
    }
    return { messages: [...found.values()], left: Math.max(1, all - seen), reason: reason ?? { kind: "long", read: seen } };
  }

  const isSpoken = (message: ThreadMessage): boolean =>
    message.hidden !== true &&
    message.user !== me.user &&
    message.bot_id !== me.bot &&
    (message.subtype === "bot_message" || isPeoples(message.subtype));

  async function asRead(message: ThreadMessage, words: MessageWords): Promise<Beside[number] | undefined> {
    const carried = (await readCarried(words, naming)).map(({ source, text }) => (source === undefined ? text : `${source}: ${text}`));
    const names = message.files?.map((file) => file.name ?? file.title ?? "a file") ?? [];
    const files = names.length === 0 ? "" : `(with ${names.join(", ").slice(0, 500)})`;
    const text = [await plainText(words.own, naming), ...carried, files].filter((one) => one !== "").join("\n");
    if (text === "") return undefined;
    const author = message.user && !message.bot_id ? await people.nameOf(message.user) : (message.bot_profile?.name ?? message.username ?? "an app"); // prettier-ignore
    const at = new Date(Number(message.ts) * 1_000).toISOString().slice(0, 16).replace("T", " ");
    const cut = text.length > MESSAGE_CHARS_MAX ? wholeCharacters(text, MESSAGE_CHARS_MAX) : text;
    const note = cut.length < text.length ? `\n(cut here: ${text.length - cut.length} more characters were not read)` : "";
    return { source: `${oneLine(author)}, ${at} UTC${EARLIER}`, text: cut + note };
  }

  return async (at) => {
    const found = await messages(at);
    const beside: Beside[number][] = [];
    const files: NonNullable<ThreadMessage["files"]>[number][] = [];
    let chars = 0;
    let read = 0;
    for (const message of found.messages.toReversed()) {
      if (read === MESSAGES_MAX || chars >= CHARS_MAX) break;
      const words = wordsIn(message);
      const one = await asRead(message, words);
      if (one && chars > 0 && chars + one.text.length > CHARS_MAX) break;
      read++;
      files.push(...(message.files ?? []), ...words.files);
      if (!one) continue;
      chars += one.text.length;
      beside.unshift(one);
    }
    const older = found.messages.length - read;
    const isNothing = files.length === 0 && lettersIn(beside.map(({ text }) => text).join("")) < SAID_LETTERS_MIN;
    if (older + found.left === 0 && isNothing) return { beside: [], files: [] };
    const attached = await parts.attachments({ files, charsMax: FILES_CHARS_MAX });
    const { left, reason = BUSY } = found;
    const told: ReadBefore = {
      messages: read,
      files: attached.files.length,
      ...(older > 0 ? { older } : {}),
      ...(left > 0 ? { unread: { messages: left, why: unreadWords(reason), reason } } : {}),
    };
    return { beside: [...beside, ...attachedBeside(attached), { text: `(${beforeWords(told)}.)` }], files: attached.files, told };
  };
}

/** What was read so, among what came along with a message. */
export const beforeIn = (beside: Beside = []): Beside =>
  beside.filter(({ source, text }) => source?.endsWith(EARLIER) === true || (source === undefined && text.startsWith("(Read ")));

/** Ends the source of what was read here. */
const EARLIER = ", earlier in this thread";

interface Found {
  readonly messages: readonly ThreadMessage[];
  readonly left: number;
  readonly reason: UnreadReason | undefined;
}

const lettersIn = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

const isWanted = (
  ts: string,
  { until, since, except }: { readonly until: string | undefined; readonly since: string | undefined; readonly except: string | undefined },
): boolean => ts !== except && (until === undefined || Number(ts) < Number(until)) && (since === undefined || Number(ts) > Number(since));

const BUSY: UnreadReason = { kind: "busy" };

function whyNot(error: unknown): UnreadReason {
  const { kind, code } = failureOf(error);
  if (kind === "limited") return BUSY;
  if (kind === "unavailable") return { kind: "barred" };
  if (code === "not_in_channel" || code === "channel_not_found") return { kind: "outside" };
  return kind === "ambiguous" ? { kind: "silent" } : { kind: "refused", code };
}

const NEVER = new AbortController().signal;
const oneLine = (text: string): string => text.replaceAll(/[\s[\]]+/g, " ").slice(0, 80);
