import { markOf, readBack, shown } from "../../engine/reading/shown.ts";
import { safeMarkdown, wholeCharacters } from "../words/escape.ts";
import { APPROVAL_CHARS_SHOWN } from "../words/limits.ts";
import type { Of } from "./log-reading.ts";

/** What a card shows of code or arguments. */
export type Excerpt =
  | { readonly kind: "whole"; readonly text: string }
  | {
      readonly kind: "cut";
      readonly head: string;
      readonly tail: string;
      /** What is between them, of the text as it was written; a line of which a part is shown is not counted. */
      readonly hiddenLines: number;
      readonly hiddenChars: number;
    };

/** Everything where it fits; else the beginning and the end, at the borders of lines where there are some near. */
export function excerptOf(what: string): Excerpt {
  const text = shownWhole(what);
  if (text.length <= APPROVAL_CHARS_SHOWN) return { kind: "whole", text };
  const head = upToLine(wholeMarks(text.slice(0, Math.floor((APPROVAL_CHARS_SHOWN * 2) / 3))));
  const tail = fromLine(text.slice(head.length).slice(-Math.floor(APPROVAL_CHARS_SHOWN / 3)));
  const hidden = text.slice(head.length, text.length - tail.length);
  const written = readBack(hidden);
  const breaks = written.split("\n").length - 1;
  const hiddenLines = Math.max(0, breaks - (head.endsWith("\n") ? 0 : 1));
  return { kind: "cut", head, tail, hiddenLines, hiddenChars: written.length };
}

/**
 * The shown form, in which nothing is a mention, a command or a link to Slack either: where the one escape at the edge puts something that is
 * not seen, a mark stands in place of the sign that it disarms. A frame around nothing but blanks would show nothing; there they are named.
 */
export function shownWhole(what: string): string {
  const text = safeMarkdown(shown(what)).replaceAll(/([^])\u200b/gu, (_, sign: string) => markOf(sign));
  return what.trim() === "" ? text.replaceAll(/[ \n\t]/g, markOf) : text;
}

/** Lines of code; empty ones at its end are none. */
export const linesOf = (what: string): number => {
  const code = what.trimEnd();
  return code === "" ? 0 : code.split(/\r\n?|\n/).length;
};

/** Whether a person sees all of it on its card. Logs of older versions hold only the beginning of what was long. */
export const isShownWhole = ({ what }: Of<"approval.requested">): boolean =>
  excerptOf(what).kind === "whole" && !/\n… cut: \d+ more characters$/.test(what);

/** Not within a mark, nor within a character. */
function wholeMarks(text: string): string {
  const whole = wholeCharacters(text, text.length);
  const open = whole.lastIndexOf("⟦");
  return open > whole.length - MARK_CHARS_MAX && !whole.includes("⟧", open) ? whole.slice(0, open) : whole;
}
const MARK_CHARS_MAX = 16;

function upToLine(text: string): string {
  const end = text.lastIndexOf("\n") + 1;
  return end > text.length * 0.7 ? text.slice(0, end) : text;
}

function fromLine(text: string): string {
  const begin = text.indexOf("\n") + 1;
  if (begin > 0 && begin < text.length * 0.3) return text.slice(begin);
  const close = text.indexOf("⟧");
  const open = text.indexOf("⟦");
  const inMark = close >= 0 && close < MARK_CHARS_MAX && (open < 0 || open > close);
  return (inMark ? text.slice(close + 1) : text).replace(/^[\udc00-\udfff]/, "");
}
