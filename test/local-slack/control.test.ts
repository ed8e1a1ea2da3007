import { expect, test } from "vitest";
import { client, open } from "./wire.ts";

test("the control API does over HTTP what it does in the process", async () => {
  const workspace = await open();
  const control = async (verb: string, body: object): Promise<{ ok: boolean; result?: unknown; error?: string }> => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${workspace.url}control/${verb}`, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as { ok: boolean; result?: unknown; error?: string };
  };
  const channel = String((await control("addChannel", { name: "over-http" })).result);
  const files = [{ name: "a.txt", content: Buffer.from("abc").toString("base64") }];
  const posted = await control("post", { user: "U0MARIA", channel, text: "hi", files });
  const { ts } = posted.result as { ts: string };
  expect(await control("thread", { channel, ts })).toMatchObject({
    ok: true,
    result: [{ text: "hi", files: [{ name: "a.txt", size: 3 }] }],
  });
  await control("fault", { method: "auth.test", kind: "error", code: "fatal_error" });
  await expect(client(workspace).auth.test()).rejects.toMatchObject({ data: { error: "fatal_error" } });
  expect(await control("calls", { method: "auth.test" })).toMatchObject({ result: [{ error: "fatal_error" }] });
  expect(await control("thread", { channel })).toEqual({ ok: false, error: 'the field "ts" must be a string' });
  expect(await control("fault", { method: "*", kind: "explode" })).toMatchObject({ ok: false });
  expect(await control("post", { user: "U0NOBODY", channel, text: "x" })).toEqual({
    ok: false,
    error: "The local Slack refuses this: user_not_found",
  });
  expect(await control("constructor", {})).toMatchObject({ ok: false });
  await control("reset", {});
  expect(workspace.control.calls()).toEqual([]);
});

test("a person cannot post where people cannot", async () => {
  const workspace = await open();
  const archived = workspace.control.addChannel("old");
  workspace.control.archive(archived);
  const post = (message: { user?: string; channel?: string; text?: string; threadTs?: string }): Promise<unknown> =>
    workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "x", ...message });
  await expect(post({ channel: "D0JONAS" })).rejects.toThrow("not_in_channel");
  await expect(post({ channel: archived })).rejects.toThrow("is_archived");
  await expect(post({ text: "  " })).rejects.toThrow("no_text");
  await expect(post({ threadTs: "1.000001" })).rejects.toThrow("thread_not_found");
});

test("a reset puts everything back, and the bot stays connected", async () => {
  const workspace = await open();
  await client(workspace).chat.postMessage({ channel: "C0GENERAL", text: "gone soon" });
  workspace.control.withoutScope("chat:write");
  workspace.control.fault({ method: "*", kind: "status500", times: 100 });
  workspace.control.reset();
  await client(workspace).chat.postMessage({ channel: "C0GENERAL", text: "first" });
  expect(workspace.control.channel("C0GENERAL").map(({ text }) => text)).toEqual(["first"]);
});

test("waiting for a condition ends with it, with its failure, or with the workspace", async () => {
  const workspace = await open();
  const waiting = workspace.control.until(() => workspace.control.channel("C0GENERAL").length === 2);
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "1" });
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "2" });
  await waiting;
  await expect(workspace.control.until(() => workspace.control.channel("C0NOWHERE").length > 0)).rejects.toThrow("no channel C0NOWHERE");
  await expect(workspace.control.until(() => false, 1)).rejects.toThrow("not so within 1 ms");
  const forever = workspace.control.until(() => false);
  const closing = workspace.close();
  await expect(forever).rejects.toThrow("the workspace was closed");
  await closing;
});

test("channels are called as people call them", async () => {
  const slack = await open();
  const id = slack.control.addChannel("marmots");
  expect(slack.channelNames?.().get(id)).toBe("#marmots");
});
