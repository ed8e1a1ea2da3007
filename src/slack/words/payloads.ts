import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * What Slack sends, checked at the door: behind it a shape can be trusted. Objects may carry more than is named here, as Slack's do;
 * what is null is read as absent.
 */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const timestamp = z.string().regex(/^\d{1,12}\.\d{1,6}$/);
const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);
const short = z.string().max(500);

const address = maybe(z.string().max(2_000)).catch(undefined);
const SharedFile = z.object({
  name: maybe(short),
  title: maybe(short),
  mimetype: maybe(short),
  size: maybe(z.number()),
  url_private: address,
  url_private_download: address,
});

/** The message inside an edit or a deletion. */
const InnerMessage = z.object({
  subtype: maybe(short),
  user: maybe(id),
  bot_id: maybe(short),
  text: z.string().catch(""),
  ts: maybe(timestamp),
  thread_ts: maybe(timestamp),
});

/** `message` and `app_mention`, of whatever subtype. Catch-up reads of a thread have the same shape. */
export const MessageEvent = z.object({
  type: z.enum(["message", "app_mention"]),
  subtype: maybe(short),
  hidden: maybe(z.boolean()),
  user: maybe(id),
  bot_id: maybe(short),
  app_id: maybe(short),
  username: maybe(short),
  bot_profile: maybe(z.object({ name: maybe(short) })).catch(undefined),
  /** Of an edit: as it is now. */
  message: maybe(InnerMessage).catch(undefined),
  /** Of an edit and a deletion: as it was. */
  previous_message: maybe(InnerMessage).catch(undefined),
  deleted_ts: maybe(timestamp).catch(undefined),
  text: z.string().catch(""),
  ts: timestamp,
  thread_ts: maybe(timestamp),
  channel: id,
  channel_type: maybe(short),
  team: maybe(id),
  user_team: maybe(id),
  source_team: maybe(id),
  edited: maybe(z.object({ ts: timestamp })).catch(undefined),
  files: maybe(z.array(SharedFile)).catch(undefined),
});
export type MessageEvent = z.output<typeof MessageEvent>;

const event = <S extends z.ZodType>(schema: S) => z.object({ is_ext_shared_channel: maybe(z.boolean()), event: schema });

export const MessageBody = event(MessageEvent);
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
/** What a person looks at beside their DM with the bot has changed. */
export const ContextChangedBody = event(z.object({ user: id, channel: id, context: Entities }));
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
export const MemberJoinedBody = event(z.object({ user: id, channel: id, inviter: maybe(id) }));
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

const Team = maybe(z.object({ id }));
const Person = z.object({ id, team_id: maybe(id) });
const Channel = z.object({ id });

/** A pressed button, in a message or in a modal. */
export const PressBody = z.object({
  team: Team,
  user: Person,
  channel: maybe(Channel),
  trigger_id: maybe(short),
  response_url: maybe(z.string().max(2_000)),
  container: maybe(z.object({ channel_id: maybe(id), message_ts: maybe(timestamp), thread_ts: maybe(timestamp) })),
  message: maybe(z.object({ ts: maybe(timestamp), thread_ts: maybe(timestamp) })),
  view: maybe(
    z.object({
      id,
      type: short.catch("modal"),
      callback_id: short.catch(""),
      previous_view_id: maybe(id).catch(undefined),
      private_metadata: z.string().max(3_000).catch(""),
      state: maybe(
        z.object({
          values: z.record(
            z.string(),
            z.record(
              z.string(),
              z.lazy(() => Chosen),
            ),
          ),
        }),
      ).catch(undefined),
    }),
  ),
  actions: z.tuple(
    [
      z.object({
        action_id: z.string().max(255),
        value: z.string().max(2_000).catch(""),
        /** Of a menu. */
        selected_option: maybe(z.object({ value: z.string().max(2_000) })).catch(undefined),
        action_ts: maybe(short),
      }),
    ],
    z.unknown(),
  ),
});
export type PressBody = z.output<typeof PressBody>;

/** A slash command; `is_enterprise_install` and the like come as words here. */
export const CommandBody = z.object({
  command: short,
  text: z.string().catch(""),
  team_id: maybe(id),
  user_id: id,
  channel_id: id,
  trigger_id: maybe(short),
  response_url: maybe(z.string().max(2_000)),
});
export type CommandBody = z.output<typeof CommandBody>;

