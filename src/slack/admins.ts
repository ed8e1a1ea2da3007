import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/clock.ts";
import { slackErrorCode, type Log } from "./web.ts";

/** Who administers the Slack workspace. */
export interface Admins {
  /** Owners too. False while Slack does not say. Never rejects. */
  has(user: string): Promise<boolean>;
  /** The person's profile changed: ask again next time. */
  forget(user: string): void;
}

/** Slack tells of changes (user_change); this is for those that it did not. */
const KEPT_MS = 10 * 60_000;
const KEPT_MAX = 10_000;

export function createAdmins(read: WebClient, clock: Clock, log: Log): Admins {
  const known = new Map<string, { readonly admin: boolean; readonly freshUntil: number }>();
  return {
    async has(user) {
      const entry = known.get(user);
      if (entry && entry.freshUntil > clock.now()) return entry.admin;
      try {
        const { user: found } = await read.users.info({ user });
        const admin = found?.is_admin === true || found?.is_owner === true || found?.is_primary_owner === true;
        known.delete(user);
        known.set(user, { admin, freshUntil: clock.now() + KEPT_MS });
        if (known.size > KEPT_MAX) known.delete(known.keys().next().value ?? "");
        return admin;
      } catch (error) {
        log(`nobody could say whether ${user} is an admin (${slackErrorCode(error) ?? "no answer"}): taken for none`);
        return false;
      }
    },
    forget: (user) => void known.delete(user),
  };
}
