import { ConfigError, type Mistake } from "../../config/config-error.ts";
import { notSet, type Env } from "../../config/env.ts";
import type { SlackOfMany, SlackSettings } from "../../parley.ts";
import { isDoor, type Role } from "../../engine/role.ts";
import { UsageError } from "../command.ts";
import { isOfMany, oauthMistakes, readOAuth } from "./oauth-door.ts";
import { secretTrouble, tokenTrouble } from "./slack-tokens.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `3000`, `0.0.0.0:3000` or `[::]:3000`. */
export function readAddress(option: string, text: string): Address {
  const [, host, port] = /^(?:(.{1,255}):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  if (Number(port ?? NaN) > 65_535 || port === undefined)
    throw new UsageError(`${option} is a port, or a host and a port, such as 3000 or 0.0.0.0:3000, not "${text}".`);
  return { host: host?.replace(/^\[(.*)\]$/, "$1") ?? "127.0.0.1", port: Number(port) };
}

/**
 * What `parley start` needs to be in one workspace, by SLACK_BOT_TOKEN, or in many, by SLACK_CLIENT_ID. `address`: of `--http`; `installAt`: of
 * `--install`. Throws {@link ConfigError} that names each variable that is missing or is another kind of token, and where to get it.
 */
export function readSlack(
  env: Env,
  address: Address | undefined,
  installAt: Address | undefined,
  role: Role = "all",
): SlackSettings | SlackOfMany {
  if (!isDoor(role)) {
    if (address ?? installAt)
      throw new UsageError("--http and --install are for a door, and this is a worker (--role, PARLEY_ROLE); take them out.");
    return readWorker(env);
  }
  if (!isOfMany(env)) {
    if (installAt) throw new UsageError("--install is for many workspaces: set SLACK_CLIENT_ID, and take SLACK_BOT_TOKEN out.");
    return readTokens(env, address);
  }
  const door = readDoor(env, address, oauthMistakes(env));
  return { ...door, ...readOAuth(env), ...(installAt && !address ? { installAt } : {}) };
}

/** Who hears nothing needs no app token and no signing secret. */
function readWorker(env: Env): SlackSettings | SlackOfMany {
  if (isOfMany(env)) return { ...readApi(env, oauthMistakes(env)), ...readOAuth(env) };
  const { botToken, mistakes } = readBotToken(env);
  return { botToken, ...readApi(env, mistakes) };
}

function readTokens(env: Env, address: Address | undefined): SlackSettings {
  const { botToken, mistakes } = readBotToken(env);
  return { botToken, ...readDoor(env, address, mistakes) };
}

function readBotToken(env: Env): { readonly botToken: string; readonly mistakes: readonly Mistake[] } {
  const botToken = env["SLACK_BOT_TOKEN"]?.trim() ?? "";
  const where = "the Bot User OAuth Token, at https://api.slack.com/apps, your app, OAuth & Permissions";
  return { botToken, mistakes: tokenMistakes("SLACK_BOT_TOKEN", { token: botToken, prefix: "xoxb-", what: where, env }) };
}

/** Slack's own address, or another. Throws what is wrong here, behind the mistakes that were found before. */
function readApi(env: Env, before: readonly Mistake[]): Pick<SlackSettings, "apiUrl"> {
  const apiUrl = env["SLACK_API_URL"]?.trim();
  const mistakes = [...before];
  if (apiUrl && !URL.canParse(apiUrl))
    mistakes.push({ file: "environment", path: "SLACK_API_URL", message: "is no address; take it out to use Slack's own." });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return apiUrl ? { apiUrl } : {};
}

/** How Slack comes in. Throws what is wrong here, behind the mistakes that were found before. */
function readDoor(env: Env, address: Address | undefined, before: readonly Mistake[]): Pick<SlackSettings, "appToken" | "http" | "apiUrl"> {
  const appToken = env["SLACK_APP_TOKEN"]?.trim() ?? "";
  const signingSecret = env["SLACK_SIGNING_SECRET"]?.trim() ?? "";
  const mistakes: Mistake[] = [
    ...before,
    ...(address
      ? secretMistakes(signingSecret, env)
      : tokenMistakes("SLACK_APP_TOKEN", {
          token: appToken,
          prefix: "xapp-",
          what: "an App-Level Token with the scope connections:write, at https://api.slack.com/apps, your app, Basic Information",
          env,
        })),
  ];
  return { ...readApi(env, mistakes), ...(address ? { http: { ...address, signingSecret } } : { appToken }) };
}

function secretMistakes(secret: string, env: Env): Mistake[] {
  const found = secret === "" ? notSet("SLACK_SIGNING_SECRET", env) : secretTrouble(secret);
  if (found === undefined) return [];
  const message = `${found}; put the Signing Secret, at https://api.slack.com/apps, your app, Basic Information, into the environment or into .env.`;
  return [{ file: "environment", path: "SLACK_SIGNING_SECRET", message }];
}

function tokenMistakes(
  name: string,
  { token, prefix, what, env }: { readonly token: string; readonly prefix: "xapp-" | "xoxb-"; readonly what: string; readonly env: Env },
): Mistake[] {
  const found = token === "" ? notSet(name, env) : tokenTrouble(token, prefix);
  if (found === undefined) return [];
  return [
    {
      file: "environment",
      path: name,
      message: `${found}; put ${what}, into the environment or into .env. To try Parley without Slack: parley demo; in a checkout npm run demo.`,
    },
  ];
}
