import { z } from "zod";
import { carried, id, maybe, Person, SharedFiles, short, timestamp } from "./payload-parts.ts";

const Team = maybe(z.object({ id }));
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
    subtype: maybe(short).catch(undefined),
    text: z.string().catch(""),
    user: maybe(id),
    bot_id: maybe(short),
    username: maybe(short).catch(undefined),
    bot_profile: maybe(z.object({ name: maybe(short) })).catch(undefined),
    files: SharedFiles,
    blocks: carried,
    attachments: carried,
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
  view: z.object({ callback_id: z.string().regex(/^parley_(home_|(new|other_team|fork_team|settings)$)/) }),
});

/** The same each time a press is handled, and another for each press; `undefined` where Slack does not say. */
export const pressId = ({ user, actions: [{ action_ts: at }] }: PressBody): string | undefined =>
  at === undefined ? undefined : `press:${user.id}:${at}`;

/** The channel and root of the thread in which a button was pressed; `undefined` for one in a modal. */
export function placeOfPress(press: PressBody): { readonly channel: string; readonly ts: string; readonly messageTs: string } | undefined {
  const channel = press.container?.channel_id ?? press.channel?.id;
  const messageTs = press.container?.message_ts ?? press.message?.ts;
  const ts = press.container?.thread_ts ?? press.message?.thread_ts ?? messageTs;
  return channel && ts && messageTs ? { channel, ts, messageTs } : undefined;
}
