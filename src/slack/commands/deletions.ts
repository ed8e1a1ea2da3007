import type { Person, RunEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { notesOn } from "../door/attachments.ts";
import { beforeIn } from "../door/thread-before.ts";
import type { FindActor } from "../door/gate.ts";
import type { HandlerContext } from "./handler-context.ts";
import { namingOf, personOf, threadOf, type MessageContext } from "./message-context.ts";
import { readCarried, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import type { MessageEvent } from "../words/event-payloads.ts";
import { placeOf } from "../words/place.ts";

/** Threads of the workspace that are looked through for a message of which Slack says no more than that it is gone. */
const LOOKED_THROUGH_MAX = 200;

/**
 * A message of a thread was deleted in Slack, by whomever, and at any time: its words go out of the log, and of the logs of its forks. As long as no agent has read a
 * person's words, the agents are told that they were taken back.
 */
export async function hearDeletion(ctx: HandlerContext, event: MessageEvent): Promise<void> {
  const { message: after, previous_message: before, channel } = event;
  const ts = event.deleted_ts ?? after?.ts ?? before?.ts;
  if (!ts) return;
  const id = idOf(ctx, channel, ts);
  const root = after?.thread_ts ?? before?.thread_ts ?? event.thread_ts;
  const isNamed = before !== undefined || root !== undefined;
  const thread = (isNamed ? undefined : await threadWith(ctx, channel, id)) ?? threadOf(ctx, { channel, ts, thread_ts: root });
  const { events } = await ctx.runner.read(thread);
  if (events.length === 0) return;
  const said = saidBy(events, id);
  const user = before?.user ?? said?.person.id;
  if (user && said) await ctx.runner.steer(thread, { kind: "delete", id, person: await personOf(ctx, user) });
  await ctx.forgetting.message(thread, { id, receipt: ts });
}

/** Where it is not said of which thread a person's message was: the channel's last one that knows it. */
async function threadWith(ctx: HandlerContext, channel: string, id: string): Promise<string | undefined> {
  for (const { thread } of await ctx.store.recent(LOOKED_THROUGH_MAX, ctx.me.team))
    if (placeOf(thread)?.channel === channel && saidBy((await ctx.runner.read(thread)).events, id)) return thread;
  return undefined;
}

const saidBy = (events: readonly RunEvent[], id: string): Said | undefined =>
  events.findLast((event): event is Said => event.type === "message.posted" && "person" in event && event.id === id);

type Said = Extract<RunEvent, { readonly type: "message.posted"; readonly person: Person }>;

const idOf = (ctx: MessageContext, channel: string, ts: string): string => `${ctx.me.team}:${channel}:${ts}`;

/** A person has edited a message of a thread. As long as no agent has read it, its new words count; after that they are theirs alone. */
export async function hearAmendment(ctx: MessageContext, event: MessageEvent, findActor: FindActor): Promise<void> {
  const { message: after, previous_message: before = after } = event;
  const user = before?.user;
  const ts = after?.ts;
  if (!user || !ts || before.bot_id || user === ctx.me.user || after.user !== user) return;
  const thread = threadOf(ctx, { channel: event.channel, ts, thread_ts: after.thread_ts });
  const id = idOf(ctx, event.channel, ts);
  const said = saidIn(await ctx.runner.read(thread), id);
  if (!said) return;
  const person = await personOf(ctx, user);
  const words = wordsIn(after);
  const text = await plainText(words.own, namingOf(ctx));
  const carried = await readCarried(words, namingOf(ctx));
  if (text === "" && carried.length === 0) return;
  const { affiliation } = await findActor();
  const quoted = await ctx.quotes({ user, affiliation, id: `${event.channel}:${ts}:edit`, text: words.own });
  // What stood in the thread before it stays, the files stay as they are, and so does what was said of them.
  const beside = [...beforeIn(said.beside), ...quoted.beside, ...carried, ...notesOn(said.beside)];
  await ctx.runner.steer(thread, { kind: "edit", id, person, text, beside });
}

/** A message that was heard in the run that goes on; most edits are of others, and need no more work. */
const saidIn = (transcript: Transcript, id: string): Said | undefined =>
  currentRun(transcript).running ? saidBy(transcript.events, id) : undefined;
