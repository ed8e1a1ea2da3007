import { z } from "zod";
import type { Beside } from "../../engine/events/events.ts";
import { asObject, asObjects, asText, blockWords, escaped, isRichText, mentionInRichText } from "./block-words.ts";
import { wholeCharacters } from "./escape.ts";
import { mentionIn, plainText, type MentionKind, type Naming } from "./mrkdwn.ts";
import { SharedFile } from "./payload-parts.ts";

/** A message as an event, a shortcut or a read of the history has it. */
export interface Carrier {
  readonly text?: string | undefined;
  readonly user?: string | undefined;
  readonly bot_id?: string | undefined;
  readonly blocks?: readonly unknown[] | undefined;
  readonly attachments?: readonly unknown[] | undefined;
}

/** What a message says, wherever in it the words stand. */
export interface MessageWords {
  /** The author's own, in mrkdwn. */
  readonly own: string;
  /** What came along: what they forward, tables, an app's attachments. */
  readonly carried: readonly Carried[];
  /** Of what was forwarded. */
  readonly files: readonly SharedFile[];
}

interface Carried {
  readonly kind: "forwarded" | "table" | "attached";
  /** Who has said it first, as the attachment has it. */
  readonly author: { readonly id: string; readonly name: string };
  readonly channel: string;
  readonly ts: string;
  /** In mrkdwn. */
  readonly text: string;
}

/** More are not read, and that is said. */
const ATTACHMENTS_MAX = 20;
/** Of all that came along with one message. */
const CARRIED_CHARS_MAX = 24_000;
const NO_PREVIEW = "[no preview available]";

/**
 * A person's text is their rich text, written once more, and is read once; an app may have anything in either, and what stands in both is read
 * once. Previews of links are not read: nobody said them, and anybody can make one.
 */
export function wordsIn(message: Carrier): MessageWords {
  const attachments = asObjects(message.attachments).filter((one) => !isPreview(one));
  return {
    own: ownWords(message),
    carried: attachments.flatMap((one) => carriedWords(one)),
    files: attachments.flatMap((one) => (one["is_share"] === true ? (z.array(SharedFile).safeParse(one["files"]).data ?? []) : [])),
  };
}

/** What came along, as the agents read it: beside the words, each with its source. */
export async function readCarried({ carried }: Pick<MessageWords, "carried">, naming: Naming): Promise<Beside> {
  // Whoever is named there is named to others: no mention is an address.
  const reading = { ...naming, bot: "" };
  const read: Beside[number][] = [];
  let charsLeft = CARRIED_CHARS_MAX;
  for (const one of carried.slice(0, ATTACHMENTS_MAX)) {
    const text = await plainText(one.text, reading);
    const cut = text.length > charsLeft ? wholeCharacters(text, charsLeft) : text;
    charsLeft -= cut.length;
    const note = cut.length < text.length ? `\n(cut here: ${text.length - cut.length} more characters were not read)` : "";
    read.push({ source: await sourceOf(one, reading), text: cut + note });
  }
  const more = carried.length - read.length;
  return more > 0
    ? [...read, { text: `(${more} more that came along with the message were not read: at most ${ATTACHMENTS_MAX} are.)` }]
    : read;
}

/** Whether a message speaks to somebody: by its blocks where Slack gives them, else by its text; an app also by its attachments. */
export function speaksTo(message: Carrier & { readonly type?: string | undefined }, user: string): boolean {
  const kind = mentionOf(message, user);
  return kind === "spoken" || (message.type === "app_mention" && kind === "none");
}

function mentionOf(message: Carrier, user: string): MentionKind {
  const blocks = asObjects(message.blocks);
  const rich = strongest(blocks.filter(isRichText).map((block) => mentionInRichText(block, user)));
  const isApps = isOfApp(message);
  if (!isApps && rich !== "none") return rich;
  const others = [message.text ?? "", ...blocks.filter((block) => !isRichText(block)).map(blockWords)];
  const attached = isApps ? asObjects(message.attachments).flatMap((one) => (one["is_share"] === true ? [] : carriedWords(one))) : [];
  return strongest([rich, ...[...others, ...attached.map(({ text }) => text)].map((words) => mentionIn(words, user))]);
}

