import { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { Installations, Tokens } from "../../store/installations.ts";
import type { Store } from "../../store/store.ts";
import { tokenError } from "../api/token-source.ts";
import { clientOptions, slackErrorCode, type Log } from "../api/web-client.ts";

/** The token of one installation, and how it is renewed. */
export interface InstallationTokens {
  get(): Promise<string>;
  insteadOf(refused: string): Promise<string | undefined>;
  /** It was installed again: what is known here is old. */
  forget(): void;
  /** Whether this is the newest token, so that Slack's no to it is a no to the installation. */
  isNewest(token: string): boolean;
}

/** Slack's tokens live for 12 hours. Renewed so early, the old one works on for long after a renewal that went wrong. */
const RENEW_BEFORE_MS = 2 * 3_600_000;
/** After a renewal that failed while the old token works still. */
const RENEW_AGAIN_MS = 60_000;
/** A call waits for it. */
const RENEW_TIMEOUT_MS = 15_000;

/**
 * With token rotation, `oauth.v2.access` gives a new pair for the refresh token, which works once. The new pair is on the disk before it is
 * used. If this process dies, or the answer is lost, between Slack's doing and the disk, the refresh token is spent and nobody has the next
 * one: the access token that is kept works until it runs out, two hours at the least, and the operator is told at once, and by when, to have
 * the app installed again. Slack offers nothing better. One renewal at a time: two would spend the token twice.
 */
export function createTokens(parts: {
  readonly id: string;
  readonly name: string;
  readonly installations: Pick<Installations, "tokens" | "putTokens">;
  /** The store's. */
  readonly exclusively: Store["exclusively"];
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  readonly apiUrl?: string;
  /** The last token has run out, and no other can be had. */
  readonly onDead: (code: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}): InstallationTokens {
  const { id, installations, clock, log } = parts;
  let known: Promise<Tokens | undefined> | undefined;
  let newest: string | undefined;
  let renewing: Promise<Tokens | undefined> | undefined;
  let renewAgainAt = -Infinity;
  /** Counts the installations: what an earlier one's token is renewed to must not take the place of the new one's. */
  let age = 0;
  const client = new WebClient(undefined, {
    ...clientOptions(parts.apiUrl, log),
    timeout: RENEW_TIMEOUT_MS,
    // What was lost on the way was perhaps done, and would not be done twice.
    retryConfig: { retries: 0 },
  });

  async function current(): Promise<Tokens> {
    known ??= installations.tokens(id);
    const tokens = await known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    if (!tokens) throw tokenError("account_inactive");
    newest = tokens.token;
    return tokens;
  }

  /** The new tokens; nothing when they could not be had, which the operator has heard of then, once for all who wait. */
  function renew(refresh: Refresh): Promise<Tokens | undefined> {
    if (renewing) return renewing;
    const job = renewed(refresh)
      .catch((error: unknown) => failed(refresh, error))
      .finally(() => {
        if (renewing === job) renewing = undefined;
      });
    renewing = job;
    return job;
  }

  /** Alone, of all processes: who comes second finds the pair that the first one was given, and spends nothing. */
  const renewed = (refresh: Refresh): Promise<Tokens | undefined> =>
    parts.exclusively(`token/${id}`, async () => {
      const kept = await installations.tokens(id);
      if (kept?.refresh === undefined || kept.refresh.token === refresh.token) return renewedNow(refresh);
      known = Promise.resolve(kept);
      newest = kept.token;
      return kept;
    });

  async function renewedNow(refresh: Refresh): Promise<Tokens | undefined> {
    const began = age;
    const answer = await client.oauth.v2.access({
      client_id: parts.app.clientId,
      client_secret: parts.app.clientSecret,
      grant_type: "refresh_token",
      refresh_token: refresh.token,
    });
    const { access_token: token, refresh_token: next, expires_in: seconds } = answer;
    if (!token || !next || !seconds) throw new Error("Slack gave no new pair of tokens");
    const tokens: Tokens = { token, refresh: { token: next, expiresAt: clock.now() + seconds * 1_000 } };
    if (age !== began) return installations.tokens(id);
    await installations.putTokens(id, tokens);
    known = Promise.resolve(tokens);
    newest = token;
    return tokens;
  }

  function failed({ expiresAt }: Refresh, error: unknown): undefined {
    const code = slackErrorCode(error) ?? "";
    const until = new Date(expiresAt).toISOString();
    if (SPENT.has(code)) {
      renewAgainAt = expiresAt;
      log(
        `the token of ${parts.name} (${id}) cannot be renewed (${code}): an earlier renewal was lost on its way. It works until ${until}; let the app be installed there again before that, at /slack/install`,
      );
      if (expiresAt <= clock.now()) parts.onDead(code);
    } else {
      renewAgainAt = clock.now() + RENEW_AGAIN_MS;
      log(`the token of ${parts.name} (${id}) could not be renewed; it works until ${until}, and it is tried again`, error);
    }
    return undefined;
  }

  /** The newer token where it is due and can be had, else the one that there is, while it lives. */
  async function fresh({ token, refresh }: Tokens): Promise<string> {
    if (!refresh || refresh.expiresAt - clock.now() > RENEW_BEFORE_MS) return token;
    const isAlive = refresh.expiresAt > clock.now();
    if (isAlive && clock.now() < renewAgainAt) return token;
    const next = await renew(refresh);
    if (next) return next.token;
    if (isAlive) return token;
    throw tokenError("token_expired");
  }

  return {
    get: async () => fresh(await current()),
    async insteadOf(refused) {
      const tokens = await current();
      if (tokens.token !== refused) return tokens.token;
      if (!tokens.refresh) return undefined;
      return (await renew(tokens.refresh))?.token;
    },
    forget() {
      age++;
      renewing = undefined;
      known = undefined;
      newest = undefined;
      renewAgainAt = -Infinity;
    },
    isNewest: (token) => newest === undefined || newest === token,
  };
}

type Refresh = NonNullable<Tokens["refresh"]>;

const SPENT: ReadonlySet<string> = new Set([
  "invalid_refresh_token",
  "invalid_grant",
  "token_already_exchanged",
  "authorization_not_found",
]);
