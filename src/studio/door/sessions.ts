import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Asker } from "../access.ts";

export interface Session {
  /** The same for all that is asked in it, and no secret. */
  readonly id: string;
  readonly asker: Asker;
  /** To be sent along with whatever changes something; no other page can read it. */
  readonly csrf: string;
  /** Whether it has ended, or nobody has asked anything in it for long: what goes on for a while looks. */
  readonly isOver: () => Promise<boolean>;
}

/** What stands behind the cookie. */
export interface Sessions {
  of(secret: string): Promise<Session | undefined>;
  end(secret: string): Promise<void>;
  /** All of theirs, on whatever machine; absent where nobody has several. */
  readonly endAll?: (asker: Asker) => Promise<void>;
}

const SECRET_BYTES = 32;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");

/** What is kept in a secret's place: looking it up tells by its time nothing of what it is. */
export const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Of a secret, for one use; it tells nothing of the secret, nor of what it is for another use. */
export const derived = (secret: string, use: string): string => createHmac("sha256", secret).update(use).digest("base64url");