const strongest = (kinds: readonly MentionKind[]): MentionKind =>
  kinds.includes("spoken") ? "spoken" : kinds.includes("shown") ? "shown" : "none";

const isOfApp = ({ user, bot_id }: Carrier): boolean => user === undefined || bot_id !== undefined;

function ownWords(message: Carrier): string {
  const text = message.text ?? "";
  const blocks = asObjects(message.blocks);
  const isRead = !isOfApp(message) && text.trim() !== "";
  return together(text, blocks.filter((block) => !(isRead && isRichText(block))).map(blockWords));
}

/** The texts one below the other, without those whose words stand in one before. */
function together(first: string, others: readonly string[]): string {
  const kept: string[] = first.trim() === "" ? [] : [first];
  for (const text of others) {
    const words = bareWords(text);
    if (text.trim() !== "" && (words === "" || !kept.some((one) => bareWords(one).includes(words)))) kept.push(text);
  }
  return kept.join("\n");
}

const bareWords = (text: string): string => ` ${(text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(" ").toLowerCase()} `.replace(/^ +$/, "");

type Attachment = ReturnType<typeof asObject>;

const isPreview = (attachment: Attachment): boolean =>
  attachment["is_share"] !== true &&
  (attachment["is_msg_unfurl"] === true ||
    attachment["is_app_unfurl"] === true ||
    asText(attachment["from_url"]) !== "" ||
    asText(attachment["original_url"]) !== "");

function carriedWords(attachment: Attachment): readonly Carried[] {
  const of = (key: string): string => asText(attachment[key]);
  const isShare = attachment["is_share"] === true;
  const blocks = [...asObjects(attachment["blocks"]), ...sharedBlocks(attachment)];
  const title = of("title_link") === "" || of("title") === "" ? of("title") : `<${of("title_link")}|${of("title")}>`;
  const before = [of("pretext"), isShare ? "" : of("author_name"), title, of("text")].filter((text) => text.trim() !== "").join("\n");
  const within = asObjects(attachment["attachments"]).flatMap((one) => (isPreview(one) ? [] : carriedWords(one)));
  const said = together(before, [
    ...asObjects(attachment["fields"]).map((field) => [asText(field["title"]), asText(field["value"])].filter(Boolean).join(": ")),
    ...blocks.map(blockWords),
    ...within.map(({ text }) => text),
    ...(isShare ? [] : [of("footer")]),
  ]);
  const names = isShare
    ? asObjects(attachment["files"]).map((file) => escaped(asText(file["name"]) || asText(file["title"]) || "a file"))
    : [];
  const files = names.length > 0 ? `(with ${names.join(", ")})` : "";
  const fallback = of("fallback") === NO_PREVIEW ? "" : of("fallback");
  const text = together(said.trim() === "" && files === "" ? fallback : said, [files]);
  if (text === "") return [];
  const isTable = !isShare && before === "" && blocks.length > 0 && blocks.every(({ type }) => type === "table" || type === "data_table");
  return [
    {
      kind: isShare ? "forwarded" : isTable ? "table" : "attached",
      author: { id: of("author_id"), name: of("author_name") || of("author_subname") },
      channel: of("channel_id"),
      ts: of("ts"),
      text,
    },
  ];
}

/** What Slack adds of the message that was forwarded. */
const sharedBlocks = (attachment: Attachment) =>
  asObjects(attachment["message_blocks"]).flatMap(({ message }) => asObjects(asObject(message)["blocks"]));

async function sourceOf({ kind, author, channel, ts }: Carried, naming: Naming): Promise<string> {
  if (kind === "table") return "a table in the message";
  if (kind === "attached") return "attached to the message";
  const id = /^[A-Z0-9]{1,40}$/.test(author.id) ? author.id : undefined;
  const who = author.name || (id === undefined ? "somebody" : await naming.nameOf(id));
  const name = /^[A-Z0-9]{1,40}$/.test(channel) ? await naming.channelNameOf(channel) : undefined;
  const at = /^\d{10}\.\d{1,6}$/.test(ts) ? `, ${new Date(Number(ts) * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC` : "";
  return `${oneLine(who)}${name === undefined ? "" : ` in #${oneLine(name)}`}${at}, forwarded`;
}

const oneLine = (text: string): string => text.replaceAll(/[\s[\]]+/g, " ").slice(0, 80);
