import type { RunEvent } from "../../engine/events/events.ts";
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
import { saidBy, saidIdOf, type Said } from "./said-before.ts";

/** Threads of the workspace that are looked through for a message of which Slack says no more than that it is gone. */
const LOOKED_THROUGH_MAX = 200;
/** An agent's words are posted as soon as Slack takes them: within the day, after most troubles. */
const POSTED_WITHIN_MS = 24 * 3_600_000;

/**
 * A message of a thread was deleted in Slack, by whomever, and at any time: its words go out of the log, and of the logs of its forks. As long as no agent has read a
 * person's words, the agents are told that they were taken back.
 */
export async function hearDeletion(ctx: HandlerContext, event: MessageEvent): Promise<void> {
  const { message: after, previous_message: before, channel } = event;
  const ts = event.deleted_ts ?? after?.ts ?? before?.ts;
  if (!ts) return;
  const id = saidIdOf(ctx, channel, ts);
  const root = after?.thread_ts ?? before?.thread_ts ?? event.thread_ts;
  // What came along of it would name the thread that it was in, unless no more of it came than its time.
  const isNamed = root !== undefined || (before?.user ?? before?.bot_id ?? before?.subtype) !== undefined;
  const own = threadOf(ctx, { channel, ts, thread_ts: root });
  for (const thread of isNamed ? [own] : [own, ...(await threadsAround(ctx, channel, ts))]) {
    const { events } = await ctx.runner.read(thread);
    if (events.length === 0) continue;
    const ids = idsIn(events, id);
    if (ids.length === 0 && !isNamed && !events.some((one) => isPostedAround(one, ts))) continue;
    let changed = 0;
    for (const one of ids.length > 0 ? ids : [id]) {
      const said = saidBy(events, one);
      // Taken back by whoever said it, whoever has deleted it.
      if (said) await ctx.runner.steer(thread, { kind: "delete", id: one, person: said.person });
      changed += await ctx.forgetting.message(thread, { id: one, receipt: ts });
    }
    if (changed > 0) return;
  }
}

/** Under which ids the log has what a message says: as it was heard, or taken up later, its files that came behind it, and where somebody had it discussed. */
const idsIn = (events: readonly RunEvent[], id: string): readonly string[] => {
  const said = events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.id ?? ""] : []));
  return [...new Set(said.filter((one) => one === id || HEARD_AS.some((way) => one.startsWith(`${id}:${way}`))))];
};
const HEARD_AS = ["after", "discuss", "files"] as const;

/** Where it is not said of which thread a message was: those of its channel that were begun before it, the last one first. */
async function threadsAround(ctx: HandlerContext, channel: string, ts: string): Promise<readonly string[]> {
  const recent = await ctx.store.recent(LOOKED_THROUGH_MAX, ctx.me.team);
  return recent.flatMap(({ thread }) => {
    const place = placeOf(thread);
    return place?.channel === channel && Number(place.ts) < Number(ts) ? [thread] : [];
  });
}

/** Whether the words of an agent may be what stands in Slack with this ts. */
const isPostedAround = (event: RunEvent, ts: string): boolean =>
  event.type === "message.posted" && "agent" in event && Math.abs(Number(ts) * 1_000 - Date.parse(event.at)) < POSTED_WITHIN_MS;

/** A person has edited a message of a thread. As long as no agent has read it, its new words count; after that they are theirs alone. */
export async function hearAmendment(ctx: MessageContext, event: MessageEvent, findActor: FindActor): Promise<void> {
  const { message: after, previous_message: before } = event;
  const user = before?.user ?? after?.user;
  const ts = after?.ts;
  if (!user || !ts || user === ctx.me.user || (after.user ?? user) !== user) return;
  const root = after.thread_ts ?? before?.thread_ts ?? event.thread_ts;
  const thread = threadOf(ctx, { channel: event.channel, ts, thread_ts: root });
  const id = saidIdOf(ctx, event.channel, ts);
  const said = saidIn(await ctx.runner.read(thread), id);
  if (!said) return;
  const person = await personOf(ctx, user);
  const words = wordsIn(after);
  const text = await plainText(words.own, namingOf(ctx));
  const carried = await readCarried(words, namingOf(ctx));
  const notes = notesOn(said.beside);
  // Beside files nobody needs words; without either there is nothing that could be read in their place.
  if (text === "" && carried.length + notes.length + (said.files ?? []).length === 0) return;
  const { affiliation } = await findActor();
  const quoted = await ctx.quotes({ user, affiliation, id: `${event.channel}:${ts}:edit`, text: words.own });
  // What stood in the thread before it stays, the files stay as they are, and so does what was said of them.
  const beside = [...beforeIn(said.beside), ...quoted.beside, ...carried, ...notes];
  await ctx.runner.steer(thread, { kind: "edit", id, person, text, beside });
}

/** A message that was heard in the run that goes on; most edits are of others, and need no more work. */
const saidIn = (transcript: Transcript, id: string): Said | undefined =>
  currentRun(transcript).running ? saidBy(transcript.events, id) : undefined;
