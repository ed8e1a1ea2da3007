import type { Clock } from "../../engine/clock.ts";
import type { ModelFailureKind, ModelReply } from "../../engine/model.ts";
import type { SeenHere } from "./seen-here.ts";

/** The provider's own trouble, which passes; and so many in a row, over so long, without one answer. */
const PASSING: ReadonlySet<ModelFailureKind> = new Set(["unavailable", "overloaded", "timeout", "rate_limited"]);
const PASSING_FAILURES = 5;
const PASSING_MS = 60_000;
/** Somebody has to mend it: it does not pass by itself. Twice, since one key may be of one team alone. */
const LASTING: ReadonlySet<ModelFailureKind> = new Set(["bad_key", "quota"]);
const LASTING_FAILURES = 2;
/** Nobody asks it any more: whether it answers, nobody knows. */
const ASKED_MS_MAX = 6 * 3_600_000;

const IN_WORDS: { readonly [kind in ModelFailureKind]?: string } = {
  unavailable: "it could not be reached",
  overloaded: "it is overloaded",
  timeout: "it took too long",
  rate_limited: "it limits how often it may be asked",
  bad_key: "it does not take the key",
  quota: "the account has no credit left",
};

/** Follows the replies to each try of each call: down is who has failed several times in a row and answered nothing between. */
export function watchProviders(
  seen: SeenHere,
  clock: Pick<Clock, "now">,
): (account: { provider: string; host: string }, reply: ModelReply) => void {
  const failing = new Map<string, { readonly sinceMs: number; readonly count: number }>();
  return ({ provider, host }, reply) => {
    const subject = `${provider} (${host.replace(/^https?:\/\//, "")})`;
    if (reply.kind === "answer") {
      failing.delete(subject);
      return seen.over({ kind: "provider-down", subject });
    }
    const { kind } = reply.error;
    if (!PASSING.has(kind) && !LASTING.has(kind)) return;
    const before = failing.get(subject);
    const { sinceMs, count } = { sinceMs: before?.sinceMs ?? clock.now(), count: (before?.count ?? 0) + 1 };
    failing.set(subject, { sinceMs, count });
    const isDown = LASTING.has(kind) ? count >= LASTING_FAILURES : count >= PASSING_FAILURES && clock.now() - sinceMs >= PASSING_MS;
    if (!isDown) return;
    const detail = `${count} calls in a row have failed: ${IN_WORDS[kind] ?? kind}.`;
    seen.see({ kind: "provider-down", subject, detail }, { sinceMs, forMs: ASKED_MS_MAX });
  };
}
