import { durationMs, type Said } from "./said.ts";

/** Whoever asks for a longer pause than this has to be told to people, rather than waited for in silence. */
export const RETRY_AFTER_MS_MAX = 60_000;

/**
 * How long a server wants to be left alone, in milliseconds: as a header says, in seconds, milliseconds or as a date; else as the body does, in a
 * field (Google's RetryInfo), in headers that a gateway has put there (OpenRouter) or in words. `undefined` when it names no wait.
 */
export function retryAfterMs(headers: Headers | undefined, said: Said, nowMs: number): number | undefined {
  const given = headers && (fromHeaders(headers, nowMs) ?? fromResets([...headers], nowMs));
  // Below nothing is what servers write that know of none.
  const inBody = said.retryAfterMs !== undefined && said.retryAfterMs >= 0 ? said.retryAfterMs : undefined;
  return given ?? inBody ?? fromResets(said.headers ?? [], nowMs) ?? fromWords(said.message, nowMs);
}

function fromHeaders(headers: Headers, nowMs: number): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? headers.get("x-ms-retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  return waitMs(headers.get("retry-after") ?? "", nowMs);
}

/** In seconds, as a moment in seconds or milliseconds, as a date, or as a duration with its units. */
function waitMs(text: string, nowMs: number): number | undefined {
  // Two headers of one name come as one.
  const written = /^\s*[\d.]+\s*,/.test(text) ? (text.split(",")[0] ?? "") : text;
  if (/^\s*-?\d+(?:\.\d+)?\s*$/.test(written)) {
    const count = Number(written);
    const ms = count > MOMENT_MS_MIN ? count - nowMs : count > MOMENT_S_MIN ? count * 1_000 - nowMs : count * 1_000;
    return Math.max(0, ms);
  }
  const atMs = /^\s*\d{4}-\d\d-\d\d|^\s*[A-Z][a-z]{2,8},? (?:\d|[A-Z][a-z]{2} )/.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : durationMs(written);
}

const MOMENT_S_MIN = 1_000_000_000;
const MOMENT_MS_MIN = 1_000_000_000_000;

/**
 * Where what has run out is told with the time of its renewal, under whichever names: `x-ratelimit-remaining-tokens` with `x-ratelimit-reset-tokens`
 * (OpenAI, Groq), `anthropic-ratelimit-requests-remaining` with `-reset`, `x-ratelimit-remaining` (OpenRouter, Together), `ratelimitbysize-remaining`
 * (Mistral). The last of what has run out counts.
 */
function fromResets(headers: readonly (readonly [string, string])[], nowMs: number): number | undefined {
  const byName = new Map(headers.map(([name, value]) => [name.toLowerCase(), value] as const));
  const waits = [...byName]
    .filter(([name, value]) => /rate-?limit.*remaining/.test(name) && /^\s*0(?:\.0*)?\s*$/.test(value))
    .map(([name]) => waitMs(byName.get(name.replace("remaining", "reset")) ?? "", nowMs))
    .filter((wait) => wait !== undefined);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

const UNIT = String.raw`(?:ms|milliseconds?|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|[smhd])\b`;
const IN_WORDS = new RegExp(
  String.raw`(?:try again|retry|wait|available again|reset)[^.\d]{0,40}?(?:in|after|for|within)?\s+((?:\d+(?:\.\d+)?\s*${UNIT}(?:,? and |,)?\s*|\d+[hm](?=\d))+)`,
  "i",
);
const MOMENT_IN_WORDS = /(?:try again|retry|wait|available again|reset)[^.\d]{0,40}?\s(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))/i;

function fromWords(message: string, nowMs: number): number | undefined {
  const found = IN_WORDS.exec(message)?.[1];
  if (found === undefined) return waitMs(MOMENT_IN_WORDS.exec(message)?.[1] ?? "", nowMs);
  return durationMs(found.replaceAll(/milliseconds?/gi, "ms").replaceAll(/(s|m|h|d)(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|ays?)/gi, "$1"));
}
