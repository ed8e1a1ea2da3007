import { h, outside } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { clean, dateOf, decodeSlack, safeHref, wholeTime } from "./text.js";

/**
 * Slack's own markup ("mrkdwn") to DOM nodes: *bold*, _italic_, ~struck~, `code`, fences, > quotes, <@U…>, <#C…|name>, <!here>, <https://…|label>.
 * Entities are decoded once, and only after the markup has been read, so what was escaped stays text.
 */
const CHARS_MAX = 40_000; // Slack cuts message text here.
const DEPTH_MAX = 5;
const TAGS = { "*": "strong", _: "em", "~": "s" };

export function mrkdwn(source, app) {
  const text = clean(source).slice(0, CHARS_MAX);
  const parts = text.split("```");
  const nodes = [];
  parts.forEach((part, index) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    if (fenced) nodes.push(h("pre", { class: "mrk-pre", dir: "ltr", tabindex: "0" }, decodeSlack(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...quotes(index % 2 === 1 ? `\`\`\`${part}` : trimAround(part, index, parts.length), app));
  });
  return h("span", { class: "mrk", dir: "auto" }, nodes);
}

/** The line ends beside a fence belong to the fence. */
function trimAround(part, index, count) {
  const start = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? start.replace(/\n$/, "") : start;
}

function quotes(text, app) {
  const nodes = [];
  let run = [];
  let quoted = false;
  const flush = () => {
    if (run.length === 0) return;
    const inner = spans(run.join("\n"), app, 0);
    nodes.push(...(quoted ? [h("blockquote", { dir: "auto" }, inner)] : inner));
    run = [];
  };
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const isQuote = /^(?:&gt;|>)/.test(line);
    if (isQuote !== quoted && (run.length > 0 || index === 0)) flush();
    quoted = isQuote;
    run.push(isQuote ? line.replace(/^(?:&gt;|>) ?/, "") : line);
  });
  flush();
  return nodes;
}

const SPECIAL = /[*_~`<]/g;

function spans(text, app, depth) {
  const nodes = [];
  const line = { end: -1 }; // Where the line at hand ends.
  const hopeless = {}; // Up to where no character closes a mark: not searched again.
  let plain = 0;
  let at = 0;
  const flush = (end) => {
    if (end > plain) nodes.push(withEmoji(decodeSlack(text.slice(plain, end))));
  };
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const found = SPECIAL.exec(text);
    if (!found) break;
    at = found.index;
    const read = text[at] === "<" ? pointed(text, at, app) : styled(text, at, app, { depth, line, hopeless });
    if (read) {
      flush(at);
      nodes.push(read.node);
      at = read.end;
      plain = at;
    } else {
      at += 1;
    }
  }
  flush(text.length);
  return nodes;
}

function styled(text, at, app, { depth, line, hopeless }) {
  const mark = text[at];
  if (depth > DEPTH_MAX || at < (hopeless[mark] ?? 0) || (mark !== "`" && /[\p{L}\p{N}]/u.test(text[at - 1] ?? ""))) return undefined;
  if (/\s/.test(text[at + 1] ?? " ") && mark !== "`") return undefined;
  if (line.end < at) line.end = (text.indexOf("\n", at) + 1 || text.length + 1) - 1;
  const lineEnd = line.end;
  let end = text.indexOf(mark, at + 1);
  while (
    end !== -1 &&
    end < lineEnd &&
    mark !== "`" &&
    (/\s/.test(text[end - 1]) || /[\p{L}\p{N}]/u.test(text[end + 1] ?? "") || end === at + 1)
  )
    end = text.indexOf(mark, end + 1);
  if (end === -1 || end >= lineEnd) {
    hopeless[mark] = lineEnd;
    return undefined;
  }
  if (end === at + 1) return undefined;
  const inner = text.slice(at + 1, end);
  if (mark === "`") return { node: h("code", { class: "code-inline" }, decodeSlack(inner)), end: end + 1 };
  return { node: h(TAGS[mark], {}, spans(inner, app, depth + 1)), end: end + 1 };
}

function pointed(text, at, app) {
  const end = text.indexOf(">", at);
  if (end === -1 || end - at > 3200 || text.slice(at + 1, end).includes("<")) return undefined;
  const node = reference(text.slice(at + 1, end), app);
  return node && { node, end: end + 1 };
}

function reference(body, app) {
  const bar = body.indexOf("|");
  const target = bar === -1 ? body : body.slice(0, bar);
  const label = bar === -1 ? "" : decodeSlack(body.slice(bar + 1));
  if (/^@[A-Z0-9]{2,}$/.test(target)) return userChip(target.slice(1), app, label);
  if (/^#[A-Z0-9]{2,}$/.test(target)) return channelChip(target.slice(1), app, label);
  if (/^!(?:here|channel|everyone)$/.test(target)) return h("span", { class: "chip chip-broadcast" }, `@${target.slice(1)}`);
  if (target.startsWith("!subteam^")) return h("span", { class: "chip" }, label || "@group");
  if (target.startsWith("!date^")) return dateChip(target.split("^"), label);
  const href = safeHref(decodeSlack(target));
  return href && outside(href, withEmoji(label) || decodeSlack(target).replace(/^mailto:/i, ""));
}

export function userChip(id, app, label = "") {
  const user = app.store.users.get(id);
  return h("bdi", { class: `chip ${id === app.store.me.id ? "chip-me" : ""}` }, `@${user?.name ?? (label || id)}`);
}

export function channelChip(id, app, label = "") {
  const channel = app.store.channel(id);
  if (!channel) return h("bdi", { class: "chip" }, `#${label || id}`);
  return h("a", { class: "chip", href: `#${id}` }, h("bdi", {}, `#${channel.name}`));
}

export function dateChip([, ts], fallback) {
  const valid = /^\d{1,12}$/.test(ts ?? "");
  return h("time", { datetime: valid ? dateOf(ts).toISOString() : undefined }, valid ? wholeTime(ts) : fallback);
}
