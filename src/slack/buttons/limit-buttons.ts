import { isHalted } from "../../engine/events/limits-fold.ts";
import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { budgetText, mayRaiseBudget, raiseBudget } from "../commands/day-budgets.ts";
import { ceilingIn } from "../language/limit-words.ts";
import { pressed, type Pressed } from "./press.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { ButtonValue } from "../words/button-values.ts";
import { pressId, type CommandBody, type PressBody } from "../words/press-payloads.ts";
import { refused } from "../people/permission-check.ts";

/** Raise to …, at a limit: on its card, or under a line to one person alone, which then says what became of it. */
export async function pressRaise(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const words = await raiseAt(ctx, at, press);
  const isTheirs = ButtonValue.parse(press.actions[0].value).t !== undefined;
  if (isTheirs)
    await ctx.whisper.respond(press.response_url, at.listener, words ?? (await ctx.languages.of(actor.user))("control.text.goesOn"), {
      blocks: [],
      replaces: true,
    });
  else if (words) await ctx.whisper.tell(at.listener, words);
}

/** Finish with a summary, at a limit: for whoever may stop the run. */
export async function pressFinish(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  const words = at && (await finishAt(ctx, at, press));
  if (words) await ctx.whisper.tell(at.listener, words);
}

/**
 * Resolves to why not, in mrkdwn. Budgets of the day first, and the other runs that they hold: pressed again after a crash, it does what is left to
 * do.
 */
export async function raiseAt(ctx: HandlerContext, at: Pressed, press: PressBody): Promise<string | undefined> {
  const found = await haltAt(ctx, at, press);
  if (typeof found !== "object") return found;
  const { halt, startedBy } = found;
  const attempt = { user: press.user.id, affiliation: at.affiliation, startedBy, channel: at.channel, subject: at.thread };
  const { budgets = [], atCeiling } = ctx.runner.offerAt(halt.reasons);
  const ofDay = halt.reasons.filter(({ kind }) => kind === "budget").length;
  const no =
    (ofDay > 0 ? await mayRaiseBudget(ctx, attempt) : undefined) ??
    (ofDay < halt.reasons.length ? await refused(ctx, "raise", attempt) : undefined);
  if (no) return safeMrkdwn(no);
  const person = await personOf(ctx, press.user.id);
  // The button may be from before the ceiling was lowered.
  if (atCeiling) {
    const words = ceilingWords(atCeiling);
    const refusal = { workspace: ctx.me.team, person, deed: "raise", subject: at.thread, allowed: false, detail: words };
    await ctx.settings.record({ ...refusal, key: `ceiling ${pressId(press) ?? `${at.thread} ${halt.seq}`}` });
    return safeMrkdwn(ceilingIn(await ctx.languages.of(press.user.id), atCeiling));
  }
  for (const budget of budgets) await ctx.runner.budgets?.raise(ctx.me.team, budget, person);
  await ctx.runner.budgetsRaised(
    ctx.me.team,
    budgets.map(({ account }) => account),
    at.thread,
  );
  return (await ctx.runner.steer(at.thread, { kind: "raise", seq: halt.seq, person })) ? undefined : decided(ctx, press);
}

/** Resolves to why not, in mrkdwn. */
export async function finishAt(ctx: HandlerContext, at: Pressed, press: PressBody): Promise<string | undefined> {
  const found = await haltAt(ctx, at, press);
  if (typeof found !== "object") return found;
  const { halt, startedBy } = found;
  const attempt = { user: press.user.id, affiliation: at.affiliation, startedBy, channel: at.channel, subject: at.thread };
  const no = await refused(ctx, "stop", attempt);
  if (no) return safeMrkdwn(no);
  const person = await personOf(ctx, press.user.id);
  return (await ctx.runner.steer(at.thread, { kind: "summarize", seq: halt.seq, person })) ? undefined : decided(ctx, press);
}

const decided = async (ctx: HandlerContext, { user }: PressBody): Promise<string> =>
  (await ctx.languages.of(user.id))("notes.text.decidedAlready");

/** The halt that a button belongs to, while it is open; else what the person is told, where it was not this press, come again after a crash, that decided it. */
async function haltAt(ctx: HandlerContext, at: Pressed, press: PressBody) {
  const transcript = await ctx.runner.read(at.thread);
  const run = currentRun(transcript);
  const { seq = 0 } = ButtonValue.parse(press.actions[0].value);
  if (isHalted(run) && run.halt?.seq === seq) return { halt: run.halt, startedBy: run.startedBy };
  const decision = transcript.events
    .slice(seq)
    .find((event) => event.type === "limit.raised" || event.type === "summary.requested" || event.type === "run.stopped");
  return !decision || !("person" in decision) || decision.person?.id !== press.user.id ? decided(ctx, press) : undefined;
}

/** `/parley budget`: how the budgets of the day stand, or one of them raised. */
export async function budgetCommand(ctx: HandlerContext, command: CommandBody, actor: Actor): Promise<string> {
  const [, verb, ...words] = command.text.trim().split(/\s+/);
  const who = { ...actor, channel: command.channel_id };
  if (verb?.toLowerCase() !== "raise") return budgetText(ctx, who);
  const { text, account } = await raiseBudget(ctx, words, { ...who, person: await personOf(ctx, who.user) });
  if (account !== undefined) await ctx.runner.budgetsRaised(ctx.me.team, [account]);
  return text;
}
