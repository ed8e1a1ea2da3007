import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { SCOPES } from "../../../src/slack/install/scopes.ts";
import { Manifest } from "./manifest-schema.ts";
import { ASK_TEAM } from "../../../src/slack/steps/ask-team-step.ts";
import { listen, oneForEachKind } from "../../../src/slack/door/listeners.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const text = readFileSync(join(ROOT, "manifest.yml"), "utf8");
const manifest = parse(text) as {
  readonly features: {
    readonly slash_commands: readonly { readonly command: string }[];
    readonly shortcuts: readonly { readonly callback_id: string }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[]; readonly bot_optional: readonly string[] } };
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: readonly string[] };
    readonly interactivity: { readonly is_enabled: boolean };
    readonly socket_mode_enabled: boolean;
  };
};
const scopes = manifest.oauth_config.scopes.bot;

/** What the page of listeners listens to, in its order. */
function listened() {
  const heard = { event: [] as string[], action: [] as string[], command: [] as string[], shortcut: [] as string[], view: [] as string[] };
  const note = (kind: keyof typeof heard) => (name: unknown) => void heard[kind].push(String(name));
  const app = { event: note("event"), action: note("action"), command: note("command"), shortcut: note("shortcut"), view: note("view") };
  listen(app, async () => undefined);
  return heard;
}

/** Come to apps that are declared assistants; an agent, as this one is, may not subscribe to them. */
const OLDER: ReadonlySet<string> = new Set(["assistant_thread_started", "assistant_thread_context_changed"]);
/** Comes to apps that offer a step in Workflow Builder, which an installation may choose. */
const CHOSEN = "function_executed";

test("what is subscribed to is listened to, in the same order, and what is listened to is subscribed to", () => {
  // message.channels, .groups, .im and .mpim all arrive as message.
  const subscribed = manifest.settings.event_subscriptions.bot_events.map((name) => name.replace(/^message\..*/, "message"));
  expect([...new Set(subscribed)]).toEqual(listened().event.filter((name) => !OLDER.has(name) && name !== CHOSEN));
});

test("every command and shortcut has its listener, and every listener its command or shortcut", () => {
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(listened().command);
  expect(manifest.features.shortcuts.map(({ callback_id }) => callback_id)).toEqual(listened().shortcut);
});

test("Bolt has one listener for each kind of thing, which leads to all doors that it led to", async () => {
  const bolts = new Map<string, (what: object) => Promise<void>>();
  const own = (kind: string) => (_any: RegExp, listener: (what: object) => Promise<void>) => void bolts.set(kind, listener);
  const entered: string[] = [];
  const app = { event: own("event"), action: own("action"), command: own("command"), shortcut: own("shortcut"), view: own("view") };
  listen(oneForEachKind(app as unknown as Parameters<typeof oneForEachKind>[0]), async (name) => void entered.push(name));
  for (const [kind, what] of [
    ["event", { event: { type: "app_mention" } }],
    ["event", { event: { type: "message" } }],
    ["event", { event: { type: "channel_rename" } }],
    ["action", { action: { block_id: "any", action_id: "parley.run.stop" } }],
    ["action", { action: { block_id: "any", action_id: "parley.home.export" } }],
    ["action", { action: { block_id: "any", action_id: "parley.question.answer.3" } }],
    ["action", { action: { block_id: "any", action_id: "parley.run.stopped" } }],
    ["command", { command: { command: "/parley" } }],
    ["shortcut", { shortcut: { callback_id: "parley_discuss" } }],
    ["view", { view: { callback_id: "parley_steer" } }],
    ["view", { view: { callback_id: "parley_home_edit" } }],
  ] as const)
    await bolts.get(kind)?.({ ...what, body: {} });
  expect(entered).toEqual([
    "message",
    "message",
    "stopPressed",
    "homePressed",
    "answerPressed",
    "command",
    "discuss",
    "steerSubmitted",
    "homeSubmitted",
  ]);
});

