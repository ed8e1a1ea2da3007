import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError, type UsersInfoResponse, type WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { failureOf } from "../api/api-errors.ts";
import { isUnavailable, slackErrorCode, type Log } from "../api/web-client.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import type { Backoff } from "./backoff.ts";

/** What Slack says of people: their name, their language, what they are in the workspace and where they are at home come by one call. */
export interface ProfileCache {
  /**
   * What is known of a person, asked anew where it is older than `ageMsMax`; while Slack is in trouble also from before. People who ask at
   * once share a call. Never rejects.
   */
  of(user: string, ageMsMax: number): Promise<Profile | Unsaid>;
  /** The same where nobody has to be asked: who waits for it no longer than some time needs no timer for that. */
  known(user: string, ageMsMax: number): Profile | undefined;
  /** The profile changed: ask again next time. */
  forget(user: string): void;
}

export type Profile = NonNullable<UsersInfoResponse["user"]>;

/** Slack did not say. */
export interface Unsaid {
  /**
   * `nobody`: there is no such person for the app. `never`: the app is not allowed to ask, or the server has no such method; asking again
   * changes nothing. `trouble`: another time it may.
   */
  readonly unsaid: "nobody" | "never" | "trouble";
}

const METHOD = "users.info";
/** What stood there before, while Slack is in trouble. */
const KEPT_IN_TROUBLE_MS = 24 * 3_600_000;
const KEPT_MAX = 10_000;

interface Known {
  readonly profile: Profile;
  readonly at: number;
}

export function createProfileCache(parts: {
  readonly read: WebClient;
  readonly backoff: Backoff;
  /** Slack has said it anew; done before it is answered. */
  readonly onFound: (user: string, profile: Profile) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}): ProfileCache {
  const { read, backoff, clock, log } = parts;
  const known = new Map<string, Known>();
  const inFlight = new Map<string, Promise<Profile | Unsaid>>();
  let hasAnswered = false;

  async function ask(user: string): Promise<Profile | Unsaid> {
    const failed = backoff.lastFailure(METHOD, user);
    if (failed !== undefined) return { unsaid: kindOf(failed) };
    try {
      // For a moment: whoever asks has set how long they wait.
      const { user: profile } = await patiently(clock, () => read.users.info({ user, include_locale: true }), BRIEFLY);
      hasAnswered = true;
      backoff.worked(METHOD, user);
      return profile ?? { unsaid: "trouble" };
    } catch (error) {
      if (backoff.failed(METHOD, user, error))
        log(
          "people are shown by their ids, and who is a guest is not known: users.info is not available; add the scope users:read and install the app again",
        );
      else if (!isUnavailable(slackErrorCode(error))) log(`who ${user} is could not be looked up (${failureOf(error).code})`);
      return { unsaid: kindOf(error) };
    }
  }

  async function keep(user: string, profile: Profile): Promise<void> {
    known.delete(user);
    known.set(user, { profile, at: clock.now() });
    if (known.size > KEPT_MAX) known.delete(known.keys().next().value ?? "");
    await parts.onFound(user, profile);
  }

  function kindOf(error: unknown): Unsaid["unsaid"] {
    const code = slackErrorCode(error);
    if (isUnavailable(code)) return "never";
    if (code === "user_not_found" || code === "user_not_visible" || code === "users_not_found") return "nobody";
    if (error instanceof WebAPIPlatformError || error instanceof WebAPIRequestError) return "trouble";
    // A server that has never known the method answers with what it has: a page, or a 404.
    const isNoMethod = failureOf(error).kind === "limited" || (error instanceof WebAPIHTTPError && error.statusCode >= 500);
    return hasAnswered || isNoMethod ? "trouble" : "never";
  }

  /** What a clock that was set back says nothing of is not young. */
  function isYoung({ at }: Known, ageMsMax: number): boolean {
    const ageMs = clock.now() - at;
    return ageMs >= 0 && ageMs < ageMsMax;
  }

  function fresh(user: string, ageMsMax: number): Profile | undefined {
    const before = known.get(user);
    return before && isYoung(before, ageMsMax) ? before.profile : undefined;
  }

  return {
    known: fresh,
    async of(user, ageMsMax) {
      const there = fresh(user, ageMsMax);
      if (there) return there;
      const before = known.get(user);
      let answer = inFlight.get(user);
      if (!answer) {
        const own = ask(user).then(async (found) => {
          // Changed meanwhile: what was asked before that is not kept.
          if (inFlight.get(user) !== own) return found;
          if (!("unsaid" in found)) await keep(user, found);
          inFlight.delete(user);
          return found;
        });
        inFlight.set(user, (answer = own));
      }
      const found = await answer;
      const isTrouble = "unsaid" in found && found.unsaid === "trouble";
      return isTrouble && before && isYoung(before, KEPT_IN_TROUBLE_MS) ? before.profile : found;
    },
    forget(user) {
      known.delete(user);
      inFlight.delete(user);
    },
  };
}
