import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/clock.ts";
import { slackErrorCode, type Log } from "./web.ts";

/** Who is in which channel, so that nobody is shown what was said where they are not. */
export interface Membership {
  /** False as well while Slack does not say. Never rejects. */
  has(channel: string, user: string): Promise<boolean>;
}

/** Whoever has left a channel sees its runs for as long at the most. */
const KEPT_MS = 60_000;
const CHANNELS_KEPT_MAX = 500;
/** Of a page, and pages: in a larger channel those who are not among the first are shown its runs by nobody but the channel itself. */
const MEMBERS_PER_PAGE = 1_000;
const PAGES_MAX = 20;

export function createMembership(read: WebClient, clock: Clock, log: Log): Membership {
  const known = new Map<string, { readonly members: Promise<ReadonlySet<string>>; readonly until: number }>();

  async function ask(channel: string): Promise<ReadonlySet<string>> {
    const members = new Set<string>();
    try {
      let cursor = "";
      for (let page = 1; page <= PAGES_MAX; page++) {
        const answer = await read.conversations.members({ channel, limit: MEMBERS_PER_PAGE, ...(cursor ? { cursor } : {}) });
        for (const member of answer.members ?? []) members.add(member);
        cursor = answer.response_metadata?.next_cursor ?? "";
        if (!cursor) break;
      }
    } catch (error) {
      log(`nobody could say who is in ${channel} (${slackErrorCode(error) ?? "no answer"}): App Home does not show its runs`);
    }
    return members;
  }

  return {
    async has(channel, user) {
      let entry = known.get(channel);
      if (!entry || entry.until <= clock.now()) {
        entry = { members: ask(channel), until: clock.now() + KEPT_MS };
        known.delete(channel);
        known.set(channel, entry);
        if (known.size > CHANNELS_KEPT_MAX) known.delete(known.keys().next().value ?? "");
      }
      return (await entry.members).has(user);
    },
  };
}
