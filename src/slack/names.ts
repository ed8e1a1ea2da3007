import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/clock.ts";
import { safeLine } from "./escape.ts";
import { isUnavailable, slackErrorCode, type Log } from "./web.ts";

/** What people are called. */
export interface Names {
  /** The name to read; the id itself while Slack does not say. Never rejects, and never takes longer than {@link NAME_WAIT_MS}. */
  of(user: string): Promise<string>;
  /** The person's profile changed: ask again next time. */
  forget(user: string): void;
}

/** People rename themselves rarely, and Slack tells (user_change). */
const NAME_KEPT_MS = 24 * 3_600_000;
/** After a failure the id stands in for a while, so that a Slack in trouble is not asked with every message. */
const ID_KEPT_MS = 5 * 60_000;
/** A message is not held up for a name any longer. */
const NAME_WAIT_MS = 2_500;
const NAMES_KEPT_MAX = 10_000;
const NAME_CHARS_MAX = 80;

export function createNames(read: WebClient, clock: Clock, log: Log): Names {
  const known = new Map<string, Known>();
  let unavailable = false;

  async function ask(user: string, entry: Known): Promise<string> {
    try {
      const { user: found } = await read.users.info({ user });
      const name = [found?.profile?.display_name, found?.real_name, found?.profile?.real_name, found?.name].find((one) => one?.trim());
      return safeLine(name ?? "", NAME_CHARS_MAX) || user;
    } catch (error) {
      entry.freshUntil = clock.now() + ID_KEPT_MS;
      if (isUnavailable(slackErrorCode(error))) {
        unavailable = true;
        log("people are shown by their ids: users.info is not available; add the scope users:read and install the app again", error);
      }
      return user;
    }
  }

  return {
    async of(user) {
      let entry = known.get(user);
      if (!entry || entry.freshUntil <= clock.now()) {
        if (unavailable) return user;
        entry = { name: Promise.resolve(user), freshUntil: clock.now() + NAME_KEPT_MS };
        entry.name = ask(user, entry);
        known.delete(user);
        known.set(user, entry);
        if (known.size > NAMES_KEPT_MAX) known.delete(known.keys().next().value ?? "");
      }
      return withinWait(entry.name, user, clock);
    },
    forget: (user) => void known.delete(user),
  };
}

interface Known {
  name: Promise<string>;
  freshUntil: number;
}

async function withinWait(name: Promise<string>, user: string, clock: Clock): Promise<string> {
  const waited = new AbortController();
  try {
    return await Promise.race([name, clock.sleep(NAME_WAIT_MS, waited.signal).then(() => user)]);
  } finally {
    waited.abort();
  }
}
