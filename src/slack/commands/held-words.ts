import { isHalted } from "../../engine/events/limits-fold.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor, Affiliation } from "../people/affiliation.ts";
import { raiseButton } from "../render/limit-card.ts";
import type { Listener } from "../signs/ephemeral.ts";
import { ACTIONS, actions, button, mention, section } from "../words/blocks.ts";
import { ButtonValue } from "../words/button-values.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import { pressId, type PressBody } from "../words/press-payloads.ts";
import { wouldRefuseRaise } from "./day-budgets.ts";
import type { HandlerContext } from "./handler-context.ts";
import { steer } from "./run-control.ts";

/**
 * Tells whoever has written to a run that does not go on just now that it does not, and that their words are kept; once for each time that it has
 * come to stand. Whoever may let it go on has the button for it.
 */
export async function tellHeld(ctx: HandlerContext, thread: string, to: Listener, affiliation: Affiliation): Promise<void> {
  const { events } = await ctx.runner.read(thread);
  const run = currentRun({ events });
  if (!run.running) return;
  const since = run.pausedBy ? events.findLast(({ type }) => type === "run.paused")?.seq : isHalted(run) ? run.halt?.seq : undefined;
  if (since === undefined || !(await ctx.store.swapNote(`held/${thread}/${since}/${to.user}`, undefined, "told"))) return;
  const t = await ctx.languages.of(to.user);
  if (!run.pausedBy) {
    const { reasons = [], seq } = run.halt ?? {};
    const attempt = { user: to.user, affiliation, startedBy: run.startedBy, channel: to.channel };
    const mayRaise = (await wouldRefuseRaise(ctx, reasons, attempt)) === undefined;
    const raise = mayRaise ? raiseButton(t, ctx.runner.offerAt(reasons), ACTIONS.raise, { t: thread, seq }) : [];
    if (raise.length === 0) return ctx.whisper.tell(to, t("control.text.heldAbove"));
    return ctx.whisper.tell(to, t("control.text.heldAboveOrHere"), {
      blocks: [section(t("control.text.heldHere")), actions(...raise)],
    });
  }
  const text = t("control.text.heldPaused", { person: mention(run.pausedBy) });
  const resume = button(t("home.button.resume"), ACTIONS.unpause, { t: thread, r: run.run?.slice(0, RUN_ID_CHARS) }, "primary");
  await ctx.whisper.tell(to, text, { blocks: [section(text), actions(resume)] });
}

/** Resume, under that line. */
export async function pressUnpause(ctx: HandlerContext, press: PressBody, { user, affiliation }: Actor): Promise<void> {
  const { t: thread = "", r } = ButtonValue.parse(press.actions[0].value);
  const place = placeOf(thread);
  if (place?.team !== ctx.me.team || r === undefined) return;
  const listener = { user, channel: place.channel, threadTs: place.ts };
  const run = currentRun(await ctx.runner.read(thread));
  const t = await ctx.languages.of(user);
  const say = (text: string) => ctx.whisper.respond(press.response_url, listener, text, { blocks: [], replaces: true });
  if (!run.running || run.run?.slice(0, RUN_ID_CHARS) !== r) return say(t("notes.text.over"));
  const id = pressId(press);
  if (!run.pausedBy) return say(t("control.text.goesOnAlready"));
  if (await steer(ctx, "resume", { thread, run, user, affiliation, listener, id })) await say(t("control.text.goesOn"));
}
