import type { Clock } from "../../engine/clock.ts";
import type { Asker } from "../access.ts";
import { derived, digestOf, newSecret, type Session, type Sessions } from "./sessions.ts";

/** Those of `parley studio`, in memory alone: with the process they are over. */
export interface AddressSessions extends Sessions {
  /** A token that lets in once, within {@link TOKEN_MS}. */
  mint(asker: Asker): string;
  /** The secret of a new session; nothing for a token that was used, is too old or never was. */
  redeem(token: string): string | undefined;
  /** Whether it was given out and is not used yet, be it too old. */
  isMinted(token: string): boolean;
}

const TOKEN_MS = 10 * 60_000;
const IDLE_MS_MAX = 12 * 3_600_000;
const TOKENS_MAX = 100;
const SESSIONS_MAX = 100;

export function createAddressSessions(clock: Pick<Clock, "now">): AddressSessions {
  const tokens = new Map<string, { readonly asker: Asker; readonly untilMs: number }>();
  const sessions = new Map<string, Session & { seenAtMs: number }>();
  const isIdle = ({ seenAtMs }: { readonly seenAtMs: number }): boolean => clock.now() - seenAtMs > IDLE_MS_MAX;

  return {
    mint(asker) {
      const token = newSecret();
      tokens.set(digestOf(token), { asker, untilMs: clock.now() + TOKEN_MS });
      dropOldest(tokens, TOKENS_MAX);
      return token;
    },
    redeem(token) {
      const known = tokens.get(digestOf(token));
      tokens.delete(digestOf(token));
      if (!known || known.untilMs < clock.now()) return undefined;
      const secret = newSecret();
      const key = digestOf(secret);
      const isOver = async (): Promise<boolean> => sessions.get(key) !== session || isIdle(session);
      const session = { id: key.slice(0, 16), asker: known.asker, csrf: derived(secret, "csrf"), isOver, seenAtMs: clock.now() };
      sessions.set(key, session);
      dropOldest(sessions, SESSIONS_MAX);
      return secret;
    },
    isMinted: (token) => tokens.has(digestOf(token)),
    async of(secret) {
      const session = sessions.get(digestOf(secret));
      if (!session) return undefined;
      if (isIdle(session)) {
        sessions.delete(digestOf(secret));
        return undefined;
      }
      session.seenAtMs = clock.now();
      return session;
    },
    end: async (secret) => void sessions.delete(digestOf(secret)),
  };
}

/** A map keeps the order in which things were added. */
function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
