import { randomBytes } from "node:crypto";
import { textArg } from "../api/args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { isJson, withBlockIds } from "./block-ids.ts";
import { checkView } from "./view-checks.ts";
import { elementsOf, stateValues } from "./elements.ts";
import { VIEW_STACK_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { pageView } from "../server/page-json.ts";
import { APP_ID, BOT_ID } from "../state/seed.ts";
import { nextId, type Json, type View } from "../state/state.ts";

/** A modal of a person, on top of `above` or at the bottom of a new stack. */
export function openView(
  local: Local,
  opened: { readonly user: string; readonly content: unknown; readonly above?: View },
): View | Refusal {
  const refused = checkView(opened.content, "modal");
  if (refused || !isJson(opened.content)) return refused ?? refuse("invalid_arguments");
  if (
    opened.above &&
    modalsOf(local, opened.user).filter((view) => view.rootViewId === opened.above?.rootViewId).length >= VIEW_STACK_MAX
  ) {
    return refuse("push_limit_reached");
  }
  const duplicate = duplicateExternalId(local, opened.content);
  if (duplicate) return duplicate;
  // A new stack takes the place of the one that was open.
  if (!opened.above) for (const view of modalsOf(local, opened.user)) dropView(local, view);
  const id = nextId(local.state, "V");
  const view: View = {
    ...composed(opened.content),
    id,
    type: "modal",
    user: opened.user,
    rootViewId: opened.above?.rootViewId ?? id,
    ...(opened.above ? { previousViewId: opened.above.id } : {}),
  };
  local.state.views.set(id, view);
  local.changes.show({ type: "modal.opened", view: pageView(view) }, [view.user]);
  return view;
}

/** Refused when a hash is given and the view has changed since it was read. */
export function updateView(local: Local, before: View, update: { readonly content: unknown; readonly hash: string }): View | Refusal {
  if (update.hash !== "" && update.hash !== before.hash) return refuse("hash_conflict");
  const refused = checkView(update.content, before.type);
  if (refused || !isJson(update.content)) return refused ?? refuse("invalid_arguments");
  const duplicate = duplicateExternalId(local, update.content, before.id);
  if (duplicate) return duplicate;
  const view: View = { ...before, ...composed(update.content) };
  if (view.type === "home") {
    local.state.homes.set(view.user, view);
    local.changes.show({ type: "home", view: pageView(view) }, [view.user]);
  } else {
    local.state.views.set(view.id, view);
    local.changes.show({ type: "modal.updated", view: pageView(view) }, [view.user]);
  }
  return view;
}

export function publishHome(
  local: Local,
  home: { readonly user: string; readonly content: unknown; readonly hash: string },
): View | Refusal {
  const before = local.state.homes.get(home.user);
  if (before) return updateView(local, before, home);
  const refused = checkView(home.content, "home");
  if (refused || !isJson(home.content)) return refused ?? refuse("invalid_arguments");
  const id = nextId(local.state, "V");
  const view: View = { ...composed(home.content), id, type: "home", user: home.user, rootViewId: id };
  local.state.homes.set(home.user, view);
  local.changes.show({ type: "home", view: pageView(view) }, [view.user]);
  return view;
}

/** Takes a modal and what is on top of it off the stack. */
export function closeView(local: Local, view: View): void {
  for (const other of modalsOf(local, view.user)) if (other.previousViewId === view.id) closeView(local, other);
  dropView(local, view);
}

/** A person's open modals, newest last. */
export function modalsOf(local: Local, user: string): View[] {
  return [...local.state.views.values()].filter((view) => view.user === user);
}

export function findView(local: Local, named: { readonly viewId: string; readonly externalId: string }): View | Refusal {
  const all = [...local.state.views.values(), ...local.state.homes.values()];
  return (
    all.find((view) =>
      named.viewId === "" ? named.externalId !== "" && view.externalId === named.externalId : view.id === named.viewId,
    ) ?? refuse("not_found")
  );
}

/** A view as methods return it and as interactions carry it. */
export function viewJson(local: Local, view: View): Json {
  const { content } = view;
  return {
    id: view.id,
    team_id: local.teamId,
    type: view.type,
    ...(view.type === "modal"
      ? { title: content["title"], submit: content["submit"] ?? null, close: content["close"] ?? null }
      : { title: { type: "plain_text", text: "View Title", emoji: true }, submit: null, close: null }),
    blocks: content["blocks"],
    private_metadata: textArg(content, "private_metadata"),
    callback_id: textArg(content, "callback_id"),
    external_id: view.externalId,
    state: { values: stateValues(local, view.id, elementsOf(content["blocks"])) },
    hash: view.hash,
    clear_on_close: content["clear_on_close"] === true,
    notify_on_close: content["notify_on_close"] === true,
    submit_disabled: false,
    root_view_id: view.rootViewId,
    previous_view_id: view.previousViewId ?? null,
    app_id: APP_ID,
    app_installed_team_id: local.teamId,
    bot_id: BOT_ID,
  };
}

function composed(content: Json): Pick<View, "hash" | "externalId" | "content"> {
  const blocks = Array.isArray(content["blocks"]) ? withBlockIds(content["blocks"].filter(isJson)) : [];
  return {
    hash: `${Date.now()}.${randomBytes(4).toString("hex")}`,
    externalId: textArg(content, "external_id"),
    content: { ...content, blocks },
  };
}

function duplicateExternalId(local: Local, content: Json, except?: string): Refusal | undefined {
  const externalId = textArg(content, "external_id");
  const found = externalId === "" ? refuse("not_found") : findView(local, { viewId: "", externalId });
  return isRefusal(found) || found.id === except ? undefined : refuse("duplicate_external_id");
}

function dropView(local: Local, view: View): void {
  local.state.views.delete(view.id);
  for (const key of local.state.chosen.keys()) if (key.startsWith(`${view.id}/`)) local.state.chosen.delete(key);
  local.changes.show({ type: "modal.closed", viewId: view.id }, [view.user]);
}
