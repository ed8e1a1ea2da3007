import { expect, test } from "vitest";
import { client, open, refusal } from "./wire.ts";
import type { Workspace } from "../../local-slack/index.ts";

const post = (workspace: Workspace): Promise<unknown> => client(workspace).chat.postMessage({ channel: "C0GENERAL", text: "once" });
const posted = (workspace: Workspace): number => workspace.control.channel("C0GENERAL").length;

test("a 500 before applying leaves nothing, one after applying leaves the message", async () => {
  const workspace = await open();
  workspace.control.fault({ method: "chat.postMessage", kind: "status500" });
  await expect(post(workspace)).rejects.toMatchObject({ statusCode: 500 });
  expect(posted(workspace)).toBe(0);
  workspace.control.fault({ method: "chat.postMessage", kind: "status500_after" });
  await expect(post(workspace)).rejects.toMatchObject({ statusCode: 500 });
  expect(posted(workspace)).toBe(1);
  await post(workspace);
  expect(posted(workspace)).toBe(2);
  expect(workspace.control.calls("chat.postMessage").map((call) => call.error)).toEqual(["http_500", "http_500", undefined]);
});

test("a connection is cut before or after the write", async () => {
  const workspace = await open();
  workspace.control.fault({ method: "*", kind: "reset" });
  await expect(post(workspace)).rejects.toThrow(/fetch failed|terminated|socket/);
  expect(posted(workspace)).toBe(0);
  workspace.control.fault({ method: "chat.postMessage", kind: "reset_after" });
  await expect(post(workspace)).rejects.toThrow(/fetch failed|terminated|socket/);
  expect(posted(workspace)).toBe(1);
});

test("a call that was applied may never be answered", async () => {
  const workspace = await open();
  workspace.control.fault({ method: "chat.postMessage", kind: "timeout_after" });
  const impatient = client(workspace, workspace.botToken, { timeout: 100 });
  await expect(impatient.chat.postMessage({ channel: "C0GENERAL", text: "once" })).rejects.toThrow(/timeout|aborted/i);
  expect(posted(workspace)).toBe(1);
  expect(workspace.control.calls("chat.postMessage")).toMatchObject([{ ok: false, error: "timeout" }]);
});

test("the official client posts three times when two answers to applied writes are lost", async () => {
  const workspace = await open();
  workspace.control.fault({ method: "chat.postMessage", kind: "status500_after", times: 2 });
  const trusting = client(workspace, workspace.botToken, { retryConfig: { retries: 2, minTimeout: 1, maxTimeout: 1 } });
  await trusting.chat.postMessage({ channel: "C0GENERAL", text: "once" });
  expect(posted(workspace)).toBe(3);
});

test("a 429 and an error code can be asked for, for one channel only, and before or after the write", async () => {
  const workspace = await open();
  workspace.control.fault({ method: "chat.postMessage", kind: "ratelimited", retryAfterSeconds: 7, channel: "C0GENERAL" });
  await client(workspace).chat.postMessage({ channel: "C0ENG", text: "not this one" });
  await expect(post(workspace)).rejects.toMatchObject({ retryAfter: 7 });
  workspace.control.fault({ method: "chat.postMessage", kind: "error", code: "restricted_action" });
  expect(await refusal(post(workspace))).toBe("restricted_action");
  expect(posted(workspace)).toBe(0);
  workspace.control.fault({ method: "chat.postMessage", kind: "error_after" });
  expect(await refusal(post(workspace))).toBe("internal_error");
  expect(posted(workspace)).toBe(1);
});
