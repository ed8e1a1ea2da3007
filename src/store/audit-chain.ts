import { createHash, randomBytes } from "node:crypto";

/**
 * What makes an entry of the audit log hold: each has a hash over its own content and over the hash of the one before it, so that none can
 * be changed, taken out, put in or moved without all behind it changing too. What people and places are called is not hashed itself but by
 * a digest over it and a random salt: the value and its salt can be forgotten, the digest stays, and so does the chain. Without the salt
 * nobody can try out which name a digest is of.
 */
export interface Link {
  readonly id: number;
  readonly workspace: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly deed: string;
  readonly allowed: number;
  readonly key: string | null;
  /** What this entry says was forgotten in earlier ones: {@link Forgot} as JSON. */
  readonly forgot: string | null;
  /** {@link Digests} as JSON. */
  readonly digests: string;
  /** Of the entry before it; {@link BEGIN} for the first. */
  readonly prev: string;
}

/** The fields that hold words or name somebody. */
export const WORD_FIELDS = ["personId", "personName", "subject", "detail"] as const;
export type WordField = (typeof WORD_FIELDS)[number];

export type Digests = { readonly [field in WordField]?: string };
/** The value and its salt, as long as they are not forgotten. */
export type Words = { readonly [field in WordField]?: readonly [value: string, salt: string] };
export type Forgot = { readonly [id: string]: readonly WordField[] };

/** A key may have an id in it; that two are the same is all that is asked of it. */
export const keyOf = (key: string | undefined): string | null => (key === undefined ? null : sha256(key).slice(0, KEY_CHARS));
const KEY_CHARS = 32;

export const BEGIN: string = "0".repeat(64);

const SALT_BYTES = 16;

/** Each value with a salt of its own, and the digests of them; both as JSON. */
export function sealed(values: { readonly [field in WordField]?: string | undefined }): {
  readonly words: string;
  readonly digests: string;
} {
  const words = Object.fromEntries(
    WORD_FIELDS.flatMap((field) => {
      const value = values[field];
      return value === undefined ? [] : [[field, [value, randomBytes(SALT_BYTES).toString("hex")] as const]];
    }),
  ) as Words;
  return { words: JSON.stringify(words), digests: JSON.stringify(digestsOf(words)) };
}

const digestsOf = (words: Words): Digests =>
  Object.fromEntries(
    WORD_FIELDS.flatMap((field) => {
      const word = words[field];
      return word ? [[field, digestOf(...word)]] : [];
    }),
  ) as Digests;

/** The salt is hex and of one length: where it ends and the value begins cannot be shifted. */
export const digestOf = (value: string, salt: string): string => sha256(salt + value);

export const hashOf = ({ prev, id, workspace, at, deed, allowed, key, forgot, digests }: Link): string =>
  sha256(JSON.stringify([prev, id, workspace, at, deed, allowed, key, forgot, digests]));

/** How often an entry has been told again, bound to the entry. It grows after the next entries have been written, hence by itself. */
interface Repeats {
  readonly times: number;
  readonly lastAt: string;
  readonly lastKey: string | null;
}

export const repeatsHash = (hash: string, { times, lastAt, lastKey }: Repeats): string =>
  sha256(JSON.stringify([hash, times, lastAt, lastKey]));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
