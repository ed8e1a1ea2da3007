import type { HandlerContext } from "../commands/handler-context.ts";
import { note } from "../home/home-press.ts";
import type { Actor } from "../people/affiliation.ts";
import { ScheduleValue } from "../words/button-values.ts";
import { pressId, type PressBody } from "../words/press-payloads.ts";
import { change } from "./schedule-desk.ts";

/** A switch of one in App Home; false for another verb. */
export async function schedulePressed(ctx: HandlerContext, press: PressBody, actor: Actor, verb: string): Promise<boolean> {
  const deed = ({ scheduleOn: "on", scheduleOff: "off", scheduleDelete: "delete" } as const)[verb];
  if (deed === undefined) return false;
  const { s: id } = ScheduleValue.parse(press.actions[0].value);
  const { done, words } = await change(ctx, id, { ...actor, deed, id: pressId(press) });
  // That it was done is seen in the list.
  if (!done) await note(ctx, press, "notes.title.schedules", words);
  return true;
}
