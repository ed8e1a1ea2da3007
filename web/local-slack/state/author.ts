import type { PageMessage, PageStatus } from "../../../local-slack/server/protocol.ts";
import { iconCharacter } from "../../text/emoji.ts";
import { safeImage } from "../../text/links.ts";
import type { Store } from "./store.ts";

/** Who a message or status is from: the persona the bot posted under, or the user. */
export interface Author {
  readonly name: string;
  readonly isApp: boolean;
  /** The app under its own name. */
  readonly isBot?: boolean;
  /** Another app than the one that is here on show. */
  readonly isOther?: boolean;
  readonly icon?: string | undefined;
  readonly image?: string | undefined;
}

export function authorOf(
  from: { readonly user: string; readonly persona?: PageMessage["persona"] | undefined; readonly app?: string },
  store: Store,
): Author {
  const { persona } = from;
  if (persona)
    return {
      name: persona.name || store.bot.name,
      isApp: true,
      icon: iconCharacter(persona.iconEmoji),
      image: safeImage(persona.iconUrl),
    };
  if (from.app !== undefined) return { name: from.app, isApp: true, isBot: true, isOther: true };
  const user = store.users.get(from.user);
  const isApp = user?.isBot ?? from.user === store.bot.id;
  const isOther = isApp && from.user !== store.bot.id;
  return { name: user?.name ?? (isApp ? store.bot.name : from.user), isApp, isBot: isApp, isOther };
}

export const authorOfStatus = (status: PageStatus, store: Store): Author =>
  authorOf({ user: store.bot.id, persona: status.persona }, store);

/** A persona, rather than a person or the app itself. */
export const isPersona = (author: Author): boolean => author.isApp && author.isBot !== true;
