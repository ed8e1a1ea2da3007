import { z } from "zod";
import type { SentRequest } from "../../engine/events/events.ts";

/** The shapes of what stands in the fields of the log's events. */

const TEXT_CHARS_MAX = 1024 * 1024; // The store's own bound for one event.
const NAME_CHARS_MAX = 1_000;

export const text = z.string().max(TEXT_CHARS_MAX);
export const name = z.string().max(NAME_CHARS_MAX);
export const count = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const whole = z.int().nonnegative();
export const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: "a SHA-256, 64 hex digits" });
export const person = z.strictObject({ id: name, name });
export const failure = z.strictObject({
  kind: name,
  message: text,
  limit: z.strictObject({ kind: z.enum(["tokens", "usd"]), of: count }).optional(),
});

export const unreadReason = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["busy", "barred", "outside", "silent"]) }),
  z.strictObject({ kind: z.literal("long"), read: whole }),
  z.strictObject({ kind: z.literal("refused"), code: name }),
]);

export const withheld = z
  .strictObject({
    why: z.enum(["off", "refused", "expired", "skipped", "asked", "changed", "allowed"]),
    by: text.optional(),
    reason: text.optional(),
  })
  .optional();

const REQUESTS_MAX = 1_000;
const sent = z.strictObject({
  body: hash,
  model: name,
  upToSeq: whole,
  frame: z.strictObject({ hash }).optional(),
  without: z.array(name).max(REQUESTS_MAX).optional(),
  replyTokensMax: count.optional(),
  contextTokensMax: count.optional(),
  at: name,
  firstMs: whole.optional(),
  ms: whole,
  failed: name.optional(),
} satisfies { readonly [Field in keyof SentRequest]-?: z.ZodType });

export const usage = z
  .strictObject({
    inputTokens: count,
    outputTokens: count,
    cachedTokens: count.optional(),
    cacheWriteTokens: count.optional(),
    reasoningTokens: count.optional(),
    usd: count.optional(),
    calls: whole.optional(),
    estimated: z.literal(true).optional(),
    sent: z.array(sent).max(REQUESTS_MAX).optional(),
  })
  .optional();
