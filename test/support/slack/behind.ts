import { expect, onTestFinished } from "vitest";
import { createWorkspace, type ThreadMessage, type Workspace } from "../../../local-slack/index.ts";
import type { Parley } from "../../../src/parley.ts";
import { fastClock, GENERAL, MARIA, openParley, type ParleyParts } from "../journey.ts";
import { PATIENCE_MS } from "../patience.ts";
import { allAcked } from "./acked.ts";
import { bridge, SIGNING_SECRET } from "./http-door.ts";
import { buttonsOf, createThread, type Thread } from "./thread.ts";

export type Wire = "socket" | "http";

/** A Parley behind one of the two doors, and what one person alone sees of it. */
export interface Behind {
  readonly slack: Workspace;
  readonly control: Workspace["control"];
  readonly parley: Parley;
  readonly problems: readonly string[];
  mention(text: string, user?: string, channel?: string): Promise<Thread>;
  /** Lines that this person alone sees, in the channel and its threads, the oldest first. */
  told(user: string, channel?: string): readonly ThreadMessage[];
  /** The newest such line, once there are so many. */
  line(user: string, nth?: number): Promise<ThreadMessage>;
  /** They press the button with this label under the newest line that has one. */
  press(user: string, label: string): Promise<void>;
  /** Everything that Slack has sent is acked and dealt with. */
  quiet(): Promise<void>;
  /** So much time passes at once. */
  skip(ms: number): void;
}

export async function openBehind(wire: Wire, parts: ParleyParts, prepare?: (slack: Workspace) => void): Promise<Behind> {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), triggerMs: 300_000 });
  onTestFinished(() => slack.close());
  prepare?.(slack);
  const { control, botToken, appToken, apiUrl } = slack;
  const http = { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 };
  const { parley, problems } = await openParley(parts, {
    clock,
    slack: wire === "http" ? { botToken, apiUrl, http } : { botToken, appToken, apiUrl },
  });
  if (wire === "http") {
    const bridged = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
    onTestFinished(() => bridged.close());
  }
  await control.until(() => control.connected());

  const told = (user: string, channel = GENERAL): readonly ThreadMessage[] =>
    control
      .channel(channel)
      .flatMap((root) => control.thread(channel, root.ts))
      .filter(({ ephemeralTo }) => ephemeralTo === user)
      .toSorted((one, other) => Number(one.ts) - Number(other.ts));

  return {
    slack,
    control,
    parley,
    problems,
    told,
    skip: (ms) => clock.skip(ms),
    async mention(text, user = MARIA, channel = GENERAL) {
      const { ts } = await control.post({ user, channel, text });
      return createThread({ slack, parley, channel, ts });
    },
    async line(user, nth = 1) {
      await control.until(() => told(user).length >= nth, PATIENCE_MS);
      const line = told(user)[nth - 1];
      if (!line) throw new Error("no line");
      return line;
    },
    async press(user, label) {
      const line = told(user).findLast((one) => buttonsOf(one).some((button) => button.label === label));
      const button = line && buttonsOf(line).find((one) => one.label === label);
      if (!line || !button) throw new Error(`no button "${label}" for ${user}: ${JSON.stringify(told(user).map(({ text }) => text))}`);
      const { actionId, value } = button;
      expect(await control.click({ user, channel: GENERAL, ts: line.ts, actionId, value })).toEqual({ acked: true });
    },
    async quiet() {
      await allAcked(slack);
      await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
    },
  };
}
