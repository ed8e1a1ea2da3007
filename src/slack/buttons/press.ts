import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor, Affiliation } from "../people/affiliation.ts";
import { refusedText } from "../commands/day-budgets.ts";
import { personOf, threadOf, type MessageContext } from "../commands/message-context.ts";
import { stop } from "../commands/run-control.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { ButtonValue } from "../words/button-values.ts";
import { placeOfPress, type PressBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import { refused, type Attempt } from "../people/permission-check.ts";

/** Stop, under the cards of a thread or in the run's controls. Resolves to whether this press ended the run. */
export async function pressStop(ctx: MessageContext, press: PressBody, actor: Actor): Promise<boolean> {
  const at = pressed(ctx, press, actor);
  if (!at) return false;
  const run = currentRun(await ctx.runner.read(at.thread));
  const { r } = ButtonValue.parse(press.actions[0].value);
  if (r !== undefined && r !== run.run?.slice(0, RUN_ID_CHARS)) {
    await ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("control.text.otherRun"));
    return false;
  }
  return stop(ctx, {
    thread: at.thread,
    run,
    user: press.user.id,
    affiliation: at.affiliation,
    listener: at.listener,
    ...(at.about.id === undefined ? {} : { id: at.about.id }),
  });
}

/** An answer offered by a question. The words are the log's own: what a payload says was on the button is not believed. */
export async function pressAnswer(ctx: MessageContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const transcript = await ctx.runner.read(at.thread);
  const { startedBy, questions } = currentRun(transcript);
  const { seq } = ButtonValue.parse(press.actions[0].value);
  const answer = questions.find((question) => question.seq === seq)?.options[Number(press.actions[0].action_id.split(".").at(-1))];
  if (answer === undefined || seq === undefined) {
    await ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("notes.text.answered"));
    return;
  }
  const no = await refused(ctx, "answer", { user: press.user.id, affiliation: at.affiliation, startedBy, ...at.about });
  if (no) {
    await ctx.whisper.tell(at.listener, safeMrkdwn(no));
    return;
  }
  const heard = await ctx.runner.say({
    thread: at.thread,
    workspace: ctx.me.team,
    person: await personOf(ctx, press.user.id),
    text: answer,
    // One id for the whole question: of two presses, by whomever, the first counts.
    id: `${ctx.me.team}:${at.channel}:${at.messageTs}:answer:${seq}`,
    addressed: false,
    answers: seq,
  });
  const t = await ctx.languages.of(press.user.id);
  if (heard.kind === "refused") return ctx.whisper.tell(at.listener, await refusedText(ctx, t, heard, at.channel));
  // Ignored: the run was over before the press came.
  if (heard.kind === "ignored") return ctx.whisper.tell(at.listener, t("control.text.overBefore"));
  if (heard.kind === "duplicate" || heard.kind === "too late") await ctx.whisper.tell(at.listener, t("notes.text.answered"));
}

export interface Pressed {
  readonly thread: string;
  readonly channel: string;
  readonly messageTs: string;
  readonly affiliation: Affiliation;
  /** For {@link refused}. */
  readonly about: Pick<Attempt, "channel" | "subject" | "id">;
  readonly listener: { readonly user: string; readonly channel: string; readonly threadTs: string; readonly ts: string };
}

/** Where a button is: in a message of the thread, or in a modal or a line to one person, which name it. */
export function pressed(ctx: MessageContext, press: PressBody, { affiliation }: Actor): Pressed | undefined {
  const named = placeOf(press.view?.private_metadata ?? ButtonValue.parse(press.actions[0].value).t ?? "");
  if (named && named.team !== ctx.me.team) return undefined;
  const at = named ? { channel: named.channel, ts: named.ts, messageTs: named.ts } : placeOfPress(press);
  if (!at) return undefined;
  const thread = threadOf(ctx, { channel: at.channel, ts: at.ts });
  return {
    thread,
    about: { channel: at.channel, subject: thread, ...(press.trigger_id === undefined ? {} : { id: press.trigger_id }) },
    channel: at.channel,
    messageTs: at.messageTs,
    affiliation,
    listener: { user: press.user.id, channel: at.channel, threadTs: at.ts, ts: at.messageTs },
  };
}
