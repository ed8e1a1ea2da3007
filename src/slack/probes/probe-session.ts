import type { Clock } from "../../engine/clock.ts";
import { knownCode } from "../api/error-codes.ts";
import { apiBase } from "../api/web-client.ts";

/** What Slack answered, word for word. Nothing here throws: a call that does not come back is an answer too. */
export interface Reply {
  readonly ok: boolean;
  /** Slack's own word, or what became of the call instead: `http_502`, `unreachable (ECONNREFUSED)`, `not JSON`, a limit of the check. */
  readonly error: string | undefined;
  readonly body: Json;
  /** Those that a fact may hang on: retry-after, x-oauth-scopes, x-accepted-oauth-scopes. */
  readonly headers: { readonly [name: string]: string };
}

export interface Json {
  readonly [key: string]: unknown;
}

/** Where one probe works: calls that are counted and paced, and a way back from whatever it leaves behind. */
export interface ProbeSession {
  readonly channel: string;
  /** The thread in that channel in which messages are posted. */
  readonly root: string;
  /** Who looks at their direct messages, where somebody does. */
  readonly user: string | undefined;
  call(method: string, args: Json): Promise<Reply>;
  /** Posts in the thread, or where `args` say; deleted afterwards. */
  post(args: Json): Promise<Reply & { readonly ts: string | undefined; readonly channel: string }>;
  /** A message as Slack gives it back, with its metadata. */
  read(message: {
    readonly channel: string;
    readonly ts: string;
    readonly root?: string;
  }): Promise<Reply & { readonly message: Json | undefined }>;
  /** Sends bytes to an address that Slack gave. */
  upload(url: string, bytes: Uint8Array): Promise<Reply>;
  /** Is called at the end of the probe, the last one first. `what`: what is left if it fails. */
  undo(what: string, method: string, args: Json): void;
  pause(ms: number): Promise<void>;
  nowMs(): number;
  /** Leaves people the time to look at what is posted. */
  look(): Promise<void>;
}

export interface ProbeSettings {
  readonly botToken: string;
  readonly apiUrl?: string;
  readonly channel: string;
  readonly user?: string | undefined;
  /** How long messages that somebody should look at stay. */
  readonly lookMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A probe makes about ten; more is a mistake of ours, and they are made in somebody's workspace. */
const CALLS_PER_PROBE_MAX = 30;
/** Without the time in which people look. */
const PROBE_MS_MAX = 90_000;
const CLEAN_UP_CALLS_MAX = 30;
const CALL_TIMEOUT_MS = 15_000;
/** chat.postMessage: one a second a channel. */
const POST_GAP_MS = 1_100;
/** A 429 that asks for more is reported, and not waited for. */
const RETRY_AFTER_MS_MAX = 30_000;

/** One probe's session. `close` cleans up and tells what could not be cleaned up. */
export function openProbeSession(
  settings: ProbeSettings,
  root: string,
): { readonly session: ProbeSession; readonly calls: () => number; close(): Promise<readonly string[]> } {
  const { channel, user, clock, signal, lookMs } = settings;
  const begunAt = clock.now();
  const undoing: { readonly what: string; readonly method: string; readonly args: Json }[] = [];
  const unclear: string[] = [];
  let calls = 0;
  let lookedMs = 0;

  async function call(method: string, args: Json): Promise<Reply> {
    if (signal.aborted) return nothing("interrupted");
    if (++calls > CALLS_PER_PROBE_MAX) return nothing(`not called: a check makes at most ${CALLS_PER_PROBE_MAX} calls`);
    if (clock.now() - begunAt - lookedMs > PROBE_MS_MAX) return nothing(`not called: a check takes at most ${PROBE_MS_MAX / 1000} s`);
    return patiently(settings, method, args, signal);
  }

  const session: ProbeSession = {
    channel,
    root,
    user,
    call,
    async post(args) {
      const to = { channel, ...(args["channel"] === undefined ? { thread_ts: root } : {}), ...args };
      await clock.sleep(POST_GAP_MS, signal);
      const reply = await call("chat.postMessage", { unfurl_links: false, unfurl_media: false, ...to });
      const [ts, at] = [textOf(reply.body["ts"]), textOf(reply.body["channel"]) ?? to.channel];
      // In the thread it is found and taken away at the end; anywhere else nobody would look.
      if (
        !reply.ok &&
        !("thread_ts" in to && to["thread_ts"] !== undefined) &&
        ["look", "doubt"].includes(knownCode(codeOf(reply)).reaction)
      )
        unclear.push(`a message in ${String(at)} may be there although its call failed (${reply.error}); look, and take it away by hand`);
      if (ts !== undefined) session.undo(`the message ${ts} in ${String(at)}`, "chat.delete", { channel: at, ts });
      return { ...reply, ts, channel: String(at) };
    },
    async read(message) {
      const { ts } = message;
      const within = { channel: message.channel, oldest: ts, latest: ts, inclusive: true, limit: 20, include_all_metadata: true };
      const reply = message.root
        ? await call("conversations.replies", { ...within, ts: message.root })
        : await call("conversations.history", within);
      const messages = Array.isArray(reply.body["messages"]) ? (reply.body["messages"] as readonly Json[]) : [];
      return { ...reply, message: messages.find((one) => one["ts"] === ts) };
    },
    async upload(url, bytes) {
      if (signal.aborted || ++calls > CALLS_PER_PROBE_MAX) return nothing("not called");
      return send(
        url,
        { method: "POST", headers: { "content-type": "application/octet-stream" }, body: bytes as Uint8Array<ArrayBuffer> },
        signal,
      );
    },
    undo: (what, method, args) => void undoing.push({ what, method, args }),
    pause: (ms) => clock.sleep(ms, signal),
    nowMs: () => clock.now(),
    async look() {
      const from = clock.now();
      await clock.sleep(lookMs, signal);
      lookedMs += clock.now() - from;
    },
  };

  return {
    session,
    calls: () => calls,
    async close() {
      const left: string[] = [...unclear];
      for (const { what, method, args } of undoing.toReversed().slice(0, CLEAN_UP_CALLS_MAX)) {
        calls += 1;
        // Also after an interruption: what was posted is not to stay.
        const { ok, error } = await patiently(settings, method, args, new AbortController().signal);
        if (!ok && !GONE.has(error ?? "")) left.push(`${what} is still there (${method}: ${error}); take it away by hand`);
      }
      return left;
    },
  };
}

/** What became of the call, where Slack itself said nothing, counts as trouble of its own. */
const codeOf = ({ error = "" }: Reply): string => (/^(http_5|unreachable|interrupted|not JSON)/.test(error) ? "internal_error" : error);

/** A probe may have deleted it itself. */
const GONE: ReadonlySet<string> = new Set(["message_not_found", "file_not_found", "file_deleted"]);

/** Waits once for as long as Slack asks, if that is not long. */
async function patiently(settings: ProbeSettings, method: string, args: Json, signal: AbortSignal): Promise<Reply> {
  const first = await callOnce(settings, method, args, signal);
  const waitMs = Number(first.headers["retry-after"] ?? Number.NaN) * 1_000;
  if (first.error !== "ratelimited" || !(waitMs <= RETRY_AFTER_MS_MAX)) return first;
  await settings.clock.sleep(waitMs, signal);
  return callOnce(settings, method, args, signal);
}

/** One call, with the bot's token. */
export function callOnce(
  { botToken, apiUrl }: Pick<ProbeSettings, "botToken" | "apiUrl">,
  method: string,
  args: Json,
  signal: AbortSignal,
): Promise<Reply> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined) form.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return send(`${apiBase(apiUrl)}${method}`, { method: "POST", headers: { authorization: `Bearer ${botToken}` }, body: form }, signal);
}

