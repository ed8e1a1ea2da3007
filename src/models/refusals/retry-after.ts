import { durationMs, type Said } from "./said.ts";

/**
 * How long a server wants to be left alone, in milliseconds: as a header says, in seconds, milliseconds or as a date; else as the body does, in a
 * field (Google's RetryInfo) or in words. `undefined` when it names no wait.
 */
export function retryAfterMs(headers: Headers | undefined, said: Said, nowMs: number): number | undefined {
  const given = headers && (fromHeaders(headers, nowMs) ?? fromResets(headers, nowMs));
  return given ?? said.retryAfterMs ?? fromWords(said.message);
}

function fromHeaders(headers: Headers, nowMs: number): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const waitMs = /^\s*[\d.]+\s*$/.test(after) ? Number.parseFloat(after) * 1_000 : Date.parse(after) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : durationMs(after);
}

/** Where what has run out is told with the time of its renewal: OpenAI's and Groq's durations, and moments in seconds or milliseconds (OpenRouter). */
function fromResets(headers: Headers, nowMs: number): number | undefined {
  for (const what of ["requests", "tokens"]) {
    if (headers.get(`x-ratelimit-remaining-${what}`)?.trim() !== "0") continue;
    const wait = durationMs(headers.get(`x-ratelimit-reset-${what}`) ?? "");
    if (wait !== undefined) return wait;
  }
  if (headers.get("x-ratelimit-remaining")?.trim() !== "0") return undefined;
  const reset = Number.parseFloat(headers.get("x-ratelimit-reset") ?? "");
  if (!Number.isFinite(reset)) return undefined;
  const atMs = reset > MOMENT_MS_MIN ? reset : reset > MOMENT_S_MIN ? reset * 1_000 : nowMs + reset * 1_000;
  return Math.max(0, atMs - nowMs);
}

const MOMENT_S_MIN = 1_000_000_000;
const MOMENT_MS_MIN = 1_000_000_000_000;

const IN_WORDS = /(?:try again|retry|wait|available again|reset)[^.\d]{0,40}?(?:in|after|for|within)?\s+((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|seconds?|minutes?|hours?|[smh])\s*)+)/i; // prettier-ignore

function fromWords(message: string): number | undefined {
  const found = IN_WORDS.exec(message)?.[1];
  return found === undefined ? undefined : durationMs(found.replaceAll(/milliseconds?/gi, "ms").replaceAll(/(s|m|h)(?:econds?|inutes?|ours?)/gi, "$1")); // prettier-ignore
}
