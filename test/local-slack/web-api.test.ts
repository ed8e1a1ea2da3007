import { expect, test } from "vitest";
import { client, clock, open, refusal } from "./wire.ts";

test("auth.test says who the bot is and which scopes its token holds", async () => {
  const workspace = await open();
  const answer = await client(workspace).auth.test();
  expect(answer).toMatchObject({
    team_id: "T0LOCAL",
    user_id: "U0PARLEY",
    bot_id: "B0PARLEY",
    user: "parley",
    is_enterprise_install: false,
  });
  expect(answer.response_metadata?.scopes).toContain("chat:write.customize");
  expect(workspace.botUserId).toBe("U0PARLEY");
});

test("a call needs a token that is known and of the right kind", async () => {
  const workspace = await open();
  expect(await refusal(client(workspace, "xoxb-of-someone-else").auth.test())).toBe("invalid_auth");
  expect(await refusal(client(workspace, workspace.appToken).auth.test())).toBe("not_allowed_token_type");
  const answer = await fetch(`${workspace.apiUrl}auth.test`, { method: "POST" });
  expect(await answer.json()).toMatchObject({ ok: false, error: "not_authed" });
});

test("methods that are not here say so, like names that only look like methods", async () => {
  const workspace = await open();
  const slack = client(workspace);
  for (const method of ["chat.scheduleMessage", "admin.users.list", "constructor", "__proto__"])
    expect(await refusal(slack.apiCall(method))).toBe("unknown_method");
});

test("a form with JSON in its fields, a JSON body and a multipart form mean the same", async () => {
  const workspace = await open();
  const headers = { authorization: `Bearer ${workspace.botToken}` };
  const blocks = [{ type: "divider" }];
  const multipart = new FormData();
  multipart.set("channel", "C0GENERAL");
  multipart.set("text", "same");
  multipart.set("blocks", JSON.stringify(blocks));
  const bodies = [
    new URLSearchParams({ channel: "C0GENERAL", text: "same", blocks: JSON.stringify(blocks) }),
    new Blob([JSON.stringify({ channel: "C0GENERAL", text: "same", blocks })], { type: "application/json; charset=utf-8" }),
    multipart,
  ];
  for (const body of bodies) {
    const answer = await fetch(`${workspace.apiUrl}chat.postMessage`, { method: "POST", headers, body });
    expect(await answer.json()).toMatchObject({ ok: true, message: { text: "same", blocks: [{ type: "divider" }] } });
  }
  const broken = await fetch(`${workspace.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{",
  });
  expect(await broken.json()).toMatchObject({ ok: false, error: "invalid_json" });
});

test("a scope that is taken away is named by the methods that need it", async () => {
  const workspace = await open();
  const slack = client(workspace);
  workspace.control.withoutScope("chat:write.customize");
  workspace.control.withoutScope("channels:history");
  expect(await refusal(slack.chat.postMessage({ channel: "C0GENERAL", text: "x" }))).toBe("");
  expect(await refusal(slack.chat.postMessage({ channel: "C0GENERAL", text: "x", username: "Critic" }))).toBe("missing_scope");
  await expect(slack.conversations.history({ channel: "C0GENERAL" })).rejects.toMatchObject({ data: { needed: "channels:history" } });
  expect(await refusal(slack.conversations.history({ channel: "D0MARIA" }))).toBe("");
  expect((await slack.auth.test()).response_metadata?.scopes).not.toContain("channels:history");
});

test("three posts in a burst, then one a second, in each channel", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  const post = (channel = "C0GENERAL"): Promise<unknown> => slack.chat.postMessage({ channel, text: "x" });
  for (let count = 0; count < 3; count += 1) await post();
  await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
  await expect(post("#general")).rejects.toMatchObject({ retryAfter: 1 });
  await post("C0ENG");
  time.advance(999);
  await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
  time.advance(1);
  await post();
  await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
});

test("a 429 is a status, a header and a body", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  for (let count = 0; count < 50; count += 1) await slack.conversations.info({ channel: "C0GENERAL" });
  const answer = await fetch(`${workspace.apiUrl}conversations.info?channel=C0GENERAL`, {
    headers: { authorization: `Bearer ${workspace.botToken}` },
  });
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(await answer.json()).toEqual({ ok: false, error: "ratelimited" });
  expect(workspace.control.calls("conversations.info").at(-1)).toMatchObject({ ok: false, error: "ratelimited" });
});

test("every call is recorded, with its arguments and without the token", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  await slack.chat.postMessage({ channel: "C0GENERAL", text: "x", metadata: { event_type: "m", event_payload: { o: "1" } } });
  await refusal(slack.chat.postMessage({ channel: "C0NOWHERE", text: "x" }));
  expect(workspace.control.calls()).toEqual([
    {
      method: "chat.postMessage",
      args: { channel: "C0GENERAL", text: "x", metadata: { event_type: "m", event_payload: { o: "1" } } },
      at: time.now(),
      ok: true,
    },
    { method: "chat.postMessage", args: { channel: "C0NOWHERE", text: "x" }, at: time.now(), ok: false, error: "channel_not_found" },
  ]);
  const form = new URLSearchParams({ token: workspace.botToken, channel: "C0GENERAL" });
  await fetch(`${workspace.apiUrl}conversations.info`, { method: "POST", body: form });
  expect(JSON.stringify(workspace.control.calls())).not.toContain(workspace.botToken);
});

test("a body that is too large is refused", async () => {
  const workspace = await open();
  expect(await refusal(client(workspace).chat.postMessage({ channel: "C0GENERAL", text: "x".repeat(2_000_001) }))).toBe(
    "request_too_large",
  );
});
