import type { WebClient } from "@slack/web-api";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { withinMs, type Clock } from "../../engine/clock.ts";

/** What a public channel is called, without the hash; `undefined` of one that not everybody may know of, and while Slack does not say. Never rejects. */
export type ChannelNameOf = (channel: string) => Promise<string | undefined>;

/** Channels are rarely renamed. */
const KEPT_MS = 3_600_000;
const KEPT_MAX = 5_000;
/** A message is not held up for a name any longer. */
const WAIT_MS = 2_500;

/** Agents answer where others read, who may not be in a private channel: its name is not told. */
export function createChannelNames({ read, clock }: { readonly read: WebClient; readonly clock: Clock }): ChannelNameOf {
  const known = new Map<string, { readonly at: number; readonly name: Promise<string | undefined> }>();

  async function ask(channel: string): Promise<string | undefined> {
    try {
      const { channel: found } = await patiently(clock, () => read.conversations.info({ channel }), BRIEFLY);
      const isOpen = found?.is_channel === true && found.is_private === false && found.is_mpim !== true && found.is_im !== true;
      return isOpen ? found.name : undefined;
    } catch {
      // The id stands for it; it is asked again at the next message.
      known.delete(channel);
      return undefined;
    }
  }

  return async (channel) => {
    const before = known.get(channel);
    if (before && clock.now() - before.at < KEPT_MS) return withinMs(clock, WAIT_MS, before.name);
    const name = ask(channel);
    known.delete(channel);
    known.set(channel, { at: clock.now(), name });
    if (known.size > KEPT_MAX) known.delete(known.keys().next().value ?? "");
    return withinMs(clock, WAIT_MS, name);
  };
}
