import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { failed, type Failed, quoted, size } from "../result.ts";
import type { Meaning, SearchAnswer, SearchAt, SearchProvider, SearchRequest, SearchWish } from "./provider.ts";

/** Twenty results are a tenth of it. */
const ANSWER_BYTES_MAX = 2_000_000;
/** Once, a call waits by itself: plans of one search a second are usual, and agents search at the same time. */
const WAIT_SECONDS_MAX = 5;
const DETAIL_CHARS_MAX = 300;

/** Who is asked, and for whom that is: `keyEnv` is the variable with the key. */
interface Asked {
  readonly provider: SearchProvider;
  readonly at: SearchAt;
  readonly keyEnv: string | undefined;
}

/** Asks a provider; whatever goes wrong is a failure that names the mend, and never the key. */
export async function ask(asked: Asked, wish: SearchWish, clock: Clock, signal: AbortSignal): Promise<SearchAnswer | Failed> {
  const request = asked.provider.request(wish, asked.at);
  for (let attempt = 1; ; attempt++) {
    const reply = await call(asked, request, signal);
    if ("kind" in reply) return reply;
    if (reply.status >= 200 && reply.status < 300) return answerIn(asked, reply);
    const meaning = meaningOf(asked.provider, reply);
    const waitSeconds = meaning === "busy" ? waitIn(reply.headers, clock.now()) : undefined;
    if (attempt > 1 || waitSeconds === undefined || waitSeconds > WAIT_SECONDS_MAX) return failureOf(asked, meaning, reply, waitSeconds);
    await clock.sleep(waitSeconds * 1_000, signal);
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function call({ provider, at }: Asked, { url, headers, body }: SearchRequest, signal: AbortSignal): Promise<Reply | Failed> {
  try {
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        "user-agent": "Parley/0.1 (web_search)",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A key goes to nobody but who was meant.
      redirect: "manual",
      signal,
    });
    const text = await textWithin(response, ANSWER_BYTES_MAX);
    if (text === undefined)
      return failed(
        "bad_answer",
        `${provider.name} answered with more than ${size(ANSWER_BYTES_MAX)}. Ask for fewer results, or in other words.`,
      );
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (signal.aborted) throw error;
    const code = Coded.safeParse(error).data?.cause.code;
    return failed(
      "unavailable",
      `${provider.name} could not be reached at ${originOf(at)}${code === undefined ? "" : ` (${code})`}. Try again later; if it stays so, whoever runs Parley can look whether that address is right and can be reached from there.`,
    );
  }
}

const Coded = z.object({ cause: z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/) }) });

