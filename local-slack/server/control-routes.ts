import type { IncomingMessage, ServerResponse } from "node:http";
import { isJson } from "../blocks/block-ids.ts";
import { readJson, refuseRequest, sendJson } from "./http.ts";
import { FILE_BYTES_MAX } from "../state/limits.ts";
import type { Json } from "../state/state.ts";
import { FAULT_KINDS, type Behaviour, type Control } from "../contract.ts";

/**
 * POST /control/VERB with the verb's argument as a JSON object: one object for most, named fields for the others (`{channel, ts}` for
 * thread). Answers `{ ok, result }`. `until` has no form over HTTP: it takes a function. File contents are base64.
 */
export async function controlRoute(control: Control, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const verb = url.pathname.slice("/control/".length);
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!run) return refuseRequest(response, 404, `no verb "${verb}"; there are: ${Object.keys(VERBS).join(", ")}`);
  if (request.method !== "POST") return refuseRequest(response, 405, "use POST");
  const body = await readJson(request, FILE_BYTES_MAX);
  if (!body) return refuseRequest(response, 400, "send a JSON object with Content-Type: application/json");
  try {
    const result = await run(control, body);
    sendJson(response, 200, { ok: true, ...(result === undefined ? {} : { result }) });
  } catch (error) {
    sendJson(response, 200, { ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

type Verb = (control: Control, body: Json) => unknown;

const VERBS: { readonly [name: string]: Verb } = {
  post: (control, body) =>
    control.post({
      user: need(body, "user"),
      channel: need(body, "channel"),
      text: maybe(body, "text") ?? "",
      ...(maybe(body, "threadTs") === undefined ? {} : { threadTs: need(body, "threadTs") }),
      files: (Array.isArray(body["files"]) ? body["files"] : [])
        .filter(isJson)
        .map((file) => ({ name: need(file, "name"), content: Buffer.from(need(file, "content"), "base64") })),
    }),
  forward: (control, body) => control.forward(body as unknown as Parameters<Control["forward"]>[0]),
  pasteTable: (control, body) => control.pasteTable(body as unknown as Parameters<Control["pasteTable"]>[0]),
  preview: (control, body) => control.preview(body as unknown as Parameters<Control["preview"]>[0]),
  postAsApp: (control, body) => control.postAsApp(body as unknown as Parameters<Control["postAsApp"]>[0]),
  describe: (control, body) => control.describe(body as unknown as Parameters<Control["describe"]>[0]),
  runStep: (control, body) => control.runStep(body as unknown as Parameters<Control["runStep"]>[0]),
  step: (control, body) => control.step(need(body, "executionId")),
  canvases: (control) => control.canvases(),
  limitEvents: (control, body) => control.limitEvents(Number(body["forMs"] ?? 60_000)),
  stream: (control, body) => control.stream(need(body, "channel"), need(body, "ts")),
  edit: (control, body) => control.edit({ ...place(body), text: need(body, "text") }),
  remove: (control, body) => control.remove(place(body)),
  react: (control, body) => control.react({ ...place(body), user: need(body, "user"), name: need(body, "name") }),
  click: (control, body) =>
    control.click({
      ...place(body),
      user: need(body, "user"),
      actionId: need(body, "actionId"),
      ...(maybe(body, "value") === undefined ? {} : { value: need(body, "value") }),
    }),
  press: (control, body) =>
    control.press({
      user: need(body, "user"),
      viewId: need(body, "viewId"),
      blockId: need(body, "blockId"),
      actionId: need(body, "actionId"),
      ...(maybe(body, "value") === undefined ? {} : { value: need(body, "value") }),
    }),
  submit: (control, body) => control.submit({ user: need(body, "user"), viewId: need(body, "viewId"), values: body["values"] ?? {} }),
  dismiss: (control, body) => control.dismiss({ user: need(body, "user"), viewId: need(body, "viewId") }),
  command: (control, body) =>
    control.command({
      user: need(body, "user"),
      channel: need(body, "channel"),
      command: need(body, "command"),
      text: maybe(body, "text") ?? "",
    }),
  shortcut: (control, body) =>
    control.shortcut({
      user: need(body, "user"),
      callbackId: need(body, "callbackId"),
      ...(maybe(body, "ts") === undefined ? {} : place(body)),
    }),
  deliver: (control, body) =>
    control.deliver({ user: need(body, "user"), payload: isJson(body["payload"]) ? body["payload"] : missing("payload") }),
  event: (control, body) => control.event({ ...body, type: need(body, "type") }),
  openApp: (control, body) => control.openApp({ user: need(body, "user"), tab: maybe(body, "tab") === "messages" ? "messages" : "home" }),
  stopSession: (control, body) => control.stopSession({ ...place(body), user: need(body, "user") }),
  thread: (control, body) => control.thread(need(body, "channel"), need(body, "ts")),
  channel: (control, body) => control.channel(need(body, "channel")),
  status: (control, body) => control.status(need(body, "channel"), need(body, "ts")),
  session: (control, body) => control.session(need(body, "channel"), need(body, "ts")),
  calls: (control, body) => control.calls(maybe(body, "method")),
  connected: (control) => control.connected(),
  sockets: (control) => control.sockets(),
  unacked: (control) => control.unacked(),
  modals: (control, body) => control.modals(need(body, "user")),
  home: (control, body) => control.home(need(body, "user")),
  addChannel: (control, body) => control.addChannel(need(body, "name"), body["options"] as Parameters<Control["addChannel"]>[1]),
  addUser: (control, body) => control.addUser(need(body, "name"), body["options"] as Parameters<Control["addUser"]>[1]),
  setLocale: (control, body) => control.setLocale(need(body, "user"), need(body, "locale")),
  leave: (control, body) => control.leave({ user: need(body, "user"), channel: need(body, "channel") }),
  join: (control, body) => control.join({ user: need(body, "user"), channel: need(body, "channel") }),
  makePrivate: (control, body) => control.makePrivate(need(body, "channel")),
  archive: (control, body) => control.archive(need(body, "channel")),
  unarchive: (control, body) => control.unarchive(need(body, "channel")),
  withoutScope: (control, body) => control.withoutScope(need(body, "scope")),
  configure: (control, body) => control.configure(body as Behaviour),
  fault: (control, body) => control.fault({ ...body, method: need(body, "method"), kind: oneOf(body, "kind", FAULT_KINDS) }),
  disconnect: (control, body) => control.disconnect(oneOf(body, "reason", REASONS)),
  redeliver: (control, body) => control.redeliver({ acked: body["acked"] === true }),
  tick: (control) => control.tick(),
  reset: (control) => control.reset(),
};

const REASONS = ["warning", "refresh_requested", "link_disabled"] as const;

function oneOf<T extends string>(body: Json, field: string, allowed: readonly T[]): T {
  const given = need(body, field);
  const found = allowed.find((value) => value === given);
  if (!found) throw new Error(`the field "${field}" must be one of ${allowed.join(", ")}`);
  return found;
}

function place(body: Json): { channel: string; ts: string } {
  return { channel: need(body, "channel"), ts: need(body, "ts") };
}

function need(body: Json, field: string): string {
  return maybe(body, field) ?? missing(field);
}

function maybe(body: Json, field: string): string | undefined {
  const value = body[field];
  return typeof value === "string" ? value : undefined;
}

function missing(field: string): never {
  throw new Error(`the field "${field}" must be a string`);
}
