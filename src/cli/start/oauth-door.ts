import { ConfigError, type Mistake } from "../../config/config-error.ts";
import type { Env } from "../../config/env.ts";
import type { SlackOfMany } from "../../parley.ts";

/** AES-256. */
export const KEY_BYTES = 32;
/** Of random characters; `openssl rand -hex 32` gives twice as many. */
const STATE_SECRET_CHARS_MIN = 32;
const APP_PAGE = "https://api.slack.com/apps, your app, Basic Information";

/** Whether the environment asks for many workspaces. A bot's token is for one, and goes first. */
export const isOfMany = (env: Env): boolean => valueOf(env, "SLACK_CLIENT_ID") !== "" && valueOf(env, "SLACK_BOT_TOKEN") === "";

/** Only without {@link oauthMistakes}. */
export function readOAuth(env: Env): Pick<SlackOfMany, "oauth" | "tokenKeys"> {
  const redirectUri = valueOf(env, "SLACK_REDIRECT_URI");
  const welcome = listOf(valueOf(env, "PARLEY_WORKSPACES"));
  return {
    oauth: {
      clientId: valueOf(env, "SLACK_CLIENT_ID"),
      clientSecret: valueOf(env, "SLACK_CLIENT_SECRET"),
      stateSecret: valueOf(env, "SLACK_STATE_SECRET"),
      ...(redirectUri ? { redirectUri } : {}),
      ...(welcome.length > 0 ? { welcome } : {}),
    },
    tokenKeys: listOf(valueOf(env, "PARLEY_TOKEN_KEY")).map((key) => Buffer.from(key, "base64")),
  };
}

/** The keys that seal the logins of people for servers, with one workspace or many; none where nobody is to log in. Throws {@link ConfigError} for what is no key. */
export function readLoginKeys(env: Env): readonly Uint8Array[] {
  const list = valueOf(env, "PARLEY_TOKEN_KEY");
  const message = list !== "" && keyMistake(list);
  if (message) throw new ConfigError([{ file: "environment", path: "PARLEY_TOKEN_KEY", message }]);
  return listOf(list).map((key) => Buffer.from(key, "base64"));
}

/** What is missing for an installation by OAuth, or cannot be right, each with where to get it. */
export function oauthMistakes(env: Env): Mistake[] {
  const mistakes: (string | false)[][] = [
    [
      "SLACK_CLIENT_ID",
      !/^\d+\.\d+$/.test(valueOf(env, "SLACK_CLIENT_ID")) && `is not a client id, such as 1234567890.1234567890; copy it from ${APP_PAGE}.`,
    ],
    ["SLACK_CLIENT_SECRET", valueOf(env, "SLACK_CLIENT_SECRET") === "" && `is not set; copy the Client Secret from ${APP_PAGE}.`],
    ["SLACK_STATE_SECRET", stateMistake(valueOf(env, "SLACK_STATE_SECRET"))],
    ["SLACK_REDIRECT_URI", redirectMistake(valueOf(env, "SLACK_REDIRECT_URI"))],
    ["PARLEY_WORKSPACES", workspacesMistake(listOf(valueOf(env, "PARLEY_WORKSPACES")))],
    ["PARLEY_TOKEN_KEY", keyMistake(valueOf(env, "PARLEY_TOKEN_KEY"))],
  ];
  return mistakes.flatMap(([path, message]) => (path && message ? [{ file: "environment", path, message }] : []));
}

function stateMistake(secret: string): string | false {
  if (secret.length >= STATE_SECRET_CHARS_MIN) return false;
  const found = secret === "" ? "is not set" : `has ${secret.length} characters, and fewer than ${STATE_SECRET_CHARS_MIN} can be guessed`;
  return `${found}; make one with: openssl rand -hex 32`;
}

const redirectMistake = (uri: string): string | false =>
  uri !== "" &&
  !(URL.canParse(uri) && new URL(uri).pathname.endsWith("/slack/oauth_redirect")) &&
  "is not the address of /slack/oauth_redirect, such as https://parley.example.com/slack/oauth_redirect; or leave it out if the app has one redirect URL.";

function workspacesMistake(ids: readonly string[]): string | false {
  const strange = ids.find((id) => !/^[TE][A-Z0-9]+$/.test(id));
  return strange !== undefined && `names "${strange}"; it is a list of ids of workspaces (T…) and organisations (E…), with commas.`;
}

/** Says which key of the list it is, and nothing of what is in it. */
export function keyMistake(list: string): string | false {
  const keys = listOf(list);
  const make = "make one with: openssl rand -base64 32";
  if (keys.length === 0) return `is not set: it encrypts the workspaces' tokens in the database; ${make}`;
  const wrong = keys.findIndex((key) => Buffer.from(key, "base64").byteLength !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+=*$/.test(key));
  if (wrong === -1) return false;
  const which = keys.length === 1 ? "is" : `holds as number ${wrong + 1} what is`;
  return `${which} not ${KEY_BYTES} bytes in base64; ${make}`;
}

const valueOf = (env: Env, name: string): string => env[name]?.trim() ?? "";
const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
