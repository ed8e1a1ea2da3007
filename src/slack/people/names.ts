import type { UsersInfoResponse } from "@slack/web-api";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { nameNote, type Store } from "../../store/store.ts";
import { safeLine } from "../words/escape.ts";
import { isUnavailable, slackErrorCode, type Log } from "../api/web-client.ts";

/** What people are called. */
export interface Names {
  /**
   * The name to read; the one that was known last while Slack does not say, the id itself where none ever was. Never rejects, and takes
   * no longer than {@link NAME_WAIT_MS} and a look into the store.
   */
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

/** `store` keeps what people were called last: a Slack in trouble is no reason to write ids into logs that stay. */
export function createNames(parts: {
  readonly read: { readonly users: { info(of: { readonly user: string }): Promise<UsersInfoResponse> } };
  readonly store: Pick<Store, "note" | "putNote">;
  readonly team: string;
  readonly clock: Clock;
  readonly log: Log;
}): Names {
  const { read, store, clock, log } = parts;
  const known = new Map<string, Known>();
  const noteKey = (user: string): string => nameNote(parts.team, user);
  let unavailable = false;

  async function ask(user: string, entry: Known): Promise<string> {
    try {
      const { user: found } = await read.users.info({ user });
      const name = [found?.profile?.display_name, found?.real_name, found?.profile?.real_name, found?.name].find((one) => one?.trim());
      const safe = safeLine(name ?? "", NAME_CHARS_MAX);
      if (safe === "") return user;
      if ((await store.note(noteKey(user))) !== safe) await store.putNote(noteKey(user), safe);
      return safe;
    } catch (error) {
      entry.freshUntil = clock.now() + ID_KEPT_MS;
      if (isUnavailable(slackErrorCode(error))) {
        unavailable = true;
        log("people are shown by their ids: users.info is not available; add the scope users:read and install the app again", error);
      }
      return lastKnown(user);
    }
  }

  async function lastKnown(user: string): Promise<string> {
    return (await store.note(noteKey(user)).catch(() => undefined)) ?? user;
  }

  return {
    async of(user) {
      let entry = known.get(user);
      if (!entry || entry.freshUntil <= clock.now()) {
        if (unavailable) return lastKnown(user);
        entry = { name: Promise.resolve(user), freshUntil: clock.now() + NAME_KEPT_MS };
        entry.name = ask(user, entry);
        known.delete(user);
        known.set(user, entry);
        if (known.size > NAMES_KEPT_MAX) known.delete(known.keys().next().value ?? "");
      }
      return (await withinMs(clock, NAME_WAIT_MS, entry.name)) ?? lastKnown(user);
    },
    forget: (user) => void known.delete(user),
  };
}

interface Known {
  name: Promise<string>;
  freshUntil: number;
}
