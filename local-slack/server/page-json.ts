import type { Audience } from "../state/changes.ts";
import type { Local } from "../state/local.ts";
import { isAdmin } from "../state/state.ts";
import type { PageFile, PageMessage, PageUser, PageView } from "./protocol.ts";
import type { Channel, Message, Persona, StoredFile, User, View } from "../state/state.ts";

/** A message as the page shows it: Slack's text and blocks, no HTML. */
export function pageMessage(local: Local, message: Message): PageMessage {
  const files = message.files.filter((file) => local.state.files.has(file.id)).map(pageFile);
  return {
    channel: message.channel,
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    user: message.user,
    ...personaOf(message.persona),
    text: message.text,
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(files.length > 0 ? { files } : {}),
    ...(message.app && message.app.as !== "person" ? { app: message.persona?.name ?? message.app.name } : {}),
    ...(message.notice ? { notice: true as const } : {}),
    ...(message.stream?.state === "in_progress" ? { streaming: true as const } : {}),
    reactions: message.reactions,
    edited: message.edited !== undefined,
    ...(message.isBroadcast ? { broadcast: true as const } : {}),
    ...(message.ephemeralTo === undefined ? {} : { ephemeral: true }),
  };
}

export function pageFile(file: StoredFile): PageFile {
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    size: file.content.length,
    url: `/files/${file.id}/${encodeURIComponent(file.name)}`,
  };
}

export function pageUser(user: User): PageUser {
  return { id: user.id, name: user.name, isBot: user.isBot, ...(isAdmin(user) ? { isAdmin: true as const } : {}) };
}

export function pageView(view: View): PageView {
  return { id: view.id, type: view.type, view: view.content };
}

export function personaOf(persona: Persona | undefined): { readonly persona?: { name: string; iconEmoji?: string; iconUrl?: string } } {
  if (!persona) return {};
  const { name = "parley", iconEmoji, iconUrl } = persona;
  return { persona: { name, ...(iconEmoji === undefined ? {} : { iconEmoji }), ...(iconUrl === undefined ? {} : { iconUrl }) } };
}

export function audienceOf(channel: Channel, message: Message): Audience {
  return message.ephemeralTo === undefined ? [...channel.members] : [message.ephemeralTo];
}
