import type { Beside } from "../engine/events.ts";
import { currentRun, type Transcript } from "../engine/transcript.ts";
import { notesOn } from "./attachments.ts";
import { personOf, threadOf, type Ears } from "./ears.ts";
import { plainText } from "./mrkdwn.ts";
import type { MessageEvent } from "./payloads.ts";

/** A person has edited or deleted a message of a thread. As long as no agent has read it, its new words count; after that they are theirs alone. */
export async function hearAmendment(ears: Ears, event: MessageEvent): Promise<void> {
  const { message: after, previous_message: before } = event;
  const user = before?.user;
  const ts = event.deleted_ts ?? after?.ts;
  if (!user || !ts || before.bot_id || user === ears.me.user || (after && after.user !== user)) return;
  const thread = threadOf(ears, { channel: event.channel, ts, thread_ts: after?.thread_ts ?? before.thread_ts });
  const id = `${ears.me.team}:${event.channel}:${ts}`;
  const said = saidIn(await ears.runner.read(thread), id);
  if (!said) return;
  const person = await personOf(ears, user);
  if (!after || after.subtype === "tombstone") {
    await ears.runner.steer(thread, { kind: "delete", id, person });
    return;
  }
  const text = await plainText(after.text, { bot: ears.me.user, nameOf: (one) => ears.names.of(one) });
  if (text.trim() === "") return;
  const quoted = await ears.quotes({ user, external: true, text: after.text });
  // The files stay as they are, and so does what was said of them.
  await ears.runner.steer(thread, { kind: "edit", id, person, text: text.trim(), beside: [...quoted.beside, ...notesOn(said.beside)] });
}

/** A message that was heard in the run that goes on; most edits are of others, and need no more work. */
function saidIn(transcript: Transcript, id: string): { readonly beside?: Beside } | undefined {
  if (!currentRun(transcript).running) return undefined;
  const said = transcript.events.findLast((event) => event.type === "message.posted" && "person" in event && event.id === id);
  return said?.type === "message.posted" && "person" in said ? said : undefined;
}
