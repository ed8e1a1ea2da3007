import { createHash } from "node:crypto";
import { z } from "zod";
import { isAmendment, isDeletion, messageBodyIn, ReactionBody, SessionStoppedBody, type MessageEvent } from "./event-payloads.ts";
import { id, Person } from "./payload-parts.ts";
import { placeOfPress, PressBody } from "./press-payloads.ts";
import { readingOnce } from "./read-once.ts";

/** The outermost shape, enough for Bolt to find its way. What is not even this is no envelope of Slack's. */
const Body = z.union([
  z.looseObject({ event: z.looseObject({ type: z.string() }) }),
  z.looseObject({ command: z.string() }),
  z.looseObject({ type: z.literal("block_actions"), actions: z.array(z.looseObject({ action_id: z.string() })).min(1) }),
  z.looseObject({ type: z.enum(["shortcut", "message_action"]), callback_id: z.string() }),
  z.looseObject({ type: z.enum(["view_submission", "view_closed"]), view: z.looseObject({ callback_id: z.string() }) }),
]);
export type Body = z.output<typeof Body>;

/** Slack's id for what it tells. Made once: making a schema takes ten times as long as reading by it. */
const eventIdIn = readingOnce(z.object({ event_id: id }));

export const readBody: (body: unknown) => Body | undefined = readingOnce(Body);

/**
 * Slack drops events of this minute, for the workspace has more than it delivers. It has no event in it, and repeats nothing of what it drops.
 * `undefined`: the body says something else.
 */
export function droppedIn(body: unknown): Dropped | undefined {
  // Told of each envelope why it is none, a schema takes longer than for what it is.
  if (typeof body !== "object" || body === null || !("type" in body) || body.type !== RATE_LIMITED) return undefined;
  const found = RateLimited.safeParse(body).data;
  return found && { team: found.team_id, sinceMs: found.minute_rate_limited * 1_000 };
}

export interface Dropped {
  readonly team: string;
  /** When the minute began. */
  readonly sinceMs: number;
}

const RATE_LIMITED = "app_rate_limited";
const RateLimited = z.object({ type: z.literal(RATE_LIMITED), team_id: id, minute_rate_limited: z.number().min(0).max(1e11) });

/**
 * The id under which an envelope is written down. A person's message is known by where and when it was posted, so that its two events
 * (message, app_mention), their redeliveries and a catch-up read are one; anything else by Slack's id for it.
 */
export function envelopeIdOf(body: unknown, socketEnvelopeId: string | undefined): string {
  const message = messageBodyIn(body)?.event;
  if (message && !message.hidden && (!message.bot_id || isInName(message)) && !message.subtype?.startsWith("message_"))
    return messageId(message);
  const eventId = eventIdIn(body)?.event_id;
  if (eventId) return `event:${eventId}`;
  if (socketEnvelopeId && socketEnvelopeId.length <= 100) return `envelope:${socketEnvelopeId}`;
  return `body:${createHash("sha256")
    .update(JSON.stringify(body) ?? "")
    .digest("hex")}`;
}

/** When a message came that Slack has told of; of what is read back, `undefined`: it says nothing of what was heard. */
export function tsOfEvent(body: unknown): string | undefined {
  return eventIdIn(body) === undefined ? undefined : messageBodyIn(body)?.event.ts;
}

/**
 * A notice, or a bot's words or edits, our own above all: no person says it, and nothing is ever done about it. `bots`: those that are heard. What
 * another app says in the name of a user may be a person's, who has given it their token.
 */
export function isNobodys(body: unknown, bots: ReadonlySet<string>): boolean {
  const message = messageBodyIn(body)?.event;
  if (!message || isAmendment(message) || isDeletion(message)) return false;
  if (message.bot_id !== undefined && bots.has(message.bot_id)) return message.hidden === true;
  if (message.hidden === true) return true;
  if (message.bot_id === undefined && message.app_id === undefined) return false;
  return !isInName(message) || (message.app_id !== undefined && message.app_id === WithAppId.safeParse(body).data?.api_app_id);
}

/** Of which nothing becomes, where nothing waits for one. */
export const isReaction = (body: unknown): boolean => messageBodyIn(body) === undefined && ReactionBody.safeParse(body).success;

/** The app whom Slack tells it. */
const WithAppId = z.object({ api_app_id: id });

/** Whether a user is named as the author, if only by an app. */
export const isInName = ({ user, subtype }: { readonly user?: string | undefined; readonly subtype?: string | undefined }): boolean =>
  user !== undefined && subtype !== "bot_message";

/** The same of a message that was read back: whether it may be a person's, or is of a bot that is heard. */
export const mayBeHeard = (
  message: Parameters<typeof isInName>[0] & { readonly bot_id?: string | undefined },
  bots: ReadonlySet<string>,
): boolean => (message.bot_id !== undefined && bots.has(message.bot_id)) || isInName(message);

/**
 * A mention that was edited into a message comes as a second app_mention, and is the first that speaks to the bot. Of a message and its mention one has
 * been seen to come without the files of the other: then they are two, and whoever hears them knows the words by then.
 */
const messageId = ({ type, channel, ts, edited, files = [] }: MessageEvent): string =>
  `message:${channel}:${ts}${type === "app_mention" && edited ? `:${edited.ts}` : ""}${files.length > 0 ? ":files" : ""}`;

/**
 * Envelopes of one lane are handled one after the other: those of one thread, and outside of threads those of one person. Lanes that differ in their
 * last part alone are in one place, and take turns with those of others: of a channel its threads, of people each.
 */
export function laneOf(body: unknown): string {
  const message = messageBodyIn(body)?.event;
  if (message) {
    const inner = message.message ?? message.previous_message;
    return `${message.channel}/${inner?.thread_ts ?? message.thread_ts ?? inner?.ts ?? message.deleted_ts ?? message.ts}`;
  }
  const press = PressBody.safeParse(body).data;
  if (press) {
    const at = placeOfPress(press);
    return at ? `${at.channel}/${at.ts}` : wishesOf(press.user.id);
  }
  const session = SessionStoppedBody.safeParse(body).data?.event;
  if (session) return `${session.channel}/${session.thread_ts}`;
  const asker = Asker.safeParse(body).data;
  return asker === undefined ? "the rest" : wishesOf(asker);
}

const wishesOf = (person: string): string => `person/${person}/wishes`;

/** Who gave a command, used a shortcut, sent a modal off or opened a tab. A modal must open within three seconds, whatever others wish for. */
const Asker = z.union([
  z.object({ user_id: id }).transform((body) => body.user_id),
  z.object({ user: Person }).transform((body) => body.user.id),
  z.object({ event: z.object({ user: id }) }).transform((body) => body.event.user),
]);
