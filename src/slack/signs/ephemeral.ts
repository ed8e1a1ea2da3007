import { randomUUID } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { Share } from "../../engine/share.ts";
import type { Store } from "../../store/store.ts";
import { failureOf, httpFailure, isUnsure } from "../api/api-errors.ts";
import { knownCode } from "../api/error-codes.ts";
import { createBucket } from "../api/pacer.ts";
import { postLooking, type PostContext } from "../post/post-or-find.ts";
import { apiBase, isUnavailable, slackErrorCode, type Log, type Web } from "../api/web-client.ts";

/** Small signs to one person: a line only they see, a reaction on their message. They are courtesies: none of them throws. */
export interface Whisper {
  /**
   * A line in Slack's mrkdwn. Where Slack cannot show it to one person, it goes into the thread; never into a channel's open space. At most
   * once: where no answer comes, it may be there, and is not said again.
   */
  tell(to: Listener, text: string, looks?: Looks): Promise<void>;
  /** An answer to a command, a shortcut or a press, which works in channels that the bot is not in; `undefined` address: as {@link tell}. */
  respond(responseUrl: string | undefined, to: Listener, text: string, looks?: Looks): Promise<void>;
  /** Begins at once or within seconds; not at all while many wait, for a late sign is none. Is not waited for. */
  react(message: { readonly channel: string; readonly ts: string }, name: string): void;
  /** One sign in the place of another; without `to`, the old one only goes. As {@link react}. */
  swap(message: { readonly channel: string; readonly ts: string }, signs: { readonly from: string; readonly to: string | undefined }): void;
  /** The end: what has not begun is left, and what has, has ended when this resolves. */
  settled(): Promise<void>;
}

export interface Listener {
  readonly user: string;
  readonly channel: string;
  /** The root, when the person wrote or pressed in a thread. */
  readonly threadTs?: string | undefined;
  /** The person's message, under which the line goes when it cannot be shown to them alone. */
  readonly ts?: string | undefined;
}

/** What a line looks like where more than a line is wanted; its text says the same. */
export interface Looks {
  readonly blocks: readonly KnownBlock[];
  /** Takes the place of the message in which the button was pressed. */
  readonly replaces?: boolean;
  /** An offer: where Slack cannot show it to them alone, it is not made before others. */
  readonly toThemAlone?: boolean;
}

const RESPOND_TIMEOUT_MS = 10_000;
/** A 429 is waited out once, if it is this short: the person is still there. */
const RETRY_AFTER_MS_MAX = 10_000;

/** reactions.add is tier 3, 50 a minute; faster, Slack refuses it, and the card becomes the first sign. */
const REACTIONS_PER_MINUTE = 40;
const REACTION_BURST = 10;
/** A first sign that comes later is none. */
const REACTION_WAIT_MS_MAX = 4_000;
/** reactions.remove is tier 2, 20 a minute; a sign that stays is no harm. */
const REMOVALS_PER_MINUTE = 18;
const REMOVAL_BURST = 6;
const REMOVAL_WAIT_MS_MAX = 20_000;

/** chat.postEphemeral is tier 4, 100 a minute; faster, Slack refuses it, and with it what others are told. */
const LINES_PER_MINUTE = 80;
const LINE_BURST = 20;
/** A line that comes later says something of a moment that is gone. */
const LINE_WAIT_MS_MAX = 30_000;

