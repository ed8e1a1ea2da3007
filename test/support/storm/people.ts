import type { Control, ThreadMessage } from "../../../local-slack/contract.ts";
import { STORM_CONVERSATIONS, type Step, type StormConversation } from "./conversations.ts";
import { buttonsOf, isOfKind } from "../slack/thread.ts";

/** One conversation in a channel of its own, and what Maria has done in it. */
export interface Talk {
  readonly conversation: StormConversation;
  readonly channel: string;
  ts: string;
  stepsDone: number;
  /** Nothing can be said there any more. */
  closed: boolean;
  /** So that its run and its posts wait for as long as a storm goes. */
  archived: boolean;
  readonly said: string[];
  /** How often she has done something again because she was told to. */
  repeated: number;
}

export interface StormPeople {
  readonly talks: readonly Talk[];
  /** Does what is to be done by now. */
  act(): Promise<void>;
  /** As people see it. */
  thread(talk: Talk): readonly ThreadMessage[];
}

const MARIA = "U0MARIA";
/** Where Slack does not say who somebody is, Parley does nothing for them and says this. */
const AGAIN = "Try again in a moment";

/** Maria, who tries again when her press was not heard, and when she is told to. */
export function createStormPeople(control: Control): StormPeople {
  const talks: Talk[] = STORM_CONVERSATIONS.map((conversation) => ({
    conversation,
    channel: control.addChannel(conversation.name),
    ts: "",
    stepsDone: 0,
    closed: false,
    archived: false,
    said: [],
    repeated: 0,
  }));
  const thread = ({ channel, ts }: Talk) => control.thread(channel, ts).filter(({ ephemeralTo }) => ephemeralTo === undefined);

  async function say(talk: Talk, text: string, threadTs?: string): Promise<string> {
    const { ts } = await control.post({ user: MARIA, channel: talk.channel, text, ...(threadTs ? { threadTs } : {}) });
    talk.said.push(text.replace(/^@parley (?:\w+: )?/, ""));
    return ts;
  }

  async function take(talk: Talk, { after, does }: Step): Promise<void> {
    const messages = thread(talk);
    if (!messages.some((message) => isOfKind(message, after))) return;
    if ("say" in does) {
      // A task is nobody's when Slack has given it up: people wait with one until there is somebody to hear it.
      if (does.say.startsWith("@parley") && !control.connected()) return;
      talk.stepsDone++;
      await say(talk, does.say, talk.ts).catch(() => undefined);
      return;
    }
    const found = messages.flatMap((message) =>
      buttonsOf(message).flatMap((button) => (button.label === does.press ? [{ message, button }] : [])),
    )[0];
    if (!found) {
      // The run is over, by another's hand or its own: there is nothing to press any more.
      if (messages.some((message) => isOfKind(message, "end"))) talk.stepsDone++;
      return;
    }
    const { message, button } = found;
    const place = { channel: talk.channel, ts: message.ts };
    const { acked } = await control.click({ user: MARIA, ...place, actionId: button.actionId, value: button.value });
    if (acked) talk.stepsDone++;
  }

  /** What she was told to do again is to be done. */
  async function repeat(talk: Talk): Promise<void> {
    const told = control
      .thread(talk.channel, talk.ts)
      .filter(({ ephemeralTo, text }) => ephemeralTo === MARIA && text.includes(AGAIN)).length;
    if (told <= talk.repeated) return;
    talk.repeated = told;
    if (talk.stepsDone > 0) talk.stepsDone--;
    else await say(talk, talk.conversation.task, talk.ts);
  }

  return {
    talks,
    thread,
    async act() {
      for (const talk of talks) {
        if (talk.closed) continue;
        if (talk.ts === "") {
          if (control.connected()) talk.ts = await say(talk, talk.conversation.task);
          continue;
        }
        await repeat(talk);
        const step = talk.conversation.steps[talk.stepsDone];
        if (step) await take(talk, step);
      }
    },
  };
}
