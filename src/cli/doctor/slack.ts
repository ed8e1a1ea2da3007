import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { notSet, type Env } from "../../config/env.ts";
import { appOf, secretTrouble, tokenTrouble } from "../start/slack-tokens.ts";
import type { Finding } from "./finding.ts";

const SLACK_API_URL = "https://slack.com/api/";
const ANSWER_TIMEOUT_MS = 10_000; // Slack answers within one second; more is a network that does not let it through.
const APPS_PAGE = "https://api.slack.com/apps";

/** Both tokens, whether Slack takes them, and whether the app may do what the manifest asks for. */
export async function* checkSlack(
  env: Env,
  manifest: URL = new URL("../../../manifest.yml", import.meta.url),
): AsyncGenerator<Finding, void, void> {
  const api = apiOf(env);
  if (!api)
    return yield { grade: "fail", thing: "SLACK_API_URL", message: `is no address; take it out, or give one such as ${SLACK_API_URL}.` };
  yield* checkBotToken(env, api, manifest);
  yield* checkAppToken(env, api);
}

/** Nothing when it is no address. */
function apiOf(env: Env): string | undefined {
  const wanted = env["SLACK_API_URL"]?.trim() || SLACK_API_URL;
  return URL.canParse(wanted) ? wanted.replace(/\/?$/, "/") : undefined;
}

async function* checkBotToken(env: Env, api: string, manifest: URL): AsyncGenerator<Finding, void, void> {
  const thing = "SLACK_BOT_TOKEN";
  const token = env[thing]?.trim() ?? "";
  if (!token)
    return yield {
      grade: "fail",
      thing,
      message: `${notSet(thing, env)}; take the Bot User OAuth Token (xoxb-…) from ${APPS_PAGE}, your app, OAuth & Permissions.`,
    };
  const trouble = tokenTrouble(token, "xoxb-");
  if (trouble !== undefined)
    return yield {
      grade: "fail",
      thing,
      message: `${trouble}; copy the Bot User OAuth Token (xoxb-…), whole and alone, from ${APPS_PAGE}, your app, OAuth & Permissions.`,
    };
  const answer = await ask(`${api}auth.test`, token);
  if (!answer.ok) return yield { grade: "fail", thing, message: mendOf(answer.error, api) };
  yield { grade: "ok", thing, message: `${answer.user ?? "the bot"} in ${answer.team ?? "a workspace"}` };
  yield await checkScopes(answer.scopes, manifest);
  if (answer.bot !== undefined) yield* checkSameApp(env, api, { token, id: answer.bot });
}

/** With the socket of one app and the token of another nothing that is said to the bot comes in. */
async function* checkSameApp(
  env: Env,
  api: string,
  bot: { readonly token: string; readonly id: string },
): AsyncGenerator<Finding, void, void> {
  const thing = "SLACK_APP_TOKEN";
  const ofSocket = appOf(env[thing]?.trim() ?? "");
  const ofBot = ofSocket === undefined ? undefined : await appOfBot(api, bot);
  if (ofBot === ofSocket || ofBot === undefined) return;
  yield {
    grade: "fail",
    thing,
    message: `is of the app ${ofSocket}, and SLACK_BOT_TOKEN of ${ofBot}, so that nothing said to the bot comes in; take both from one app at ${APPS_PAGE}.`,
  };
}

const BotAnswer = z.object({ bot: z.object({ app_id: z.string() }) });

/** Nothing where Slack does not say. */
async function appOfBot(api: string, { token, id }: { readonly token: string; readonly id: string }): Promise<string | undefined> {
  try {
    const response = await call(`${api}bots.info`, token, new URLSearchParams({ bot: id }));
    return BotAnswer.parse(await response.json()).bot.app_id;
  } catch {
    return undefined;
  }
}

async function checkScopes(granted: readonly string[] | undefined, manifest: URL): Promise<Finding> {
  const thing = "Slack scopes";
  const needed = await scopesOf(manifest);
  if (!needed) return { grade: "warn", thing, message: "manifest.yml cannot be read, so they were not compared with it." };
  if (!granted) return { grade: "warn", thing, message: "Slack did not say which the token has; compare them with manifest.yml by hand." };
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return { grade: "ok", thing, message: `all ${needed.length} of manifest.yml` };
  return {
    grade: "fail",
    thing,
    message: `${missing.join(", ")} missing; put manifest.yml into the app at ${APPS_PAGE} (App Manifest), then reinstall it.`,
  };
}

