import type { IncomingMessage, ServerResponse } from "node:http";
import { textArg, type Args } from "../api/args.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { Local } from "../state/local.ts";
import { openIdConfiguration } from "../state/open-id.ts";
import { refuseRequest, sendJson } from "./http.ts";

/** GET /openid/connect/authorize, /openid/connect/keys and /.well-known/openid-configuration. */
export function openIdRoute(local: Local, response: ServerResponse, url: URL): void {
  if (!local.openId) return refuseRequest(response, 404, "no such page");
  switch (url.pathname) {
    case "/.well-known/openid-configuration":
      return sendJson(response, 200, openIdConfiguration(local));
    case "/openid/connect/keys":
      return sendJson(response, 200, local.openId.keys());
    case "/openid/connect/authorize": {
      const answer = local.openId.authorize(local, url.searchParams);
      if (answer instanceof URL) {
        response.writeHead(302, { location: answer.href }).end();
        return;
      }
      return isRefusal(answer) ? refuseRequest(response, 400, answer.error) : choosePage(local, response, url);
    }
    default:
      return refuseRequest(response, 404, "no such page");
  }
}

/** openid.connect.token and openid.connect.userInfo, which no token of a workspace opens; `undefined` for other methods. */
export function openIdMethod(local: Local, method: string, args: Args, request: IncomingMessage): object | Refusal | undefined {
  const { authorization = "" } = request.headers;
  switch (method) {
    case "openid.connect.token":
      return local.openId?.token(local, args, /^Basic (\S+)$/i.exec(authorization)?.[1]);
    case "openid.connect.userInfo":
      return local.openId?.userInfo(local, /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? textArg(args, "token"));
    default:
      return undefined;
  }
}

/** In place of Slack's page, on which one is signed in already: who one is here is chosen. */
function choosePage(local: Local, response: ServerResponse, url: URL): void {
  const people = [...local.state.users.values()].filter(({ isBot }) => !isBot);
  const links = people.map(({ id, name }) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("as", id);
    return `<li><a href="${escaped(`${url.pathname}?${query.toString()}`)}">${escaped(name)}</a></li>`;
  });
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in with Slack</title>
<main><h1>Sign in as</h1><ul>${links.join("")}</ul></main></html>`;
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(page);
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