/** A shortcut on a message. */
export const MessageShortcutBody = z.object({
  user: Person,
  channel: Channel,
  trigger_id: short,
  action_ts: maybe(short),
  response_url: maybe(z.string().max(2_000)),
  message: z.object({
    ts: timestamp,
    thread_ts: maybe(timestamp),
    text: z.string().catch(""),
    user: maybe(id),
    username: maybe(short),
    files: maybe(z.array(SharedFile)).catch(undefined),
  }),
});
export type MessageShortcutBody = z.output<typeof MessageShortcutBody>;

export const GlobalShortcutBody = z.object({ user: Person, trigger_id: short });

const Chosen = z.object({
  value: maybe(z.string()),
  selected_option: maybe(z.object({ value: short })),
  selected_options: maybe(z.array(z.object({ value: short })).max(100)),
  selected_conversation: maybe(id),
  selected_users: maybe(z.array(id).max(200)),
});
export const SubmissionBody = z.object({
  user: Person,
  view: z.object({
    id,
    callback_id: short.catch(""),
    /** The one under it, where it was pushed. */
    previous_view_id: maybe(id).catch(undefined),
    private_metadata: z.string().max(3_000).catch(""),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Chosen)) }),
  }),
});
export type SubmissionBody = z.output<typeof SubmissionBody>;

/** A form that is answered with what is wrong: those of App Home, and those in which a team is chosen. */
export const FormBody = z.object({
  type: z.literal("view_submission"),
  view: z.object({ callback_id: z.string().regex(/^parley_(home_|(new|other_team|settings)$)/) }),
});

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});

/**
 * The JSON in a button's value, as we write it: the run, the number of the event that asks, the call that waits, what is thought of a run;
 * a note and the page it is on; the thread, where the button is not in it.
 */
export const ButtonValue = json
  .pipe(
    z.object({
      r: maybe(short),
      seq: maybe(z.int()),
      call: maybe(short),
      helpful: maybe(z.boolean()),
      note: maybe(z.int()),
      page: maybe(z.int()),
      t: maybe(short),
    }),
  )
  .catch({ r: undefined, seq: undefined, call: undefined, helpful: undefined, note: undefined, page: undefined, t: undefined });

/**
 * The JSON in a button or a menu of App Home and its modals: what is to be done, and to which team, agent, thread, run, question or page.
 */
export const HomeValue = json
  .pipe(
    z.object({
      v: maybe(short),
      t: maybe(short),
      n: maybe(short),
      thread: maybe(short),
      r: maybe(short),
      seq: maybe(z.int()),
      p: maybe(z.int()),
    }),
  )
  .catch({ v: undefined, t: undefined, n: undefined, thread: undefined, r: undefined, seq: undefined, p: undefined });
export type HomeValue = z.output<typeof HomeValue>;

/** The JSON in the private_metadata of the forms of App Home. */
export const AboutForm = json
  .pipe(z.object({ t: maybe(short), n: maybe(short), revision: maybe(z.int()) }))
  .catch({ t: undefined, n: undefined, revision: undefined });
export type AboutForm = z.output<typeof AboutForm>;

/** The JSON in a modal's private_metadata, as the modals of a run write it. */
export const AboutRun = json.pipe(z.object({ thread: short, run: maybe(short), seq: maybe(z.int()) }));

/** The same, as the modal of a channel's settings writes it. */
export const AboutChannel = json.pipe(z.object({ channel: id, revision: z.int().nonnegative() }));

/** The outermost shape, enough for Bolt to find its way. What is not even this is no envelope of Slack's. */
const Body = z.union([
  z.looseObject({ event: z.looseObject({ type: z.string() }) }),
  z.looseObject({ command: z.string() }),
  z.looseObject({ type: z.literal("block_actions"), actions: z.array(z.looseObject({ action_id: z.string() })).min(1) }),
  z.looseObject({ type: z.enum(["shortcut", "message_action"]), callback_id: z.string() }),
  z.looseObject({ type: z.enum(["view_submission", "view_closed"]), view: z.looseObject({ callback_id: z.string() }) }),
]);
export type Body = z.output<typeof Body>;

/** Made once: making a schema takes ten times as long as reading by it. */
const WithEventId = z.object({ event_id: id });

export const readBody = (body: unknown): Body | undefined => Body.safeParse(body).data;

/**
 * The id under which an envelope is written down. A person's message is known by where and when it was posted, so that its two events
 * (message, app_mention), their redeliveries and a catch-up read are one; anything else by Slack's id for it.
 */
