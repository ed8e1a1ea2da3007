import { randomBytes } from "node:crypto";
import { chosenState, elementsOf, findOption, keep, stateValues, type Placed } from "../blocks/elements.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { isJson } from "../blocks/block-ids.ts";
import { RESPONSE_URLS_KEPT_MAX, RESPONSE_URL_MS, TRIGGERS_KEPT_MAX } from "../state/limits.ts";
import { isOrgWide, type Local } from "../state/local.ts";
import { messageJson } from "../state/message-json.ts";
import { APP_ID, TEAM_DOMAIN } from "../state/seed.ts";
import { nextTs, type Json, type Message, type ResponseUrl } from "../state/state.ts";
import type { Acknowledgement } from "./socket-mode.ts";
import { viewJson } from "../blocks/views.ts";

/** Which element a person used, and where it is. */
export interface Use {
  readonly user: string;
  readonly place: { readonly channel: string; readonly ts: string } | { readonly viewId: string };
  readonly blockId?: string;
  readonly actionId: string;
  /** What was typed or chosen; for buttons that share an action id, the value of the one meant. */
  readonly given?: unknown;
}

/** A person uses a button, a menu or a box: the app hears of it as block_actions and has 3 seconds to ack. */
export async function use(local: Local, used: Use): Promise<Acknowledgement | Refusal> {
  const container = findContainer(local, used);
  if (isRefusal(container)) return container;
  const elements = elementsOf(container.blocks);
  const placed = findElement(elements, used);
  if (!placed) {
    return refuse(
      `no element "${used.actionId}" here; there are: ${elements.map(({ element }) => String(element["action_id"])).join(", ") || "none"}`,
    );
  }
  const action = actionOf(placed.element, used.given);
  if (!action) return refuse(`"${used.actionId}" cannot take ${JSON.stringify(used.given)}`);
  if (action.state) keep(local, container.id, placed, action.state);
  // Slack tells the app of an input's changes only when the block asks for it.
  if (placed.block["type"] === "input" && placed.block["dispatch_action"] !== true) return { acked: true };
  const values = stateValues(local, container.id, elements);
  return local.socketMode.request("interactive", {
    type: "block_actions",
    ...personAndTeam(local, used.user),
    ...container.payload(values),
    trigger_id: newTrigger(local, used.user, container.viewId),
    actions: [
      { ...action.json, action_id: placed.element["action_id"], block_id: placed.blockId, action_ts: nextTs(local.state, local.now()) },
    ],
  });
}

/** A command or an interaction of any shape, given by this person. */
export function deliver(local: Local, { user, payload }: { readonly user: string; readonly payload: Json }): Promise<Acknowledgement> {
  const shared: Json = { ...personAndTeam(local, user), trigger_id: newTrigger(local, user) };
  if (payload["command"] === undefined) return local.socketMode.request("interactive", { ...shared, ...payload });
  const { team_id: team } = shared["user"] as { readonly team_id?: string };
  const { team: _, user: __, ...rest } = shared;
  return local.socketMode.request("slash_commands", {
    ...rest,
    user_id: user,
    ...(team === undefined ? {} : { team_id: team }),
    ...payload,
  });
}

interface Container {
  readonly id: string;
  readonly blocks: unknown;
  readonly viewId?: string;
  payload(values: Json): Json;
}

