import type { z } from "zod";
import type { Person } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { isPeoples, type MessageBody, type MessageEvent } from "../words/event-payloads.ts";
import { speaksTo } from "../words/message-words.ts";
import type { MessageContext } from "./message-context.ts";

/** A message that somebody wrote, and whether it speaks to the bot. Everything else that Slack calls a message is not heard. */
export interface Incoming {
  readonly message: MessageEvent;
  readonly user: string;
  readonly direct: boolean;
  readonly addressed: boolean;
  /** It came through an app, perhaps with that person's own token: whose account it is, is to be asked. */
  readonly throughApp: boolean;
  /** Set when another bot speaks, that is allowed to. */
  readonly bot: Person | undefined;
}

/** Slack's own voices. */
const SLACK: ReadonlySet<string> = new Set(["USLACK", "USLACKBOT"]);

/**
 * Own posts come back in three shapes: as the bot user, with a bot id and no user, and as an edit. Other bots carry a bot or app id and their own
 * user, or none, or a subtype that is not people's. An app that speaks with a person's own token carries its ids and that person.
 */
export function incomingFrom(
  { event: message, api_app_id: app }: z.output<typeof MessageBody>,
  { me, bots }: MessageContext,
): Incoming | undefined {
  const { user } = message;
  if (message.bot_id && bots.has(message.bot_id) && user !== me.user) return spokenByBot(message, me);
  // This very app, in whosever name; it comes here where something may wait for what bots post.
  if (app !== undefined && message.app_id === app) return undefined;
  if (!user || message.hidden || user === me.user || SLACK.has(user)) return undefined;
  if (!isPeoples(message.subtype)) return undefined;
  const direct = message.channel_type === "im" || message.channel.startsWith("D");
  const addressed = direct || speaksTo(message, me.user);
  const throughApp = message.bot_id !== undefined || message.app_id !== undefined;
  return { message, user, direct, addressed, throughApp, bot: undefined };
}

/** Bots that answer each other would never end: after so many of their messages a person must speak first. */
const BOTS_IN_A_ROW_MAX = 2;

/** A bot that may speak does so by a mention, or in a thread where agents talk; it has no words of command. */
function spokenByBot(message: MessageEvent, me: MessageContext["me"]): Incoming | undefined {
  const id = message.bot_id ?? "";
  if (message.hidden || !(message.subtype === "bot_message" || isPeoples(message.subtype))) return undefined;
  const name = message.bot_profile?.name ?? message.username ?? id;
  const addressed = speaksTo(message, me.user);
  return { message, user: message.user ?? id, direct: false, addressed, throughApp: false, bot: { id, name } };
}

export function areTooManyBots({ events }: Transcript, bots: ReadonlySet<string>): boolean {
  const said = events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.person.id] : []));
  const lastPerson = said.findLastIndex((id) => !bots.has(id));
  return said.length - 1 - lastPerson >= BOTS_IN_A_ROW_MAX;
}