/** What has no known scopes, and what lacks one. */
function uncovered(names: readonly string[], needed: { readonly [name: string]: readonly string[] }, granted = scopes): string[] {
  return names.flatMap((name) => {
    const missing = needed[name]?.filter((scope) => !granted.includes(scope)) ?? ["unknown to this test"];
    return missing.length > 0 ? [`${name}: ${missing.join(", ")}`] : [];
  });
}

/** Scopes of the events, from Slack's reference of each. */
const EVENT_SCOPES: { readonly [event: string]: readonly string[] } = {
  agent_session_stopped: ["assistant:write"],
  app_context_changed: ["assistant:write"],
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  app_uninstalled: [],
  channel_archive: ["channels:read"],
  channel_left: ["channels:read"],
  channel_unarchive: ["channels:read"],
  file_change: ["files:read"],
  file_deleted: ["files:read"],
  file_shared: ["files:read"],
  file_unshared: ["files:read"],
  function_executed: [],
  group_archive: ["groups:read"],
  group_left: ["groups:read"],
  group_unarchive: ["groups:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  "message.im": ["im:history"],
  "message.mpim": ["mpim:history"],
  reaction_added: ["reactions:read"],
  tokens_revoked: [],
  user_change: ["users:read"],
};

test("the scopes cover every event", () => {
  expect(uncovered(manifest.settings.event_subscriptions.bot_events, EVENT_SCOPES)).toEqual([]);
});

/** Scopes of the methods, from Slack's reference of each. */
const METHOD_SCOPES: { readonly [method: string]: readonly string[] } = {
  "agents.sessions.setStatus": ["assistant:write", "chat:write"],
  "apps.connections.open": [],
  "assistant.search.context": ["search:read.public"],
  "assistant.threads.setStatus": ["chat:write"],
  "assistant.threads.setSuggestedPrompts": ["assistant:write"],
  "assistant.threads.setTitle": ["assistant:write"],
  "auth.test": [],
  "chat.delete": ["chat:write"],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write", "chat:write.customize"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "conversations.info": ["channels:read", "groups:read", "im:read", "mpim:read"],
  "conversations.members": ["channels:read", "groups:read", "im:read", "mpim:read"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "files.completeUploadExternal": ["files:write"],
  "files.delete": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.info": ["files:read"],
  "files.list": ["files:read"],
  "functions.completeError": [],
  "functions.completeSuccess": [],
  "reactions.add": ["reactions:write"],
  "chat.startStream": ["chat:write", "chat:write.customize"],
  "chat.appendStream": ["chat:write"],
  "chat.stopStream": ["chat:write"],
  "reactions.remove": ["reactions:write"],
  "users.conversations": ["channels:read", "groups:read", "im:read", "mpim:read"],
  "users.info": ["users:read"],
  "users.list": ["users:read"],
  "views.open": [],
  "views.publish": [],
  "views.push": [],
  "views.update": [],
};

test("the scopes cover every method of Slack's that the code calls", () => {
  const called = new Set<string>();
  for (const file of readdirSync(join(ROOT, "src/slack"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"))) {
    const text = readFileSync(join(ROOT, "src/slack", file), "utf8");
    const families = "agents|assistant|auth|chat|conversations|files|functions|reactions|users|views";
    for (const [, method] of text.matchAll(new RegExp(`\\b(?:read|write|client)\\.((?:${families})(?:\\.[a-zA-Z]+)+)\\(`, "g")))
      called.add(method ?? "");
    for (const [, method] of text.matchAll(new RegExp(`"((?:${families})(?:\\.[a-zA-Z]+)+)"`, "g"))) called.add(method ?? "");
  }
  expect(called.size).toBeGreaterThan(8);
  // What only an optional scope allows, the code does without.
  expect(uncovered([...called], METHOD_SCOPES, [...scopes, ...manifest.oauth_config.scopes.bot_optional])).toEqual([]);
});

test("it is a manifest as Slack's published schema has it: known fields, lengths, counts", () => {
  expect(Manifest.parse(manifest)).toEqual(manifest);
  expect(manifest.settings.interactivity.is_enabled).toBe(true);
  expect(manifest.settings.socket_mode_enabled).toBe(true);
});

test("what the schema would not take is found here: an unknown field, words that are too long, an event twice", () => {
  const wrong = (from: string, to: string) => Manifest.safeParse(parse(text.replace(from, to))).error?.issues[0]?.path.join(".");
  expect(wrong("always_online: true", "always_on: true")).toBe("features.bot_user");
  expect(wrong("name: New Parley run", "name: A new run of Parley with a team")).toBe("features.shortcuts.0.name");
  expect(wrong("- group_archive", "- channel_archive")).toBe("settings.event_subscriptions.bot_events");
  expect(wrong('"#1f2a44"', '"a very dark blue"')).toBe("display_information.background_color");
});

test("with the comments taken off, what is offered for other installations is a manifest too", () => {
  const whole = text
    .replace(/# (redirect_urls: .*)/, "$1")
    .replace(/org_deploy_enabled: false/, "org_deploy_enabled: true")
    .replace(/token_rotation_enabled: false/, "token_rotation_enabled: true");
  expect(Manifest.safeParse(parse(whole)).error).toBeUndefined();
});

/** As somebody makes it who wants the step of Workflow Builder: its lines without their marks. */
const withStep = () => {
  const whole = text
    .replace(/# (- function_executed)/, "$1")
    .replace(/# (function_runtime: remote)/, "$1")
    .replace(/org_deploy_enabled: false/, "org_deploy_enabled: true");
  const [before, block] = [whole.slice(0, whole.indexOf("# functions:")), whole.slice(whole.indexOf("# functions:"))];
  return parse(before + block.replaceAll(/^# ?/gm, "")) as typeof manifest & {
    readonly functions: { readonly [name: string]: { readonly input_parameters: object; readonly output_parameters: object } };
    readonly settings: { readonly org_deploy_enabled: boolean; readonly function_runtime: string };
  };
};

test("the step of Workflow Builder is offered by lines without their marks: a manifest that Slack takes, with what the code hears and answers", () => {
  const opted = withStep();
  expect(Manifest.parse(opted)).toEqual(opted);
  expect(opted.settings).toMatchObject({ org_deploy_enabled: true, function_runtime: "remote" });
  const subscribed = opted.settings.event_subscriptions.bot_events.map((name) => name.replace(/^message\..*/, "message"));
  expect([...new Set(subscribed)]).toEqual(listened().event.filter((name) => !OLDER.has(name)));
  expect(Object.keys(opted.functions)).toEqual([ASK_TEAM]);
  const { input_parameters: inputs, output_parameters: outputs } = opted.functions[ASK_TEAM] ?? {};
  expect([Object.keys(inputs ?? {}), Object.keys(outputs ?? {})]).toEqual([
    ["task", "channel", "team"],
    ["answer", "link"],
  ]);
});

test("without them there is none: Slack refuses a step in an app that no organisation may install", () => {
  expect(manifest).not.toHaveProperty("functions");
  expect(manifest.settings).not.toHaveProperty("function_runtime");
  expect(manifest.settings.event_subscriptions.bot_events).not.toContain("function_executed");
});

test("a private channel's end is heard of as a public one's is, and no scope is asked for twice", () => {
  const { bot_events: events } = manifest.settings.event_subscriptions;
  for (const event of ["archive", "unarchive", "left"])
    expect(events).toEqual(expect.arrayContaining([`channel_${event}`, `group_${event}`]));
  const all = [...scopes, ...manifest.oauth_config.scopes.bot_optional];
  expect(new Set(all).size).toBe(all.length);
});

test("an installation by OAuth asks for the scopes of the manifest, and for no others", () => {
  expect(SCOPES).toEqual(scopes);
});
