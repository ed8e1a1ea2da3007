import { currentRun } from "../../engine/reading/transcript.ts";
import { failureOf } from "../api/api-errors.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { asSetIn } from "../commands/start-run.ts";
import { wouldRefuse } from "../people/permission-check.ts";
import { WORKFLOW } from "../people/permissions.ts";
import { postNoted } from "../post/post-once.ts";
import { teamNamed, whyNotTeam } from "../render/help-text.ts";
import { runBegunBy } from "../schedules/begin-scheduled.ts";
import { beginUnattended, UNATTENDED_RUNS_MAX } from "../schedules/unattended-runs.ts";
import { SEEN } from "../signs/reactions.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { threadKey } from "../words/place.ts";
import type { OpenStep } from "./open-steps.ts";

export type BegunStep =
  | { readonly kind: "begun"; readonly thread: string; readonly run: string }
  /** In plain words for whoever looks after the workflow. */
  | { readonly kind: "refused"; readonly why: string }
  /** Slack does not answer just now. */
  | { readonly kind: "again" };

/**
 * Begins the run that a workflow asks for, once for its execution, where the team file lets workflows ask. Since nobody is known to have asked, it may do what everybody may: where anybody may
 * start a run, in a public channel that Parley is in. Whoever builds workflows could else have answers from a channel that they may not look into.
 */
export async function beginStep(ctx: HandlerContext, { execution, channel, team: named, task }: OpenStep): Promise<BegunStep> {
  const no = await mayNotBegin(ctx, channel);
  if (no) return no;
  const team = named === undefined ? undefined : (teamNamed(ctx.teams, named) ?? named);
  const set = await asSetIn(ctx, channel, { team });
  const whyNot = whyNotTeam(await ctx.languages.ofRun({}), ctx.teams, set.team);
  if (whyNot !== undefined) return { kind: "refused", why: whyNot };
  const id = `step/${execution}`;
  const may = await beginUnattended(ctx, { channel, cause: id });
  if (may !== "may") return may === "unsaid" ? { kind: "again" } : { kind: "refused", why: ENOUGH };
  const text = `:jigsaw: *A workflow asks*:\n${safeMrkdwn(task)}`;
  const posted = await postNoted(ctx, { key: `slack/${id}`, id, channel, text }, { blind: "again" });
  if (posted.kind !== "posted") {
    if (posted.kind === "unknown" || posted.failure.kind !== "refused") return { kind: "again" };
    return { kind: "refused", why: `Parley cannot post in the channel (${posted.failure.code}).` };
  }
  const { ts } = posted;
  const thread = threadKey({ team: ctx.me.team, channel, ts });
  const heard = await ctx.runner.say({ thread, id, workspace: ctx.me.team, person: WORKFLOW, text: task, addressed: true, ...set });
  if (heard.kind === "refused") return { kind: "refused", why: heard.reason };
  const transcript = await ctx.runner.read(thread);
  const run = runBegunBy(transcript.events, id);
  if (run === undefined) return { kind: "refused", why: "Its thread is gone." };
  if (currentRun(transcript).running) ctx.whisper.react({ channel, ts }, SEEN);
  await ctx.settings.record({
    workspace: ctx.me.team,
    person: WORKFLOW,
    deed: "start by workflow",
    subject: thread,
    allowed: true,
    detail: task,
    key: `started ${id}`,
  });
  return { kind: "begun", thread, run };
}

async function mayNotBegin(ctx: HandlerContext, channel: string): Promise<BegunStep | undefined> {
  if (!ctx.workflows) return { kind: "refused", why: OFF };
  try {
    const { channel: found } = await ctx.web.read.conversations.info({ channel });
    if (found?.is_channel !== true || found.is_private !== false) return { kind: "refused", why: PUBLIC };
    if (found.is_member === false) return { kind: "refused", why: OUTSIDE };
    if (found.is_archived === true) return { kind: "refused", why: "The channel is archived. Choose another one in Workflow Builder." };
  } catch (error) {
    const { kind, code } = failureOf(error);
    if (code === "channel_not_found") return { kind: "refused", why: OUTSIDE };
    return kind === "refused" ? { kind: "refused", why: `Slack does not show Parley the channel (${code}).` } : { kind: "again" };
  }
  const attempt = { user: WORKFLOW.id, affiliation: "member" as const, startedBy: undefined, channel };
  const no = await wouldRefuse(ctx, "start", attempt);
  return no === undefined ? undefined : { kind: "refused", why: NOBODYS };
}

const ENOUGH = `Workflows and bots have begun ${UNATTENDED_RUNS_MAX} runs in a row in the channel, and no person has said anything there meanwhile: a workflow that begins by what Parley posts would never end. Somebody has to write in the channel first.`;
const OFF =
  "Workflows may not ask teams here: Slack does not say who runs one, which may be a guest. Whoever runs Parley can let them, with workflows: true under slack: in the team file.";
const OUTSIDE = "Parley is not in the channel. Invite it there: /invite @parley";
const PUBLIC =
  "Workflows ask teams in public channels alone: Slack does not say who runs one, so nobody is known to be allowed to look into a private one.";
const NOBODYS =
  "Not everybody may start a run in the channel, and Slack does not say who runs a workflow. Choose a channel where anybody may.";