function findContainer(local: Local, { place, user }: Use): Container | Refusal {
  if ("viewId" in place) {
    const view = local.state.views.get(place.viewId) ?? [...local.state.homes.values()].find((home) => home.id === place.viewId);
    if (!view || view.user !== user) return refuse("this view is no longer open");
    const payload = (): Json => ({ container: { type: "view", view_id: view.id }, view: viewJson(local, view) });
    return { id: view.id, blocks: view.content["blocks"], viewId: view.id, payload };
  }
  const channel = local.state.channels.get(place.channel);
  const message = channel?.messages.get(place.ts);
  if (!channel || !message || message.isTombstone || !channel.members.has(user)) return refuse("this message is no longer there");
  if (message.ephemeralTo !== undefined && message.ephemeralTo !== user) return refuse("only another person sees this message");
  return {
    id: `${channel.id}/${message.ts}`,
    blocks: message.blocks,
    payload: (values) => ({
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: message.ephemeralTo !== undefined,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      },
      channel: { id: channel.id, name: channel.kind === "im" ? "directmessage" : channel.name },
      // The app cannot read back what only one person sees.
      ...(message.ephemeralTo === undefined ? { message: messageJson(local, message, { replyCounts: true }) } : {}),
      state: { values },
      response_url: newResponseUrl(local, { user, channel: channel.id, message }),
    }),
  };
}

function findElement(elements: readonly Placed[], used: Use): Placed | undefined {
  const named = elements.filter(
    ({ blockId, element }) => element["action_id"] === used.actionId && (used.blockId === undefined || blockId === used.blockId),
  );
  return named.find(({ element }) => typeof used.given === "string" && element["value"] === used.given) ?? named[0];
}

/** The entry of `actions`, and the state to keep where the element has one. */
function actionOf(element: Json, given: unknown): { readonly json: Json; readonly state?: Json } | undefined {
  const type = String(element["type"]);
  switch (type) {
    case "button":
    case "icon_button":
    case "workflow_button": {
      const { text, value, style } = element;
      return { json: { type, text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) } };
    }
    case "feedback_buttons": {
      const buttons = [element["positive_button"], element["negative_button"]].filter(isJson);
      const pressed = buttons.find((button) => button["value"] === given) ?? (given === undefined ? buttons[0] : undefined);
      return pressed && { json: { type, text: pressed["text"], value: pressed["value"] } };
    }
    case "overflow": {
      const option = findOption(element, given);
      return option && { json: { type, selected_option: option } };
    }
    default: {
      const state = chosenState(element, given);
      return state && { json: state, state };
    }
  }
}

/** The parts that every interaction has. */
export function personAndTeam(local: Local, userId: string): Json {
  const user = local.state.users.get(userId);
  const name = user?.name.toLowerCase() ?? userId;
  return {
    user: { id: userId, username: name, name, ...(user?.isHidden ? {} : { team_id: user?.teamId ?? local.teamId }) },
    api_app_id: APP_ID,
    token: "local-verification-token",
    team: { id: local.teamId, domain: TEAM_DOMAIN },
    enterprise: local.org === undefined ? null : { id: local.org, name: local.org },
    is_enterprise_install: isOrgWide(local),
  };
}

export function newTrigger(local: Local, user: string, viewId?: string): string {
  const id = `${nextTs(local.state, local.now())}.${randomBytes(8).toString("hex")}`;
  keepNewest(local.state.triggers, TRIGGERS_KEPT_MAX);
  local.state.triggers.set(id, {
    user,
    expiresAtMs: local.now() + local.triggerMs,
    used: false,
    ...(viewId === undefined ? {} : { viewId }),
  });
  return id;
}

export function newResponseUrl(
  local: Local,
  from: { readonly user: string; readonly channel: string; readonly message?: Message },
): string {
  const id = randomBytes(16).toString("hex");
  const url: ResponseUrl = {
    user: from.user,
    channel: from.channel,
    ...(from.message ? { messageTs: from.message.ts } : {}),
    ...(from.message?.threadTs === undefined ? {} : { threadTs: from.message.threadTs }),
    expiresAtMs: local.now() + RESPONSE_URL_MS,
    uses: 0,
  };
  keepNewest(local.state.responseUrls, RESPONSE_URLS_KEPT_MAX);
  local.state.responseUrls.set(id, url);
  return `${local.baseUrl}/actions/${local.teamId}/${id}`;
}

function keepNewest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size < max) return;
    map.delete(key);
  }
}
