import type { Actor } from "../people/affiliation.ts";
import { ButtonValue } from "../words/button-values.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { MessageEvent } from "../words/event-payloads.ts";
import { placeOf, type Place } from "../words/place.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { slackErrorCode } from "../api/web-client.ts";
import type { Listener } from "../signs/ephemeral.ts";
import type { HandlerContext } from "./handler-context.ts";
import { hear } from "./messages.ts";

/** They want it heard. */
export async function pressTakeUp(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const { t = "", m: ts, n: team, seq: after } = ButtonValue.parse(press.actions[0].value);
  const place = placeOf(t);
  if (place?.team !== ctx.me.team || ts === undefined) return;
  const listener = { user: actor.user, channel: place.channel, threadTs: place.ts === ts ? undefined : place.ts, ts };
  const found = await messageAt(ctx, place, ts);
  if (typeof found === "string") return shut(ctx, press, listener, found);
  // What is on a button is not believed: anybody's words could be put into a run in their name.
  if (found.user !== actor.user) return;
  await shut(ctx, press, listener, team === undefined ? "It is heard." : `*${safeMrkdwn(team)}* is asked.`);
  const taken = { ...(team === undefined ? {} : { team }), ...(after === undefined ? {} : { after }) };
  await hear(ctx, { is_ext_shared_channel: undefined, event: found }, async () => actor, taken);
}

/** They do not. */
export async function pressLeave(ctx: HandlerContext, press: PressBody, { user }: Actor): Promise<void> {
  const place = placeOf(ButtonValue.parse(press.actions[0].value).t ?? "");
  if (place?.team !== ctx.me.team) return;
  await shut(ctx, press, { user, channel: place.channel, threadTs: place.ts }, "Nothing was begun.");
}

/** The line says what has become of it, and has no buttons any more. */
const shut = (ctx: HandlerContext, press: PressBody, to: Listener, text: string): Promise<void> =>
  ctx.whisper.respond(press.response_url, to, text, { blocks: [], replaces: true });

/** The message as it is now; or why it cannot be had, for the person. */
async function messageAt(ctx: HandlerContext, { channel, ts: root }: Place, ts: string): Promise<MessageEvent | string> {
  const isRoot = root === ts;
  if (!(await ctx.pace.reads(isRoot ? "conversations.history" : "conversations.replies").take(NEVER))) return UNREAD;
  const at = { channel, oldest: ts, latest: ts, inclusive: true, limit: 2 };
  try {
    const found = isRoot ? await ctx.web.read.conversations.history(at) : await ctx.web.read.conversations.replies({ ...at, ts: root });
    const message = (found.messages as readonly { readonly ts?: string }[] | undefined)?.find((one) => one.ts === ts);
    if (!message) return GONE;
    const event = MessageEvent.safeParse({ ...message, type: "message", channel });
    return event.success ? event.data : UNREAD;
  } catch (error) {
    const code = slackErrorCode(error);
    if (code === "thread_not_found" || code === "message_not_found") return GONE;
    ctx.log(`a message could not be read once more${code ? `: ${code}` : ""}`, code ? undefined : error);
    return UNREAD;
  }
}

const NEVER = new AbortController().signal;
const GONE = "Your message is not there any more, so nothing was begun.";
const UNREAD = "I could not read your message once more, so nothing was begun. Mention me with it.";
