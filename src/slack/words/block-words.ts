/**
 * The words of Slack's blocks as mrkdwn, so that they are read by the same code as a message's text. Blocks are anybody's: what is not as it
 * should be is passed over, and of a kind that is not known every text in it is read.
 */

type Json = Readonly<Record<string, unknown>>;

export const asObjects = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((one): one is Json => typeof one === "object" && one !== null && !Array.isArray(one)) : [];
export const asObject = (value: unknown): Json => asObjects([value])[0] ?? {};
export const asText = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
/** As Slack asks of text in mrkdwn. */
export const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const isRichText = (block: Json): boolean => block["type"] === "rich_text";

export function blockWords(block: Json): string {
  switch (block["type"]) {
    case "rich_text":
      return lines(asObjects(block["elements"]).map((element) => richPart(element)));
    case "table":
    case "data_table":
      return tableWords(block);
    // Of buttons and menus the labels: nobody has said them.
    case "actions":
    case "divider":
    case "input":
      return "";
    case "markdown":
      return markdownWords(block);
    default:
      // A kind may keep its words elsewhere than others do, or than it did: it is never read as if it said nothing.
      return (KNOWN.has(asText(block["type"])) && textsIn(block)) || everyText(block);
  }
}

/** Markdown is no mrkdwn: what is escaped there is not here, and only what names somebody or a place is a token in both. */
export const markdownWords = ({ text }: Json): string => escaped(asText(text)).replaceAll(/&lt;([@#!][^&<>\n]{1,200})&gt;/g, "<$1>");

/** Whether a person is spoken to in rich text, or their mention only shown in code or a quotation. */
export function mentionInRichText(block: Json, user: string): "spoken" | "shown" | "none" {
  const found = mentionsUnder(block, user, false);
  return found.includes("spoken") ? "spoken" : found.length > 0 ? "shown" : "none";
}

function mentionsUnder(element: Json, user: string, isShown: boolean): readonly ("spoken" | "shown")[] {
  const type = element["type"];
  const isCode = asObject(element["style"])["code"] === true;
  const shows = isShown || isCode || type === "rich_text_preformatted" || isQuoted(element);
  if (type === "user") return element["user_id"] === user ? [shows ? "shown" : "spoken"] : [];
  if (type === "text") return asText(element["text"]).includes(`<@${user}>`) ? ["shown"] : [];
  return asObjects(element["elements"]).flatMap((one) => mentionsUnder(one, user, shows));
}

/** A list in a quotation has no quotation around it: it has its border. */
const isQuoted = ({ type, border }: Json): boolean => type === "rich_text_quote" || (type === "rich_text_list" && Number(border) > 0);

const lines = (texts: readonly string[]): string => texts.filter((text) => text.trim() !== "").join("\n");

function richPart(element: Json, indent = ""): string {
  const inside = asObjects(element["elements"]);
  switch (element["type"]) {
    case "rich_text_list": {
      const depth = "  ".repeat(Math.min(8, Math.max(0, Number(element["indent"]) || 0)));
      const first = 1 + (Number(element["offset"]) || 0);
      const mark = (nth: number): string => (element["style"] === "ordered" ? `${first + nth}. ` : "• ");
      const items = lines(inside.map((item, nth) => `${depth}${indent}${mark(nth)}${richPart(item)}`));
      return isQuoted(element) ? quoted(items) : items;
    }
    case "rich_text_preformatted":
      return `\`\`\`\n${inside.map(inlineWords).join("")}\n\`\`\``;
    case "rich_text_quote":
      return quoted(inside.map(inlineWords).join(""));
    default:
      return inside.map(inlineWords).join("");
  }
}

const quoted = (words: string): string => words.replaceAll(/^/gm, "&gt; ");

function inlineWords(element: Json): string {
  const words = plainWords(element);
  return asObject(element["style"])["code"] === true && words !== "" ? `\`${words}\`` : words;
}

function plainWords(element: Json): string {
  const text = asText(element["text"]);
  switch (element["type"]) {
    case "text":
      return escaped(text);
    case "user":
      return `<@${idIn(element["user_id"])}>`;
    case "channel":
      return `<#${idIn(element["channel_id"])}>`;
    case "usergroup":
      return `<!subteam^${idIn(element["usergroup_id"])}>`;
    case "broadcast":
      return `<!${idIn(element["range"])}>`;
    case "emoji":
      return `:${escaped(asText(element["name"]))}:`;
    case "link": {
      const address = escaped(asText(element["url"])).replaceAll("|", "%7C");
      return text === "" ? `<${address}>` : `<${address}|${escaped(text)}>`;
    }
    case "date":
      return escaped(asText(element["fallback"])) || `<!date^${idIn(element["timestamp"])}^{date}>`;
    case "color":
      return escaped(asText(element["value"]));
    default:
      return escaped(text) || asObjects(element["elements"]).map(inlineWords).join("") || referenceWords(element);
  }
}

/** A canvas, a file, a message or whatever else Slack lets a text refer to: by what it is called, else by what it is. */
function referenceWords(element: Json): string {
  const words = everyText(element).replaceAll("\n", ", ");
  const place = Object.entries(element).find(([key, value]) => key.endsWith("_id") && asText(value) !== "");
  return words || (place ? `(${idIn(element["type"]).replaceAll("_", " ")} ${idIn(place[1])})` : "");
}

const idIn = (value: unknown): string => asText(value).replaceAll(/[^A-Za-z0-9_-]/g, "");

/** A line a row, cells apart by bars, as a table of Markdown has them. */
function tableWords(table: Json): string {
  const rows = Array.isArray(table["rows"]) ? table["rows"] : [];
  const title = asText(table["caption"]) || textOf(table["title"]);
  // An empty cell keeps its place: what stands behind it belongs to the columns above.
  const row = (cells: unknown): string => `| ${(Array.isArray(cells) ? cells : []).map(cellWords).join(" | ")} |`;
  return lines([title, ...rows.map((cells: unknown) => row(Array.isArray(cells) ? cells : asObject(cells)["cells"]))]);
}

function cellWords(value: unknown): string {
  const cell = typeof value === "string" || typeof value === "number" ? { text: value } : asObject(value);
  const words = isRichText(cell) ? blockWords(cell) : escaped(asText(cell["text"]) || asText(cell["value"])) || textsIn(cell);
  // The bar within a link's token is Slack's own.
  return words
    .replaceAll(/\s+/g, (blanks) => (blanks.includes("\n") ? " " : blanks))
    .replaceAll(/<[^<>]*>|\|/g, (one) => (one === "|" ? "\\|" : one));
}

/** Of a text object: mrkdwn as it is, anything else escaped. */
function textOf(value: unknown): string {
  const { type, text } = asObject(value);
  return type === "mrkdwn" ? asText(text) : type === "plain_text" ? escaped(asText(text)) : "";
}

/** Where blocks keep what people read; what is a place, an id or a button's is not among them. */
const TEXT_KEYS = ["pretext", "title", "subtitle", "text", "body", "description", "label", "fields", "alt_text", "value", "subtext"] as const; // prettier-ignore
const CHILD_KEYS = ["elements", "blocks", "child_blocks", "content", "tasks", "details", "output", "rows", "cards"] as const;

function textsIn(block: Json): string {
  if (isControl(block)) return "";
  if (block["type"] === "mrkdwn" || block["type"] === "plain_text") return textOf(block);
  const own = TEXT_KEYS.flatMap((key) => (Array.isArray(block[key]) ? block[key] : [block[key]]).map(valueWords));
  const children = CHILD_KEYS.flatMap((key) =>
    asObjects(Array.isArray(block[key]) ? block[key] : [block[key]]).map((child) => blockWords(child)),
  );
  return lines([...own, ...children]);
}

const valueWords = (value: unknown): string => (typeof value === "string" ? escaped(value) : textOf(value) || blockWordsOf(value));

/** A text in a block may itself be rich. */
const blockWordsOf = (value: unknown): string => (isRichText(asObject(value)) ? blockWords(asObject(value)) : "");

/** Whose texts stand where TEXT_KEYS and CHILD_KEYS say. */
const KNOWN: ReadonlySet<string> = new Set([
  "alert", "button", "call", "card", "carousel", "container", "context", "context_actions", "file", "header", "image", "mrkdwn", "plain_text", "plan",
  "section", "task_card", "video",
]); // prettier-ignore

/**
 * Every text in what Slack documents no shape of, a contact above all, or has come to document since: a line each, as they stand; a name and its
 * value are one. What is a place, an id, a picture or a look is passed over.
 */
export function everyText(thing: Json, passed: ReadonlySet<string> = NO_TEXT): string {
  if (isControl(thing)) return "";
  const { value } = thing;
  const label = ["label", "name", "title", "key"].map((key) => asText(thing[key]) || textOf(thing[key])).find(Boolean);
  if (label !== undefined && asText(value) !== "") return `${escaped(label)}: ${escaped(asText(value))}`;
  return lines([...new Set(Object.entries(thing).flatMap(([key, one]) => textsAt(key, one, passed)))]);
}

function textsAt(key: string, value: unknown, passed: ReadonlySet<string>): readonly string[] {
  if (passed.has(key) || NO_TEXT_IN.test(key)) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => textsAt(key, one, passed));
  if (typeof value === "number") return NUMBERS.has(key) ? [String(value)] : [];
  const words = asText(value);
  if (words !== "") {
    if (key === "user" || key === "user_id") return [`<@${idIn(words)}>`];
    if (key === "channel" || key === "channel_id") return [`<#${idIn(words)}>`];
    return /_ids?$/.test(key) ? [] : [escaped(words)];
  }
  const inside = asObject(value);
  return textOf(inside) ? [textOf(inside)] : "type" in inside ? [blockWords(inside)] : [everyText(inside, passed)];
}

const isControl = ({ type }: Json): boolean => /button$|buttons$|_select$|^overflow$|^checkboxes$|picker$/.test(asText(type));

const NUMBERS: ReadonlySet<string> = new Set(["value", "number", "amount", "total", "count", "data", "x", "y"]);
const NO_TEXT: ReadonlySet<string> = new Set([
  "type", "id", "ids", "hash", "style", "size", "width", "height", "color", "border", "level", "status", "state", "mode", "format", "language", "lang",
  "source", "verbatim", "locale", "tz", "domain", "accessory", "placeholder", "ts", "date_created", "date_updated",
]); // prettier-ignore
const NO_TEXT_IN = /image|icon|avatar|thumb|photo|picture|hash|_ts$|^(?:block|action|callback|trigger|team|enterprise|app|bot)_id$/i;
