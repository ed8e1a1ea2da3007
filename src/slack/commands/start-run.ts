import type { TeamCards } from "../../team-shelf.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import type { Said } from "../../runner/runner.ts";
import type { Affiliation } from "../people/affiliation.ts";
import { refusedText } from "./day-budgets.ts";
import { channelSettings } from "../people/channel-settings.ts";
import type { HandlerContext } from "./handler-context.ts";
import { inLanguageOf, personOf, type MessageContext } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { teamNamed, whyNotTeam } from "../render/help-text.ts";
import { SEEN } from "../signs/reactions.ts";
import { threadKey } from "../words/place.ts";
import { postOnce } from "../post/post-once.ts";
import { refused } from "../people/permission-check.ts";

/** The teams as a channel has them: its own default where one is set and there still is one of that name, also one that cannot be used. */
export async function teamsIn(ctx: MessageContext, channel: string): Promise<TeamCards> {
  const { team } = await channelSettings(ctx, channel);
  const { cards, broken = [] } = ctx.teams;
  return team !== undefined && [...cards, ...broken].some(({ name }) => name === team) ? { cards, broken, default: team } : ctx.teams;
}

/**
 * What is set for a run that begins in a channel. `team`: the one that was asked for. Without it, a conversation that goes on keeps the team of
 * `before`, its last run, as long as there is one of that name, also one that cannot be used; then the channel's own is next.
 */
export async function asSetIn(
  ctx: MessageContext,
  channel: string,
  { team, before }: { readonly team?: string | undefined; readonly before?: Pick<RunState, "team"> },
): Promise<Pick<Said, "team" | "quiet">> {
  const { quiet } = await channelSettings(ctx, channel);
  const kept = before?.team === undefined ? undefined : teamNamed(ctx.teams, before.team);
  return { team: team ?? kept ?? (await teamsIn(ctx, channel)).default, ...(quiet === undefined ? {} : { quiet }) };
}

/** A task from a command or a modal. */
export interface Task {
  /** The same each time it is handled. */
  readonly key: string;
  readonly user: string;
  readonly affiliation: Affiliation;
  readonly channel: string;
  readonly team: string | undefined;
  readonly text: string;
}

/** Posts a task in the person's name and begins a run under it; once, also when it is handled again. Resolves to a line for the person, if there is one to say. */
export async function startRun(ctx: HandlerContext, task: Task): Promise<string | undefined> {
  const { user, channel, team, text } = task;
  const attempt = { user, affiliation: task.affiliation, startedBy: undefined, channel, subject: `a run in ${channel}`, id: task.key };
  const no = await refused(ctx, "start", attempt);
  if (no) return safeMrkdwn(no);
  const set = await asSetIn(ctx, channel, { team });
  // Before the task stands in the channel.
  const whyNot = whyNotTeam(await ctx.languages.of(user), ctx.teams, set.team);
  if (whyNot !== undefined) return safeMrkdwn(whyNot);
  const whom = team === undefined ? "" : ` the team *${safeMrkdwn(team)}*`;
  const ts = await postOnce(ctx, { key: `task/${task.key}`, user, channel, text: `<@${user}> asks${whom}:\n${safeMrkdwn(text)}` });
  if (!ts) return undefined;
  const heard = await ctx.runner.say({
    thread: threadKey({ team: ctx.me.team, channel, ts }),
    workspace: ctx.me.team,
    person: await personOf(ctx, user),
    text,
    id: `${ctx.me.team}:${channel}:${ts}`,
    addressed: true,
    ...(await inLanguageOf(ctx, user)),
    ...set,
  });
  if (heard.kind === "started") ctx.whisper.react({ channel, ts }, SEEN);
  return heard.kind === "refused" ? refusedText(ctx, await ctx.languages.of(task.user), heard, task.channel) : undefined;
}
