import { randomBytes } from "node:crypto";
import { isJson } from "../blocks/block-ids.ts";
import type { PlatformControl } from "../contract-platform.ts";
import { sendEvent } from "../socket/events.ts";
import { STEPS_KEPT_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { APP_ID } from "../state/seed.ts";
import { nextId, nextTs, type Json, type Step } from "../state/state.ts";
import { textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import type { Method } from "./method.ts";

/** How an app says that its step of a workflow is done. */
export const stepMethods: { readonly [name: string]: Method } = {
  "functions.completeSuccess": { perMinute: TIER.three, scopes: () => [], run: succeed },
  "functions.completeError": { perMinute: TIER.three, scopes: () => [], run: fail },
};

function succeed(local: Local, args: Args): Json | Refusal {
  const step = findStep(local, args);
  if (isRefusal(step)) return step;
  const { outputs } = args;
  if (!isJson(outputs)) return refuse("parameter_validation_failed");
  return settle(local, { ...step, status: "completed", outputs });
}

function fail(local: Local, args: Args): Json | Refusal {
  const step = findStep(local, args);
  if (isRefusal(step)) return step;
  const error = textArg(args, "error");
  return error === "" ? refuse("invalid_arguments") : settle(local, { ...step, status: "failed", error });
}

function settle(local: Local, step: Step): Json {
  local.state.steps.set(step.id, step);
  local.changes.changed();
  return {};
}

function findStep(local: Local, args: Args): Step | Refusal {
  const step = local.state.steps.get(textArg(args, "function_execution_id"));
  if (!step) return refuse("function_execution_not_found");
  return step.status === "running" ? step : refuse("execution_not_in_running_state");
}

/** A workflow has come to the app's step: Slack tells it what went in, with a token for this one execution. */
export function runStep(local: Local, asked: Parameters<PlatformControl["runStep"]>[0]): string {
  const { state } = local;
  for (const id of state.steps.keys()) if (state.steps.size >= STEPS_KEPT_MAX) state.steps.delete(id);
  const id = nextId(state, "Fx");
  const token = `xwfp-local-${randomBytes(12).toString("hex")}`;
  state.steps.set(id, { id, callbackId: asked.callbackId, status: "running" });
  state.stepTokens.add(token);
  sendEvent(local, {
    type: "function_executed",
    function: {
      id: nextId(state, "Fn"),
      callback_id: asked.callbackId,
      title: asked.title ?? asked.callbackId,
      description: "",
      type: "app",
      input_parameters: asked.inputParameters ?? Object.keys(asked.inputs).map(parameter),
      output_parameters: asked.outputParameters ?? [],
      app_id: APP_ID,
      date_created: 1_700_000_000,
      date_updated: 1_700_000_000,
      date_deleted: 0,
    },
    inputs: asked.inputs,
    function_execution_id: id,
    workflow_execution_id: nextId(state, "Wx"),
    event_ts: nextTs(state, local.now()),
    bot_access_token: token,
  });
  return id;
}

const parameter = (name: string): Json => ({ type: "string", name, description: "", title: name, is_required: true });
