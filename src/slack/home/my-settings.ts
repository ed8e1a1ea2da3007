import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { HandlerContext } from "../commands/handler-context.ts";
import { plainText } from "../words/blocks.ts";
import { boxField, menuField, type Filled } from "../words/form-inputs.ts";
import { FORMS } from "./team-forms.ts";

/** What a person has set for themselves. */
export interface MySettings {
  /** Chosen beforehand in the form for a new run. */
  readonly team?: string | undefined;
  /** A direct message when a run of theirs is over. */
  readonly tellWhenDone: boolean;
  readonly revision: number;
}

const Kept = z.object({ team: z.string().max(100).optional().catch(undefined), tellWhenDone: z.boolean().catch(false) });

export const personSetting = (user: string): string => `person/${user}`;

export async function mySettings(ctx: Pick<HandlerContext, "settings" | "me">, user: string): Promise<MySettings> {
  const kept = await ctx.settings.get(ctx.me.team, personSetting(user));
  const { team, tellWhenDone } = Kept.catch({ tellWhenDone: false }).parse(kept?.value ?? {});
  return { ...(team === undefined ? {} : { team }), tellWhenDone, revision: kept?.revision ?? 0 };
}

export const ME = { team: "team", done: "done" } as const;

export const myForm = (mine: MySettings, teams: HandlerContext["teams"]): ModalView => ({
  type: "modal",
  callback_id: FORMS.me,
  title: plainText("My settings"),
  submit: plainText("Save"),
  close: plainText("Cancel"),
  private_metadata: JSON.stringify({ revision: mine.revision }),
  blocks: [
    ...menuField({
      id: ME.team,
      label: "Team for new runs",
      hint: "Chosen beforehand in the form for a new run.",
      optional: true,
      options: teams.cards.map(({ name }) => ({ value: name })),
      chosen: mine.team,
    }),
    boxField({ id: ME.done, label: "Messages", text: "Tell me when a run of mine is over", ticked: mine.tellWhenDone }),
  ],
});

export const mineOfForm = (form: Filled): Omit<MySettings, "revision"> => {
  const team = form.chosen(ME.team);
  return { ...(team === undefined ? {} : { team }), tellWhenDone: form.several(ME.done).length > 0 };
};
