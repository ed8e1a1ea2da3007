import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { HandlerContext } from "../commands/handler-context.ts";
import type { Translator } from "../language/translator.ts";
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

export const myForm = (t: Translator, mine: MySettings, teams: HandlerContext["teams"]): ModalView => ({
  type: "modal",
  callback_id: FORMS.me,
  title: plainText(t("teamForms.title.mine")),
  submit: plainText(t("forms.submit.save")),
  close: plainText(t("forms.submit.cancel")),
  private_metadata: JSON.stringify({ revision: mine.revision }),
  blocks: [
    ...menuField({
      id: ME.team,
      label: t("teamForms.label.myTeam"),
      hint: t("teamForms.hint.myTeam"),
      optional: true,
      options: teams.cards.map(({ name }) => ({ value: name })),
      chosen: mine.team,
    }),
    boxField({ id: ME.done, label: t("teamForms.label.messages"), text: t("teamForms.option.tell"), ticked: mine.tellWhenDone }),
  ],
});

export const mineOfForm = (form: Filled): Omit<MySettings, "revision"> => {
  const team = form.chosen(ME.team);
  return { ...(team === undefined ? {} : { team }), tellWhenDone: form.several(ME.done).length > 0 };
};
