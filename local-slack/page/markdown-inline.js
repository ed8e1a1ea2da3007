import { append, h, outside } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { decodeEntity, safeHref } from "./text.js";

/**
 * The inline half of the Markdown renderer: emphasis by CommonMark's delimiter algorithm, code spans, links, bare addresses, entities.
 * Raw HTML is text. Work is bounded: each search that fails is not made again, and only so many delimiters pair up.
 */
const DELIMITERS_MAX = 1000; // Pairing is quadratic in these; beyond it `*` stays a star.
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>]{1,2000}/iy;
const POINTED = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/iy;
const TARGET =
  /\(\s{0,9}(<[^<>\n]{0,2000}>|[^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500}){0,5})(?:\s{1,9}(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'))?\s{0,9}\)/y;
const SPECIAL = /[\\`*_~[\]!<&\nhHwW]/g;

/** Nodes of a stretch of Markdown text without block structure. */
export function inline(source) {
  const parts = [];
  const brackets = [];
  const failedTicks = new Set();
  let delimiters = 0;
  let at = 0;
  const text = (value) => {
    const last = parts.at(-1);
    if (last?.text !== undefined) last.text += value;
    else parts.push({ text: value });
  };
  const take = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };

  while (at < source.length) {
    SPECIAL.lastIndex = at;
    const next = SPECIAL.exec(source)?.index ?? source.length;
    if (next > at) text(source.slice(at, next));
    at = next;
    if (at >= source.length) break;
    const character = source[at];
    if (character === "\\") {
      const escaped = source[at + 1];
      if (escaped === "\n") parts.push({ node: h("br") });
      else text(escaped && /[!-/:-@[-`{-~]/.test(escaped) ? hold(escaped) : `\\${escaped ?? ""}`);
      at += 2;
    } else if (character === "\n") {
      trimEnd(parts);
      parts.push({ node: h("br") });
      at += 1 + source.slice(at + 1, at + 40).search(/[^ ]|$/);
    } else if (character === "`") {
      at = codeSpan(source, at, parts, text, failedTicks);
    } else if (character === "*" || character === "_" || character === "~") {
      const run = runLength(source, at);
      if (++delimiters > DELIMITERS_MAX || (character === "~" && run > 2)) text(source.slice(at, at + run));
      else parts.push(delimiter(source, at, run));
      at += run;
    } else if (character === "[" || (character === "!" && source[at + 1] === "[")) {
      const opening = character === "!" ? "![" : "[";
      brackets.push(parts.length);
      parts.push({ text: opening, bracket: true });
      parts.push({ text: "" });
      at += opening.length;
    } else if (character === "]" && brackets.length > 0) {
      const start = brackets.pop();
      at += 1;
      const target = take(TARGET);
      if (!target) {
        text("]");
      } else {
        const label = flatten(pair(parts.splice(start).slice(1)));
        parts.push({ node: link(target[1].replace(/^<|>$/g, ""), label) });
        brackets.length = 0; // A link holds no link.
        at += target[0].length;
      }
    } else if (character === "<" && take(POINTED)) {
      const found = take(POINTED);
      parts.push({ node: link(found[1], [found[1].replace(/^mailto:/i, "")]) });
      at += found[0].length;
    } else if (/[hw]/i.test(character) && !/[\p{L}\p{N}_]/u.test(source[at - 1] ?? "") && take(ADDRESS)) {
      const address = trimAddress(take(ADDRESS)[0]);
      const href = safeHref(/^www\./i.test(address) ? `https://${address}` : address);
      if (href) parts.push({ node: outside(href, address) });
      else text(address);
      at += address.length;
    } else if (character === "&") {
      const entity = decodeEntity(source.slice(at, at + 12));
      text(entity ? hold(entity.text) : "&");
      at += entity?.length ?? 1;
    } else {
      text(character);
      at += 1;
    }
  }
  return flatten(pair(parts));
}

