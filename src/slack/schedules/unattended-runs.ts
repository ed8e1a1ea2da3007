import { z } from "zod";
import type { HandlerContext } from "../commands/handler-context.ts";
import { slackErrorCode } from "../api/web-client.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { mayBeHeard } from "../words/envelope.ts";
import { ThreadMessage } from "../words/event-payloads.ts";

/**
 * Runs that no person began, in a row: by a bot's mention, or by a workflow. A bot that answers what Parley posts by a new mention, or a workflow
 * that a post of Parley's sets off, would go on for ever; so many in one channel are begun, and then a person has to say something there first.
 */
export const UNATTENDED_RUNS_MAX = 25;
/** What answers itself takes no longer than that between two; what comes by the day is no such thing. */
export const UNATTENDED_GAP_HOURS_MAX = 6;

const HOUR_MS = 3_600_000;
const MESSAGES_READ = 100;

/** `at`, `last`: of the first and the last of them. */
const Row = z.object({ at: z.number(), last: z.number(), causes: z.array(z.string()) });

export type Unattended = "may" | "too many" | "unsaid";

/** Counts one more, once for each cause. `unsaid`: there are enough, and Slack does not say just now whether a person has spoken since. Rejects as the store does. */
export async function beginUnattended(
  ctx: Pick<HandlerContext, "store" | "clock" | "web" | "me" | "pace" | "log">,
  { channel, cause }: { readonly channel: string; readonly cause: string },
): Promise<Unattended> {
  const key = `unattended/${ctx.me.team}/${channel}`;
  for (;;) {
    const kept = await ctx.store.note(key);
    const nowMs = ctx.clock.now();
    const row = rowIn(kept, nowMs);
    if (row.causes.includes(cause)) return "may";
    let begun = row;
    if (row.causes.length >= UNATTENDED_RUNS_MAX) {
      const spoken = await hasPersonSpoken(ctx, channel, row.at);
      if (spoken !== true) return spoken === false ? "too many" : "unsaid";
      begun = { at: nowMs, last: nowMs, causes: [] };
    }
    const next = { ...begun, last: nowMs, causes: [...begun.causes, cause] };
    if (await ctx.store.swapNote(key, kept, JSON.stringify(next))) return "may";
  }
}

function rowIn(kept: string | undefined, nowMs: number): z.output<typeof Row> {
  const fresh = { at: nowMs, last: nowMs, causes: [] };
  if (kept === undefined) return fresh;
  const row = Row.safeParse(jsonIn(kept)).data;
  return row === undefined || nowMs - row.last > UNATTENDED_GAP_HOURS_MAX * HOUR_MS ? fresh : row;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In the channel, or the first in a thread of it; `undefined` where Slack does not say. */
async function hasPersonSpoken(
  { web, clock, me, pace, log }: Pick<HandlerContext, "web" | "clock" | "me" | "pace" | "log">,
  channel: string,
  sinceMs: number,
): Promise<boolean | undefined> {
  const bucket = pace.askedReads("conversations.history");
  if (bucket.waitMs() > BRIEFLY.waitMsMax || !(await bucket.take(new AbortController().signal))) return undefined;
  try {
    // Asked from a time on, Slack may give what was said first after it, where there is more than it gives at once: the newest are asked for.
    const { messages = [] } = await patiently(clock, () => web.read.conversations.history({ channel, limit: MESSAGES_READ }), BRIEFLY);
    return messages
      .flatMap((message) => ThreadMessage.safeParse(message).data ?? [])
      .filter(({ ts }) => Number(ts) * 1_000 > sinceMs)
      .some((message) => message.bot_id === undefined && message.user !== me.user && mayBeHeard(message, new Set()));
  } catch (error) {
    log(`nobody could say whether a person has spoken in ${channel} (${slackErrorCode(error) ?? "Slack does not answer"})`);
    return undefined;
  }
}
