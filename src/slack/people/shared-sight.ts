import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { failureOf } from "../api/api-errors.ts";
import type { Log } from "../api/web-client.ts";
import type { People } from "./people.ts";

/**
 * Into which channels everybody may look who reads a thread. By Slack's own rule: a public channel is open to every full member of the workspaces
 * that share it, and to others who are in it; every other one to those who are in it. Each company that shares one decides for itself whether it
 * is public there, and does not say so: what is said in it may be read by anybody of theirs. Asked of Slack each time; where it does not say, a
 * channel is taken for closed.
 */
export interface SharedSight {
  /**
   * Of these channels, those that every reader of a thread in `home` may look into; `asker` is one of them. Home itself is among them. Never
   * rejects. Each channel's name is Slack's own, of now.
   */
  openToAll(home: string, asker: string, channels: readonly string[]): Promise<ReadonlySet<string>>;
}

interface Room {
  readonly isPublic: boolean;
  /** Shared with other companies (Slack Connect). */
  readonly isConnected: boolean;
  /** Workspaces whose members may look into it where it is public; `undefined` where Slack does not say which. */
  readonly workspaces: ReadonlySet<string> | undefined;
}

const MEMBERS_PER_PAGE = 1_000;
/** Of a channel with more, nobody knows who reads it. */
const MEMBERS_MAX = 10_000;
/** So many are looked up one by one; of more, the list of the workspace says what they are. */
const LOOKED_UP_MAX = 40;
const USERS_PER_PAGE = 1_000;
const USER_PAGES_MAX = 10;

export function createSharedSight(parts: {
  readonly read: WebClient;
  readonly people: Pick<People, "affiliationOf">;
  readonly me: { readonly team: string; readonly user: string };
  readonly clock: Clock;
  readonly log: Log;
}): SharedSight {
  const { people, me, clock, log } = parts;
  const ask = <T>(call: (read: WebClient) => Promise<T>): Promise<T> => patiently(clock, () => call(parts.read), BRIEFLY);

  async function roomOf(channel: string): Promise<Room> {
    const { channel: found } = await ask((read) => read.conversations.info({ channel }));
    const isPublic = found?.is_channel === true && found.is_private === false && found.is_mpim !== true && found.is_im !== true;
    const isShared = found?.is_shared === true || found?.is_org_shared === true || found?.is_global_shared === true;
    const teams = found?.shared_team_ids ?? [];
    const isTold = teams.length > 0 && found?.is_global_shared !== true;
    return {
      isPublic,
      isConnected: found?.is_ext_shared === true,
      workspaces: isShared ? (isTold ? new Set(teams) : undefined) : new Set([me.team]),
    };
  }

  async function membersOf(channel: string): Promise<ReadonlySet<string>> {
    const members = new Set<string>();
    let cursor = "";
    do {
      const page = cursor ? { cursor } : {};
      const answer = await ask((read) => read.conversations.members({ channel, limit: MEMBERS_PER_PAGE, ...page }));
      for (const member of answer.members ?? []) members.add(member);
      if (members.size > MEMBERS_MAX) throw new Error(`more than ${MEMBERS_MAX} members`);
      cursor = answer.response_metadata?.next_cursor ?? "";
    } while (cursor !== "");
    members.delete(me.user);
    return members;
  }

  /** Those to whom public channels are not simply open: guests, people from elsewhere, and whoever is not known. */
  async function notAtHome(readers: ReadonlySet<string>): Promise<readonly string[]> {
    if (readers.size > LOOKED_UP_MAX) {
      const full = await fullMembers();
      return [...readers].filter((reader) => !full.has(reader));
    }
    const standing = await Promise.all([...readers].map(async (user) => ({ user, is: await people.affiliationOf({ user, teams: [] }) })));
    return standing.flatMap(({ user, is }) => (is === "member" ? [] : [user]));
  }

  async function fullMembers(): Promise<ReadonlySet<string>> {
    const full = new Set<string>();
    let cursor = "";
    for (let page = 0; page < USER_PAGES_MAX; page++) {
      const answer = await ask((read) => read.users.list({ limit: USERS_PER_PAGE, ...(cursor ? { cursor } : {}) }));
      for (const { id, team_id: team, is_restricted, is_ultra_restricted, deleted } of answer.members ?? [])
        if (id && team === me.team && !is_restricted && !is_ultra_restricted && !deleted) full.add(id);
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") break;
    }
    return full;
  }

  return {
    async openToAll(home, asker, channels) {
      const open = new Set([home]);
      const others = [...new Set(channels)].filter((channel) => channel !== home);
      if (others.length === 0) return open;
      try {
        const here = await roomOf(home);
        if (here.isConnected) return open;
        const members = await membersOf(home);
        const readers = new Set([...members, asker]);
        const strangers = await notAtHome(readers);
        for (const channel of others) {
          const isOpen = await isOpenTo(channel, { here, readers, strangers }).catch((error: unknown) => {
            log(`nobody could say who may look into ${channel} (${failureOf(error).code}): what was found there is left out`);
            return false;
          });
          if (isOpen) open.add(channel);
        }
      } catch (error) {
        log(`nobody could say who reads ${home} (${failureOf(error).code}): what was found elsewhere is left out`);
      }
      return open;
    },
  };

  async function isOpenTo(
    channel: string,
    at: { readonly here: Room; readonly readers: ReadonlySet<string>; readonly strangers: readonly string[] },
  ): Promise<boolean> {
    const { isPublic, workspaces } = await roomOf(channel);
    // A thread in public is read by more people than are in its channel: by those of every workspace that shares it.
    if (at.here.isPublic && !(isPublic && covers(workspaces, at.here.workspaces))) return false;
    const mustBeIn = isPublic ? at.strangers : [...at.readers];
    if (mustBeIn.length === 0) return true;
    const members = await membersOf(channel);
    return mustBeIn.every((reader) => members.has(reader));
  }
}

const covers = (all: ReadonlySet<string> | undefined, some: ReadonlySet<string> | undefined): boolean =>
  some !== undefined && all !== undefined && [...some].every((one) => all.has(one));