export function createWhisper(parts: {
  readonly web: Web;
  readonly pace: PostContext["pace"];
  readonly apiUrl?: string;
  /** The store's. */
  readonly exclusively: Store["exclusively"];
  readonly clock: Clock;
  readonly share?: Share;
  readonly log: Log;
}): Whisper {
  const { web, clock, log } = parts;
  const shared = parts.share ? { clock, share: parts.share } : { clock };
  const own = new URL(apiBase(parts.apiUrl)).origin;
  const unavailable = new Set<string>();
  const reactions = createBucket({ perMinute: REACTIONS_PER_MINUTE, burst: REACTION_BURST, ...shared });
  const lines = createBucket({ perMinute: LINES_PER_MINUTE, burst: LINE_BURST, ...shared });
  const removals = createBucket({ perMinute: REMOVALS_PER_MINUTE, burst: REMOVAL_BURST, ...shared });
  const underWay = new Set<Promise<void>>();
  const settling = new AbortController();

  async function tell(to: Listener, text: string, looks?: Looks): Promise<void> {
    // Slack shows an ephemeral line in a thread only when the thread has begun.
    const thread = to.threadTs ? { thread_ts: to.threadTs } : {};
    if (lines.waitMs() > LINE_WAIT_MS_MAX) return log(`a line to ${to.user} was left out: too many are being told something`);
    if (!(await lines.take(settling.signal))) return;
    const shown = await attempt("chat.postEphemeral", () =>
      web.write.chat.postEphemeral({ channel: to.channel, user: to.user, text, ...thread, ...blocksOf(looks) }),
    );
    const root = to.threadTs ?? to.ts;
    // What is shown to one person can be looked up by nobody: said again, it might stand there twice, and once before everybody.
    if (shown !== "refused" || !root || looks?.toThemAlone) return;
    const line = { id: `whisper/${randomUUID()}`, channel: to.channel, threadTs: root, text: `<@${to.user}> ${text}` };
    const posted = await postLooking(parts, line, { blind: "leave", signal: settling.signal });
    if (posted.kind !== "posted" && !BENIGN.has(posted.failure.code) && !settling.signal.aborted)
      log(`chat.postMessage did not work: ${posted.failure.code}`);
  }

  /** `unknown`: perhaps done. A method that is not to be had is not asked for again. */
  async function attempt(method: string, call: () => Promise<unknown>): Promise<"done" | "refused" | "unknown"> {
    if (unavailable.has(method)) return "refused";
    try {
      await call();
      return "done";
    } catch (error) {
      const waitMs = error instanceof WebAPIRateLimitedError ? error.retryAfter * 1_000 : Infinity;
      if (waitMs <= RETRY_AFTER_MS_MAX) {
        await clock.sleep(waitMs);
        return call().then(
          () => "done",
          (again: unknown) => (isUnsure(failureOf(again)) ? "unknown" : "refused"),
        );
      }
      const code = slackErrorCode(error);
      if (isUnavailable(code)) unavailable.add(method);
      if (code === undefined || (knownCode(code).reaction !== "fine" && !BENIGN.has(code)))
        log(`${method} did not work${code ? `: ${code}` : ""}`, code ? undefined : error);
      if (BENIGN.has(code ?? "")) return "done";
      return isUnsure(failureOf(error)) ? "unknown" : "refused";
    }
  }

  /** The signs of a message change in the order in which they were asked for, whichever process was. */
  function inOrder({ channel, ts }: { readonly channel: string; readonly ts: string }, job: () => Promise<void>): void {
    const begun = parts.exclusively(`signs/${channel}/${ts}`, job).catch((error: unknown) => {
      // Nobody is alone with anything in a store that is closed.
      if (!settling.signal.aborted) log(`the signs of ${channel}/${ts} could not be changed`, error);
    });
    underWay.add(begun);
    void begun.then(() => underWay.delete(begun));
  }

  async function unreact(reaction: { readonly channel: string; readonly timestamp: string; readonly name: string }): Promise<void> {
    if (unavailable.has("reactions.add") || removals.waitMs() > REMOVAL_WAIT_MS_MAX) return;
    if (await removals.take(settling.signal)) await attempt("reactions.remove", () => web.write.reactions.remove(reaction));
  }

  async function reactInTurn(reaction: { readonly channel: string; readonly timestamp: string; readonly name: string }): Promise<void> {
    if (await reactions.take(settling.signal)) await attempt("reactions.add", () => web.write.reactions.add(reaction));
  }

  return {
    tell,
    async respond(responseUrl, to, text, looks) {
      if (responseUrl && isSlacks(responseUrl, own) && (await mayBeShown(responseUrl, text, looks))) return;
      await tell(to, text, looks);
    },
    react({ channel, ts }, name) {
      if (reactions.waitMs() > REACTION_WAIT_MS_MAX) return;
      inOrder({ channel, ts }, () => reactInTurn({ channel, timestamp: ts, name }));
    },
    swap({ channel, ts }, { from, to }) {
      inOrder({ channel, ts }, async () => {
        await unreact({ channel, timestamp: ts, name: from });
        if (to !== undefined && reactions.waitMs() <= REMOVAL_WAIT_MS_MAX) await reactInTurn({ channel, timestamp: ts, name: to });
      });
    },
    async settled() {
      settling.abort();
      await Promise.all(underWay);
    },
  };
}

/** The sign is there, or the message is not: nothing to do. */
const BENIGN: ReadonlySet<string> = new Set(["already_reacted", "no_reaction", "too_many_reactions", "thread_locked", "message_not_found"]);

/** A payload may name any address; only Slack's are written to. */
function isSlacks(responseUrl: string, own: string): boolean {
  const url = URL.parse(responseUrl);
  return url !== null && (url.origin === own || (url.protocol === "https:" && /(?:^|\.)slack\.com$/.test(url.hostname)));
}

const blocksOf = (looks: Looks | undefined): { blocks?: KnownBlock[] } => (looks ? { blocks: [...looks.blocks] } : {});

/**
 * Whether the answer is there, or may be: only where Slack has surely not taken it is it said in another way. Such an address cannot be
 * asked what it has shown.
 */
async function mayBeShown(responseUrl: string, text: string, looks?: Looks): Promise<boolean> {
  try {
    const response = await fetch(responseUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: looks?.replaces === true, text, ...blocksOf(looks) }),
      redirect: "error",
      signal: AbortSignal.timeout(RESPOND_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok || httpFailure(response.status).kind === "ambiguous";
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    return !NEVER_SENT.has(cause?.code ?? "");
  }
}

/** There was no connection on which it could have gone out. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT",
]); // prettier-ignore
