import { randomBytes } from "node:crypto";
import { Agenda } from "./state/agenda.ts";
import { Changes } from "./state/changes.ts";
import type { Workspace, WorkspaceOptions } from "./contract.ts";
import { createControl } from "./control.ts";
import { TRIGGER_MS } from "./state/limits.ts";
import type { Local } from "./state/local.ts";
import { BOT_USER_ID, APP_ID, TEAM_ID } from "./state/seed.ts";
import { startServer } from "./server/server.ts";
import type { StoredFile } from "./state/state.ts";
import { SocketMode } from "./socket/socket-mode.ts";
import { mimetypeOf } from "./state/file-json.ts";
import { OpenId } from "./state/open-id.ts";
import { keepState } from "./state/kept.ts";
import { freshState } from "./state/fresh-state.ts";

export { createWorkspaces } from "./several.ts";
export type { Workspaces, WorkspacesOptions } from "./contract.ts";
export type { WorkspaceOptions, Workspace, Shortcut, ThreadMessage, ApiCall, Fault } from "./contract.ts";

/**
 * Starts a local Slack on loopback: the Web API, Socket Mode and events that Parley uses, with a page. The demo and the tests both use it,
 * through an unmodified Bolt client. Everything it keeps is in memory and gone with `close()`.
 */
export async function createWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const now = options.now ?? Date.now;
  const agenda = new Agenda({ now, realTime: options.now === undefined });
  const changes = new Changes();
  const local: Local = {
    teamId: TEAM_ID,
    state: freshState(TEAM_ID),
    now,
    agenda,
    changes,
    socketMode: new SocketMode({ now, agenda, changes }),
    baseUrl: "",
    // New at each start: another process or page on this machine cannot know them.
    botToken: `xoxb-local-${randomBytes(12).toString("hex")}`,
    appToken: `xapp-1-${APP_ID}-local-${randomBytes(12).toString("hex")}`,
    openId: new OpenId(),
    rateLimits: options.rateLimits ?? true,
    triggerMs: options.triggerMs ?? TRIGGER_MS,
    suggestions: options.suggestions ?? [],
    notice: options.notice ?? "",
    readyFiles: (options.readyFiles ?? []).map(readyFile),
    ...(options.connectModel ? { connectModel: options.connectModel } : {}),
    ...(options.studio ? { studio: options.studio } : {}),
    shortcuts: options.shortcuts ?? [],
  };
  for (const id of options.admins ?? []) {
    const user = local.state.users.get(id);
    if (user) local.state.users.set(id, { ...user, isAdmin: true });
  }
  const kept = options.keepIn === undefined ? undefined : keepState(local, options.keepIn);
  const control = createControl(local);
  const server = await startServer(local, control, options.port);
  return {
    url: `${local.baseUrl}/`,
    apiUrl: `${local.baseUrl}/api/`,
    botToken: local.botToken,
    appToken: local.appToken,
    signingSecret: randomBytes(16).toString("hex"),
    teamId: TEAM_ID,
    botUserId: BOT_USER_ID,
    control,
    channelNames: () =>
      new Map([...local.state.channels.values()].map(({ id, kind, name }) => [id, kind === "im" ? "Direct messages" : `#${name}`])),
    signIn: () => ({ issuer: local.baseUrl, clientId: local.openId?.clientId ?? "", clientSecret: local.openId?.clientSecret ?? "" }),
    announce: (told) => {
      Object.assign(local, told);
      if (told.connectModel === undefined) delete local.connectModel;
      changes.show({ type: "reload" }, "everyone");
    },
    close: async () => {
      agenda.close();
      kept?.save();
      await local.socketMode.close();
      changes.close();
      await server.close();
    },
  };
}

/** Not yet anybody's: it is a file of the workspace once it is posted. */
const readyFile = ({ name, content }: { readonly name: string; readonly content: Uint8Array }, index: number): StoredFile => ({
  id: `READY${index}`,
  name,
  title: name,
  altText: "",
  mimetype: mimetypeOf(name),
  user: "",
  createdAtMs: 0,
  content: Buffer.from(content),
  isSnippet: false,
});
