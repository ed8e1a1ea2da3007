import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { Session, Sessions } from "./sessions.ts";

/** What a route finds in its context. */
export interface Let {
  readonly Variables: { session: Session };
}

/** Where the studio is: what its own page's requests name. */
export interface Own {
  /** Such as `127.0.0.1:4210`; any other is a name that somebody else's DNS points here. */
  readonly hosts: readonly string[];
  /** Such as `https://studio.example.com`: from where its pages ask. */
  readonly origins: readonly string[];
  readonly cookie: string;
  /** Whether cookies are sent over TLS alone. */
  readonly isSecure: boolean;
}

/** How one comes in, for whoever has no session. */
export interface Entrance {
  /** For people. */
  readonly how: string;
  /** Where one signs in, and by which service; nothing where an address lets in. */
  readonly signIn?: { readonly path: string; readonly by: string };
}

/** A page loads nothing but its own files and runs nothing inline; it is shown in nobody's frame. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HEADERS: readonly (readonly [string, string])[] = [
  ["content-security-policy", CONTENT_SECURITY_POLICY],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cache-control", "no-store"],
];

/** In front of everything: by which name one comes, and what all answers say of themselves. */
export function frontDoor(own: () => Own): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of HEADERS) c.header(name, value);
    if (!own().hosts.includes(c.req.header("host") ?? ""))
      return refused(c, 403, "wrong_host", "The studio answers by its own address alone.");
    return next();
  };
}

/** In front of the API: only the studio's own page, in a session, and what changes something with the session's token. */
export function apiDoor(own: () => Own, sessions: Sessions, { how, signIn }: Entrance): MiddlewareHandler<Let> {
  return async (c, next) => {
    if (!isOwnPage(c, own())) return refused(c, 403, "other_origin", "Another page has asked for this.");
    const session = await sessions.of(getCookie(c, own().cookie) ?? "");
    if (!session) return c.json({ error: { code: "no_session", message: how, ...(signIn ? { signIn } : {}) } }, 401);
    const isReading = c.req.method === "GET" || c.req.method === "HEAD";
    if (!isReading && c.req.header("x-parley-csrf") !== session.csrf)
      return refused(c, 403, "no_csrf_token", "The header X-Parley-Csrf is missing, or it is not this session's.");
    c.set("session", session);
    return next();
  };
}

/** A program sends neither header; a browser says from where it asks. */
function isOwnPage(c: Context, { origins }: Own): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const isOwn = origin === undefined || origins.includes(origin);
  return isOwn && (site === undefined || site === "same-origin" || site === "none");
}

type Status = 400 | 401 | 403 | 404 | 405 | 409 | 429 | 500 | 502 | 503;

export const refused = (c: Context, status: Status, code: string, message: string): Response =>
  c.json({ error: { code, message } }, status);
