import type { ToolResult } from "../engine/tool.ts";

/** The longest output, with the note about the cut. The assistant cuts at the same length: an output is read again on every later call. */
export const OUTPUT_CHARS_MAX = 20_000;

const MESSAGE_CHARS_MAX = 2_000; // People read it in the thread.

export type Failed = Extract<ToolResult, { kind: "failed" }>;

export const returned = (output: string): ToolResult => ({ kind: "returned", output: capped(output) });

export const capped = (output: string): string => cut(plain(output), OUTPUT_CHARS_MAX) || "(no output)";

/** `message` says where, what and the mend. */
export const failed = (kind: string, message: string): Failed => ({
  kind: "failed",
  error: { kind, message: cut(plain(message), MESSAGE_CHARS_MAX) },
});

/** What stands in a sentence: one line, and short. */
export function quoted(text: string, charsMax: number): string {
  const line = plain(text).replace(/\s+/g, " ").trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).toWellFormed()}…`;
}

/** At most `charsMax` characters, the note included; never half of a character. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = text.slice(0, charsMax - CUT_NOTE_CHARS_MAX).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept}\n… cut: ${text.length - kept.length} more characters`;
}

const CUT_NOTE_CHARS_MAX = 48;

/**
 * Text from outside without what a person could not see but a model would read, or what would break a terminal: control characters, marks
 * that turn the direction of writing, Unicode's invisible copy of ASCII, and halves of characters.
 */
export const plain = (text: string): string =>
  text
    .toWellFormed() // First: two halves that something invisible stands between would be one of these marks without it.
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu, "");

/** A size for people. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** As JSON; nothing for what has no JSON, such as a structure from outside that is nested too deeply to be written again. */
export function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
