import type { ThreadMessage, Workspace } from "../../../local-slack/index.ts";
import { buttonsOf, isOfKind } from "../slack/thread.ts";
import { type Conversation, type Reply } from "./conversations.ts";

/** What is left of a play for people to see. */
export interface Played {
  readonly conversation: Conversation;
  readonly thread: readonly ThreadMessage[];
  readonly status: string;
  readonly session: string | undefined;
}

export interface People {
  /** Says what is to be said by now. */
  speak(): void;
  /** Every task and answer has been given, and every run has shown its end. */
  haveSaidAll(): boolean;
  played(): Played[];
  channelOf(conversation: string): string;
  nameOf(channel: string): string;
  keyOf(conversation: string): string;
  /** What the app has said where nobody has asked it: one line for each. */
  strays(): readonly string[];
}

const MARIA = "U0MARIA";
const DIRECT = "D0MARIA";

/** Maria, in a channel of its own for each conversation. Slack is there also while Parley is not. */
export function createPeople({ control, teamId }: Workspace, conversations: readonly Conversation[]): People {
  const threads = conversations.map((conversation) => ({
    conversation,
    channel: conversation.direct ? DIRECT : control.addChannel(conversation.name),
    ts: "",
    said: 0,
    isPressing: false,
    toTryAgain: 0,
  }));
  const find = (name: string) => threads.find(({ conversation }) => conversation.name === name) ?? fail(name);
  const seen = ({ channel, ts }: { channel: string; ts: string }) =>
    // What one person alone is told may be told again.
    ts === "" ? [] : control.thread(channel, ts).filter(({ ephemeralTo }) => ephemeralTo === undefined);
  const count = (thread: readonly ThreadMessage[], kind: string) => thread.filter((message) => isOfKind(message, kind)).length;

  /** Who is told that a press did not come to anything just now, such as where Slack is slow to say who they are, presses once more. */
  function heed(thread: (typeof threads)[number]): void {
    const told = thread.ts === "" ? [] : control.thread(thread.channel, thread.ts);
    const toTryAgain = told.filter(({ ephemeralTo, text }) => ephemeralTo !== undefined && text.includes("Try again in a moment")).length;
    const last = thread.conversation.replies[thread.said - 1];
    if (toTryAgain <= thread.toTryAgain || thread.isPressing || !last || !("press" in last)) return;
    thread.toTryAgain = toTryAgain;
    thread.said--;
  }

  /** Until Parley has heard it. A button that is gone was heard, whoever said so or not. */
  async function press(thread: (typeof threads)[number], { press: label }: Reply & { readonly press: string }): Promise<void> {
    const found = seen(thread).flatMap((message) =>
      buttonsOf(message).flatMap((button) => (button.label === label ? [{ message, button }] : [])),
    )[0];
    if (!found) return void thread.said++;
    const { message, button } = found;
    thread.isPressing = true;
    const place = { channel: thread.channel, ts: message.ts };
    const { acked } = await control.click({ user: MARIA, ...place, actionId: button.actionId, value: button.value });
    thread.isPressing = false;
    if (acked) thread.said++;
  }

  return {
    speak() {
      for (const thread of threads) {
        if (thread.ts === "") {
          if (!control.connected()) continue;
          void control.post({ user: MARIA, channel: thread.channel, text: thread.conversation.task }).then(({ ts }) => (thread.ts = ts));
          thread.ts = "…";
          continue;
        }
        if (thread.ts === "…") continue;
        heed(thread);
        const next = thread.conversation.replies[thread.said];
        if (!next || thread.isPressing || count(seen(thread), next.after) === 0) continue;
        if ("press" in next) void press(thread, next);
        else {
          thread.said++;
          void control.post({ user: MARIA, channel: thread.channel, threadTs: thread.ts, text: next.text });
        }
      }
    },
    haveSaidAll: () =>
      threads.every(
        (thread) => thread.said === thread.conversation.replies.length && count(seen(thread), "end") >= thread.conversation.runs,
      ),
    played: () =>
      threads.map((thread) => ({
        conversation: thread.conversation,
        thread: seen(thread),
        status: control.status(thread.channel, thread.ts)?.status ?? "",
        session: control.session(thread.channel, thread.ts)?.status,
      })),
    channelOf: (name) => find(name).channel,
    nameOf: (channel) => threads.find((thread) => thread.channel === channel)?.conversation.name ?? "",
    strays: () =>
      threads.flatMap(({ conversation, channel, ts }) =>
        control
          .channel(channel)
          .filter((message) => message.ts !== ts && message.ephemeralTo === undefined)
          .map((message) => `${conversation.name}: beside the thread there is "${message.text.slice(0, 200)}"`),
      ),
    keyOf: (name) => `${teamId}/${find(name).channel}/${find(name).ts}`,
  };
}

const fail = (name: string): never => {
  throw new Error(`there is no conversation "${name}"`);
};
