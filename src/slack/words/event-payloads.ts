import { z } from "zod";
import { isSaidAlike } from "./message-words.ts";
import { carried, id, maybe, SharedFiles, short, timestamp } from "./payload-parts.ts";
import { readingOnce } from "./read-once.ts";

/** Leave to search in the name of whoever wrote the message. */
const actionToken = maybe(z.string().min(1).max(1_000)).catch(undefined);

/** The message inside an edit or a deletion. */
const InnerMessage = z.object({
  subtype: maybe(short),
  user: maybe(id),
  bot_id: maybe(short),
  text: z.string().catch(""),
  ts: maybe(timestamp),
  thread_ts: maybe(timestamp),
  edited: maybe(z.object({ ts: timestamp })).catch(undefined),
  blocks: carried,
  attachments: carried,
});

/** `message` and `app_mention`, of whatever subtype. Catch-up reads of a thread have the same shape. */
export const MessageEvent = z.object({
  type: z.enum(["message", "app_mention"]),
  subtype: maybe(short),
  hidden: maybe(z.boolean()),
  user: maybe(id),
  bot_id: maybe(short),
  app_id: maybe(short),
  username: maybe(short).catch(undefined),
  bot_profile: maybe(z.object({ name: maybe(short), app_id: maybe(id).catch(undefined), team_id: maybe(id).catch(undefined) })).catch(
    undefined,
  ),
  /** Of an edit: as it is now. */
  message: maybe(InnerMessage).catch(undefined),
  /** Of an edit and a deletion: as it was. */
  previous_message: maybe(InnerMessage).catch(undefined),
  deleted_ts: maybe(timestamp).catch(undefined),
  text: z.string().catch(""),
  ts: timestamp,
  thread_ts: maybe(timestamp),
  channel: id,
  channel_type: maybe(short).catch(undefined),
  team: maybe(id),
  user_team: maybe(id),
  source_team: maybe(id),
  edited: maybe(z.object({ ts: timestamp })).catch(undefined),
  files: SharedFiles,
  blocks: carried,
  attachments: carried,
  /** Slack gives it with a mention and in a direct message, at either place. */
  action_token: actionToken,
  assistant_thread: maybe(z.object({ action_token: actionToken })).catch(undefined),
});
export type MessageEvent = z.output<typeof MessageEvent>;

/** A message of a thread, as conversations.replies has it. */
export const ThreadMessage = z.object({
  ts: timestamp,
  subtype: maybe(short).catch(undefined),
  hidden: maybe(z.boolean()).catch(undefined),
  user: maybe(id).catch(undefined),
  bot_id: maybe(short).catch(undefined),
  username: maybe(short).catch(undefined),
  bot_profile: maybe(z.object({ name: maybe(short) })).catch(undefined),
  text: z.string().catch(""),
  files: SharedFiles,
  blocks: carried,
  attachments: carried,
});
export type ThreadMessage = z.output<typeof ThreadMessage>;

const event = <S extends z.ZodType>(schema: S) =>
  z.object({ is_ext_shared_channel: maybe(z.boolean()), api_app_id: maybe(id).catch(undefined), event: schema });

export const MessageBody = event(MessageEvent);
export const messageBodyIn = readingOnce(MessageBody);
export const SessionStoppedBody = event(z.object({ channel: id, thread_ts: timestamp, user: id }));
const looksAt = z.object({ type: maybe(short), value: z.unknown() });
const Entities = maybe(z.object({ entities: maybe(z.array(looksAt)) })).catch(undefined);
export const HomeOpenedBody = event(
  z.object({
    user: id,
    channel: maybe(id).catch(undefined),
    tab: maybe(short),
    context: Entities,
    view: maybe(z.object({ hash: maybe(short) })).catch(undefined),
  }),
);
/**
 * What a person looks at beside their DM with the bot has changed. Slack's types name the person and the DM, its reference names neither, and
 * recorded events have been seen with the person alone.
 */
