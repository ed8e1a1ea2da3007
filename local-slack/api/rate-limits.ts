import type { Local } from "../state/local.ts";
import { POST_BURST, POSTS_PER_SECOND } from "../state/limits.ts";

/**
 * Takes one token from a method's bucket. Returns how many seconds to wait when it is empty (Retry-After), or 0.
 * Posts have a bucket per channel; every other method one for the whole workspace, as large as its tier.
 */
export function takeToken(local: Local, call: { readonly method: string; readonly channel: string; readonly perMinute: number }): number {
  if (!local.rateLimits) return 0;
  const isPost = call.method === "chat.postMessage";
  const key = isPost ? `${call.method}/${call.channel}` : call.method;
  const capacity = isPost ? POST_BURST : call.perMinute;
  const perSecond = isPost ? POSTS_PER_SECOND : call.perMinute / 60;
  const now = local.now();
  const bucket = local.state.buckets.get(key) ?? { tokens: capacity, atMs: now };
  const tokens = Math.min(capacity, bucket.tokens + (Math.max(0, now - bucket.atMs) / 1_000) * perSecond);
  const granted = tokens >= 1;
  local.state.buckets.set(key, { tokens: granted ? tokens - 1 : tokens, atMs: now });
  return granted ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
}
