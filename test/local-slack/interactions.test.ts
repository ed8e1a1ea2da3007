import { expect, test } from "vitest";
import type { App, BlockAction } from "@slack/bolt";
import { bot, call, client, clock, listener, open, refusal } from "./wire.ts";
import type { Workspace } from "../../local-slack/index.ts";

const plain = (text: string): object => ({ type: "plain_text", text });
const option = (value: string): object => ({ text: plain(value.toUpperCase()), value });
const CARD = [
  {
    type: "section",
    block_id: "menu",
    text: { type: "mrkdwn", text: "Team" },
    accessory: { type: "static_select", action_id: "team", options: [option("a"), option("b")] },
  },
  { type: "actions", block_id: "controls", elements: [{ type: "button", action_id: "stop", value: "run-1", text: plain("Stop") }] },
];

async function postCard(workspace: Workspace, extra: object = {}): Promise<string> {
  const posted = await call(client(workspace), "chat.postMessage", { channel: "C0GENERAL", text: "card", blocks: CARD, ...extra });
  return String(posted["ts"]);
}

test("a press is a block_actions payload with message, container, state, trigger and a response_url", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const ts = await postCard(workspace, { thread_ts: root });
  await socket.event("message");
  await socket.event("message");
  const chosen = workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId: "team", value: "b" });
  const choice = await socket.next();
  socket.ack(choice);
  expect(await chosen).toEqual({ acked: true });
  expect(choice.payload.actions).toMatchObject([
    { type: "static_select", action_id: "team", block_id: "menu", selected_option: option("b") },
  ]);

  const pressed = workspace.control.click({ user: "U0JONAS", channel: "C0GENERAL", ts, actionId: "stop" });
  const press = await socket.next();
  socket.ack(press);
  await pressed;
  expect(press).toMatchObject({ type: "interactive", accepts_response_payload: true });
  expect(press.payload).toMatchObject({
    type: "block_actions",
    user: { id: "U0JONAS", username: "jonas" },
    team: { id: "T0LOCAL" },
    channel: { id: "C0GENERAL", name: "general" },
    container: { type: "message", message_ts: ts, channel_id: "C0GENERAL", thread_ts: root, is_ephemeral: false },
    message: { ts, thread_ts: root, text: "card" },
    state: { values: { menu: { team: { type: "static_select", selected_option: option("b") } } } },
    actions: [{ type: "button", action_id: "stop", block_id: "controls", value: "run-1" }],
  });
  expect(press.payload.trigger_id).not.toBe("");
});

test("a press on what is not there, or on an option that is not offered, is refused", async () => {
  const workspace = await open();
  const ts = await postCard(workspace);
  const click = (actionId: string, value?: string): Promise<unknown> =>
    workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId, ...(value === undefined ? {} : { value }) });
  await expect(click("go")).rejects.toThrow('no element "go" here; there are: team, stop');
  await expect(click("team", "c")).rejects.toThrow('"team" cannot take "c"');
});

test("an app that does not ack within 3 seconds has lost the press", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  const ts = await postCard(workspace);
  await socket.event("message");
  const pressed = workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId: "stop" });
  const envelope = await socket.next();
  time.advance(3_000);
  workspace.control.tick();
  expect(await pressed).toEqual({ acked: false });
  socket.ack(envelope);
  time.advance(600_000);
  workspace.control.tick();
  expect(socket.waiting).toEqual([]);
});

test("a response_url answers, replaces and deletes, five times and for half an hour", async () => {
  const time = clock();
  const workspace = await open({ now: time.now, rateLimits: false });
  const urls: string[] = [];
  await bot(workspace, (app) => {
    app.action("stop", async ({ ack, respond, body }) => {
      await ack();
      urls.push((body as BlockAction).response_url);
      await respond("only for you");
      await respond({ response_type: "in_channel", text: "for all", replace_original: false });
      await respond({ replace_original: true, text: "replaced", blocks: [] });
    });
  });
  const ts = await postCard(workspace);
  await workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId: "stop" });
  await workspace.control.until(() => workspace.control.channel("C0GENERAL")[0]?.text === "replaced");
  expect(workspace.control.channel("C0GENERAL")).toMatchObject([
    { ts, text: "replaced" },
    { text: "only for you", ephemeralTo: "U0MARIA" },
    { text: "for all" },
  ]);
  const respond = async (body: object): Promise<number> =>
    (await fetch(urls[0] ?? "", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).status;
  expect(await respond({ text: "" })).toBe(400);
  expect(await respond({ delete_original: true })).toBe(200);
  expect(await respond({ text: "fifth" })).toBe(200);
  expect(await respond({ text: "sixth" })).toBe(404);
  const second = await postCard(workspace);
  await workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts: second, actionId: "stop" });
  await workspace.control.until(() => urls.length === 2);
  time.advance(30 * 60_000 + 1);
  expect(
    (await fetch(urls[1] ?? "", { method: "POST", headers: { "content-type": "application/json" }, body: '{"text":"late"}' })).status,
  ).toBe(404);
});

