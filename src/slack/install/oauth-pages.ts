import type { IncomingMessage, ServerResponse } from "node:http";
import { InstallProvider, type Installation as SlackInstallation } from "@slack/oauth";
import { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { Installation, Installations, Tokens } from "../../store/installations.ts";
import { PLAIN_PAGE_HEADERS, showPage } from "../../plain-page.ts";
import { SCOPES } from "./scopes.ts";
import { apiBase, clientOptions, sdkLogger, type Log } from "../api/web-client.ts";

/** The app as OAuth knows it. */
export interface OAuthSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs what comes back from Slack's page with the person. */
  readonly stateSecret: string;
  /** Of the app's redirect URLs; needed where it has several. */
  readonly redirectUri?: string;
  /** Ids of the workspaces and organisations that may install the app; any may when absent. */
  readonly welcome?: readonly string[];
}

export const INSTALL_PATH = "/slack/install";
export const REDIRECT_PATH = "/slack/oauth_redirect";

/** Answers a request if it is for one of the pages; false when it is for somebody else. */
export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** A person chooses a workspace and says yes, in about this time. */
const STATE_SECONDS = 600;
/** What Slack is asked for on the way back. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * The way into a workspace by OAuth v2: `/slack/install` sends the person to Slack with a signed state that runs out and that is bound to
 * their browser by a cookie; Slack sends them back to `/slack/oauth_redirect`, where the code is exchanged for the bot's token. No token of
 * a person is asked for. All of that is Slack's own InstallProvider; what is kept, and what is shown, is ours.
 */
export function createInstallPages(parts: {
  readonly oauth: OAuthSettings;
  readonly apiUrl?: string;
  readonly installations: Pick<Installations, "save">;
  /** It is on the disk. */
  readonly onInstalled: (installation: Installation) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}): Pages {
  const { oauth, clock, log } = parts;
  const provider = new InstallProvider({
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    stateSecret: oauth.stateSecret,
    stateCookieExpirationSeconds: STATE_SECONDS,
    directInstall: true,
    installUrlOptions: { scopes: [...SCOPES], ...(oauth.redirectUri ? { redirectUri: oauth.redirectUri } : {}) },
    authorizationUrl: new URL("../../oauth/v2/authorize", apiBase(parts.apiUrl)).href,
    logger: sdkLogger(log),
    clientOptions: { ...clientOptions(parts.apiUrl, log), timeout: ANSWER_TIMEOUT_MS, retryConfig: { retries: 0 } },
    installationStore: { storeInstallation: keep, fetchInstallation: notAsked, deleteInstallation: notAsked },
  });

  async function keep(slacks: SlackInstallation): Promise<void> {
    const installation = installationOf(slacks, clock);
    await parts.installations.save(installation, tokensOf(slacks));
    await parts.onInstalled(installation);
  }

  /** Who is not welcome gets no row here, and the token that Slack has given out is given back. */
  async function isWelcome(slacks: SlackInstallation, response: ServerResponse): Promise<boolean> {
    const ids = [slacks.team?.id, slacks.enterprise?.id];
    if (!oauth.welcome || ids.some((id) => id !== undefined && oauth.welcome?.includes(id))) return true;
    log(
      `${slacks.team?.name ?? slacks.enterprise?.name ?? "a workspace"} (${ids.find(Boolean)}) wanted to install Parley and is not on the list of PARLEY_WORKSPACES`,
    );
    await new WebClient(slacks.bot?.token, {
      ...clientOptions(parts.apiUrl, log),
      timeout: ANSWER_TIMEOUT_MS,
      retryConfig: { retries: 0 },
    }).auth
      .revoke()
      .catch((error: unknown) => log("its token could not be given back", error));
    showPage(response, 403, "Not here", ["This Parley does not work for your workspace. Ask whoever runs it to let it in."]);
    return false;
  }

  return async (request, response) => {
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" || (path !== INSTALL_PATH && path !== REDIRECT_PATH)) return false;
    for (const [name, value] of Object.entries(PLAIN_PAGE_HEADERS)) response.setHeader(name, value);
    if (path === INSTALL_PATH) await provider.handleInstallPath(request, response);
    else
      await provider.handleCallback(request, response, {
        afterInstallation: (slacks, _options, _request, answer) => isWelcome(slacks, answer as ServerResponse),
        success: (slacks, _options, _request, answer) => {
          const name = slacks.team?.name ?? slacks.enterprise?.name ?? "your workspace";
          showPage(answer as ServerResponse, 200, "Parley is installed", [
            `Parley is in ${name} now. In Slack, invite it to a channel and mention it with a task.`,
          ]);
        },
        failure: (error, _options, _request, answer) => {
          log(`an installation was not completed (${error.code})`, error);
          showPage(answer as ServerResponse, 400, "Parley was not installed", [
            `${MENDS[error.code] ?? "Slack did not confirm it."} To try again: ${INSTALL_PATH}`,
          ]);
        },
      });
    return true;
  };
}

const MENDS: { readonly [code: string]: string } = {
  slack_oauth_invalid_state: "This page was opened too late, or in another browser than the one in which it was begun.",
  slack_oauth_missing_code: "Slack sent no code along.",
  slack_bolt_authorization_error: "Nothing was changed, as you wished.",
};

async function notAsked(): Promise<never> {
  throw new Error("the provider is not asked for installations");
}

function installationOf({ team, enterprise, isEnterpriseInstall, bot, appId }: SlackInstallation, clock: Clock): Installation {
  const owner = isEnterpriseInstall ? enterprise : team;
  if (!owner || !bot) throw new Error("Slack gave no bot for a workspace or an organisation; the app's manifest asks for one");
  return {
    id: owner.id,
    isOrg: isEnterpriseInstall === true,
    name: owner.name ?? owner.id,
    app: appId ?? "",
    bot: bot.id,
    botUser: bot.userId,
    scopes: bot.scopes,
    state: "active",
    why: "",
    at: new Date(clock.now()).toISOString(),
    expiresAt: bot.expiresAt === undefined ? undefined : bot.expiresAt * 1_000,
  };
}

function tokensOf({ bot }: SlackInstallation): Tokens {
  const { token = "", refreshToken, expiresAt } = bot ?? {};
  return {
    token,
    refresh: refreshToken !== undefined && expiresAt !== undefined ? { token: refreshToken, expiresAt: expiresAt * 1_000 } : undefined,
  };
}
