import type { WebClient } from "@slack/web-api";

/** Whose token a client has: a bot's id and its user's. */
export interface OwnAccount {
  readonly bot: string | undefined;
  readonly user: string | undefined;
}

const known = new WeakMap<WebClient, OwnAccount>();

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
 * Slack says: a post under a persona may come back without `user`, and one of a workspace's other installation with another `bot_id`.
 */
export function isOwn(message: { readonly bot_id?: string; readonly user?: string }, { bot, user }: OwnAccount): boolean {
  if (message.bot_id === undefined && message.user === undefined) return true;
  return (message.bot_id !== undefined && message.bot_id === bot) || (message.user !== undefined && message.user === user);
}