export const ContextChangedBody = event(
  z.object({ user: maybe(id).catch(undefined), channel: maybe(id).catch(undefined), context: Entities }),
);
/** The same two for an app of the older kind, an assistant: a thread was opened, or what is beside it has changed. */
export const AssistantThreadBody = event(
  z.object({
    assistant_thread: z.object({
      user_id: id,
      channel_id: id,
      thread_ts: timestamp,
      context: maybe(z.object({ channel_id: maybe(id) })).catch(undefined),
    }),
  }),
);
/** channel_archive, channel_left, and the same of a group: the channel is closed to the bot. */
export const ChannelClosedBody = event(z.object({ type: short, channel: id, user: maybe(id) }));
/** channel_unarchive, group_unarchive. */
export const ChannelOpenedBody = event(z.object({ channel: id, user: maybe(id) }));
const ids = maybe(z.array(id).max(1_000)).catch(undefined);
/** file_shared and file_unshared name the channel; file_deleted those that it was in, if any; file_change none. */
export const FileChangedBody = event(z.object({ type: short, file_id: id, channel_id: maybe(id).catch(undefined), channel_ids: ids }));
export const MemberJoinedBody = event(z.object({ user: id, channel: id, inviter: maybe(id) }));
/** reaction_added: to a message, or to something else, where there is no `item` to speak of. */
export const ReactionBody = event(
  z.object({
    type: z.literal("reaction_added"),
    user: id,
    reaction: short,
    item: maybe(z.object({ type: z.literal("message"), channel: id, ts: timestamp })).catch(undefined),
  }),
);
/** function_executed: a workflow has come to a step of the app's. */
export const StepBody = event(
  // A step without inputs is answered, too: the workflow waits for it.
  z.object({ function: z.object({ callback_id: short }), inputs: z.record(z.string(), z.unknown()).catch({}), function_execution_id: id }),
);
export const TokensRevokedBody = event(z.object({ tokens: z.object({ bot: maybe(z.array(z.string())) }) }));
export const UninstalledBody = event(z.object({ type: short }));
const called = z.string().max(200).optional().catch(undefined);
export const UserChangeBody = event(
  z.object({
    user: z.object({
      id,
      name: called,
      real_name: called,
      profile: z.object({ display_name: called, real_name: called }).optional().catch(undefined),
    }),
  }),
);

/** The channel among what a person looks at. */
export function channelBeside(context: z.output<typeof Entities>): string | undefined {
  const value = context?.entities?.find(({ type }) => type === "slack#/types/channel_id")?.value;
  return id.safeParse(value).data;
}

/**
 * A message is gone, whoever's it was: the log does not keep what Slack does not. As Slack's reference has it nothing comes along of what it was, and as
 * Slack sends it, all of it.
 */
export const isDeletion = ({ subtype, message: after, previous_message: before, deleted_ts: at }: MessageEvent): boolean =>
  subtype === "message_deleted" ? (before ?? at) !== undefined : after?.subtype === "tombstone";

/**
 * A person's edit of their own words; not what Slack calls an edit when it adds a link's preview. Where it is not told what they were, as in Slack's
 * reference, it is an edit by its time.
 */
export function isAmendment({ subtype, message: after, previous_message: before }: MessageEvent): boolean {
  if (subtype !== "message_changed" || !after || !(before?.user ?? after.user) || (before?.bot_id ?? after.bot_id)) return false;
  return before ? !isSaidAlike(after, before) : after.edited !== undefined;
}

/**
 * Whether people speak under a subtype. One that nobody knows is theirs too where a user wrote it: who has written to the bot is not left unheard.
 * The notices are those of Slack's reference, by what their names begin with; a bot's own words are none of people.
 */
export const isPeoples = (subtype: string | null | undefined): boolean => !subtype || !NOTICES.test(subtype);

const NOTICES =
  /^(?:(?:app|assistant|bot|canvas|channel|document|ekm|file_(?!share)|group|huddle|im|joiner|list|message|mpim|pinned|reminder|reply|sh_room|tabbed|unpinned|workflow)[_a-z]*|slackbot_response|tombstone)$/;
