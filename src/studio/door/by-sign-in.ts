import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { plainPage } from "../../plain-page.ts";
import { createAttempts } from "./attempts.ts";
import type { Clock } from "../../engine/clock.ts";
import { SightUnknown } from "../access.ts";
import { refused, type Own } from "./gate.ts";
import { NotSignedIn, SIGN_IN_SECONDS, type SignIn } from "./open-id.ts";
import type { SignedInSessions } from "./signed-in-sessions.ts";
import type { Way } from "./way.ts";

export const LOGIN_PATH = "/login";
/** To which the service sends the browser back; the app's settings there have to name it. */
export const LOGIN_DONE_PATH = "/login/done";

/** The pages that lead to the service and back. */
export function bySignIn(parts: {
  readonly signIn: SignIn;
  readonly sessions: SignedInSessions;
  /** The service, for people. */
  readonly by: string;
  readonly clock: Pick<Clock, "now">;
  readonly log: (problem: string, error: unknown) => void;
}): Way {
  const { signIn, sessions, by, log } = parts;
  const attempts = createAttempts(parts.clock);
  const loginCookie = ({ isSecure, cookie }: Own): string => (isSecure ? "__Host-parley_login" : `${cookie}_login`);
  const told = (c: Context, status: 400 | 429 | 502, title: string, line: string): Response =>
    c.html(plainPage(title, [line, { link: LOGIN_PATH, words: `Sign in with ${by}` }]), status);
  const tooMany = (c: Context): Response => {
    c.header("retry-after", "60");
    return told(c, 429, "Too many sign-ins", "Wait a minute, then try again.");
  };

  return {
    sessions,
    entrance: { how: `Sign in with ${by} to see the runs of the channels that you are in.`, signIn: { path: LOGIN_PATH, by } },
    open(app, own) {
      app.get(LOGIN_PATH, async (c) => {
        if (c.req.method === "HEAD") return refused(c, 405, "bad_method", "Pages are read with GET.");
        if (!attempts.may(addressOf(c, own()))) return tooMany(c);
        try {
          const { to, kept } = await signIn.begin(backTo(own()));
          // Sent along when the service's page leads back: that is another site's link.
          const options = { httpOnly: true, sameSite: "Lax", path: "/", secure: own().isSecure, maxAge: SIGN_IN_SECONDS } as const;
          setCookie(c, loginCookie(own()), kept, options);
          return c.redirect(to.href, 303);
        } catch (error) {
          log(`nobody can sign in: ${by} does not say where`, error);
          return told(c, 502, "Not now", `${by} does not answer.`);
        }
      });
      app.get(LOGIN_DONE_PATH, async (c) => {
        if (c.req.method === "HEAD") return refused(c, 405, "bad_method", "Pages are read with GET.");
        if (!attempts.may(addressOf(c, own()))) return tooMany(c);
        const kept = getCookie(c, loginCookie(own())) ?? "";
        deleteCookie(c, loginCookie(own()), { path: "/", secure: own().isSecure });
        try {
          const url = new URL(backTo(own()));
          url.search = new URL(c.req.url).search;
          const signer = await signIn.finish(url, kept);
          await sessions.end(getCookie(c, own().cookie) ?? "");
          const secret = await sessions.begin(signer);
          setCookie(c, own().cookie, secret, { httpOnly: true, sameSite: "Strict", path: "/", secure: own().isSecure });
          return c.redirect("/", 303);
        } catch (error) {
          if (error instanceof SightUnknown) return told(c, 502, "Not now", error.message);
          if (!(error instanceof NotSignedIn)) throw error;
          if (error.cause !== undefined) log("a sign-in was not confirmed", error.cause);
          return told(c, 400, "You are not signed in", error.message);
        }
      });
    },
  };
}

const backTo = ({ origins: [origin = ""] }: Own): string => origin + LOGIN_DONE_PATH;

/** Behind TLS there is a proxy, and what stands last is its own word on who has called it. */
function addressOf(c: Context, { isSecure }: Own): string {
  const forwarded = isSecure ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return forwarded || (incoming?.socket?.remoteAddress ?? "");
}
