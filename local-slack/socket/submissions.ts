import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { isJson } from "../blocks/block-ids.ts";
import { chosenState, elementsOf, isEmptyState, keep, stateValues, type Placed } from "../blocks/elements.ts";
import { newResponseUrl, newTrigger, personAndTeam } from "./interactions.ts";
import type { Local } from "../state/local.ts";
import type { Json, View } from "../state/state.ts";
import type { Acknowledgement } from "./socket-mode.ts";
import { closeView, modalsOf, openView, updateView, viewJson } from "../blocks/views.ts";

/** How a submission ended: the errors to show by block, or what the app answered. */
export type Submission = Acknowledgement | { readonly acked: boolean; readonly errors: { readonly [blockId: string]: string } };

/**
 * A person presses the modal's submit button. Slack first looks whether the required inputs are filled in; then the app has 3 seconds to
 * ack, and its answer says what becomes of the modal: errors, update, push, clear, or (nothing) this one closes.
 */
export async function submit(
  local: Local,
  submitted: { readonly user: string; readonly viewId: string; readonly values: unknown },
): Promise<Submission | Refusal> {
  const view = local.state.views.get(submitted.viewId);
  if (!view || view.user !== submitted.user) return refuse("this view is no longer open");
  const inputs = elementsOf(view.content["blocks"]);
  const refused = keepValues(local, view, inputs, submitted.values);
  if (refused) return refused;
  const errors = missingInputs(local, view, inputs);
  if (Object.keys(errors).length > 0) return { acked: false, errors };
  const result = await local.socketMode.request("interactive", {
    type: "view_submission",
    ...personAndTeam(local, submitted.user),
    trigger_id: newTrigger(local, submitted.user, view.id),
    view: viewJson(local, view),
    response_urls: responseUrls(local, view, inputs),
  });
  return result.acked ? (follow(local, view, result.payload) ?? result) : result;
}

/** A person closes a modal; the app hears of it when the view asked for that. */
export async function dismiss(
  local: Local,
  dismissed: { readonly user: string; readonly viewId: string },
): Promise<Acknowledgement | Refusal> {
  const view = local.state.views.get(dismissed.viewId);
  if (!view || view.user !== dismissed.user) return refuse("this view is no longer open");
  const json = viewJson(local, view);
  closeView(local, view);
  if (view.content["notify_on_close"] !== true) return { acked: true };
  return local.socketMode.request("interactive", {
    type: "view_closed",
    ...personAndTeam(local, view.user),
    view: json,
    is_cleared: false,
  });
}

function keepValues(local: Local, view: View, inputs: readonly Placed[], values: unknown): Refusal | undefined {
  if (!isJson(values)) return undefined;
  for (const [blockId, actions] of Object.entries(values)) {
    if (!isJson(actions)) return refuse(`values of block "${blockId}" must be an object by action id`);
    for (const [actionId, given] of Object.entries(actions)) {
      const placed = inputs.find((input) => input.blockId === blockId && input.element["action_id"] === actionId);
      if (!placed) return refuse(`this view has no element "${actionId}" in a block "${blockId}"`);
      const state = chosenState(placed.element, given);
      if (!state) return refuse(`"${actionId}" cannot take ${JSON.stringify(given)}`);
      keep(local, view.id, placed, state);
    }
  }
  return undefined;
}

function missingInputs(local: Local, view: View, inputs: readonly Placed[]): { [blockId: string]: string } {
  const values = stateValues(local, view.id, inputs);
  const errors: { [blockId: string]: string } = {};
  for (const { blockId, block, element } of inputs) {
    const state = values[blockId]?.[String(element["action_id"])];
    if (block["type"] === "input" && block["optional"] !== true && state && isEmptyState(state))
      errors[blockId] = "Please complete this required field.";
    const text = state?.["value"];
    const max = element["max_length"];
    if (typeof text === "string" && typeof max === "number" && text.length > max) errors[blockId] = `Please use at most ${max} characters.`;
  }
  return errors;
}

/** A conversations menu with `response_url_enabled` lets the app post where the person said. */
function responseUrls(local: Local, view: View, inputs: readonly Placed[]): Json[] {
  const values = stateValues(local, view.id, inputs);
  return inputs.flatMap(({ blockId, element }) => {
    const state = values[blockId]?.[String(element["action_id"])];
    const channel = state?.["selected_conversation"] ?? state?.["selected_channel"];
    if (element["response_url_enabled"] !== true || typeof channel !== "string") return [];
    return [
      {
        block_id: blockId,
        action_id: element["action_id"],
        channel_id: channel,
        response_url: newResponseUrl(local, { user: view.user, channel }),
      },
    ];
  });
}

/** Does what the app's answer says; what Slack would not show is a refusal. */
function follow(local: Local, view: View, answer: unknown): Submission | Refusal | undefined {
  const action = isJson(answer) ? answer["response_action"] : undefined;
  if (!isJson(answer) || action === undefined) {
    closeView(local, view);
    return undefined;
  }
  switch (action) {
    case "clear":
      for (const open of modalsOf(local, view.user)) closeView(local, open);
      return undefined;
    case "errors":
      return showErrors(view, answer["errors"]);
    case "update": {
      const updated = updateView(local, view, { content: answer["view"], hash: "" });
      return isRefusal(updated) ? updated : undefined;
    }
    case "push": {
      const pushed = openView(local, { user: view.user, content: answer["view"], above: view });
      return isRefusal(pushed) ? pushed : undefined;
    }
    default:
      return refuse(`the app answered with the unknown response_action ${JSON.stringify(action)}`);
  }
}

function showErrors(view: View, errors: unknown): Submission | Refusal {
  const inputs = new Set(
    elementsOf(view.content["blocks"])
      .filter(({ block }) => block["type"] === "input")
      .map(({ blockId }) => blockId),
  );
  const shown = Object.entries(isJson(errors) ? errors : {});
  const stray = shown.find(([blockId]) => !inputs.has(blockId));
  if (shown.length === 0 || stray)
    return refuse(`the app answered with errors for ${JSON.stringify(stray?.[0] ?? "no block")}, which is not an input of the view`);
  return { acked: true, errors: Object.fromEntries(shown.map(([blockId, text]) => [blockId, String(text)])) };
}
