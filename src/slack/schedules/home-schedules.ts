import type { KnownBlock } from "@slack/types";
import type { HandlerContext } from "../commands/handler-context.ts";
import { homeAction } from "../home/team-forms.ts";
import type { Actor } from "../people/affiliation.ts";
import { context, plainText } from "../words/blocks.ts";
import { allSchedules, mayChange } from "./schedule-desk.ts";
import { scheduleBlocks, type Named } from "./schedule-words.ts";

/** Two blocks each, of the 100 that a Home tab may have. */
const SHOWN_MAX = 8;

/** What starts by itself, for those who may switch it: its owner, and whom the table lets. Nothing for others, and where there is nothing. */
export async function homeSchedules(ctx: HandlerContext, actor: Actor): Promise<readonly KnownBlock[]> {
  const mine: Named[] = [];
  for (const named of await allSchedules(ctx))
    if (named.schedule.state.kind !== "draft" && (await mayChange(ctx, named, actor))) mine.push(named);
  if (mine.length === 0) return [];
  const t = await ctx.languages.of(actor.user);
  const paused = ({ schedule }: Named): number => (schedule.state.kind === "paused" ? 0 : schedule.owner.id === actor.user ? 1 : 2);
  const shown = mine.toSorted((one, other) => paused(one) - paused(other)).slice(0, SHOWN_MAX);
  const more = mine.length - shown.length;
  return [
    { type: "header", text: plainText(t("schedules.header.schedules")) },
    ...scheduleBlocks(t, shown, { mayChange: () => true, actionOf: homeAction }),
    ...(more > 0 ? [context(t("schedules.text.moreInHome", { count: more }))] : []),
  ];
}