export function envelopeIdOf(body: unknown, socketEnvelopeId: string | undefined): string {
  const message = MessageBody.safeParse(body).data?.event;
  if (message && !message.hidden && !message.bot_id && !message.subtype?.startsWith("message_")) return messageId(message);
  const eventId = WithEventId.safeParse(body).data?.event_id;
  if (eventId) return `event:${eventId}`;
  if (socketEnvelopeId && socketEnvelopeId.length <= 100) return `envelope:${socketEnvelopeId}`;
  return `body:${createHash("sha256")
    .update(JSON.stringify(body) ?? "")
    .digest("hex")}`;
}

/** When a message came that Slack has told of; of what is read back, `undefined`: it says nothing of what was heard. */
export function tsOfEvent(body: unknown): string | undefined {
  const isTold = WithEventId.safeParse(body).success;
  return isTold ? MessageBody.safeParse(body).data?.event.ts : undefined;
}

/** A notice, or a bot's words or edits, our own above all: no person says it, and nothing is ever done about it. `bots`: those that are heard. */
export function isNobodys(body: unknown, bots: ReadonlySet<string>): boolean {
  const message = MessageBody.safeParse(body).data?.event;
  if (!message || isAmendment(message) || isDeletion(message)) return false;
  if (message.bot_id !== undefined && bots.has(message.bot_id)) return message.hidden === true;
  return message.hidden === true || message.bot_id !== undefined || message.app_id !== undefined;
}

/** A message is gone, whoever's it was: the log does not keep what Slack does not. */
export const isDeletion = ({ subtype, message: after, previous_message: before }: MessageEvent): boolean =>
  before !== undefined && before !== null && (subtype === "message_deleted" || after?.subtype === "tombstone");

/** A person's edit or deletion of their own words; not what Slack calls an edit when it adds a link's preview. */
export function isAmendment({ subtype, message: after, previous_message: before }: MessageEvent): boolean {
  if (!before?.user || before.bot_id) return false;
  return subtype === "message_deleted" || (subtype === "message_changed" && after !== undefined && after.text !== before.text);
}

/** A mention that was edited into a message comes as a second app_mention, and is the first that speaks to the bot. */
const messageId = ({ type, channel, ts, edited }: MessageEvent): string =>
  type === "app_mention" && edited ? `message:${channel}:${ts}:${edited.ts}` : `message:${channel}:${ts}`;

/** The same each time a press is handled, and another for each press; `undefined` where Slack does not say. */
export const pressId = ({ user, actions: [{ action_ts: at }] }: PressBody): string | undefined =>
  at === undefined ? undefined : `press:${user.id}:${at}`;

/** Envelopes with the same key are handled one after the other: those of one thread, and outside of threads those of one person. */
export function laneOf(body: unknown): string {
  const message = MessageBody.safeParse(body).data?.event;
  if (message) {
    const inner = message.message ?? message.previous_message;
    return `${message.channel}/${inner?.thread_ts ?? message.thread_ts ?? inner?.ts ?? message.ts}`;
  }
  const press = PressBody.safeParse(body).data;
  if (press) {
    const at = placeOfPress(press);
    return at ? `${at.channel}/${at.ts}` : `person/${press.user.id}`;
  }
  const session = SessionStoppedBody.safeParse(body).data?.event;
  if (session) return `${session.channel}/${session.thread_ts}`;
  const asker = Asker.safeParse(body).data;
  return asker === undefined ? "the rest" : `person/${asker}`;
}

/** Lanes of one place take turns with those of others: of a channel its threads, of people each. */
export function placeOfLane(lane: string): string {
  return lane.startsWith("person/") ? lane : lane.slice(0, lane.indexOf("/") + 1 || undefined);
}

/** Who gave a command, used a shortcut, sent a modal off or opened a tab. A modal must open within three seconds, whatever others wish for. */
const Asker = z.union([
  z.object({ user_id: id }).transform((body) => body.user_id),
  z.object({ user: Person }).transform((body) => body.user.id),
  z.object({ event: z.object({ user: id }) }).transform((body) => body.event.user),
]);

/** The channel and root of the thread in which a button was pressed; `undefined` for one in a modal. */
export function placeOfPress(press: PressBody): { readonly channel: string; readonly ts: string; readonly messageTs: string } | undefined {
  const channel = press.container?.channel_id ?? press.channel?.id;
  const messageTs = press.container?.message_ts ?? press.message?.ts;
  const ts = press.container?.thread_ts ?? press.message?.thread_ts ?? messageTs;
  return channel && ts && messageTs ? { channel, ts, messageTs } : undefined;
}
