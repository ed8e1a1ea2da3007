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
  const person = await personOf(ears, user);
  if (!after || after.subtype === "tombstone") {
    await ears.runner.steer(thread, { kind: "delete", id, person });
    return;
  }
  const text = await plainText(after.text, { bot: ears.me.user, nameOf: (one) => ears.names.of(one) });
  if (text.trim() !== "") await ears.runner.steer(thread, { kind: "edit", id, person, text: text.trim() });
}
