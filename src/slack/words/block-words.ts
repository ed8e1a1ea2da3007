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
    default:
      return asText(block["type"]).includes("contact") ? contactWords(block) : textsIn(block);
  }
}

/** Whether a person is spoken to in rich text, or their mention only shown in code or a quotation. */
export function mentionInRichText(block: Json, user: string): "spoken" | "shown" | "none" {
  const found = mentionsUnder(block, user, false);
  return found.includes("spoken") ? "spoken" : found.length > 0 ? "shown" : "none";
}

function mentionsUnder(element: Json, user: string, isShown: boolean): readonly ("spoken" | "shown")[] {
  const type = element["type"];
  const isCode = asObject(element["style"])["code"] === true;
  const shows = isShown || isCode || type === "rich_text_quote" || type === "rich_text_preformatted";
  if (type === "user") return element["user_id"] === user ? [shows ? "shown" : "spoken"] : [];
  if (type === "text") return asText(element["text"]).includes(`<@${user}>`) ? ["shown"] : [];
  return asObjects(element["elements"]).flatMap((one) => mentionsUnder(one, user, shows));
}

const lines = (texts: readonly string[]): string => texts.filter((text) => text.trim() !== "").join("\n");

function richPart(element: Json, indent = ""): string {
  const inside = asObjects(element["elements"]);
  switch (element["type"]) {
    case "rich_text_list": {
      const depth = "  ".repeat(Math.min(8, Math.max(0, Number(element["indent"]) || 0)));
      const first = 1 + (Number(element["offset"]) || 0);
      const mark = (nth: number): string => (element["style"] === "ordered" ? `${first + nth}. ` : "• ");
      return lines(inside.map((item, nth) => `${depth}${indent}${mark(nth)}${richPart(item)}`));
    }
    case "rich_text_preformatted":
      return `\`\`\`\n${inside.map(inlineWords).join("")}\n\`\`\``;
    case "rich_text_quote":
      return inside.map(inlineWords).join("").replaceAll(/^/gm, "&gt; ");
    default:
      return inside.map(inlineWords).join("");
  }
}

function inlineWords(element: Json): string {
  const text = asText(element["text"]);
  switch (element["type"]) {
    case "text":
      return asObject(element["style"])["code"] === true ? `\`${escaped(text)}\`` : escaped(text);
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
      return escaped(asText(element["fallback"]) || asText(element["timestamp"]));
    case "color":
      return escaped(asText(element["value"]));
    default:
      return escaped(text) || asObjects(element["elements"]).map(inlineWords).join("");
  }
}

const idIn = (value: unknown): string => asText(value).replaceAll(/[^A-Za-z0-9_-]/g, "");

/** A line a row, cells apart by bars, as a table of Markdown has them. */
function tableWords(table: Json): string {
  const rows = Array.isArray(table["rows"]) ? table["rows"] : [];
  const title = asText(table["caption"]) || textOf(table["title"]);
  const row = (cells: unknown): string => `| ${asObjects(cells).map(cellWords).join(" | ")} |`;
  return lines([title, ...rows.map((cells: unknown) => row(Array.isArray(cells) ? cells : asObject(cells)["cells"]))]);
}

function cellWords(cell: Json): string {
  const words = isRichText(cell) ? blockWords(cell) : escaped(asText(cell["text"]) || asText(cell["value"])) || textsIn(cell);
  return words.replaceAll(/\s+/g, (blanks) => (blanks.includes("\n") ? " " : blanks)).replaceAll("|", "\\|");
}

/** Who somebody is and how they are reached, a line each. Slack documents no shape of it: all that these may be called is looked for. */
function contactWords(contact: Json): string {
  const { user_id: user } = contact;
  const own = CONTACT_KEYS.map((key) => escaped(asText(contact[key])) || textOf(contact[key]));
  const within = ["contact", "user", "profile", "person"].map((key) => asObject(contact[key]));
  const inside = within.filter((one) => Object.keys(one).length > 0).map((one) => contactWords(one));
  const named = asText(user) === "" ? [] : [`<@${idIn(user)}>`];
  return lines([...new Set([...named, ...own, ...inside].flatMap((text) => text.split("\n")))]);
}

const CONTACT_KEYS = ["real_name", "name", "display_name", "title", "company", "email", "phone", "text", "description"] as const;

/** Of a text object: mrkdwn as it is, anything else escaped. */
function textOf(value: unknown): string {
  const { type, text } = asObject(value);
  return type === "mrkdwn" ? asText(text) : type === "plain_text" ? escaped(asText(text)) : "";
}

/** Where blocks keep what people read; what is a place, an id or a button's is not among them. */
const TEXT_KEYS = ["pretext", "title", "subtitle", "text", "body", "description", "label", "fields", "alt_text", "value", "subtext"] as const; // prettier-ignore
const CHILD_KEYS = ["elements", "blocks", "child_blocks", "content", "tasks", "details", "output", "rows", "cards"] as const;

function textsIn(block: Json): string {
  if (block["type"] === "button" || /_select$|^overflow$|^checkboxes$|^radio_buttons$|picker$/.test(asText(block["type"]))) return "";
  if (block["type"] === "mrkdwn" || block["type"] === "plain_text") return textOf(block);
  const own = TEXT_KEYS.flatMap((key) => (Array.isArray(block[key]) ? block[key] : [block[key]]).map(valueWords));
  const children = CHILD_KEYS.flatMap((key) =>
    asObjects(Array.isArray(block[key]) ? block[key] : [block[key]]).map((child) => blockWords(child)),
  );
  return lines([...own, ...children]);
}

const valueWords = (value: unknown): string => (typeof value === "string" ? value : textOf(value) || blockWordsOf(value));

/** A text in a block may itself be rich. */
const blockWordsOf = (value: unknown): string => (isRichText(asObject(value)) ? blockWords(asObject(value)) : "");
