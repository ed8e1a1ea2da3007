import { callOnce, openProbeSession, textOf, verbatim, type Json, type ProbeSettings } from "./probe-session.ts";
import { MESSAGE_PROBES } from "./message-probes.ts";
import { PERSONA_PROBES } from "./persona-probes.ts";
import { PLATFORM_PROBES } from "./platform-probes.ts";
import type { Found, Probe } from "./probe.ts";

export interface ProbeReport extends Found {
  readonly name: string;
  readonly asks: string;
  readonly expected: string;
  readonly calls: number;
  /** What could not be taken away again, and how to do it by hand. */
  readonly left: readonly string[];
}

/** Every fact about Slack that Parley's code had to be written without. */
export const PROBES: readonly Probe[] = [...PERSONA_PROBES, ...MESSAGE_PROBES, ...PLATFORM_PROBES];

/**
 * Makes the checks, one after the other, in a thread of their own that is taken away at the end. The first report is of the token: whose it
 * is, and its scopes. Ends early when that is refused or the thread cannot be begun: then every check is open.
 */
export async function* runProbes(probes: readonly Probe[], settings: ProbeSettings): AsyncGenerator<ProbeReport, void, void> {
  const who = await callOnce(settings, "auth.test", {}, settings.signal);
  const scopes = who.headers["x-oauth-scopes"];
  const whose = who.ok
    ? `${textOf(who.body["user"]) ?? "?"} in ${textOf(who.body["team"]) ?? "?"} (${textOf(who.body["team_id"]) ?? "?"})`
    : "";
  yield {
    ...TOKEN,
    outcome: who.ok ? "known" : "open",
    found: who.ok ? [whose, `x-oauth-scopes: ${scopes ?? "not said"}`] : [verbatim("auth.test", who)],
    calls: 1,
    left: [],
  };
  if (!who.ok) return;

  const stage = openProbeSession(settings, "");
  const root = await stage.session.post({ thread_ts: undefined, text: ROOT });
  for (const probe of probes) {
    const { name, asks, expected } = probe;
    if (root.ts === undefined) {
      yield { name, asks, expected, outcome: "open", found: [verbatim("chat.postMessage", root)], calls: 0, left: [] };
      continue;
    }
    const { session, calls, close } = openProbeSession({ ...settings, channel: root.channel }, root.ts);
    const found = await probe
      .run(session)
      .catch((error: unknown): Found => ({ outcome: "open", found: [`this check broke: ${String(error)}`] }));
    const left = await close();
    yield { name, asks, expected, ...found, calls: calls(), left };
  }
  const left = [...(root.ts === undefined ? [] : await sweep(settings, { channel: root.channel, ts: root.ts })), ...(await stage.close())];
  if (left.length > 0) yield { ...CLEAN_UP, outcome: "open", found: [], calls: stage.calls(), left };
}

/** Whatever is left in the thread, such as a message of which Slack did not say where it is; the root goes last. */
async function sweep(settings: ProbeSettings, { channel, ts }: { readonly channel: string; readonly ts: string }): Promise<string[]> {
  const anyway = new AbortController().signal;
  const thread = await callOnce(settings, "conversations.replies", { channel, ts, limit: SWEPT_MAX }, anyway);
  const messages = Array.isArray(thread.body["messages"]) ? (thread.body["messages"] as readonly Json[]) : [];
  const left: string[] = [];
  for (const message of messages) {
    if (message["ts"] === ts || message["bot_id"] === undefined || message["subtype"] === "tombstone") continue;
    const gone = await callOnce(settings, "chat.delete", { channel, ts: message["ts"] }, anyway);
    if (!gone.ok)
      left.push(
        `the message ${String(message["ts"])} in ${channel} is still there (${verbatim("chat.delete", gone)}); take it away by hand`,
      );
  }
  return left;
}

const SWEPT_MAX = 50;

const TOKEN = { name: "token", asks: "Whose token is it, and what may it do?", expected: "A bot's, with the scopes of manifest.yml." };
const CLEAN_UP = { name: "clean-up", asks: "Is everything gone that was posted?", expected: "Yes." };
const ROOT = "Parley checks what this workspace does (parley doctor --live). What is posted in this thread is deleted in a moment.";
