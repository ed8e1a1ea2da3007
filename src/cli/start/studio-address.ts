import { ConfigError, type Mistake } from "../../config/config-error.ts";
import type { Env } from "../../config/env.ts";
import type { ParleyOptions } from "../../parley.ts";
import { readAddress } from "./slack-door.ts";

type StudioAt = NonNullable<ParleyOptions["studioAt"]>;

const APP_PAGE = "https://api.slack.com/apps, your app, Basic Information";
const LOCAL = ["127.0.0.1", "localhost", "::1"];

/**
 * Where the studio is for people who sign in with Slack: of `--studio`, then PARLEY_STUDIO; nothing where neither is there. Throws {@link ConfigError}
 * that names what is missing, and where to get it.
 */
export function readStudio(env: Env, option: string | undefined): StudioAt | undefined {
  const valueOf = (name: string): string => env[name]?.trim() ?? "";
  const text = option ?? valueOf("PARLEY_STUDIO");
  if (text === "") return undefined;
  const at = readAddress(option === undefined ? "PARLEY_STUDIO" : "--studio", text);
  const [clientId, clientSecret, publicUrl] = ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "PARLEY_STUDIO_URL"].map(valueOf) as [
    string,
    string,
    string,
  ];
  const wrong: { readonly [variable: string]: string | false } = {
    SLACK_CLIENT_ID:
      !/^\d+\.\d+$/.test(clientId) && `is not a client id, such as 1234567890.1234567890; the studio needs it: copy it from ${APP_PAGE}.`,
    SLACK_CLIENT_SECRET: clientSecret === "" && `is not set; the studio needs it: copy the Client Secret from ${APP_PAGE}.`,
    PARLEY_STUDIO_URL: publicUrl === "" ? !LOCAL.includes(at.host) && `is not set; ${WANTED}` : urlMistake(publicUrl),
  };
  const mistakes = Object.entries(wrong).flatMap(([path, message]): Mistake[] =>
    message === false ? [] : [{ file: "environment", path, message }],
  );
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { ...at, clientId, clientSecret, ...(publicUrl ? { publicUrl: new URL(publicUrl).origin } : {}) };
}

const WANTED = "put the address there by which browsers come, through a proxy with TLS, such as https://studio.example.com";

function urlMistake(text: string): string | false {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") return `is no address; ${WANTED}`;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    return "names a path, and the studio has a host of its own; leave it at https://HOST";
  if (url.protocol === "http:" && !LOCAL.includes(url.hostname))
    return `is without TLS, and whoever listens on the way could come in; ${WANTED}`;
  return false;
}
