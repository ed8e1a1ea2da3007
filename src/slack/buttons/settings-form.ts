import { isDeepStrictEqual } from "node:util";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, isOwnDirect, notHere, type CommandRequest } from "../commands/command-answer.ts";
import { channelSetting, channelSettings, type ChannelSettings } from "../people/channel-settings.ts";
import { openModal, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { whyNotTeam } from "../render/help-text.ts";
import { AboutChannel } from "../words/button-values.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import { refused } from "../people/permission-check.ts";
import { chosenSettings, settingsModal } from "./settings-modal.ts";

/** `/parley settings`: how Parley is in this channel, to be changed by those who may. */
export async function openSettings(ctx: HandlerContext, request: CommandRequest): Promise<void> {
  const answer = answerTo(ctx, request);
  const { channel, id, user } = request;
  if (id === undefined) return;
  // Side by side: Slack opens no modal later than three seconds after it was asked for.
  const [outside, no, kept, settings, t] = await Promise.all([
    isOutside(ctx, channel),
    mayNot(ctx, request),
    ctx.settings.get(ctx.me.team, channelSetting(channel)),
    channelSettings(ctx, channel),
    ctx.languages.of(user),
  ]);
  if (outside) return answer(notHere(t, channel));
  if (no) return answer(safeMrkdwn(no));
  await openModal(ctx, id, settingsModal(t, { channel, revision: kept?.revision ?? 0 }, settings, ctx.teams));
}

/** The modal came back. Of two people who had it open, the first one's settings hold, and the second is told. */
export async function saveSettings(ctx: HandlerContext, submission: SubmissionBody, { user, affiliation }: Actor): Promise<void> {
  const about = AboutChannel.safeParse(submission.view.private_metadata).data;
  if (!about) return;
  const { channel, revision } = about;
  const no = await mayNot(ctx, { user, affiliation, channel, id: submission.view.id });
  if (no) return tellDirectly(ctx, user, safeMrkdwn(no));
  const name = channelSetting(channel);
  const before = await channelSettings(ctx, channel);
  const value = chosenSettings(submission.view.state.values, before);
  const whyNot = whyNotTeam(ctx.teams, value.team);
  if (whyNot !== undefined) return tellDirectly(ctx, user, `Nothing was changed. ${safeMrkdwn(whyNot)}`);
  const where = isOwnDirect(channel) ? "our messages" : `<#${channel}>`;
  const decision = {
    workspace: ctx.me.team,
    person: await personOf(ctx, user),
    deed: "set channel",
    subject: name,
    allowed: true,
    detail: `${JSON.stringify(before)} → ${JSON.stringify(value)}`,
  };
  if (await ctx.settings.put({ name, value, revision, decision }))
    return ctx.whisper.tell({ user, channel }, `Saved. From the next run on, ${where} is set so: ${inWords(value)}`);
  const now = await ctx.settings.get(ctx.me.team, name);
  // Handled again after a crash, what was saved then stands there already.
  if (now?.revision === revision + 1 && isDeepStrictEqual(now.value, JSON.parse(JSON.stringify(value)))) return;
  await tellDirectly(
    ctx,
    user,
    `Somebody else changed the settings of ${where} while you did, and yours were not saved. Open \`/parley settings\` again to see theirs.`,
  );
}

const mayNot = (
  ctx: HandlerContext,
  { user, affiliation, channel, id }: Pick<CommandRequest, "user" | "affiliation" | "channel" | "id">,
): Promise<string | undefined> =>
  refused(ctx, "editTeams", {
    user,
    affiliation,
    startedBy: undefined,
    channel,
    subject: channelSetting(channel),
    ...(id === undefined ? {} : { id }),
  });

/** The settings in one line. */
function inWords({ team, quiet, code, allow }: ChannelSettings): string {
  const lines = [
    team === undefined ? "the usual team" : `team *${safeMrkdwn(team)}*`,
    quiet === undefined ? "turns as the team has them" : quiet ? "quiet" : "every turn shown",
    code === undefined ? "code as the team has it" : `code ${code}`,
    ...(allow?.start === undefined ? [] : [`for ${peopleIn(allow.start)}`]),
    ...(allow?.approve === undefined ? [] : [`code allowed by ${peopleIn(allow.approve)}`]),
  ];
  return `${lines.join(" · ")}.`;
}

const peopleIn = (who: string | readonly string[]): string =>
  [who]
    .flat()
    .map((one) => (/^[UW][A-Z0-9]+$/.test(one) ? `<@${one}>` : one === "starter" ? "whoever started the run" : one))
    .join(", ");
