import { codeBlock } from "./code.js";
import { append, h, outside } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { channelChip, dateChip, userChip } from "./mrkdwn.js";
import { safeHref } from "./text.js";

/** A rich_text block: sections, lists, quotes and preformatted text. */
export function richText(block, app) {
  return h(
    "div",
    { class: "rich" },
    listOf(block?.elements).map((element) => part(element, app)),
  );
}

function part(element, app) {
  switch (element?.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section", dir: "auto" }, spans(element.elements, app));
    case "rich_text_quote":
      return h("blockquote", { dir: "auto" }, spans(element.elements, app));
    case "rich_text_preformatted":
      return codeBlock(
        listOf(element.elements)
          .map((span) => span?.text ?? span?.url ?? "")
          .join(""),
        typeof element.language === "string" ? element.language : "",
      );
    case "rich_text_list": {
      const indent = Math.min(Math.max(Number(element.indent) || 0, 0), 8);
      const items = listOf(element.elements).map((item) => h("li", { dir: "auto" }, spans(item?.elements, app)));
      const start = Number.isInteger(element.offset) ? element.offset + 1 : undefined;
      return append(h(element.style === "ordered" ? "ol" : "ul", { class: `tight indent-${indent}`, start }), items);
    }
    default:
      return spans([element], app);
  }
}

function spans(elements, app) {
  return listOf(elements).map((element) => styled(span(element, app), element?.style));
}

function span(element, app) {
  switch (element?.type) {
    case "text":
      return withEmoji(String(element.text ?? ""));
    case "link": {
      const href = safeHref(element.url);
      const label = element.text || element.url;
      return href ? outside(href, label) : h("span", { class: "link-refused" }, `${label} (${element.url})`);
    }
    case "user":
      return userChip(String(element.user_id), app);
    case "channel":
      return channelChip(String(element.channel_id), app);
    case "broadcast":
      return h("span", { class: "chip chip-broadcast" }, `@${element.range}`);
    case "usergroup":
      return h("span", { class: "chip" }, "@group");
    case "emoji":
      return emoji(element.name) ?? `:${element.name}:`;
    case "date":
      return dateChip(["date", String(element.timestamp)], element.fallback);
    case "color":
      return h("code", { class: "code-inline" }, element.value);
    default:
      return typeof element?.text === "string" ? element.text : "";
  }
}

function styled(node, style) {
  if (!style || typeof style !== "object") return node;
  let result = node;
  if (style.code) result = h("code", { class: "code-inline" }, result);
  if (style.bold) result = h("strong", {}, result);
  if (style.italic) result = h("em", {}, result);
  if (style.strike) result = h("s", {}, result);
  return result;
}

export const listOf = (value) => (Array.isArray(value) ? value : []);
