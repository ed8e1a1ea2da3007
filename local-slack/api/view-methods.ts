import { textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import type { Json, Trigger, View } from "../state/state.ts";
import { findView, openView, publishHome, updateView, viewJson } from "../blocks/views.ts";
import type { Method } from "./method.ts";

export const viewMethods: { readonly [name: string]: Method } = {
  "views.open": { perMinute: TIER.four, scopes: () => [], run: open },
  "views.push": { perMinute: TIER.four, scopes: () => [], run: push },
  "views.update": { perMinute: TIER.four, scopes: () => [], run: update },
  "views.publish": { perMinute: TIER.four, scopes: () => [], run: publish },
};

function open(local: Local, args: Args): Json | Refusal {
  const trigger = exchangeTrigger(local, args);
  if (isRefusal(trigger)) return trigger;
  return answer(local, openView(local, { user: trigger.user, content: args["view"] }));
}

/** Only from a press or a submission inside a modal. */
function push(local: Local, args: Args): Json | Refusal {
  const trigger = exchangeTrigger(local, args);
  if (isRefusal(trigger)) return trigger;
  const above = trigger.viewId === undefined ? undefined : local.state.views.get(trigger.viewId);
  if (!above) return refuse("not_found");
  return answer(local, openView(local, { user: trigger.user, content: args["view"], above }));
}

function update(local: Local, args: Args): Json | Refusal {
  const view = findView(local, { viewId: textArg(args, "view_id"), externalId: textArg(args, "external_id") });
  if (isRefusal(view)) return view;
  return answer(local, updateView(local, view, { content: args["view"], hash: textArg(args, "hash") }));
}

function publish(local: Local, args: Args): Json | Refusal {
  const user = textArg(args, "user_id");
  if (!local.state.users.has(user)) return refuse("user_not_found");
  return answer(local, publishHome(local, { user, content: args["view"], hash: textArg(args, "hash") }));
}

function answer(local: Local, view: View | Refusal): Json | Refusal {
  return isRefusal(view) ? view : { view: viewJson(local, view) };
}

/** A trigger is good for one view, within 3 seconds of the person's action. */
function exchangeTrigger(local: Local, args: Args): Trigger | Refusal {
  const id = textArg(args, "trigger_id");
  const trigger = local.state.triggers.get(id);
  if (!trigger) return refuse(id === "" ? "invalid_arguments" : "invalid_trigger_id");
  if (trigger.used) return refuse("exchanged_trigger_id");
  if (local.now() > trigger.expiresAtMs) return refuse("expired_trigger_id");
  trigger.used = true;
  return trigger;
}
