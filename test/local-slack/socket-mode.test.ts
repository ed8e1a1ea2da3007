import { WebSocket } from "ws";
import { expect, test } from "vitest";
import { bot, client, clock, listener, open, refusal } from "./wire.ts";

test("a Bolt app hears a mention and its answer is in the thread under its persona", async () => {
  const workspace = await open();
  await bot(workspace, (app) => {
    app.event("app_mention", async ({ event, client: slack }) => {
      await slack.reactions.add({ channel: event.channel, timestamp: event.ts, name: "eyes" });
      await slack.chat.postMessage({
        channel: event.channel,
        thread_ts: event.ts,
        text: "On it.",
        username: "Critic",
        icon_emoji: ":mag:",
      });
    });
  });
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "@parley look at this" });
  await workspace.control.until(() => workspace.control.thread("C0GENERAL", ts).length === 2);
  const [root, reply] = workspace.control.thread("C0GENERAL", ts);
  expect(root?.reactions).toEqual([{ name: "eyes", users: ["U0PARLEY"] }]);
  expect(reply).toMatchObject({ threadTs: ts, user: "U0PARLEY", username: "Critic", icons: { emoji: ":mag:" }, text: "On it." });
});

test("each envelope goes to exactly one of the open sockets", async () => {
  const workspace = await open({ rateLimits: false });
  const listeners = [await listener(workspace), await listener(workspace), await listener(workspace)];
  for (let index = 0; index < 30; index += 1) await workspace.control.event({ type: "app_context_changed", index });
  const seen: number[] = [];
  await Promise.all(
    listeners.map(async (each) => {
      for (;;) {
        const envelope = await Promise.race([
          each.next(),
          workspace.control.until(() => workspace.control.unacked() === 0).then(() => undefined),
        ]);
        if (!envelope) return;
        seen.push(envelope.payload.event.index);
        each.ack(envelope);
      }
    }),
  );
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test("an event that nobody acks comes again after 3 seconds, 1 minute and 5 minutes with the same event id, and then no more", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  const { eventId } = await workspace.control.event({ type: "app_context_changed" });
  const attempts = [await socket.next()];
  for (const ms of [3_000, 57_000, 240_000]) {
    time.advance(ms - 1);
    workspace.control.tick();
    expect(socket.waiting).toEqual([]);
    time.advance(1);
    workspace.control.tick();
    attempts.push(await socket.next());
  }
  expect(attempts.map((attempt) => attempt.payload.event_id)).toEqual([eventId, eventId, eventId, eventId]);
  expect(attempts.map((attempt) => [attempt.retry_attempt, attempt.retry_reason])).toEqual([
    [0, ""],
    [1, "timeout"],
    [2, "timeout"],
    [3, "timeout"],
  ]);
  expect(workspace.control.unacked()).toBe(1);
  time.advance(3_000);
  workspace.control.tick();
  expect(workspace.control.unacked()).toBe(0);
});

test("an acked event is not sent again, unless a test asks for it", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  const { eventId } = await workspace.control.event({ type: "app_context_changed" });
  await socket.event("app_context_changed");
  await workspace.control.until(() => workspace.control.unacked() === 0);
  time.advance(60_000);
  workspace.control.tick();
  await workspace.control.redeliver({ acked: true });
  const again = await socket.next();
  expect(again.payload.event_id).toBe(eventId);
  expect(again.retry_attempt).toBe(1);
});

test("a repeat that a test asks for uses up none of Slack's own", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  const { eventId } = await workspace.control.event({ type: "app_context_changed" });
  for (let times = 0; times < 5; times++) await workspace.control.redeliver();
  for (let times = 0; times < 6; times++) await socket.next();
  for (const ms of [3_000, 57_000, 240_000]) {
    time.advance(ms);
    workspace.control.tick();
    expect((await socket.next()).payload.event_id).toBe(eventId);
  }
  expect(workspace.control.unacked()).toBe(1);
  time.advance(3_000);
  workspace.control.tick();
  expect(workspace.control.unacked()).toBe(0);
});

test("an event sent while no socket is open arrives with a retry, a click is lost", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const { eventId } = await workspace.control.event({ type: "app_context_changed" });
  const posted = await client(workspace).chat.postMessage({
    channel: "C0GENERAL",
    text: "Go on?",
    blocks: [{ type: "actions", elements: [{ type: "button", action_id: "yes", text: { type: "plain_text", text: "Yes" } }] }],
  });
  expect(await workspace.control.click({ user: "U0MARIA", channel: "C0GENERAL", ts: posted.ts ?? "", actionId: "yes" })).toEqual({
    acked: false,
  });
  const socket = await listener(workspace);
  time.advance(60_000);
  workspace.control.tick();
  const late = await socket.next();
  expect(late.payload.event_id).toBe(eventId);
  expect(late.retry_attempt).toBeGreaterThan(0);
});

test("an event that was with a socket when it closed goes to the next one", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const first = await listener(workspace);
  const { eventId } = await workspace.control.event({ type: "app_context_changed" });
  await first.next();
  first.close();
  await workspace.control.until(() => !workspace.control.connected());
  const second = await listener(workspace);
  time.advance(3_000);
  workspace.control.tick();
  expect((await second.next()).payload.event_id).toBe(eventId);
});

test("the eleventh socket is told that there are too many", async () => {
  const workspace = await open();
  for (let count = 0; count < 10; count += 1) await listener(workspace);
  const eleventh = await client(workspace, workspace.appToken).apps.connections.open({});
  const socket = new WebSocket(eleventh.url ?? "");
  const farewell = await new Promise<string>((resolve) => socket.on("message", (data: Buffer) => resolve(data.toString("utf8"))));
  expect(JSON.parse(farewell)).toMatchObject({ type: "disconnect", reason: "too_many_websockets" });
});

test("a refresh tells the socket why and closes it", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  workspace.control.disconnect("refresh_requested");
  expect(await socket.next()).toMatchObject({ type: "disconnect", reason: "refresh_requested" });
  await socket.closed;
  await workspace.control.until(() => !workspace.control.connected());
  expect(workspace.control.connected()).toBe(false);
});

test("a socket needs a ticket of its own, and the bot token opens none", async () => {
  const workspace = await open();
  expect(await refusal(client(workspace).apps.connections.open({}))).toBe("not_allowed_token_type");
  const opened = await client(workspace, workspace.appToken).apps.connections.open({});
  const connect = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(opened.url ?? "");
      socket.on("open", () => resolve("open"));
      socket.on("error", (error) => resolve(error.message));
    });
  expect(await connect()).toBe("open");
  expect(await connect()).toContain("401");
});
