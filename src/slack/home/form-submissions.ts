import { withinMs } from "../../engine/clock.ts";
import type { Actor } from "../people/affiliation.ts";
import { tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { AboutForm } from "../words/button-values.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import type { HomeRuns } from "./recent-runs.ts";
import { answerSearch, SEARCH_FORM } from "./run-search.ts";
import { judge, type Judged } from "./judged-form.ts";
import { teamView } from "./team-forms.ts";
import type { Home } from "./home.ts";

/** Slack waits three seconds for the answer to a form; after this one it is taken, and what is wrong comes as a message. */
const JUDGED_WITHIN_MS = 2_500;

/** Of App Home's forms, those that are only answered: nothing is changed by them. */
const isSearch = ({ view }: SubmissionBody): boolean => view.callback_id === SEARCH_FORM;

export const isOfHome = ({ view }: SubmissionBody): boolean => view.callback_id.startsWith("parley_home_");

/** What is wrong with a form that was sent off, as Slack shows it at its fields; nothing where it can be taken. Never rejects. */
export async function answerForm(
  ctx: HandlerContext,
  runs: HomeRuns,
  submission: SubmissionBody,
  findActor: () => Promise<Actor | undefined>,
): Promise<object | undefined> {
  if (isSearch(submission)) return answerSearch(ctx, runs, submission);
  try {
    const judged = await withinMs(ctx.clock, JUDGED_WITHIN_MS, judgeAs(ctx, submission, findActor));
    return judged && "errors" in judged ? { response_action: "errors", errors: judged.errors } : undefined;
  } catch (error) {
    ctx.log("a form could not be looked at", error);
    return undefined;
  }
}

async function judgeAs(
  ctx: HandlerContext,
  submission: SubmissionBody,
  findActor: () => Promise<Actor | undefined>,
): Promise<Judged | undefined> {
  const actor = await findActor();
  return actor && judge(ctx, submission, actor);
}

/** It was taken: it holds now, once, also when this is done again after a crash. */
export async function submitForm(ctx: HandlerContext, home: Home, submission: SubmissionBody, actor: Actor): Promise<void> {
  if (isSearch(submission)) return;
  const key = `form/${submission.view.id}/${submission.view.callback_id}`;
  await ctx.store.exclusively(key, async () => {
    if (await ctx.store.note(key)) return;
    const judged = await judge(ctx, submission, actor);
    if (!judged) return;
    // Somebody was faster between the answer and now, or the answer came too late.
    const late = "errors" in judged ? Object.values(judged.errors)[0] : await judged.save();
    const at = await ctx.languages.of(submission.user.id);
    if (late !== undefined) await tellDirectly(ctx, submission.user.id, at("teamForms.text.nothingChanged", { why: safeMrkdwn(late) }));
    else await ctx.store.putNote(key, "done");
    await showTeamBelow(ctx, submission);
    home.changed();
  });
}

/** An agent's form lay on its team's: that shows what is so now. */
async function showTeamBelow(ctx: HandlerContext, { view, user }: SubmissionBody): Promise<void> {
  const { t: name } = AboutForm.parse(view.private_metadata || "{}");
  const own = ctx.shelf?.get(ctx.me.team, name ?? "");
  if (view.previous_view_id === undefined || !own) return;
  await ctx.web.write.views
    .update({ view_id: view.previous_view_id, view: teamView(await ctx.languages.of(user.id), own, { edit: true }) })
    .catch((error: unknown) => ctx.log(`the team under a form of ${user.id} could not be shown anew`, error));
}
