import { createContext, runInContext } from "node:vm";
import { piecesOf } from "../../engine/reading/attribution.ts";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";

/** One regular expression of a template: short enough to be read by a person. */
const PATTERN_CHARS_MAX = 200;
const PATTERN_MS_MAX = 1_000; // A pattern that backtracks without end is stopped; a sane one takes microseconds, and a busy machine a while.
/** What a template quotes, and what a pattern is tried on: the end of longer texts, where results are. */
const QUOTED_CHARS_MAX = 4_000;

const TEMPLATE = /\{\{\s*(task|last)(?::\/(.*?)\/)?\s*\}\}/gs;

/**
 * Fills `{{task}}`, `{{last}}` and `{{last:/pattern/}}`: the text of the first user message, of the newest words of others or result of a tool, and
 * the first group (or the whole) of a pattern's first match in it; without the marks of whose words they are. Other braces stay as they are.
 */
export function fillTemplate(text: string, request: ModelRequest): string {
  return text.replaceAll(TEMPLATE, (_whole, name: "task" | "last", pattern: string | undefined) => {
    const quoted = name === "task" ? taskOf(request) : lastOf(request);
    if (pattern === undefined) return quoted;
    return firstMatch(pattern, quoted) ?? "(no match)";
  });
}

function firstMatch(pattern: string, quoted: string): string | undefined {
  const context = createContext({ pattern, quoted });
  try {
    const match = runInContext('new RegExp(pattern, "m").exec(quoted)', context, { timeout: PATTERN_MS_MAX }) as RegExpExecArray | null;
    return (match?.[1] ?? match?.[0])?.trim();
  } catch {
    return undefined; // It took too long.
  }
}

/** What is wrong with the patterns in a text, for people; `undefined` when nothing is. */
export function patternTrouble(text: string): string | undefined {
  for (const [, , pattern] of text.matchAll(TEMPLATE)) {
    if (pattern === undefined) continue;
    if (pattern.length > PATTERN_CHARS_MAX) return `a pattern of ${pattern.length} characters; at most ${PATTERN_CHARS_MAX} are allowed`;
    try {
      new RegExp(pattern, "m");
    } catch (error) {
      return `the pattern /${pattern}/ is not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

const taskOf = ({ messages }: ModelRequest): string => quotable(messages.find((message) => message.role === "user"));

/** What is asked of the model for this call alone stands behind what was said, and is nobody's words. */
function lastOf({ agent, messages, stable }: ModelRequest): string {
  const isOwn = ({ role, text }: ModelMessage): boolean => {
    const from = role === "user" ? piecesOf(text)[0]?.from : undefined;
    return role === "assistant" || (from?.kind === "agent" && from.name === agent);
  };
  const last = messages.slice(0, stable).findLast((message) => !isOwn(message));
  return quotable(last ?? messages.findLast((message) => message.role !== "assistant"));
}

const quotable = (message: ModelMessage | undefined): string =>
  piecesOf(message?.text ?? "")
    .map(({ text }) => text)
    .join("\n")
    .trim()
    .slice(-QUOTED_CHARS_MAX);