export async function* checkAppToken(env: Env, api: string = apiOf(env) ?? SLACK_API_URL): AsyncGenerator<Finding, void, void> {
  const thing = "SLACK_APP_TOKEN";
  const token = env["SLACK_APP_TOKEN"]?.trim() ?? "";
  const secret = env["SLACK_SIGNING_SECRET"]?.trim() ?? "";
  if (secret) yield secretFinding(secret);
  if (!token && secret) return;
  if (!token) {
    yield {
      grade: "fail",
      thing,
      message: `${notSet(thing, env)}; make one (xapp-…, scope connections:write) at ${APPS_PAGE}, your app, Basic Information, App-Level Tokens.`,
    };
    return;
  }
  const trouble = tokenTrouble(token, "xapp-");
  if (trouble !== undefined)
    return yield {
      grade: "fail",
      thing,
      message: `${trouble}; copy an App-Level Token (xapp-…, scope connections:write), whole and alone, from ${APPS_PAGE}, your app, Basic Information.`,
    };
  const answer = await ask(`${api}apps.connections.open`, token);
  yield answer.ok ? { grade: "ok", thing, message: "Socket Mode opens" } : { grade: "fail", thing, message: mendOf(answer.error, api) };
}

/** Whether it is the app's own, only a request of Slack's tells. */
function secretFinding(secret: string): Finding {
  const thing = "SLACK_SIGNING_SECRET";
  const trouble = secretTrouble(secret);
  if (trouble === undefined) return { grade: "ok", thing, message: "is set, for parley start --http" };
  return { grade: "fail", thing, message: `${trouble}; copy the Signing Secret from ${APPS_PAGE}, your app, Basic Information.` };
}

type Answer =
  | {
      readonly ok: true;
      readonly user: string | undefined;
      readonly team: string | undefined;
      readonly scopes: readonly string[] | undefined;
      readonly bot: string | undefined;
    }
  | { readonly ok: false; readonly error: string };

const ApiAnswer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  user: z.string().optional(),
  team: z.string().optional(),
  bot_id: z.string().optional(),
});

async function ask(url: string, token: string): Promise<Answer> {
  try {
    const response = await call(url, token);
    const answer = ApiAnswer.safeParse(await response.json());
    if (!answer.success) return { ok: false, error: `an answer with status ${response.status} that is not Slack's` };
    const { ok, error, user, team, bot_id: bot } = answer.data;
    const scopes = response.headers
      .get("x-oauth-scopes")
      ?.split(",")
      .map((scope) => scope.trim());
    return ok ? { ok, user, team, scopes, bot } : { ok, error: error ?? "no reason given" };
  } catch (error) {
    return { ok: false, error: `unreachable: ${reasonOf(error)}` };
  }
}

const call = (url: string, token: string, body?: URLSearchParams): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body } : {}),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });

const ChannelAnswer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  channel: z
    .object({ name: z.string().default(""), is_member: z.boolean().default(false), is_archived: z.boolean().default(false) })
    .optional(),
});

/** What Slack says to the bot of a channel; `error` in words, with the mend. */
export async function askOfChannel(
  env: Env,
  channel: string,
): Promise<{ readonly name: string; readonly isMember: boolean; readonly isArchived: boolean } | { readonly error: string }> {
  const api = apiOf(env) ?? SLACK_API_URL;
  try {
    const response = await call(`${api}conversations.info`, env["SLACK_BOT_TOKEN"]?.trim() ?? "", new URLSearchParams({ channel }));
    const { ok, error = "no reason given", channel: found } = ChannelAnswer.parse(await response.json());
    if (ok && found) return { name: found.name, isMember: found.is_member, isArchived: found.is_archived };
    return {
      error:
        error === "channel_not_found"
          ? "Slack knows no such channel, or Parley is not in it; invite it there, or fix the id."
          : mendOf(error, api),
    };
  } catch (error) {
    return { error: mendOf(`unreachable: ${reasonOf(error)}`, api) };
  }
}

/** fetch hides why it failed in the error's cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}

function mendOf(error: string, api: string): string {
  if (error.startsWith("unreachable") || error.includes("status"))
    return `${api} gave ${error}; check the network, a proxy, and SLACK_API_URL.`;
  const mend: { readonly [error: string]: string } = {
    invalid_auth: "the token is not known to Slack; copy it again.",
    not_authed: "Slack saw no token; copy it again.",
    account_inactive: "the app was removed from the workspace; install it again.",
    token_revoked: "the token was revoked; reinstall the app and copy the new one.",
    token_expired: "the token has expired; turn token rotation off or copy a new one.",
    not_allowed_token_type: "this is another kind of token; bot tokens begin with xoxb-, app-level tokens with xapp-.",
    missing_scope: "a scope is missing; an app-level token needs connections:write.",
  };
  return `Slack says ${error}: ${mend[error] ?? `look it up at ${APPS_PAGE}.`}`;
}

const Manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

async function scopesOf(manifest: URL): Promise<string[] | undefined> {
  try {
    return Manifest.parse(parse(await readFile(manifest, "utf8"))).oauth_config.scopes.bot;
  } catch {
    return undefined;
  }
}
