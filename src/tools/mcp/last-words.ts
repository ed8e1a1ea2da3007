import { quoted } from "../result.ts";

const SHOWN_CHARS_MAX = 500;

/** Begins what a program says of its error: `Error: …`, `ValueError: …`, `| KeyError: …`, `[cause]: Error: …`, `serve: fatal: …`, `[ERROR] …`. */
const ERROR_LINE = /^[\s|+[]*(?:cause\]: *)?(?:[\w.@/-]{1,100}: +)?(?:uncaught +)?(?:[\w$.]{0,100}(?:error|exception)|fatal|panic)\b/i;
const STACK_LINE = /^\s+at /;

/**
 * What is shown of what a program wrote before it ended, on one line: from the last line on that names an error, without the stack under it, which is longer than
 * what is shown; where none does, the end.
 */
export function lastWordsOf(written: string): string {
  const lines = written.trim().split("\n");
  const at = lines.findLastIndex((line) => ERROR_LINE.test(line));
  if (at >= 0) {
    const rest = lines.slice(at);
    const stackAt = rest.findIndex((line) => STACK_LINE.test(line));
    return quoted(rest.slice(0, stackAt < 0 ? undefined : stackAt).join("\n"), SHOWN_CHARS_MAX);
  }
  const end = quoted(written, written.length);
  return end.length <= SHOWN_CHARS_MAX ? end : `…${end.slice(1 - SHOWN_CHARS_MAX).toWellFormed()}`;
}
