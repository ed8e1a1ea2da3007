import { safeHref } from "../../text/links.ts";

/**
 * Reads Slack's own markup ("mrkdwn"), which no library keeps: *bold*, _italic_, ~struck~, `code`, fences, > quotes, <@U…>, <#C…|name>,
 * <!here>, <https://…|label>. Entities are decoded once, and only after the markup has been read, so what was escaped stays text. Work is
 * bounded: a mark that nothing closes on its line is not looked for again.
 */
export type Span =
  | { readonly kind: "text" | "code" | "fence"; readonly text: string }
  | { readonly kind: "strong" | "em" | "s" | "quote"; readonly spans: readonly Span[] }
  | { readonly kind: "user" | "channel"; readonly id: string; readonly label: string }
  | { readonly kind: "broadcast"; readonly range: string }
  | { readonly kind: "group"; readonly label: string }
  | { readonly kind: "date"; readonly ts: string; readonly format: string; readonly label: string }
  | { readonly kind: "link"; readonly target: string; readonly label: string };

const CHARS_MAX = 40_000; // Slack cuts message text here.
const DEPTH_MAX = 5;
const POINTED_CHARS_MAX = 3200;
const STYLES = { "*": "strong", _: "em", "~": "s" } as const;

export function readMrkdwn(source: string): readonly Span[] {
  const parts = source.slice(0, CHARS_MAX).split("```");
  return parts.flatMap((part, index) => {
    const isInside = index % 2 === 1;
    if (isInside && index < parts.length - 1) return [{ kind: "fence", text: decode(part.replace(/^\n|\n$/g, "")) }];
    return quotes(isInside ? `\`\`\`${part}` : trimAround(part, index, parts.length));
  });
}

/** The line ends beside a fence belong to the fence. */
function trimAround(part: string, index: number, count: number): string {
  const start = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? start.replace(/\n$/, "") : start;
}

/** Lines that begin with ">", run by run. */
function quotes(text: string): readonly Span[] {
  const runs: { readonly isQuote: boolean; readonly lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const isQuote = /^(?:&gt;|>)/.test(line);
    const said = isQuote ? line.replace(/^(?:&gt;|>) ?/, "") : line;
    const last = runs.at(-1);
    if (last?.isQuote === isQuote) last.lines.push(said);
    else runs.push({ isQuote, lines: [said] });
  }
  return runs.flatMap(({ isQuote, lines }): readonly Span[] => {
    const inner = spans(lines.join("\n"), 0);
    return isQuote ? [{ kind: "quote", spans: inner }] : inner;
  });
}

const SPECIAL = /[*_~`<]/g;

interface Reading {
  /** Where the line at hand ends. */
  lineEnd: number;
  /** Up to where no character closes a mark. */
  readonly hopelessUntil: Map<string, number>;
}

interface Read {
  readonly span: Span;
  readonly end: number;
}

function spans(text: string, depth: number): readonly Span[] {
  const found: Span[] = [];
  const reading: Reading = { lineEnd: -1, hopelessUntil: new Map() };
  let plainFrom = 0;
  let at = 0;
  const flush = (end: number) => {
    if (end > plainFrom) found.push({ kind: "text", text: decode(text.slice(plainFrom, end)) });
  };
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(text);
    if (!special) break;
    at = special.index;
    const read = text[at] === "<" ? pointed(text, at) : styled(text, at, depth, reading);
    if (read) {
      flush(at);
      found.push(read.span);
      at = read.end;
      plainFrom = at;
    } else {
      at += 1;
    }
  }
  flush(text.length);
  return found;
}

const isWord = (character: string | undefined): boolean => /[\p{L}\p{N}]/u.test(character ?? "");

function styled(text: string, at: number, depth: number, reading: Reading): Read | undefined {
  const mark = text[at] ?? "";
  const isCode = mark === "`";
  if (depth > DEPTH_MAX || at < (reading.hopelessUntil.get(mark) ?? 0)) return undefined;
  if (!isCode && (isWord(text[at - 1]) || /\s/.test(text[at + 1] ?? " "))) return undefined;
  if (reading.lineEnd < at) reading.lineEnd = (text.indexOf("\n", at) + 1 || text.length + 1) - 1;
  const { lineEnd } = reading;
  let end = text.indexOf(mark, at + 1);
  while (end !== -1 && end < lineEnd && !isCode && (/\s/.test(text[end - 1] ?? "") || isWord(text[end + 1]) || end === at + 1))
    end = text.indexOf(mark, end + 1);
  if (end === -1 || end >= lineEnd) {
    reading.hopelessUntil.set(mark, lineEnd);
    return undefined;
  }
  if (end === at + 1) return undefined;
  const inner = text.slice(at + 1, end);
  if (isCode) return { span: { kind: "code", text: decode(inner) }, end: end + 1 };
  return { span: { kind: STYLES[mark as keyof typeof STYLES], spans: spans(inner, depth + 1) }, end: end + 1 };
}

function pointed(text: string, at: number): Read | undefined {
  const end = text.indexOf(">", at);
  if (end === -1 || end - at > POINTED_CHARS_MAX || text.slice(at + 1, end).includes("<")) return undefined;
  const span = reference(text.slice(at + 1, end));
  return span && { span, end: end + 1 };
}

function reference(body: string): Span | undefined {
  const bar = body.indexOf("|");
  const target = bar === -1 ? body : body.slice(0, bar);
  const label = bar === -1 ? "" : decode(body.slice(bar + 1));
  const id = target.slice(1);
  if (/^@[A-Z0-9]{2,}$/.test(target)) return { kind: "user", id, label };
  if (/^#[A-Z0-9]{2,}$/.test(target)) return { kind: "channel", id, label };
  if (/^!(?:here|channel|everyone)$/.test(target)) return { kind: "broadcast", range: id };
  if (target.startsWith("!subteam^")) return { kind: "group", label };
  if (target.startsWith("!date^")) {
    const [, ts = "", format = ""] = target.split("^");
    return { kind: "date", ts, format: decode(format), label };
  }
  return safeHref(decode(target)) === undefined ? undefined : { kind: "link", target: decode(target), label };
}

const ENTITIES: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">" };

/** Slack escapes exactly three characters; they are decoded once, so `&amp;lt;` shows as `&lt;`. */
const decode = (text: string): string => text.replace(/&(amp|lt|gt);/g, (_all, name: string) => ENTITIES[name] ?? "");
