import type { ModelMessage } from "../model.ts";

/** How many tokens words are, without a tokenizer: as a guess, and as an upper bound. */

/** As in English prose; code and other languages need more tokens for as many characters. */
const CHARS_PER_TOKEN = 4;
/** Role and borders of a message, and the marks of sources in it. */
const FRAME_TOKENS = 8;
/** As much as Anthropic counts for its largest; OpenAI counts about as much. */
export const IMAGE_TOKENS = 1_600;

export const tokensIn = (chars: number): number => Math.ceil(chars / CHARS_PER_TOKEN);

export const charsIn = (tokens: number): number => tokens * CHARS_PER_TOKEN;

export function estimateTokens(message: ModelMessage): number {
  const args = message.role === "assistant" ? message.toolCalls.reduce((sum, call) => sum + call.tool.length + call.args.length, 0) : 0;
  const images = message.role === "assistant" ? 0 : (message.images?.length ?? 0);
  return tokensIn(charsOf(message) + args + keptIn(message).length) + images * IMAGE_TOKENS + FRAME_TOKENS;
}

/** What came with calls and goes back with them: it is read again, and paid for. */
export const keptIn = (message: ModelMessage): string =>
  message.role === "assistant" && message.kept ? JSON.stringify(message.kept.what) : "";

/** Of the words; marks of sources are in the frame. */
export function charsOf(message: ModelMessage): number {
  const beside = message.role === "user" ? message.beside : message.role === "tool" ? message.told : undefined;
  return beside ? beside.reduce((sum, { text }) => sum + text.length, message.text.length) : message.text.length;
}

/** What the largest image that a provider takes is counted as (platform.claude.com, vision: 4,784 at high resolution). */
export const IMAGE_TOKENS_MAX = 5_000;

/**
 * An upper bound: the densest tokenizer in use takes 2.5 characters a token on average (platform.claude.com, models overview, October 2026);
 * code and tables take fewer. Beyond ASCII a character may be two tokens.
 */
export function tokensAtMost(text: string): number {
  let beyond = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) beyond++;
  return Math.ceil((text.length - beyond) / ASCII_PER_TOKEN_MIN + beyond * TOKENS_PER_OTHER_MAX);
}
const ASCII_PER_TOKEN_MIN = 2;
const TOKENS_PER_OTHER_MAX = 2;