/** Nothing of what is longer, packed or unpacked. */
async function textWithin({ body }: Response, bytesMax: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (body === null) return "";
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

async function answerIn({ provider, at }: Asked, { headers, text }: Reply): Promise<SearchAnswer | Failed> {
  const answer = parsed(text);
  const found = answer === undefined ? undefined : await provider.read(answer);
  if (found) return found;
  const type = quoted(headers.get("content-type") ?? "", 60) || "something else";
  const what = answer === undefined ? `with ${type}, and not in JSON` : "in another form than its documentation says";
  return failed(
    "bad_answer",
    `${provider.name} answered ${what}. Whoever runs Parley can look whether ${originOf(at)} is where its API answers (\`url\` of this tool).`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function meaningOf(provider: SearchProvider, { status, text }: Reply): Meaning {
  return provider.meaning?.(status, parsed(text)) ?? byStatus(status);
}

function byStatus(status: number): Meaning {
  if (status >= 300 && status < 400) return "elsewhere";
  switch (status) {
    case 401:
    case 403:
      return "key";
    case 402:
      return "spent";
    case 404:
    case 405:
      return "elsewhere";
    case 429:
      return "busy";
    default:
      return status >= 500 ? "down" : "refused";
  }
}

function failureOf({ provider, at, keyEnv }: Asked, meaning: Meaning, reply: Reply, waitSeconds: number | undefined): Failed {
  const { status } = reply;
  const { name, key } = provider;
  const own = provider.mends?.[meaning];
  if (own) return failed(KINDS[meaning], `${name} ${own(originOf(at), status)}.`);
  const detail = detailIn(reply.text, at.key);
  const says = detail === "" ? "" : ` It says: "${detail}".`;
  switch (meaning) {
    case "key":
      return failed(
        KINDS[meaning],
        `${name} does not take ${keyEnv === undefined ? "the call" : `the key in ${keyEnv}`} (HTTP ${status}).${key ? ` Whoever runs Parley can get one at ${key.from}.` : ""}${says}`,
      );
    case "spent":
      return failed(
        KINDS[meaning],
        `The account at ${name} has no searches left (HTTP ${status}).${key ? ` Whoever runs Parley can add some at ${key.from}.` : ""} Go on without searching.${says}`,
      );
    case "busy": {
      const wait = waitSeconds === undefined ? "in a minute" : `in ${waitSeconds} s`;
      return failed(
        KINDS[meaning],
        `${name} is asked too often (HTTP ${status}). Search again ${wait}, and go on with something else until then.${says}`,
      );
    }
    case "refused":
      return failed(KINDS[meaning], `${name} does not take this query (HTTP ${status}). Ask in other words, or shorter.${says}`);
    case "elsewhere": {
      const location = reply.headers.get("location");
      const to = location === null ? undefined : URL.parse(location, at.url)?.origin;
      return failed(
        KINDS[meaning],
        `${name} does not answer at ${originOf(at)} (HTTP ${status}${to === undefined ? "" : `, to ${quoted(to, 200)}`}). Whoever runs Parley can put the right address into \`url\` of this tool.`,
      );
    }
    case "down":
      return failed(KINDS[meaning], `${name} cannot search now (HTTP ${status}). Try again later.${says}`);
  }
}

const KINDS: { readonly [Kind in Meaning]: string } = {
  key: "unauthorized",
  spent: "quota",
  busy: "rate_limited",
  refused: "refused_query",
  elsewhere: "unavailable",
  down: "unavailable",
};

/** What the provider itself says of a failure: the first words under the names that each of them has for that. Some say back the key that they do not take. */
function detailIn(text: string, key: string | undefined): string {
  const failure = Failure.safeParse(parsed(text)).data;
  const { error, detail, message } = failure ?? {};
  const words = [wordsOf(error), wordsOf(detail), message].find((one) => one !== undefined && one !== "") ?? "";
  return quoted(key === undefined ? words : words.replaceAll(key, "…"), DETAIL_CHARS_MAX).replaceAll('"', "'");
}

const Words = z.union([
  z.string(),
  z.object({ detail: z.string().optional(), error: z.string().optional(), message: z.string().optional() }),
]);
const wordsOf = (value: z.output<typeof Words> | undefined): string | undefined =>
  typeof value === "string" ? value : (value?.detail ?? value?.error ?? value?.message);
const Failure = z.object({
  error: Words.optional().catch(undefined),
  detail: Words.optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** In how many seconds it can be asked again, as it says: `Retry-After`, or of several limits (`X-RateLimit-…`: `1, 1419704`) the longest of those with nothing left. */
function waitIn(headers: Headers, nowMs: number): number | undefined {
  const told = headers.get("retry-after")?.trim();
  if (told) {
    const seconds = /^\d{1,9}$/.test(told) ? Number(told) : Math.ceil((Date.parse(told) - nowMs) / 1_000);
    return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
  }
  const [left, resets] = ["x-ratelimit-remaining", "x-ratelimit-reset"].map((name) => numbersIn(headers.get(name)));
  const waits = (resets ?? []).filter((_, nth) => (left?.[nth] ?? 0) === 0);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

const numbersIn = (text: string | null): readonly number[] =>
  (text ?? "")
    .slice(0, 200)
    .split(",")
    .map((one) => one.trim())
    .filter((one) => /^\d{1,9}$/.test(one))
    .map(Number);

/** Without what may be a password, or a path that is nobody's business. */
const originOf = ({ url }: SearchAt): string => URL.parse(url)?.origin ?? "its address";