async function send(url: string, request: RequestInit, signal: AbortSignal): Promise<Reply> {
  try {
    const response = await fetch(url, {
      ...request,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
    const text = await response.text();
    const headers = Object.fromEntries(
      HEADERS.flatMap((name) => [[name, response.headers.get(name)] as const]).filter(
        (pair): pair is [(typeof pair)[0], string] => pair[1] !== null,
      ),
    );
    if (response.status === 429) return { ok: false, error: "ratelimited", body: {}, headers };
    const body = jsonOf(text);
    // Where files are sent to, the answer is a word.
    if (!body)
      return { ok: false, error: response.ok ? "not JSON" : `http_${response.status}`, body: { text: text.slice(0, 200) }, headers };
    return {
      ok: body["ok"] === true,
      error: body["ok"] === true ? undefined : (textOf(body["error"]) ?? `http_${response.status}`),
      body,
      headers,
    };
  } catch (error) {
    const { cause, name } = error as Error & { readonly cause?: { readonly code?: string } };
    return nothing(signal.aborted ? "interrupted" : `unreachable (${cause?.code ?? name})`);
  }
}

const HEADERS = ["retry-after", "x-oauth-scopes", "x-accepted-oauth-scopes"] as const;

const nothing = (error: string): Reply => ({ ok: false, error, body: {}, headers: {} });

function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** `chat.update: error missing_scope, needed chat:write, retry-after 3`: word for word, on one line. */
export function verbatim(method: string, { ok, error, body, headers }: Reply): string {
  if (ok) {
    const warning = textOf(body["warning"]);
    return `${method}: ok${warning === undefined ? "" : `, warning ${warning}`}`;
  }
  const about = (body["response_metadata"] as Json | undefined)?.["messages"];
  const known = [
    `${method}: error ${error}`,
    ...["needed", "provided"].flatMap((name) => (textOf(body[name]) ? [`${name} ${textOf(body[name])}`] : [])),
    ...(about === undefined ? [] : [JSON.stringify(about)]),
    ...(body["errors"] === undefined ? [] : [JSON.stringify(body["errors"])]),
    ...Object.entries(headers).flatMap(([name, value]) => (name === "x-oauth-scopes" ? [] : [`${name} ${value}`])),
  ];
  return known.join(", ").slice(0, LINE_CHARS_MAX);
}

const LINE_CHARS_MAX = 1_000;
