import { textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { agentMethods } from "./agents.ts";
import { chatMethods } from "./chat.ts";
import { conversationMethods } from "./conversations.ts";
import { takeFault } from "./faults.ts";
import { fileMethods } from "./files.ts";
import { CALLS_KEPT_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { channelNamed } from "./lookups.ts";
import type { Method } from "./method.ts";
import { takeToken } from "./rate-limits.ts";
import { reactionMethods } from "./reactions.ts";
import { BOT_ID, BOT_NAME, BOT_USER_ID, OPTIONAL_SCOPES, SCOPES, TEAM_NAME } from "../state/seed.ts";
import { holdsScope, type Json } from "../state/state.ts";
import { canvasMethods } from "./canvases.ts";
import { searchMethods } from "./search.ts";
import { stepMethods } from "./steps.ts";
import { streamMethods } from "./streams.ts";
import { userMethods } from "./users.ts";
import { viewMethods } from "./view-methods.ts";
import type { Fault } from "../contract.ts";

/** What goes back over HTTP; `none` keeps the caller waiting, `reset` cuts the connection. */
export type ApiResponse =
  | { readonly kind: "json"; readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: Json }
  /** No answer of the API's, though perhaps with status 200. */
  | { readonly kind: "text"; readonly status: number; readonly body: string }
  | { readonly kind: "none" }
  | { readonly kind: "reset" };

const METHODS: { readonly [name: string]: Method } = {
  "auth.test": { perMinute: TIER.special, scopes: () => [], run: authTest },
  "apps.connections.open": { perMinute: TIER.three, scopes: () => [], token: "app", run: connectionsOpen },
  ...chatMethods,
  ...conversationMethods,
  ...userMethods,
  ...reactionMethods,
  ...viewMethods,
  ...fileMethods,
  ...agentMethods,
  ...streamMethods,
  ...searchMethods,
  ...canvasMethods,
  ...stepMethods,
};

/** A call as Slack handles it: method, token, fault, rate, scopes, and only then the arguments. Every call to a known token is recorded. */
export function callMethod(
  local: Local,
  call: { readonly method: string; readonly args: Args | Refusal; readonly bearer: string | undefined },
): ApiResponse {
  const method = Object.hasOwn(METHODS, call.method) ? METHODS[call.method] : undefined;
  if (!method) return recorded(local, call, answer(local, refuse("unknown_method", { req_method: call.method })));
  if (isRefusal(call.args)) return recorded(local, call, answer(local, call.args));
  const args = call.args;
  const refusedToken = checkToken(local, method, call.bearer ?? textArg(args, "token"));
  if (refusedToken) return recorded(local, call, answer(local, refusedToken));

  const fault = takeFault(local, call.method, args);
  if (fault && !appliesFirst(fault)) return recorded(local, call, faulty(local, fault));
  const waitSeconds = takeToken(local, {
    method: call.method,
    channel: destinationKey(local, textArg(args, "channel")),
    perMinute: typeof method.perMinute === "number" ? method.perMinute : method.perMinute(local),
  });
  if (waitSeconds > 0) return recorded(local, call, rateLimited(waitSeconds));
  const needed = method.scopes(local, args).find((scope) => !holdsScope(local.state, scope));
  const result =
    needed === undefined ? method.run(local, args) : refuse("missing_scope", { needed, provided: heldScopes(local).join(",") });
  return recorded(
    local,
    call,
    fault
      ? faulty(local, fault, isRefusal(result) ? result : { ok: true, ...result })
      : answer(local, isRefusal(result) ? result : { ok: true, ...result }, method.scopes(local, args)),
  );
}

/** One bucket per channel, whether it is called by its id, its name or its person. */
function destinationKey(local: Local, given: string): string {
  return channelNamed(local, given)?.id ?? "elsewhere";
}

function checkToken(local: Local, method: Method, token: string): Refusal | undefined {
  if (token === "") return refuse("not_authed");
  const granted = local.grants?.check(token);
  if (granted) return method.token === "app" ? refuse("not_allowed_token_type") : "error" in granted ? refuse(granted.error) : undefined;
  if (local.state.stepTokens.has(token) && method.token !== "app") return undefined;
  if (token !== local.botToken && token !== local.appToken) return refuse("invalid_auth");
  const wanted = method.token === "app" ? local.appToken : local.botToken;
  return token === wanted ? undefined : refuse("not_allowed_token_type");
}

function recorded(local: Local, call: { readonly method: string; readonly args: Args | Refusal }, response: ApiResponse): ApiResponse {
  const error = errorOf(response);
  const { token: _, ...args } = isRefusal(call.args) ? {} : { token: undefined, ...call.args };
  local.state.calls.push({
    method: call.method,
    args,
    at: local.now(),
    ok: error === undefined,
    ...(error === undefined ? {} : { error }),
  });
  if (local.state.calls.length > CALLS_KEPT_MAX) local.state.calls.shift();
  local.changes.changed();
  return response;
}

function errorOf(response: ApiResponse): string | undefined {
  if (response.kind === "none") return "timeout";
  if (response.kind === "reset") return "reset";
  if (response.status !== 200 && response.status !== 429) return `http_${response.status}`;
  if (response.kind === "text") return "no_answer";
  return response.body["ok"] === true ? undefined : String(response.body["error"]);
}

function answer(local: Local, body: Json, accepted: readonly string[] = []): ApiResponse {
  const headers = {
    "x-oauth-scopes": heldScopes(local).join(","),
    ...(accepted.length > 0 ? { "x-accepted-oauth-scopes": accepted.join(",") } : {}),
  };
  return { kind: "json", status: 200, headers, body };
}

function rateLimited(waitSeconds: number): ApiResponse {
  return { kind: "json", status: 429, headers: { "retry-after": String(waitSeconds) }, body: { ok: false, error: "ratelimited" } };
}

function appliesFirst(fault: Fault): boolean {
  return fault.kind.endsWith("_after");
}

/** `done`: what would have been answered, where the write was applied. */
function faulty(local: Local, fault: Fault, done: Json = {}): ApiResponse {
  switch (fault.kind) {
    case "ratelimited":
      return rateLimited(fault.retryAfterSeconds ?? 1);
    case "status500":
    case "status500_after":
      return { kind: "json", status: 500, headers: {}, body: { ok: false, error: "internal_error" } };
    case "timeout_after":
      return { kind: "none" };
    case "reset":
    case "reset_after":
      return { kind: "reset" };
    case "status":
    case "status_after":
      return { kind: "text", status: fault.status ?? 408, body: "" };
    case "body":
    case "body_after":
      return { kind: "text", status: 200, body: fault.body ?? "" };
    case "cut_after": {
      const whole = JSON.stringify(done);
      return { kind: "text", status: 200, body: whole.slice(0, Math.ceil(whole.length / 2)) };
    }
    case "error":
    case "error_after":
      return answer(local, refuse(fault.code ?? "internal_error"));
  }
}

function heldScopes(local: Local): string[] {
  return [...SCOPES, ...OPTIONAL_SCOPES].filter((scope) => holdsScope(local.state, scope));
}

function authTest(local: Local): Json {
  return {
    url: `${local.baseUrl}/`,
    team: TEAM_NAME,
    user: BOT_NAME,
    team_id: local.teamId,
    user_id: BOT_USER_ID,
    bot_id: BOT_ID,
    ...(local.state.switches.enterpriseId === undefined ? {} : { enterprise_id: local.state.switches.enterpriseId }),
    is_enterprise_install: false,
  };
}

function connectionsOpen(local: Local): Json {
  return { url: `${local.baseUrl.replace(/^http/, "ws")}/link/?ticket=${local.socketMode.ticket()}` };
}
