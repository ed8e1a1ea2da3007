import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../../engine/clock.ts";

/** Who asks: whose session it is. */
export interface Asker {
  readonly id: string;
  readonly name: string;
}

export interface Session {
  readonly asker: Asker;
  /** To be sent along with whatever changes something; no other page can read it. */
  readonly csrf: string;
  /** Whether it has ended, or nobody has asked anything in it for long: what goes on for a while looks. */
  readonly isOver: () => boolean;
}

/** In memory alone: with the process they are over. */
export interface Sessions {
  /** A token that lets in once, within {@link TOKEN_MS}. */
  mint(asker: Asker): string;
  /** The secret of a new session; nothing for a token that was used, is too old or never was. */
  redeem(token: string): string | undefined;
  /** Whether it was given out and is not used yet, be it too old. */
  isMinted(token: string): boolean;
  of(secret: string): Session | undefined;
  end(secret: string): void;
}

const TOKEN_MS = 10 * 60_000;
const IDLE_MS_MAX = 12 * 3_600_000;
const TOKENS_MAX = 100;
const SESSIONS_MAX = 100;
const SECRET_BYTES = 32;

export function createSessions(clock: Pick<Clock, "now">): Sessions {
  // By their digests: looking one up tells by its time nothing of what it is.
  const tokens = new Map<string, { readonly asker: Asker; readonly untilMs: number }>();
  const sessions = new Map<string, Session & { seenAtMs: number }>();
  const digest = (secret: string): string => createHash("sha256").update(secret).digest("hex");
  const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");
  const isIdle = ({ seenAtMs }: { readonly seenAtMs: number }): boolean => clock.now() - seenAtMs > IDLE_MS_MAX;

  return {
    mint(asker) {
      const token = newSecret();
      tokens.set(digest(token), { asker, untilMs: clock.now() + TOKEN_MS });
      dropOldest(tokens, TOKENS_MAX);
      return token;
    },
    redeem(token) {
      const known = tokens.get(digest(token));
      tokens.delete(digest(token));
      if (!known || known.untilMs < clock.now()) return undefined;
      const secret = newSecret();
      const key = digest(secret);
      const isOver = (): boolean => sessions.get(key) !== session || isIdle(session);
      const session = { asker: known.asker, csrf: newSecret(), isOver, seenAtMs: clock.now() };
      sessions.set(key, session);
      dropOldest(sessions, SESSIONS_MAX);
      return secret;
    },
    isMinted: (token) => tokens.has(digest(token)),
    of(secret) {
      const session = sessions.get(digest(secret));
      if (!session) return undefined;
      if (isIdle(session)) {
        sessions.delete(digest(secret));
        return undefined;
      }
      session.seenAtMs = clock.now();
      return session;
    },
    end: (secret) => void sessions.delete(digest(secret)),
  };
}

/** A map keeps the order in which things were added. */
function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
