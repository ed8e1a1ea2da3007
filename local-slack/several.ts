import { randomBytes } from "node:crypto";
import { Agenda } from "./state/agenda.ts";
import { Changes } from "./state/changes.ts";
import type { Workspace, Workspaces, WorkspacesOptions } from "./contract.ts";
import { createControl } from "./control.ts";
import { sendEvent } from "./socket/events.ts";
import { Grants } from "./state/grants.ts";
import { TRIGGER_MS } from "./state/limits.ts";
import type { Local } from "./state/local.ts";
import { APP_ID, BOT_USER_ID } from "./state/seed.ts";
import { startServer } from "./server/server.ts";
import { SocketMode } from "./socket/socket-mode.ts";
import { freshState } from "./state/fresh-state.ts";

/**
 * Several workspaces behind one API address, as Slack is, with people, channels and messages of the same ids in each of them. Which one a
 * call is for is said by its token alone; an app gets one by OAuth v2. The events of all come over the same sockets.
 */
export async function createWorkspaces(options: WorkspacesOptions): Promise<Workspaces> {
  const now = options.now ?? Date.now;
  const agenda = new Agenda({ now, realTime: options.now === undefined });
  const changes = new Changes();
  const socketMode = new SocketMode({ now, agenda, changes });
  const grants = new Grants({ now, tokenMs: options.tokenMs, teams: options.teams });
  const appToken = `xapp-1-${APP_ID}-local-${randomBytes(12).toString("hex")}`;
  const signingSecret = randomBytes(16).toString("hex");
  const seats = options.teams.map(({ id, org }) => {
    const local: Local = {
      teamId: id,
      ...(org === undefined ? {} : { org, teamsOfOrg: options.teams.flatMap((team) => (team.org === org ? [team.id] : [])) }),
      state: freshState(id),
      now,
      agenda,
      changes,
      socketMode,
      baseUrl: "",
      botToken: `xoxb-local-${randomBytes(12).toString("hex")}`,
      appToken,
      grants,
      rateLimits: options.rateLimits ?? true,
      triggerMs: TRIGGER_MS,
      suggestions: [],
      notice: "",
      readyFiles: [],
      shortcuts: [],
    };
    return { local, control: createControl(local) };
  });
  const [main, ...others] = seats;
  if (!main) throw new Error("there is no workspace to open");
  const server = await startServer(main.local, main.control, options.port, others);
  const seatOf = (id: string) => seats.find(({ local }) => local.teamId === id) ?? fail(`there is no workspace ${id}`);
  return {
    apiUrl: `${main.local.baseUrl}/api/`,
    appToken,
    clientId: grants.clientId,
    clientSecret: grants.clientSecret,
    workspace: (id): Workspace => {
      const { local, control } = seatOf(id);
      return {
        url: `${local.baseUrl}/`,
        apiUrl: `${main.local.baseUrl}/api/`,
        botToken: local.botToken,
        appToken,
        signingSecret,
        teamId: id,
        botUserId: BOT_USER_ID,
        control,
        close: async () => undefined,
      };
    },
    async uninstall(id, how) {
      grants.revoke(id);
      if (how === "quietly") return;
      for (const { local } of seats.filter((seat) => seat.local.teamId === id || seat.local.org === id).slice(0, 1)) {
        // Slack sends both, in either order.
        sendEvent(local, { type: "tokens_revoked", tokens: { oauth: [], bot: [BOT_USER_ID] } });
        sendEvent(local, { type: "app_uninstalled" });
      }
    },
    redirectTo: (address) => {
      grants.redirectUri = address;
    },
    refreshes: () => grants.refreshes,
    loseRefreshes: (times) => {
      grants.losing = times;
    },
    close: async () => {
      agenda.close();
      await socketMode.close();
      changes.close();
      await server.close();
    },
  };
}

function fail(reason: string): never {
  throw new Error(reason);
}
