import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { PLAIN_PAGE_HEADERS, showPage } from "../../plain-page.ts";
import { LOGIN_PATH, type Logins } from "./logins.ts";
import { metadataOf } from "./oauth.ts";

/** Answers a request if it is for one of the pages; false when it is for somebody else. */
export type LoginPages = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * The pages for logins, under {@link LOGIN_PATH}. The link that a person is given opens a page that says whose login it will be: who was sent another's
 * link sees so before anything is given. From there their browser is bound by a cookie to the login that it has begun.
 */
export function loginPages(parts: {
  readonly logins: Pick<Logins, "steps">;
  /** Where browsers come in; asked when one does. */
  readonly address: () => string | undefined;
  readonly log: (problem: string, error?: unknown) => void;
}): LoginPages {
  const { steps } = parts.logins;

  async function answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , step = "", next] = url.pathname.split("/");
    const address = parts.address() ?? "";
    if (step === "client.json") {
      const client_id = `${address}${LOGIN_PATH}/client.json`;
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify({ client_id, ...metadataOf(`${address}${LOGIN_PATH}/back`) }));
    }
    if (step === "back") return back(url, request, response);
    if (next === "go") {
      const begun = await steps.begin(step);
      if (!begun) return gone(response);
      const name = cookieOf(begun.state, address);
      const where = isSecure(address) ? "; Path=/; Secure" : `; Path=${LOGIN_PATH}`;
      response.setHeader("set-cookie", `${name}=${begun.browser}; HttpOnly; SameSite=Lax; Max-Age=600${where}`);
      return void response.writeHead(302, { location: begun.address.href }).end();
    }
    const wanted = await steps.offered(step);
    if (!wanted) return gone(response);
    showPage(response, 200, `Connect ${wanted.key.server}`, [
      `You let Parley use your login for ${wanted.key.server}, for ${wanted.person}.`,
      "If that is not you, or you have not asked for it, close this page.",
      { link: `${LOGIN_PATH}/${step}/go`, words: `Go on to ${wanted.key.server}` },
    ]);
  }

  async function back({ searchParams }: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = (name: string) => searchParams.get(name) ?? undefined;
    const [code, iss, error] = [one("code"), one("iss"), one("error")];
    const state = one("state") ?? "";
    const came = await steps.back({
      state,
      browser: cookieIn(request, cookieOf(state, parts.address() ?? "")),
      ...(code === undefined ? {} : { code }),
      ...(iss === undefined ? {} : { iss }),
      ...(error === undefined ? {} : { error }),
    });
    if (came.kind === "unknown") return gone(response);
    const { server } = came.wanted.key;
    if (came.kind === "refused")
      return showPage(response, 200, `${server} is not connected`, ["Nothing was given, as you wished. You can close this page."]);
    showPage(response, 200, `${server} is connected`, [
      "You can close this page. The login is shown, and can be withdrawn, on Parley's Home tab.",
    ]);
  }

  return async (request, response) => {
    const url = URL.parse(request.url ?? "", "http://parley");
    if (!url || (url.pathname !== LOGIN_PATH && !url.pathname.startsWith(`${LOGIN_PATH}/`))) return false;
    for (const [name, value] of Object.entries(PLAIN_PAGE_HEADERS)) response.setHeader(name, value);
    if (request.method !== "GET") response.writeHead(405).end();
    else
      await answer(url, request, response).catch((error: unknown) => {
        parts.log("a login was not completed", error);
        if (!response.headersSent)
          showPage(response, 502, "Not connected", [
            "The server's login did not answer as it should. Ask whoever runs Parley; it has told them why.",
          ]);
      });
    return true;
  };
}

/** Of each login its own, so that one browser can be at several. With the prefix, no other host of the same domain can put it there. */
const cookieOf = (state: string, address: string): string =>
  `${isSecure(address) ? "__Host-" : ""}parley_login_${createHash("sha256").update(state).digest("hex").slice(0, 16)}`;
const isSecure = (address: string): boolean => address.startsWith("https:");
const cookieIn = ({ headers }: IncomingMessage, name: string): string =>
  new RegExp(`(?:^|;\\s*)${name}=([\\w-]{1,100})`).exec(headers.cookie ?? "")?.[1] ?? "";

const gone = (response: ServerResponse): void =>
  showPage(response, 404, "This link is used up", [
    "It works once, for ten minutes, and in the browser in which it was opened. Ask Parley for a new one.",
  ]);
