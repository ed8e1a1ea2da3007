import { textArg } from "../api/args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { isJson } from "../blocks/block-ids.ts";
import { contentArg } from "../api/chat.ts";
import { newResponseUrl, newTrigger, personAndTeam } from "./interactions.ts";
import { isOrgWide, type Local } from "../state/local.ts";
import { messageJson } from "../state/message-json.ts";
import { postMessage } from "../state/messages.ts";
import { APP_ID, BOT_USER_ID, COMMANDS, TEAM_DOMAIN } from "../state/seed.ts";
import type { Channel } from "../state/state.ts";
import type { Acknowledgement } from "./socket-mode.ts";

/** A slash command: a flat payload without thread_ts; a message in the ack is posted, to the person alone unless it says in_channel. */
export async function command(
  local: Local,
  given: { readonly user: string; readonly channel: string; readonly command: string; readonly text: string },
): Promise<Acknowledgement | Refusal> {
  const channel = local.state.channels.get(given.channel);
  if (!channel || !channel.members.has(given.user)) return refuse("channel_not_found");
  if (!COMMANDS.includes(given.command)) return refuse(`${given.command} is not a command here; there is: ${COMMANDS.join(", ")}`);
  const result = await local.socketMode.request("slash_commands", {
    token: "local-verification-token",
    ...(local.state.users.get(given.user)?.isHidden ? {} : { team_id: local.state.users.get(given.user)?.teamId ?? local.teamId }),
    team_domain: TEAM_DOMAIN,
    channel_id: channel.id,
    channel_name: channel.kind === "im" ? "directmessage" : channel.name,
    user_id: given.user,
    user_name: local.state.users.get(given.user)?.name.toLowerCase() ?? given.user,
    command: given.command,
    text: given.text,
    api_app_id: APP_ID,
    ...(local.org === undefined ? {} : { enterprise_id: local.org }),
    is_enterprise_install: String(isOrgWide(local)),
    response_url: newResponseUrl(local, { user: given.user, channel: channel.id }),
    trigger_id: newTrigger(local, given.user),
  });
  if (result.acked && result.payload !== undefined) showAnswer(local, channel, given.user, result.payload);
  return result;
}

/** A shortcut from the composer's menu, or from the menu of a message. */
export async function shortcut(
  local: Local,
  given: { readonly user: string; readonly callbackId: string; readonly channel?: string; readonly ts?: string },
): Promise<Acknowledgement | Refusal> {
  const shared = {
    ...personAndTeam(local, given.user),
    callback_id: given.callbackId,
    trigger_id: newTrigger(local, given.user),
    action_ts: `${Math.trunc(local.now() / 1_000)}.000000`,
  };
  if (given.channel === undefined || given.ts === undefined)
    return local.socketMode.request("interactive", { type: "shortcut", ...shared });
  const channel = local.state.channels.get(given.channel);
  const message = channel?.messages.get(given.ts);
  if (!channel || !message) return refuse("message_not_found");
  return local.socketMode.request("interactive", {
    type: "message_action",
    ...shared,
    channel: { id: channel.id, name: channel.kind === "im" ? "directmessage" : channel.name },
    message_ts: message.ts,
    message: messageJson(local, message, { replyCounts: true }),
    response_url: newResponseUrl(local, { user: given.user, channel: channel.id, message }),
  });
}

function showAnswer(local: Local, channel: Channel, user: string, payload: unknown): void {
  const args = typeof payload === "string" ? { text: payload } : isJson(payload) ? payload : {};
  const content = contentArg(args);
  if (isRefusal(content)) return;
  postMessage(local, channel, {
    user: BOT_USER_ID,
    ...content,
    ...(textArg(args, "response_type") === "in_channel" ? {} : { ephemeralTo: user }),
  });
}
