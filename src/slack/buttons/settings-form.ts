import { isDeepStrictEqual } from "node:util";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, isOwnDirect, notHere, type Asked } from "../desk/command-answer.ts";
import { channelSetting, channelSettings, type ChannelSettings } from "../people/channel-settings.ts";
import { openModal, tellDirectly, type Desk } from "../desk/handler-context.ts";
import { personOf } from "../desk/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { whyNotTeam } from "../render/help-text.ts";
import { AboutChannel } from "../words/button-values.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import { refused } from "../people/permission-check.ts";
import { chosenSettings, settingsModal } from "./settings-modal.ts";

/** `/parley settings`: how Parley is in this channel, to be changed by those who may. */
export async function openSettings(desk: Desk, asked: Asked): Promise<void> {
  const answer = answerTo(desk, asked);
  const { channel, id } = asked;
  if (id === undefined) return;
  // Side by side: Slack opens no modal later than three seconds after it was asked for.
  const [outside, no, kept, settings] = await Promise.all([
    isOutside(desk, channel),
    mayNot(desk, asked),
    desk.settings.get(desk.me.team, channelSetting(channel)),
    channelSettings(desk, channel),
  ]);
  if (outside) return answer(notHere(channel));
  if (no) return answer(safeMrkdwn(no));
  await openModal(desk, id, settingsModal({ channel, revision: kept?.revision ?? 0 }, settings, desk.teams));
}

/** The modal came back. Of two people who had it open, the first one's settings hold, and the second is told. */
export async function saveSettings(desk: Desk, submission: SubmissionBody, { user, affiliation }: Actor): Promise<void> {
  const about = AboutChannel.safeParse(submission.view.private_metadata).data;
  if (!about) return;
  const { channel, revision } = about;
  const no = await mayNot(desk, { user, affiliation, channel, id: submission.view.id });
  if (no) return tellDirectly(desk, user, safeMrkdwn(no));
  const name = channelSetting(channel);
  const before = await channelSettings(desk, channel);
  const value = chosenSettings(submission.view.state.values, before);
  const whyNot = whyNotTeam(desk.teams, value.team);
  if (whyNot !== undefined) return tellDirectly(desk, user, `Nothing was changed. ${safeMrkdwn(whyNot)}`);
  const where = isOwnDirect(channel) ? "our messages" : `<#${channel}>`;
  const decision = {
    workspace: desk.me.team,
    person: await personOf(desk, user),
    deed: "set channel",
    subject: name,
    allowed: true,
    detail: `${JSON.stringify(before)} → ${JSON.stringify(value)}`,
  };
  if (await desk.settings.put({ name, value, revision, decision }))
    return desk.whisper.tell({ user, channel }, `Saved. From the next run on, ${where} is set so: ${inWords(value)}`);
  const now = await desk.settings.get(desk.me.team, name);
  // Handled again after a crash, what was saved then stands there already.
  if (now?.revision === revision + 1 && isDeepStrictEqual(now.value, JSON.parse(JSON.stringify(value)))) return;
  await tellDirectly(
    desk,
    user,
    `Somebody else changed the settings of ${where} while you did, and yours were not saved. Open \`/parley settings\` again to see theirs.`,
  );
}

const mayNot = (
  desk: Desk,
  { user, affiliation, channel, id }: Pick<Asked, "user" | "affiliation" | "channel" | "id">,
): Promise<string | undefined> =>
  refused(desk, "editTeams", {
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