/** An escaped colon must not make an emoji; a zero-width mark that clean text never holds keeps them apart until flatten. */
const HELD = "\ufeff";
const hold = (value) => (value === ":" ? HELD + value + HELD : value);

function trimEnd(parts) {
  const last = parts.at(-1);
  if (last?.text !== undefined) last.text = last.text.replace(/ {1,100}$/, "");
}

function runLength(source, at) {
  let end = at;
  while (source[end] === source[at]) end += 1;
  return end - at;
}

function codeSpan(source, at, parts, text, failed) {
  const ticks = runLength(source, at);
  let close = failed.has(ticks) ? -1 : at + ticks;
  while (close !== -1) {
    close = source.indexOf("`", close);
    if (close === -1) break;
    const run = runLength(source, close);
    if (run === ticks) break;
    close += run;
  }
  if (close === -1) {
    failed.add(ticks);
    text(source.slice(at, at + ticks));
    return at + ticks;
  }
  let code = source.slice(at + ticks, close).replace(/\n/g, " ");
  if (code.length > 2 && code.startsWith(" ") && code.endsWith(" ") && code.trim()) code = code.slice(1, -1);
  parts.push({ node: h("code", { class: "code-inline" }, code) });
  return close + ticks;
}

/** Flanking, as in CommonMark 0.31, section 6.2. */
function delimiter(source, at, run) {
  const before = source[at - 1] ?? " ";
  const after = source[at + run] ?? " ";
  const isSpace = (c) => /\s/.test(c);
  const isMark = (c) => /[\p{P}\p{S}]/u.test(c);
  const left = !isSpace(after) && (!isMark(after) || isSpace(before) || isMark(before));
  const right = !isSpace(before) && (!isMark(before) || isSpace(after) || isMark(after));
  const underscore = source[at] === "_";
  return {
    mark: source[at],
    run,
    canOpen: left && (!underscore || !right || isMark(before)),
    canClose: right && (!underscore || !left || isMark(after)),
  };
}

function pair(parts) {
  for (let at = 0; at < parts.length; at += 1) {
    const closer = parts[at];
    while (closer.mark && closer.canClose && closer.run > 0) {
      let start = at - 1;
      while (start >= 0 && !pairs(parts[start], closer)) start -= 1;
      if (start < 0) break;
      const opener = parts[start];
      const width = opener.run >= 2 && closer.run >= 2 ? 2 : 1;
      const tag = closer.mark === "~" ? "s" : width === 2 ? "strong" : "em";
      const used = closer.mark === "~" ? closer.run : width;
      const node = append(h(tag), flatten(parts.slice(start + 1, at)));
      opener.run -= used;
      closer.run -= used;
      parts.splice(start + 1, at - start - 1, { node });
      at = start + 2;
    }
  }
  return parts;
}

function pairs(opener, closer) {
  if (opener.mark !== closer.mark || !opener.canOpen || opener.run === 0) return false;
  if (closer.mark === "~") return opener.run === closer.run;
  const both = (opener.canOpen && opener.canClose) || (closer.canOpen && closer.canClose);
  return !both || (opener.run + closer.run) % 3 !== 0 || (opener.run % 3 === 0 && closer.run % 3 === 0);
}

function flatten(parts) {
  return parts
    .map((part) => part.node ?? (part.mark ? part.mark.repeat(part.run) : withEmoji(part.text).replaceAll(HELD, "")))
    .filter((node) => node !== "");
}

/** A link that may not be followed shows where it pointed, as text. */
function link(target, label) {
  const href = safeHref(target);
  return href ? outside(href, label.length > 0 ? label : target) : h("span", { class: "link-refused" }, label, ` (${target})`);
}

/** The end of a sentence, and a bracket that the address did not open, are not part of it. */
function trimAddress(address) {
  let end = address.replace(/[?!.,:;*_~'"]{1,50}$/, "");
  if (end.endsWith(")") && end.split(")").length > end.split("(").length) end = end.slice(0, -1);
  return end;
}
