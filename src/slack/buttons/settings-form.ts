import { isDeepStrictEqual } from "node:util";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, isOwnDirect, notHere, type CommandRequest } from "../commands/command-answer.ts";
import { channelSetting, channelSettings, type ChannelSettings } from "../people/channel-settings.ts";
import { openModal, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { whoIs } from "../home/admin-section.ts";
import type { Translator } from "../language/translator.ts";
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
  if (id === undefined) return answer((await ctx.languages.of(user))("refusals.text.notUnderstood"));
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
  const t = await ctx.languages.of(user);
  const whyNot = whyNotTeam(t, ctx.teams, value.team);
  if (whyNot !== undefined) return tellDirectly(ctx, user, t("teamForms.text.nothingChanged", { why: safeMrkdwn(whyNot) }));
  const where = isOwnDirect(channel) ? t("channelSettings.text.ourMessages") : `<#${channel}>`;
  const decision = {
    workspace: ctx.me.team,
    person: await personOf(ctx, user),
    deed: "set channel",
    subject: name,
    allowed: true,
    detail: `${JSON.stringify(before)} → ${JSON.stringify(value)}`,
  };
  if (await ctx.settings.put({ name, value, revision, decision }))
    return ctx.whisper.tell({ user, channel }, t("channelSettings.text.saved", { where, settings: inWords(t, value) }));
  const now = await ctx.settings.get(ctx.me.team, name);
  // Handled again after a crash, what was saved then stands there already.
  if (now?.revision === revision + 1 && isDeepStrictEqual(now.value, JSON.parse(JSON.stringify(value)))) return;
  await tellDirectly(ctx, user, t("channelSettings.text.othersSaved", { where }));
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
function inWords(t: Translator, { team, quiet, code, allow }: ChannelSettings): string {
  return [
    team === undefined ? t("channelSettings.text.usualTeam") : t("channelSettings.text.ofTeam", { team: safeMrkdwn(team) }),
    t(quiet === undefined ? "channelSettings.text.turnsAsTeam" : quiet ? "channelSettings.text.quiet" : "channelSettings.text.everyTurn"),
    t(code === undefined ? "channelSettings.text.codeAsTeam" : `channelSettings.text.code.${code}`),
    ...(allow?.start === undefined ? [] : [t("channelSettings.text.forPeople", { people: whoIs(t, allow.start) })]),
    ...(allow?.approve === undefined ? [] : [t("channelSettings.text.allowedBy", { people: whoIs(t, allow.approve) })]),
  ].join(" · ");
}
