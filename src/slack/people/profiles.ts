import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError, type UsersInfoResponse, type WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { failureOf } from "../api/api-errors.ts";
import { isUnavailable, slackErrorCode, type Log } from "../api/web-client.ts";

/** The one look-up of a person: their name, what they are in the workspace and where they are at home all come with it. */
export interface Profiles {
  /** Slack's own answer, remembered for a while; rejects as the call did. People who ask at once share a call. */
  info(of: { readonly user: string }): Promise<UsersInfoResponse>;
  /** What is known of a person, while Slack is in trouble also from before. Never rejects. */
  of(user: string): Promise<Profile | Unsaid>;
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

/** Slack tells of changes (user_change); this is for those that it did not. */
const KEPT_MS = 10 * 60_000;
/** What stood there before, while Slack is in trouble. */
const KEPT_IN_TROUBLE_MS = 24 * 3_600_000;
/** That asking is no use. */
const NEVER_KEPT_MS = 10 * 60_000;
/** A no of another kind is asked again so soon. */
const FAILED_KEPT_MS = 2_000;
const KEPT_MAX = 10_000;

interface Known {
  readonly answer: Promise<UsersInfoResponse>;
  until: number;
}

export function createProfiles(read: WebClient, clock: Clock, log: Log): Profiles {
  const known = new Map<string, Known>();
  const before = new Map<string, { readonly profile: Profile; readonly at: number }>();
  let never: { readonly error: unknown; readonly until: number } | undefined;
  let hasAnswered = false;

  function remember<V>(map: Map<string, V>, user: string, value: V): void {
    map.delete(user);
    map.set(user, value);
    if (map.size > KEPT_MAX) map.delete(map.keys().next().value ?? "");
  }

  async function ask(user: string): Promise<UsersInfoResponse> {
    try {
      const answer = await read.users.info({ user });
      hasAnswered = true;
      if (answer.user) remember(before, user, { profile: answer.user, at: clock.now() });
      return answer;
    } catch (error) {
      const entry = known.get(user);
      if (entry) entry.until = clock.now() + FAILED_KEPT_MS;
      if (isUnavailable(slackErrorCode(error))) {
        if (!never || never.until <= clock.now())
          log("who is a guest is not known: users.info is not available; add the scope users:read and install the app again");
        never = { error, until: clock.now() + NEVER_KEPT_MS };
      } else log(`who ${user} is could not be looked up (${failureOf(error).code})`);
      throw error;
    }
  }

  function info(user: string): Promise<UsersInfoResponse> {
    const entry = known.get(user);
    if (entry && entry.until > clock.now()) return entry.answer;
    if (never && never.until > clock.now()) return Promise.reject(never.error);
    const asked: Known = { answer: Promise.resolve().then(() => ask(user)), until: clock.now() + KEPT_MS };
    asked.answer.catch(() => undefined);
    remember(known, user, asked);
    return asked.answer;
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

  return {
    info: ({ user }) => info(user),
    async of(user) {
      try {
        return (await info(user)).user ?? { unsaid: "trouble" };
      } catch (error) {
        const unsaid = kindOf(error);
        const earlier = before.get(user);
        if (unsaid === "trouble" && earlier && clock.now() - earlier.at < KEPT_IN_TROUBLE_MS) return earlier.profile;
        return { unsaid };
      }
    },
    forget(user) {
      known.delete(user);
      before.delete(user);
    },
  };
}
