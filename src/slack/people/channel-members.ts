import type { WebClient } from "@slack/web-api";
import type { Actor } from "./affiliation.ts";
import { failureOf } from "../api/api-errors.ts";
import { isUnavailable, slackErrorCode, type Log } from "../api/web-client.ts";

/**
 * Who may look into which channel, by Slack's own rule: public channels are open to every full member of the workspace; all others, and to
 * guests, to colleagues of other workspaces and to people from elsewhere public ones too, to those who are in them. Asked of Slack each time: whoever has left sees no more.
 */
export interface ChannelMembers {
  /** Never rejects. */
  mayRead(channel: string, actor: Actor): Promise<Sight>;
  /**
   * The channels that a person is in, as far as the app is in them too, or they are public; without a person those that the app is in, group messages
   * not among them. One call, where there are many to ask of. `code`: why Slack did not say.
   */
  channelsOf(user: string | undefined): Promise<Channels>;
}

export interface Channels {
  readonly channels: ReadonlySet<string>;
  /** The same, each with what it is called. */
  readonly names: ReadonlyMap<string, string>;
  readonly code: string | undefined;
}

export type Sight =
  | { readonly kind: "open" }
  /** The person is not in it. */
  | { readonly kind: "shut" }
  /** The app itself is not in it, or it is gone. */
  | { readonly kind: "away" }
  /** Slack did not answer, or the app is not allowed to ask. */
  | { readonly kind: "unsaid"; readonly code: string };

const MEMBERS_PER_PAGE = 1_000;
/** Slack's largest channels have some hundred thousand; nobody waits for more. */
const MEMBER_PAGES_MAX = 200;
const CHANNELS_PER_PAGE = 900;
const CHANNEL_PAGES_MAX = 20;
const TYPES = "public_channel,private_channel";

export function createChannelMembers(read: WebClient, log: Log): ChannelMembers {
  /** Questions that are under way: who asks the same meanwhile waits for the same answer. Nothing is kept beyond that. */
  const inFlight = new Map<string, Promise<boolean>>();

  function once(key: string, ask: () => Promise<boolean>): Promise<boolean> {
    let answer = inFlight.get(key);
    if (!answer) {
      answer = ask().finally(() => inFlight.delete(key));
      inFlight.set(key, answer);
    }
    return answer;
  }

  const isPublic = (channel: string): Promise<boolean> =>
    once(channel, async () => {
      const { channel: found } = await read.conversations.info({ channel }).catch((error: unknown) => {
        // What cannot be had says nothing: then being in it is what counts.
        if (isUnavailable(slackErrorCode(error))) return { channel: undefined };
        throw error;
      });
      return found?.is_channel === true && found.is_private === false && found.is_mpim !== true && found.is_im !== true;
    });

  const isIn = (channel: string, user: string): Promise<boolean> =>
    once(`${channel}/${user}`, async () => {
      let cursor = "";
      for (let page = 1; page <= MEMBER_PAGES_MAX; page++) {
        const answer = await read.conversations.members({ channel, limit: MEMBERS_PER_PAGE, ...(cursor ? { cursor } : {}) });
        if (answer.members?.includes(user)) return true;
        cursor = answer.response_metadata?.next_cursor ?? "";
        if (!cursor) return false;
      }
      throw new Error(`more than ${MEMBER_PAGES_MAX * MEMBERS_PER_PAGE} members`);
    });

  return {
    async mayRead(channel, { user, affiliation }) {
      try {
        // A direct message is of those who are in it, whoever they are.
        if (affiliation === "member" && !channel.startsWith("D") && (await isPublic(channel))) return { kind: "open" };
        return { kind: (await isIn(channel, user)) ? "open" : "shut" };
      } catch (error) {
        const { code } = failureOf(error);
        if (AWAY.has(code)) return { kind: "away" };
        log(`nobody could say whether ${user} is in ${channel} (${code}): they are shown nothing of it`);
        return { kind: "unsaid", code };
      }
    },
    async channelsOf(user) {
      const names = new Map<string, string>();
      try {
        let cursor = "";
        for (let page = 1; page <= CHANNEL_PAGES_MAX; page++) {
          const whose = user === undefined ? { types: TYPES } : { user, types: `${TYPES},mpim` };
          const wanted = { ...whose, limit: CHANNELS_PER_PAGE, ...(cursor ? { cursor } : {}) };
          const answer = await read.users.conversations(wanted);
          for (const { id, name } of answer.channels ?? []) if (id) names.set(id, name ?? id);
          cursor = answer.response_metadata?.next_cursor ?? "";
          if (!cursor) break;
        }
        return { channels: new Set(names.keys()), names, code: undefined };
      } catch (error) {
        const { code } = failureOf(error);
        log(`nobody could say in which channels ${user ?? "the app"} is (${code}): they are shown none of their runs`);
        return { channels: new Set(), names: new Map(), code };
      }
    },
  };
}

const AWAY: ReadonlySet<string> = new Set(["channel_not_found", "not_in_channel"]);
