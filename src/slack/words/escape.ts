/** What agents and people wrote is data: here it loses every power that Slack, a terminal or an eye might lend it. */

/**
 * Markdown that is safe in a `markdown` block and looks as it did. Slack reads its own `<…>` tokens there too, in code as well; a zero-width
 * space after the bracket ends that and is not seen.
 */
export const safeMarkdown = (text: string): string => safe(text);

/** Text for a mrkdwn field: as {@link safeMarkdown}, and `&`, `<`, `>` escaped, as Slack asks. */
export const safeMrkdwn = (text: string): string => safe(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Text for a plain_text field, in one line of at most `charsMax` characters. */
export const safeLine = (text: string, charsMax: number): string => shorten(safe(text).replaceAll(/\s+/g, " ").trim(), charsMax);

/** Markdown's words without its marks, for one line of a card; `snake_case` stays. */
export const withoutMarks = (markdown: string): string =>
  markdown.replaceAll(/[`*]+|(?<!\w)_+|(?<!_)_+(?!\w)/g, "").replaceAll(/(?<=^|\s)[#>|]+(?=\s|$)/g, " ");

/** Cuts at a word where one ends near, and never within a character. */
export function shorten(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const cut = wholeCharacters(text, charsMax - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > charsMax * 0.7 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** The first `charsMax` characters or one less, so that a surrogate pair stays whole. */
export function wholeCharacters(text: string, charsMax: number): string {
  const last = text.charCodeAt(charsMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? charsMax - 1 : charsMax);
}

/** CSI, OSC and other sequences that command a terminal. */
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g;
/** Controls but tab and newline, and marks that turn the direction of text around, so that it reads as what it is not. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Nothing that {@link clean} or {@link inert} would touch, as in most texts: one look in place of five. */
const HARMLESS = /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff<&@]*$/;

const safe = (text: string): string => (HARMLESS.test(text) ? text : inert(clean(text)));

const clean = (text: string): string => text.toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(TERMINAL, "").replaceAll(INVISIBLE, "");

const ZERO_WIDTH = "\u200b";
/** An opening bracket as it is, and as the entities that Markdown turns into one. */
const OPEN = String.raw`(?:<|&lt;?|&LT;?|&#0*60;?|&#[xX]0*3[cC];?)`;
/** `@`, `#` and `!`, perhaps behind a backslash, and the entities for them. */
const AT_OR_HASH = String.raw`\\*(?:[@#]|&(?:commat|num|#0*(?:64|35)|#[xX]0*(?:40|23));?)`;
const BANG = String.raw`\\*(?:!|&(?:excl|#0*33|#[xX]0*21);?)`;
const COMMAND = String.raw`(?:channel|here|everyone|group|subteam|date)`;
/** A mention, a command, or a link whose label may hide where it leads; not `<div>`, `<!-- -->`, `a < b` or `<https://…>`. */
const TOKEN = new RegExp(`${OPEN}(?=${AT_OR_HASH}[A-Za-z0-9]|${BANG}${COMMAND}|[A-Za-z][A-Za-z0-9+.-]{0,20}:[^<>|\\n]{0,2000}\\|)`, "gi");
/** What a client may take for a word to everybody. Part of a longer word, an address or a path it is none. */
const EVERYBODY = /(?<![\w.@/-])(?:@|&(?:commat|#0*64|#x0*40);?)(?=(?:channel|here|everyone|group)(?![\w-]))/gi;

const inert = (text: string): string => text.replaceAll(TOKEN, (open) => open + ZERO_WIDTH).replaceAll(EVERYBODY, (at) => at + ZERO_WIDTH);
