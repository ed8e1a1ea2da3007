import type { HandlerContext } from "../commands/handler-context.ts";
import { note } from "../home/home-press.ts";
import type { Actor } from "../people/affiliation.ts";
import { HomeValue } from "../words/button-values.ts";
import type { PressBody } from "../words/press-payloads.ts";

/** Withdraw, beside a login that whoever presses has given; false for another verb. */
export async function withdrawPressed(ctx: HandlerContext, press: PressBody, { user }: Actor, verb: string): Promise<boolean> {
  if (verb !== "withdraw") return false;
  const { n: server = "", t: owner = "" } = HomeValue.parse(press.actions[0].value);
  // That it was done is seen in the list.
  if (!(await ctx.logins?.withdraw(ctx.me.team, { id: user }, { server, owner }))) {
    const t = await ctx.languages.of(user);
    await note(ctx, press, "notes.title.run", t("logins.text.gone"));
  }
  return true;
}
