import type { Clock } from "../../engine/clock.ts";
import type { Person } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Forgets, Runner } from "../../runner/runner.ts";
import type { Settings } from "../../store/settings.ts";
import type { Attachments } from "../door/attachments.ts";
import type { TeamCards } from "../../team-shelf.ts";
import type { ChannelNameOf } from "../door/channel-names.ts";
import type { Before, ThreadBefore } from "../door/thread-before.ts";
import type { Quotes } from "../door/quoted-messages.ts";
import type { Languages } from "../language/whose-language.ts";
import type { People } from "../people/people.ts";
import type { Allow } from "../people/permissions.ts";
import type { Naming } from "../words/mrkdwn.ts";
import { threadKey } from "../words/place.ts";
import type { Log } from "../api/web-client.ts";
import type { Unheard } from "../signs/unheard-notice.ts";
import type { Whisper } from "../signs/ephemeral.ts";

/** What every handler of this room works with. */
export interface MessageContext {
  readonly runner: Runner;
  /** Of words that are to be kept no longer. */
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly teams: TeamCards;
  readonly people: People;
  /** In whose language something is said. */
  readonly languages: Languages;
  readonly whisper: Whisper;
  /** For whoever says more than is heard. */
  readonly unheard: Unheard;
  readonly attachments: Attachments;
  readonly quotes: Quotes;
  readonly threadBefore: ThreadBefore;
  readonly channelNameOf: ChannelNameOf;
  /** As the team file has it; `allowIn` says what holds in a channel. */
  readonly allow: Allow;
  /** What people set while Parley runs, and the audit log. */
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Ids of other bots that are heard as people are; all others are not. */
  readonly bots: ReadonlySet<string>;
  /** Whether workflows may ask teams. */
  readonly workflows: boolean;
  /** The bot as it is in this workspace. One token, one workspace: its id names the threads, also where a channel is shared with others. */
  readonly me: { readonly team: string; readonly user: string };
}

export async function personOf(ctx: Pick<MessageContext, "people">, user: string): Promise<Person> {
  return { id: user, name: await ctx.people.nameOf(user) };
}

/** What a run that this person begins says of the language in which it is shown. */
export async function inLanguageOf(ctx: Pick<MessageContext, "languages">, user: string): Promise<{ readonly language?: string }> {
  const language = await ctx.languages.noted(user);
  return language === undefined ? {} : { language };
}

/** How people and channels that a text names are called. */
export const namingOf = ({ me, people, channelNameOf }: Pick<MessageContext, "me" | "people" | "channelNameOf">): Naming => ({
  bot: me.user,
  nameOf: (user) => people.nameOf(user),
  channelNameOf,
});

/** The ts of the last message of a thread that is in its log; `undefined` where none is. */
function lastHeard({ events }: Transcript, channel: string): string | undefined {
  let last: string | undefined;
  for (const event of events) {
    const [, at, ts = ""] = event.type === "message.posted" && "person" in event ? (event.id?.split(":") ?? []) : [];
    if (at === channel && /^\d{1,12}\.\d{1,6}$/.test(ts) && Number(ts) > Number(last ?? 0)) last = ts;
  }
  return last;
}

/** What people have said in a thread, and since its last run, as far as its log does not have it. */
export function unreadBefore(
  ctx: Pick<MessageContext, "threadBefore">,
  transcript: Transcript,
  at: Omit<Parameters<ThreadBefore>[0], "since">,
): Promise<Before> {
  const since = lastHeard(transcript, at.channel);
  return ctx.threadBefore({ ...at, ...(since === undefined ? {} : { since }) });
}

export function threadOf(
  ctx: MessageContext,
  at: { readonly channel: string; readonly ts: string; readonly thread_ts?: string | undefined },
): string {
  return threadKey({ team: ctx.me.team, channel: at.channel, ts: at.thread_ts ?? at.ts });
}
