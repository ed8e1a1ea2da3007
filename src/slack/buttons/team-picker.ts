import type { HandlerContext } from "../commands/handler-context.ts";
import { whyNotTeam } from "../render/help-text.ts";
import { NEW_RUN } from "./new-run-modal.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import { FIELDS } from "./run-modals.ts";
import { chosenSettings, SETTINGS } from "./settings-modal.ts";

/** Where a modal has the team, and which was chosen. */
const CHOICES: { readonly [callback: string]: (values: Values) => { readonly block: string; readonly team: string | undefined } } = {
  parley_new: (values) => ({ block: NEW_RUN.team, team: values[NEW_RUN.team]?.[NEW_RUN.element]?.selected_option?.value }),
  parley_other_team: (values) => ({ block: FIELDS.team, team: values[FIELDS.team]?.[FIELDS.element]?.selected_option?.value }),
  parley_fork_team: (values) => ({ block: FIELDS.team, team: values[FIELDS.team]?.[FIELDS.element]?.selected_option?.value }),
  parley_settings: (values) => ({ block: SETTINGS.team, team: chosenSettings(values, {}).team }),
};

type Values = SubmissionBody["view"]["state"]["values"];

/** A modal may lie open while its team is deleted, or comes to break a ceiling: what stands against the team that was chosen, at its field. */
export async function answerChoice(
  ctx: Pick<HandlerContext, "teams" | "languages">,
  { view, user }: SubmissionBody,
): Promise<object | undefined> {
  const choice = CHOICES[view.callback_id]?.(view.state.values);
  if (!choice) return undefined;
  const whyNot = whyNotTeam(await ctx.languages.of(user.id), ctx.teams, choice.team);
  return whyNot === undefined ? undefined : { response_action: "errors", errors: { [choice.block]: whyNot } };
}
