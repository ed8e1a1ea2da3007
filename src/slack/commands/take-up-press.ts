import type { Actor } from "../people/affiliation.ts";
import { ButtonValue } from "../words/button-values.ts";
import type { Translator } from "../language/translator.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { MessageEvent } from "../words/event-payloads.ts";
import { placeOf, type Place } from "../words/place.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { failureOf, isUnsure } from "../api/api-errors.ts";
import type { Listener } from "../signs/ephemeral.ts";
import type { HandlerContext } from "./handler-context.ts";
import { hear } from "./messages.ts";

/** They want it heard. */
export async function pressTakeUp(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const { t: named = "", m: ts, n: team, seq: after } = ButtonValue.parse(press.actions[0].value);
  const place = placeOf(named);
  if (place?.team !== ctx.me.team || ts === undefined) return;
  const listener = { user: actor.user, channel: place.channel, threadTs: place.ts === ts ? undefined : place.ts, ts };
  const say = (text: string) => ctx.whisper.respond(press.response_url, listener, text);
  const t = await ctx.languages.of(actor.user);
  const found = await messageAt(ctx, t, { place, ts, say });
  // Its buttons stay: it may be had later.
  if ("later" in found) return say(found.later);
  if ("never" in found) return shut(ctx, press, listener, found.never);
  // What is on a button is not believed: anybody's words could be put into a run in their name.
  if (found.user !== actor.user) return;
  await shut(ctx, press, listener, team === undefined ? t("control.text.isHeard") : t("control.text.isAsked", { team: safeMrkdwn(team) }));
  const taken = { ...(team === undefined ? {} : { team }), ...(after === undefined ? {} : { after }) };
  await hear(ctx, { is_ext_shared_channel: undefined, api_app_id: undefined, event: found }, async () => actor, taken);
}

/** They do not. */
export async function pressLeave(ctx: HandlerContext, press: PressBody, { user }: Actor): Promise<void> {
  const place = placeOf(ButtonValue.parse(press.actions[0].value).t ?? "");
  if (place?.team !== ctx.me.team) return;
  await shut(ctx, press, { user, channel: place.channel, threadTs: place.ts }, (await ctx.languages.of(user))("control.text.nothingBegun"));
}

/** The line says what has become of it, and has no buttons any more. */
const shut = (ctx: HandlerContext, press: PressBody, to: Listener, text: string): Promise<void> =>
  ctx.whisper.respond(press.response_url, to, text, { blocks: [], replaces: true });

/** The message as it is now; or why it cannot be had, for the person. Where it takes a while, `say` is told. */
async function messageAt(
  ctx: HandlerContext,
  t: Translator,
  { place: { channel, ts: root }, ts, say }: { readonly place: Place; readonly ts: string; readonly say: (text: string) => Promise<void> },
): Promise<MessageEvent | { readonly later: string } | { readonly never: string }> {
  const isRoot = root === ts;
  const at = { channel, oldest: ts, latest: ts, inclusive: true, limit: 2 };
  const read = () => (isRoot ? ctx.web.read.conversations.history(at) : ctx.web.read.conversations.replies({ ...at, ts: root }));
  const bucket = ctx.pace.askedReads(isRoot ? "conversations.history" : "conversations.replies");
  const untilMs = ctx.clock.now() + WAIT_MS_MAX;
  let isTold = false;
  /** False where it would be for too long. */
  async function waited(ms: number): Promise<boolean> {
    if (ctx.clock.now() + ms > untilMs) return false;
    if (ms > SILENT_MS && !isTold) await say(t("control.text.reading", { count: secondsOf(ms) }));
    isTold ||= ms > SILENT_MS;
    return true;
  }
  for (;;) {
    const waitMs = bucket.waitMs();
    if (!(await waited(waitMs)) || !(await bucket.take(NEVER))) return { later: t("control.text.busy", { count: secondsOf(waitMs) }) };
    try {
      const found = await read();
      const message = (found.messages as readonly { readonly ts?: string }[] | undefined)?.find((one) => one.ts === ts);
      if (!message) return { never: t("control.text.gone") };
      const event = MessageEvent.safeParse({ ...message, type: "message", channel });
      return event.success ? event.data : { never: t("control.text.unread") };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "limited") {
        // Whoever presses next is told so at once.
        bucket.delay(failure.retryAfterMs);
        continue;
      }
      if (failure.code === "thread_not_found" || failure.code === "message_not_found") return { never: t("control.text.gone") };
      ctx.log(`a message could not be read once more: ${failure.code}`);
      return isUnsure(failure) ? { later: t("control.text.failed") } : { never: t("control.text.unread") };
    }
  }
}

const NEVER = new AbortController().signal;
/** What is said next in the thread waits for it. */
const WAIT_MS_MAX = 10_000;
/** Nobody needs to be told of a shorter wait. */
const SILENT_MS = 1_000;
const secondsOf = (ms: number): number => Math.ceil(ms / 1_000);
