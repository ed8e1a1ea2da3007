import { expect } from "vitest";
import type { ThreadMessage } from "../../../local-slack/index.ts";
import { GENERAL, MARIA, type Journey } from "../../support/journey.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

/** Commands and buttons about what starts by itself, as people give and press them. */
export function asking(journey: Journey) {
  const { control } = journey.slack;
  const answers = (user: string, channel: string) => control.channel(channel).filter(({ ephemeralTo }) => ephemeralTo === user);
  const answer = (user = MARIA, channel = GENERAL) => answers(user, channel).at(-1);
  const desk = {
    control,
    answer,
    /** What is said to that person alone. On this clock the app's patience for Slack's word on them is a few hundredths of a second: then it asks to try again. */
    async ask(text: string, { user = MARIA, channel = GENERAL } = {}): Promise<string> {
      for (let tries = 1; ; tries++) {
        const before = answers(user, channel).length;
        expect(await control.command({ user, channel, command: "/parley", text })).toMatchObject({ acked: true });
        await control.until(() => answers(user, channel).length > before);
        const said = wordsOf(answer(user, channel) ?? fail());
        if (tries === TRIES_MAX || !said.startsWith("Slack does not say just now")) return said;
      }
    },
    async press(label: string, { user = MARIA, channel = GENERAL, index = 0 } = {}): Promise<string> {
      const message = answer(user, channel) ?? fail();
      const button = buttonsOf(message).filter((one) => one.label === label)[index];
      if (!button) throw new Error(`no button "${label}" in: ${wordsOf(message)}`);
      await control.click({ user, channel, ts: message.ts, actionId: button.actionId, value: button.value });
      await control.until(() => wordsOf(answer(user, channel) ?? fail()) !== wordsOf(message));
      return wordsOf(answer(user, channel) ?? fail());
    },
    /** Asked for, looked at, and kept; its id. */
    async kept(text: string, who = {}): Promise<string> {
      await desk.ask(`schedule ${text}`, who);
      return idIn(await desk.press("Keep it", who));
    },
    /** Nine o'clock, three minutes after the beginning: once nothing is under way any more, the time until then passes at once. */
    async nine(): Promise<void> {
      await journey.quiet();
      journey.pass(UNTIL_NINE_MS);
    },
    /** Roots of a channel that Parley has posted because a time had come. */
    begun: (channel = GENERAL): readonly ThreadMessage[] =>
      control.channel(channel).filter(({ text, user }) => user === journey.slack.botUserId && text.startsWith(":alarm_clock:")),
    /** The thread under the one with this number, once it is there. */
    async threadOf(index: number, channel = GENERAL): Promise<Thread> {
      await control.until(() => desk.begun(channel).length > index, PATIENCE_MS);
      return journey.thread(channel, desk.begun(channel)[index]?.ts ?? "");
    },
  };
  return desk;
}

const PATIENCE_MS = 60_000;
const TRIES_MAX = 5;
/** A Monday; people in the local Slack are in Berlin, where it is an hour later. */
export const monday = (time: string): number => Date.parse(`2026-11-30T${time}Z`);
export const BEFORE_NINE = monday("07:57:00");
const UNTIL_NINE_MS = 3 * 60_000;

export const idIn = (text: string): string => /`([a-z0-9]{5})`/.exec(text)?.[1] ?? fail();

function fail(): never {
  throw new Error("nothing is there");
}
