import type { ServerResponse } from "node:http";
import type { Audience } from "../state/changes.ts";
import { refuseRequest } from "./http.ts";
import { PAGE_STREAM_BUFFER_BYTES_MAX, PAGE_STREAMS_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { audienceOf, pageFile, pageMessage, pageUser, pageView, personaOf } from "./page-json.ts";
import { promptsOf } from "../api/agents.ts";
import type { PageChange, PageState } from "./protocol.ts";
import { BOT_USER_ID, TEAM_NAME } from "../state/seed.ts";
import { botIsIn } from "../state/state.ts";

/** All that one person sees. `undefined` when there is no such person. */
export function pageState(local: Local, as: string): PageState | undefined {
  const { state } = local;
  const me = state.users.get(as);
  const bot = state.users.get(BOT_USER_ID);
  if (!me || !bot) return undefined;
  const channels = [...state.channels.values()].filter((channel) => channel.members.has(as));
  const messages = channels.flatMap((channel) =>
    [...channel.messages.values()].filter((message) => !message.isTombstone && sees(audienceOf(channel, message), as)),
  );
  const home = state.homes.get(as);
  return {
    workspace: { name: TEAM_NAME, notice: local.notice },
    me: pageUser(me),
    users: [...state.users.values()].map(pageUser),
    bot: pageUser(bot),
    channels: channels.map((channel) => ({
      id: channel.id,
      name: channel.kind === "im" ? bot.name : channel.name,
      kind: channel.kind,
      botIsMember: botIsIn(channel),
    })),
    messages: messages.toSorted((a, b) => Number(a.ts) - Number(b.ts)).map((message) => pageMessage(local, message)),
    statuses: [...state.statuses.values()]
      .filter((line) => channels.some((channel) => channel.id === line.channel) && local.now() < line.expiresAtMs)
      .map(({ channel, threadTs, status, persona }) => ({ channel, threadTs, status, ...personaOf(persona) })),
    home: home && pageView(home),
    suggestions: local.suggestions,
    readyFiles: local.readyFiles.map(pageFile),
    canConnectModel: local.connectModel !== undefined,
    hasStudio: local.studio !== undefined,
    shortcuts: local.shortcuts,
    prompts: channels.flatMap((channel) => (channel.kind === "im" ? promptsOf(local, channel.id) : [])),
  };
}

/** The open pages: each gets what its person may see, as server-sent events. */
export function createPageStreams(local: Local): { open(response: ServerResponse, as: string): void; close(): void } {
  const pages = new Map<ServerResponse, string>();
  const send = (response: ServerResponse, change: PageChange): void => {
    // A page that does not read is cut off; it connects again and reads the whole state.
    if (response.writableLength > PAGE_STREAM_BUFFER_BYTES_MAX) response.destroy();
    else response.write(`data: ${JSON.stringify(change)}\n\n`);
  };
  const unfollow = local.changes.follow((change, audience) => {
    for (const [response, as] of pages) if (sees(audience, as)) send(response, change);
  });
  return {
    open: (response, as) => {
      if (!local.state.users.has(as)) return refuseRequest(response, 404, "user_not_found");
      if (pages.size >= PAGE_STREAMS_MAX) return refuseRequest(response, 503, "too many pages are open");
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
      });
      pages.set(response, as);
      response.on("close", () => pages.delete(response));
      // Says at once how things are, so that a page that connects again is right about the bot.
      send(response, { type: "bot", connected: local.socketMode.socketCount > 0 });
    },
    close: () => {
      unfollow();
      for (const response of pages.keys()) response.end();
    },
  };
}

function sees(audience: Audience, user: string): boolean {
  return audience === "everyone" || audience.includes(user);
}
