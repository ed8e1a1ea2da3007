import * as openId from "openid-client";
import type { Clock } from "../../engine/clock.ts";
import type { Asker } from "../access.ts";
import { derived, newSecret } from "./sessions.ts";

/** A service by which people sign in (OpenID Connect 1.0, code flow). */
export interface Provider {
  /** For people, such as `Slack`. */
  readonly name: string;
  /** Where `/.well-known/openid-configuration` is. Over plain HTTP on loopback alone. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Beside the usual ones: what the service is asked with. */
  readonly asked?: () => Promise<{ readonly [name: string]: string }>;
  /** Who that is here, of what the service has signed; nothing for somebody who is nobody here. */
  who(claims: { readonly [claim: string]: unknown }): Promise<Signer | undefined>;
}

export type Signer = Asker & { readonly workspace: string };

/** The way to the service and back. */
export interface SignIn {
  /** The service's page, and what the browser keeps until it comes back. Rejects while the service cannot be reached. */
  begin(redirectUri: string): Promise<{ readonly to: URL; readonly kept: string }>;
  /** `url`: to which the browser was sent back. Rejects with {@link NotSignedIn}. */
  finish(url: URL, kept: string): Promise<Signer>;
}

/** `message` is for whoever wanted to come in. */
export class NotSignedIn extends Error {
  override readonly name = "NotSignedIn";
}

/** A person says yes on the service's page in this time. */
export const SIGN_IN_SECONDS = 600;
const ANSWER_SECONDS = 15;
/** Between two machines' clocks. */
const CLOCK_SECONDS = 30;
/** The service changes its keys and addresses rarely. */
const KNOWN_MS = 3_600_000;
const SCOPE = "openid profile";
const LATE = "This sign-in took too long, was begun in another browser, or was used already. Begin again.";

/**
 * What comes back is bound to the browser that went, without a word of it kept here: state, nonce and PKCE's verifier are all made of a secret
 * that the browser keeps for ten minutes. A secret serves once; the code behind it does so at the service, too.
 */
export function createSignIn({ provider, clock }: { readonly provider: Provider; readonly clock: Pick<Clock, "now"> }): SignIn {
  let known: { readonly config: Promise<openId.Configuration>; readonly atMs: number } | undefined;
  /** With the time when each of them is nothing more. */
  const used = new Map<string, number>();

  async function discover(): Promise<openId.Configuration> {
    const issuer = new URL(provider.issuer);
    const execute = [openId.enableNonRepudiationChecks, ...(issuer.protocol === "http:" ? [openId.allowInsecureRequests] : [])];
    const config = await openId.discovery(
      issuer,
      provider.clientId,
      { [openId.clockTolerance]: CLOCK_SECONDS },
      openId.ClientSecretPost(provider.clientSecret),
      { execute, timeout: ANSWER_SECONDS },
    );
    config.timeout = ANSWER_SECONDS;
    return config;
  }

  function configNow(): Promise<openId.Configuration> {
    if (known && clock.now() - known.atMs < KNOWN_MS) return known.config;
    const asked = { config: discover(), atMs: clock.now() };
    known = asked;
    // What failed is asked again with the next one who comes.
    asked.config.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.config;
  }

  function takeOnce(state: string): boolean {
    const now = clock.now();
    for (const [old, untilMs] of used) {
      if (untilMs > now) break;
      used.delete(old);
    }
    if (used.has(state)) return false;
    used.set(state, now + SIGN_IN_SECONDS * 1_000);
    return true;
  }

  return {
    async begin(redirectUri) {
      const config = await configNow();
      const kept = `${clock.now()}.${newSecret()}`;
      const to = openId.buildAuthorizationUrl(config, {
        ...(await provider.asked?.()),
        redirect_uri: redirectUri,
        scope: SCOPE,
        state: derived(kept, "state"),
        nonce: derived(kept, "nonce"),
        code_challenge: await openId.calculatePKCECodeChallenge(derived(kept, "verifier")),
        code_challenge_method: "S256",
      });
      return { to, kept };
    },
    async finish(url, kept) {
      const begunAt = Number(kept.split(".")[0]);
      const isInTime = clock.now() - begunAt <= SIGN_IN_SECONDS * 1_000;
      const state = derived(kept, "state");
      if (kept === "" || !isInTime || url.searchParams.get("state") !== state || !takeOnce(state)) throw new NotSignedIn(LATE);
      if (url.searchParams.get("error") === "access_denied") throw new NotSignedIn(`You said no on ${provider.name}'s page.`);
      const config = await configNow().catch((cause: unknown) => {
        throw new NotSignedIn(`${provider.name} does not answer. Begin again.`, { cause });
      });
      const tokens = await openId
        .authorizationCodeGrant(config, url, {
          pkceCodeVerifier: derived(kept, "verifier"),
          expectedState: state,
          expectedNonce: derived(kept, "nonce"),
          idTokenExpected: true,
        })
        .catch((cause: unknown) => {
          throw new NotSignedIn(`${provider.name} did not confirm who you are. Begin again.`, { cause });
        });
      const signer = await provider.who(tokens.claims() ?? {});
      if (!signer)
        throw new NotSignedIn(
          "You are nobody here: Parley is not in the workspace in which you have signed in, or it does not let you look.",
        );
      return signer;
    },
  };
}
