import type { Beside } from "../../engine/events/events.ts";
import { asObject, asObjects, asText, blockWords, escaped, everyText, isRichText, mentionInRichText } from "./block-words.ts";
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
 * once. Previews of links are not read: nobody said them, and anybody can make one. Without a link there is no preview of it.
 */
export function wordsIn(message: Carrier): MessageWords {
  const own = ownWords(message);
  const hasLink = /<(?:https?|slack):|https?:\/\//i.test(own);
  const attachments = asObjects(message.attachments).filter((one) => !(hasLink && isPreview(one)));
  return {
    own,
    carried: attachments.flatMap((one) => carriedWords(one)),
    files: attachments.flatMap((one) => sharedFiles(one)),
  };
}

/** Whether two states of a message say the same. */
export function isSaidAlike(one: Carrier, other: Carrier): boolean {
  const said = (message: Carrier): string => {
    const { own, carried } = wordsIn(message);
    return JSON.stringify([own, carried.map(({ text }) => text)]);
  };
  return said(one) === said(other);
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
  const attached = isApps ? wordsIn(message).carried.filter((one) => one.kind !== "forwarded") : [];
  return strongest([rich, ...[...others, ...attached.map(({ text }) => text)].map((words) => mentionIn(words, user))]);
}

const strongest = (kinds: readonly MentionKind[]): MentionKind =>
  kinds.includes("spoken") ? "spoken" : kinds.includes("shown") ? "shown" : "none";

const isOfApp = ({ user, bot_id }: Carrier): boolean => user === undefined || bot_id !== undefined;

function ownWords(message: Carrier): string {
  const text = STAND_INS.has((message.text ?? "").trim()) ? "" : (message.text ?? "");
  const blocks = asObjects(message.blocks);
  const rich = bareWords(blocks.filter(isRichText).map(blockWords).join("\n"));
  const isRead = !isOfApp(message) && text.trim() !== "" && !(CUT.test(text) && rich.startsWith(bareWords(text).trimEnd()));
  return together(text, blocks.filter((block) => !(isRead && isRichText(block))).map(blockWords));
}

/** Of a text that goes on in the blocks. */
const CUT = /(?:…|\.\.\.)\s*$/;

/** What Slack has instead of words where an app gave none beside its blocks. */
const STAND_INS: ReadonlySet<string> = new Set([
  "This content can't be displayed.",
  "This message contains interactive elements.",
  "[no preview available]",
]);

/** The text, and what is shown in its place or below it: both, unless all of the one stands in the other. */
function together(text: string, shown: readonly string[]): string {
  const others = shown.filter((one) => one.trim() !== "");
  const [first, rest] = [bareWords(text), bareWords(others.join("\n"))];
  if (text.trim() === "" || (first !== "" && rest.includes(first))) return others.join("\n");
  if (others.length === 0 || (rest !== "" && first.includes(rest))) return text;
  return [text, ...others].join("\n");
}

const bareWords = (text: string): string => ` ${(text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(" ").toLowerCase()} `.replace(/^ +$/, "");

type Attachment = ReturnType<typeof asObject>;

const isPreview = (attachment: Attachment): boolean =>
  attachment["is_share"] !== true &&
  (attachment["is_msg_unfurl"] === true ||
    attachment["is_app_unfurl"] === true ||
    asText(attachment["from_url"]) !== "" ||
    asText(attachment["original_url"]) !== "");

/** In what is carried, more may be: an attachment's own are its words, and what is forwarded within it is somebody else's again. */
function carriedWords(attachment: Attachment): readonly Carried[] {
  const of = (key: string): string => asText(attachment[key]);
  const isShare = attachment["is_share"] === true;
  const shared = isShare ? sharedMessages(attachment) : [];
  const blocks = [attachment, ...shared].flatMap((one) => asObjects(one["blocks"]));
  const inside = [attachment, ...shared].flatMap((one) => asObjects(one["attachments"]));
  const within = inside.filter((one) => !isPreview(one)).flatMap((one) => carriedWords(one));
  const title = of("title_link") === "" || of("title") === "" ? of("title") : `<${of("title_link")}|${of("title")}>`;
  const before = lines([of("pretext"), isShare ? "" : of("author_name"), title, of("text")]);
  const said = lines([
    together(before, blocks.map(blockWords)),
    ...asObjects(attachment["fields"]).map((field) => [asText(field["title"]), asText(field["value"])].filter(Boolean).join(": ")),
    ...within.flatMap(({ kind, text }) => (kind === "forwarded" ? [] : [text])),
    ...(isShare ? [] : [of("footer")]),
  ]);
  const names = isShare ? ownFiles(attachment).map((file) => escaped(asText(file["name"]) || asText(file["title"]) || "a file")) : [];
  const files = names.length > 0 ? `(with ${names.join(", ")})` : "";
  const fallback = of("fallback") === NO_PREVIEW ? "" : of("fallback");
  const forwarded = within.filter(({ kind }) => kind === "forwarded");
  const isBare = said === "" && files === "" && forwarded.length === 0;
  const text = lines([isBare ? fallback || everyText(attachment, NOT_SAID) : said, files]);
  if (text === "") return forwarded;
  const isTable = !isShare && before === "" && blocks.length > 0 && blocks.every(({ type }) => type === "table" || type === "data_table");
  const own = {
    kind: isShare ? ("forwarded" as const) : isTable ? ("table" as const) : ("attached" as const),
    author: { id: of("author_id"), name: of("author_name") || of("author_subname") },
    channel: of("channel_id"),
    ts: of("ts"),
    text,
  };
  return [own, ...forwarded];
}

const lines = (texts: readonly string[]): string => texts.filter((text) => text.trim() !== "").join("\n");

/** The messages themselves, which Slack adds to what it says of one that was forwarded. */
const sharedMessages = (attachment: Attachment): readonly Attachment[] =>
  asObjects(attachment["message_blocks"]).map(({ message }) => asObject(message));

/** Of what is forwarded; each once. */
function ownFiles(share: Attachment): readonly Attachment[] {
  const files = [share, ...sharedMessages(share)].flatMap((one) => asObjects(one["files"]));
  return files.filter(
    (file, nth) => files.findIndex(({ id }) => id !== undefined && id === file["id"]) === nth || file["id"] === undefined,
  );
}

/** Also of what is forwarded within it. */
const sharedFiles = (attachment: Attachment): readonly SharedFile[] => [
  ...(attachment["is_share"] === true ? ownFiles(attachment).flatMap((file) => SharedFile.safeParse(file).data ?? []) : []),
  ...[attachment, ...sharedMessages(attachment)].flatMap((one) => asObjects(one["attachments"]).flatMap((inner) => sharedFiles(inner))),
];

/** Of an attachment, what is no text of its own. */
const NOT_SAID: ReadonlySet<string> = new Set([
  "fallback", "actions", "callback_id", "color", "mrkdwn_in", "type", "id", "ts", "team", "files", "from_url", "original_url", "app_unfurl_url",
  "channel", "channel_id", "channel_name", "channel_team", "author_id", "author_link", "author_subname", "author_name", "message_blocks", "blocks",
  "attachments", "bot_id", "app_id", "attachment_type", "indent", "footer", "msg_subtype", "service_name",
]); // prettier-ignore

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
