import { textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { REACTIONS_PER_MESSAGE_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { findChannel, findMessage, membership } from "./lookups.ts";
import { messageJson } from "../state/message-json.ts";
import { react } from "../state/messages.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import type { Channel, Json, Message } from "../state/state.ts";
import type { Method } from "./method.ts";

export const reactionMethods: { readonly [name: string]: Method } = {
  "reactions.add": { perMinute: TIER.three, scopes: () => ["reactions:write"], run: add },
  "reactions.remove": { perMinute: TIER.two, scopes: () => ["reactions:write"], run: remove },
  "reactions.get": { perMinute: TIER.three, scopes: () => ["reactions:read"], run: get },
};

/** A name without colons, skin tones allowed. */
const EMOJI_NAME = /^[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?$/;

function add(local: Local, args: Args): Json | Refusal {
  const found = findReacted(local, args);
  if (isRefusal(found)) return found;
  const { channel, message, name } = found;
  const given = message.reactions.find((reaction) => reaction.name === name);
  if (given?.users.includes(BOT_USER_ID)) return refuse("already_reacted");
  if (!given && message.reactions.length >= REACTIONS_PER_MESSAGE_MAX) return refuse("too_many_reactions");
  react(local, channel, { message, user: BOT_USER_ID, name, added: true });
  return {};
}

function remove(local: Local, args: Args): Json | Refusal {
  const found = findReacted(local, args);
  if (isRefusal(found)) return found;
  const { channel, message, name } = found;
  if (!message.reactions.some((reaction) => reaction.name === name && reaction.users.includes(BOT_USER_ID))) return refuse("no_reaction");
  react(local, channel, { message, user: BOT_USER_ID, name, added: false });
  return {};
}

function get(local: Local, args: Args): Json | Refusal {
  const channel = findChannel(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const message = findMessage(channel, textArg(args, "timestamp"));
  return isRefusal(message) ? message : { type: "message", channel: channel.id, message: messageJson(local, message) };
}

function findReacted(local: Local, args: Args): { readonly channel: Channel; readonly message: Message; readonly name: string } | Refusal {
  const name = textArg(args, "name");
  if (!EMOJI_NAME.test(name)) return refuse("invalid_name");
  if (textArg(args, "timestamp") === "") return refuse("no_item_specified");
  const known = findChannel(local, textArg(args, "channel"));
  const channel = isRefusal(known) ? known : membership(known);
  if (isRefusal(channel)) return channel;
  const message = findMessage(channel, textArg(args, "timestamp"));
  return isRefusal(message) ? message : { channel, message, name };
}
