import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Seals small secrets before they are written to disk. */
export interface KeyRing {
  /** `about` is not secret and not kept with it: what is sealed about one thing does not open for another. */
  seal(text: string, about: string): string;
  /** Nothing when it was sealed with a key that is not here, about something else, or has been changed. */
  open(sealed: string, about: string): { readonly text: string; readonly isCurrent: boolean } | undefined;
}

/** AES-256. */
export const KEY_BYTES = 32;
/** What NIST SP 800-38D recommends for GCM; random ones may be used 2^32 times with one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

/**
 * AES-256-GCM. The first key seals, every key opens, so that a key is changed by putting a new one before it.
 * @throws RangeError without a key, or with one of another length.
 */
export function createKeyRing(keys: readonly Uint8Array[]): KeyRing {
  const ring = keys.map((key) => ({ key, id: idOf(key) }));
  const [current] = ring;
  if (!current || keys.some((key) => key.byteLength !== KEY_BYTES)) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
  return {
    seal(text, about) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", current.key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(about));
      const body = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${current.id}.${body.toString("base64url")}`;
    },
    open(sealed, about) {
      const [version, id, body = ""] = sealed.split(".");
      const found = ring.find((one) => one.id === id);
      const bytes = Buffer.from(body, "base64url");
      if (version !== VERSION || !found || bytes.byteLength < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", found.key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
        return { text: text.toString("utf8"), isCurrent: found === current };
      } catch {
        return undefined;
      }
    },
  };
}

/** Says which key sealed, and nothing about it. */
const idOf = (key: Uint8Array): string => createHash("sha256").update("parley key id").update(key).digest("hex").slice(0, 12);
