import type { Beside } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { notesOn } from "../door/attachments.ts";
import type { FindActor } from "../door/gate.ts";
import { namingOf, personOf, threadOf, type Ears } from "./message-context.ts";
import { readCarried, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import type { MessageEvent } from "../words/event-payloads.ts";

/**
 * A message of a thread was deleted in Slack, by whomever, and at any time: its words go out of the log. As long as no agent has read a
 * person's words, the agents are told that they were taken back.
 */
export async function hearDeletion(ears: Ears, event: MessageEvent): Promise<void> {
  const { previous_message: before } = event;
  const ts = event.deleted_ts ?? event.message?.ts ?? before?.ts;
  if (!before || !ts) return;
  const thread = threadOf(ears, { channel: event.channel, ts, thread_ts: event.message?.thread_ts ?? before.thread_ts });
  const id = idOf(ears, event.channel, ts);
  const { events } = await ears.runner.read(thread);
  if (events.length === 0) return;
  if (before.user && events.some((one) => one.type === "message.posted" && "person" in one && one.id === id))
    await ears.runner.steer(thread, { kind: "delete", id, person: await personOf(ears, before.user) });
  await ears.forgetting.message(thread, { id, receipt: ts });
}

const idOf = (ears: Ears, channel: string, ts: string): string => `${ears.me.team}:${channel}:${ts}`;

/** A person has edited a message of a thread. As long as no agent has read it, its new words count; after that they are theirs alone. */
export async function hearAmendment(ears: Ears, event: MessageEvent, findActor: FindActor): Promise<void> {
  const { message: after, previous_message: before } = event;
  const user = before?.user;
  const ts = after?.ts;
  if (!user || !ts || before.bot_id || user === ears.me.user || after.user !== user) return;
  const thread = threadOf(ears, { channel: event.channel, ts, thread_ts: after.thread_ts });
  const id = idOf(ears, event.channel, ts);
  const said = saidIn(await ears.runner.read(thread), id);
  if (!said) return;
  const person = await personOf(ears, user);
  const words = wordsIn(after);
  const text = await plainText(words.own, namingOf(ears));
  const carried = await readCarried(words, namingOf(ears));
  if (text === "" && carried.length === 0) return;
  const { affiliation } = await findActor();
  const quoted = await ears.quotes({ user, affiliation, id: `${event.channel}:${ts}:edit`, text: words.own });
  // The files stay as they are, and so does what was said of them.
  const beside = [...quoted.beside, ...carried, ...notesOn(said.beside)];
  await ears.runner.steer(thread, { kind: "edit", id, person, text, beside });
}

/** A message that was heard in the run that goes on; most edits are of others, and need no more work. */
function saidIn(transcript: Transcript, id: string): { readonly beside?: Beside } | undefined {
  if (!currentRun(transcript).running) return undefined;
  const said = transcript.events.findLast((event) => event.type === "message.posted" && "person" in event && event.id === id);
  return said?.type === "message.posted" && "person" in said ? said : undefined;
}
