/**
 * Text from agents, people and programs is hostile. Everything that reaches the page goes through clean(): terminal escapes and control
 * characters are taken out, and characters that reorder or hide text are made visible.
 */

/** A CSI sequence (colours, cursor); bounded so that a long run of digits costs nothing. */
const TERMINAL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]{0,32}[ -/]{0,8}[@-~]/g;
/** OSC: window titles and terminal hyperlinks; ended by BEL or ST. */
const TERMINAL_COMMAND = /\u001b\][^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)/g;
const ESCAPE = /\u001b/g;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb]/g;
/** Embeddings, overrides and isolates: these can show `exe.txt` for `txt.exe`. The weak marks (LRM, RLM, ALM) stay: Arabic and Hebrew need them. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;
const BIDI_NAMES = {
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
};
/** Tag characters spell text that no font shows; only the flags of England, Scotland and Wales use them honestly. */
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007f}]{1,8})|[\u{e0000}-\u{e007f}]+/gu;

export function clean(text) {
  return String(text ?? "")
    .replace(/\r\n?/g, "\n")
    .replace(TERMINAL_SEQUENCE, "")
    .replace(TERMINAL_COMMAND, "")
    .replace(ESCAPE, "␛")
    .replace(CONTROLS, "")
    .replace(BIDI, (mark) => `⟦${BIDI_NAMES[mark]}⟧`)
    .replace(TAGS, (_hidden, flag) => flag ?? "⟦hidden text⟧");
}

const ENTITIES = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  copy: "©",
  rarr: "→",
  larr: "←",
  times: "×",
  bull: "•",
};

/** Slack escapes exactly three characters; they are decoded once, so `&amp;lt;` shows as `&lt;`. */
export function decodeSlack(text) {
  return text.replace(/&(amp|lt|gt);/g, (_all, name) => ENTITIES[name]);
}

/** One Markdown entity (`&lt;`, `&#39;`, `&#x2014;`) at the start of `text`, or undefined. */
export function decodeEntity(text) {
  const named = /^&([a-z]{2,6});/.exec(text);
  if (named && Object.hasOwn(ENTITIES, named[1])) return { length: named[0].length, text: ENTITIES[named[1]] };
  const numeric = /^&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));/i.exec(text);
  if (!numeric) return undefined;
  const code = numeric[1] ? Number.parseInt(numeric[1], 16) : Number(numeric[2]);
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return { length: numeric[0].length, text: clean(valid ? String.fromCodePoint(code) : "\ufffd") };
}

/** A link people may follow, or undefined: only the web and mail, never javascript:, data: or a path on this origin. */
export function safeHref(url) {
  const text = String(url ?? "").trim();
  if (!/^(?:https?:\/\/|mailto:)/i.test(text) || text.length > 3000) return undefined;
  try {
    const parsed = new URL(text);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** A picture the page may load: a file of this workspace or raster data. Anything else would tell a stranger who looked. */
export function safeImage(url) {
  const text = String(url ?? "");
  if (/^data:image\/(?:png|jpeg|gif|webp);base64,/i.test(text)) return text;
  return sameOrigin(text);
}

export function sameOrigin(url) {
  try {
    const parsed = new URL(String(url ?? ""), location.origin);
    return url && parsed.origin === location.origin && parsed.pathname.startsWith("/files/") ? parsed.pathname + parsed.search : undefined;
  } catch {
    return undefined;
  }
}

/** "1.4 MB" of a number of bytes. */
export function bytes(size) {
  if (!(size >= 0)) return "";
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(size < 10_000 ? 1 : 0)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** Slack's ts is seconds and a counter: "1700000000.000100". */
export function dateOf(ts) {
  const seconds = Number.parseFloat(ts);
  return new Date(Number.isFinite(seconds) ? seconds * 1000 : 0);
}
export const clock = (ts) => CLOCK.format(dateOf(ts));
export const wholeTime = (ts) => WHOLE.format(dateOf(ts));

export function day(ts, now = new Date()) {
  const date = dateOf(ts);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return DAY.format(date);
}
