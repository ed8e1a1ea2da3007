import type { Beside } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { notesOn } from "../door/attachments.ts";
import { beforeIn } from "../door/thread-before.ts";
import type { FindActor } from "../door/gate.ts";
import { namingOf, personOf, threadOf, type MessageContext } from "./message-context.ts";
import { readCarried, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import type { MessageEvent } from "../words/event-payloads.ts";

/**
 * A message of a thread was deleted in Slack, by whomever, and at any time: its words go out of the log, and of the logs of its forks. As long as no agent has read a
 * person's words, the agents are told that they were taken back.
 */
export async function hearDeletion(ctx: MessageContext, event: MessageEvent): Promise<void> {
  const { previous_message: before } = event;
  const ts = event.deleted_ts ?? event.message?.ts ?? before?.ts;
  if (!before || !ts) return;
  const thread = threadOf(ctx, { channel: event.channel, ts, thread_ts: event.message?.thread_ts ?? before.thread_ts });
  const id = idOf(ctx, event.channel, ts);
  const { events } = await ctx.runner.read(thread);
  if (events.length === 0) return;
  if (before.user && events.some((one) => one.type === "message.posted" && "person" in one && one.id === id))
    await ctx.runner.steer(thread, { kind: "delete", id, person: await personOf(ctx, before.user) });
  await ctx.forgetting.message(thread, { id, receipt: ts });
}

const idOf = (ctx: MessageContext, channel: string, ts: string): string => `${ctx.me.team}:${channel}:${ts}`;

/** A person has edited a message of a thread. As long as no agent has read it, its new words count; after that they are theirs alone. */
export async function hearAmendment(ctx: MessageContext, event: MessageEvent, findActor: FindActor): Promise<void> {
  const { message: after, previous_message: before } = event;
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
function saidIn(transcript: Transcript, id: string): { readonly beside?: Beside } | undefined {
  if (!currentRun(transcript).running) return undefined;
  const said = transcript.events.findLast((event) => event.type === "message.posted" && "person" in event && event.id === id);
  return said?.type === "message.posted" && "person" in said ? said : undefined;
}
