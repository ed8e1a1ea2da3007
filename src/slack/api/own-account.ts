import type { WebClient } from "@slack/web-api";
import { failureOf, isUnsure } from "./api-errors.ts";

/** Whose token a client has: a bot's id and its user's. */
export interface OwnAccount {
  readonly bot: string | undefined;
  readonly user: string | undefined;
}

/** Of a message, by whom it is. */
export interface Authored {
  readonly bot_id?: string;
  readonly user?: string;
  readonly app_id?: string;
  readonly team?: string;
  readonly bot_profile?: { readonly app_id?: string; readonly team_id?: string };
}

/** The app of an account, and the workspace that it is in; as far as Slack tells. */
interface OwnApp {
  readonly app: string | undefined;
  readonly team: string | undefined;
}

const known = new WeakMap<WebClient, OwnAccount>();
const knownApps = new WeakMap<WebClient, OwnApp>();

/** Asked of Slack once for each client; throws as the call does. */
export async function ownAccount(web: WebClient): Promise<OwnAccount> {
  const told = known.get(web);
  if (told) return told;
  const { bot_id: bot, user_id: user } = await web.auth.test();
  const own = { bot, user };
  known.set(web, own);
  return own;
}

/** It was told already, by the same call. */
export const noteOwnAccount = (web: WebClient, own: OwnAccount): void => void known.set(web, own);

/**
 * Whether the app has written a message. Any app of the workspace can put our metadata and an agent's name on a message of its own; by whom it is
 * Slack says: a post under a persona may come back without `user`. One app may have several a `bot_id`, as after it was installed anew: then its
 * own id tells, which is asked for where a message has another's `bot_id`. Throws as that call does, where another try may answer it.
 */
export async function isOwn(web: WebClient, message: Authored, own: OwnAccount): Promise<boolean> {
  const { bot_profile: profile } = message;
  // Some servers write an empty word where there is none.
  const [bot, user] = [message.bot_id || undefined, message.user || undefined];
  if (bot === undefined && user === undefined) return true;
  if ((bot !== undefined && bot === own.bot) || (user !== undefined && user === own.user)) return true;
  const [app, team] = [message.app_id || profile?.app_id || undefined, message.team || profile?.team_id || undefined];
  if (bot === undefined || app === undefined || own.user === undefined) return false;
  const ours = knownApps.get(web) ?? (await ownApp(web, own.user));
  knownApps.set(web, ours);
  // In a channel that workspaces share, the same app of another one is not this one.
  return app === ours.app && (team === undefined || team === ours.team);
}

async function ownApp(web: WebClient, bot: string): Promise<OwnApp> {
  try {
    const { user } = await web.users.info({ user: bot });
    return { app: user?.profile?.api_app_id, team: user?.team_id };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "limited" || failure.kind === "auth" || isUnsure(failure)) throw error;
    // It may not ask for that.
    return { app: undefined, team: undefined };
  }
}