test("buttons under an ephemeral message work for the person who sees it", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const sent = await call(client(workspace), "chat.postEphemeral", { channel: "C0GENERAL", user: "U0MARIA", text: "card", blocks: CARD });
  const ts = String(sent["message_ts"]);
  await expect(workspace.control.click({ user: "U0JONAS", channel: "C0GENERAL", ts, actionId: "stop" })).rejects.toThrow("another person");
  const pressed = workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId: "stop" });
  const envelope = await socket.next();
  socket.ack(envelope);
  await pressed;
  expect(envelope.payload.container.is_ephemeral).toBe(true);
  expect(envelope.payload).not.toHaveProperty("message");
});

test("a trigger opens one view, within three seconds", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  const slack = client(workspace);
  const ts = await postCard(workspace);
  await socket.event("message");
  const trigger = async (): Promise<string> => {
    const pressed = workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts, actionId: "stop" });
    const envelope = await socket.next();
    socket.ack(envelope);
    await pressed;
    return String(envelope.payload.trigger_id);
  };
  const view = { type: "modal", title: plain("Steer"), blocks: [{ type: "divider" }] };
  const openWith = (id: string): Promise<string> => refusal(slack.apiCall("views.open", { trigger_id: id, view }));
  const first = await trigger();
  expect(await openWith(first)).toBe("");
  expect(await openWith(first)).toBe("exchanged_trigger_id");
  const second = await trigger();
  time.advance(3_001);
  expect(await openWith(second)).toBe("expired_trigger_id");
  expect(await openWith("1.2.abc")).toBe("invalid_trigger_id");
});

test("a slash command carries no thread, and the ack's text is shown to the person alone", async () => {
  const workspace = await open();
  let seen: object = {};
  await bot(workspace, (app) => {
    app.command("/parley", async ({ ack, command }) => {
      seen = command;
      await ack("Here is help");
    });
  });
  const result = await workspace.control.command({ user: "U0MARIA", channel: "C0ENG", command: "/parley", text: "help" });
  expect(result).toEqual({ acked: true, response: { text: "Here is help" } });
  expect(seen).toMatchObject({
    command: "/parley",
    text: "help",
    channel_id: "C0ENG",
    channel_name: "engineering",
    user_id: "U0MARIA",
    is_enterprise_install: "false",
  });
  expect(seen).not.toHaveProperty("thread_ts");
  expect(workspace.control.channel("C0ENG")).toMatchObject([{ text: "Here is help", ephemeralTo: "U0MARIA" }]);
  await expect(workspace.control.command({ user: "U0MARIA", channel: "C0ENG", command: "/other", text: "" })).rejects.toThrow(
    "/other is not a command here",
  );
});

test("shortcuts are global or belong to a message", async () => {
  const workspace = await open();
  const heard: object[] = [];
  await bot(workspace, (app: App) => {
    app.shortcut(/parley_/, async ({ ack, shortcut }) => {
      await ack();
      heard.push(shortcut);
    });
  });
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "discuss me" });
  expect(await workspace.control.shortcut({ user: "U0JONAS", callbackId: "parley_new" })).toEqual({ acked: true });
  expect(await workspace.control.shortcut({ user: "U0JONAS", callbackId: "parley_discuss", channel: "C0GENERAL", ts })).toEqual({
    acked: true,
  });
  expect(heard).toMatchObject([
    { type: "shortcut", callback_id: "parley_new" },
    {
      type: "message_action",
      callback_id: "parley_discuss",
      channel: { id: "C0GENERAL" },
      message_ts: ts,
      message: { text: "discuss me", ts },
    },
  ]);
  expect(heard[0]).not.toHaveProperty("channel");
});
