import { expect, test } from "vitest";
import { client, clock, listener, open, refusal } from "./wire.ts";

test("a status carries a persona and goes with the next message in its thread, with an empty one, or after two minutes", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const status = (text: string): Promise<unknown> =>
    slack.apiCall("assistant.threads.setStatus", {
      channel_id: "C0GENERAL",
      thread_ts: ts,
      status: text,
      username: "Critic",
      loading_messages: ["reading"],
    });
  await status("is thinking");
  expect(workspace.control.status("C0GENERAL", ts)).toEqual({ status: "is thinking", username: "Critic" });
  await slack.chat.postMessage({ channel: "C0GENERAL", text: "elsewhere" });
  expect(workspace.control.status("C0GENERAL", ts)).toBeDefined();
  await slack.chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "here" });
  expect(workspace.control.status("C0GENERAL", ts)).toBeUndefined();
  await status("is thinking");
  await status("");
  expect(workspace.control.status("C0GENERAL", ts)).toBeUndefined();
  await status("is thinking");
  time.advance(60_000);
  await status("still is");
  time.advance(119_999);
  workspace.control.tick();
  expect(workspace.control.status("C0GENERAL", ts)).toBeDefined();
  time.advance(1);
  workspace.control.tick();
  expect(workspace.control.status("C0GENERAL", ts)).toBeUndefined();
});

test("a status needs a thread, and at most ten loading messages", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const set = (args: object): Promise<string> =>
    refusal(slack.apiCall("assistant.threads.setStatus", { channel_id: "C0GENERAL", thread_ts: ts, status: "x", ...args }));
  expect(await set({ thread_ts: "1.000001" })).toBe("thread_not_found");
  expect(await set({ thread_ts: undefined })).toBe("invalid_arguments");
  expect(await set({ loading_messages: Array.from({ length: 11 }, () => "x") })).toBe("invalid_arguments");
  expect(await set({ username: "slackbot" })).toBe("reserved_username");
  workspace.control.withoutScope("chat:write.customize");
  expect(await set({ username: "Critic" })).toBe("missing_scope");
  expect(await set({})).toBe("");
});

test("a session lives through its states; title and initiator count when it begins", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const set = (args: object): Promise<string> =>
    refusal(slack.apiCall("agents.sessions.setStatus", { channel_id: "C0GENERAL", thread_ts: ts, ...args }));
  expect(await set({ status: "processing", title: "Plan review", initiator_user_id: "U0MARIA" })).toBe("");
  expect(await set({ status: "suspended", title: "Another" })).toBe("");
  expect(workspace.control.session("C0GENERAL", ts)).toEqual({ status: "suspended", title: "Plan review" });
  expect(await refusal(slack.apiCall("agents.sessions.rename", { channel_id: "C0GENERAL", thread_ts: ts, title: "Renamed" }))).toBe("");
  expect(workspace.control.session("C0GENERAL", ts)?.title).toBe("Renamed");
  expect(await set({ status: "thinking" })).toBe("invalid_arguments");
  expect(await set({ status: "active", title: "x".repeat(201) })).toBe("invalid_arguments");
  await set({ status: "processing" });
  time.advance(60 * 60_000 + 1);
  expect(workspace.control.session("C0GENERAL", ts)?.status).toBe("active");
  workspace.control.configure({ isAgent: false });
  expect(await set({ status: "active" })).toBe("not_authorized");
});

test("the native Stop button is an event and leaves the session to the app", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  await socket.event("message");
  await expect(workspace.control.stopSession({ user: "U0MARIA", channel: "C0GENERAL", ts })).rejects.toThrow(
    "no session that is processing",
  );
  await client(workspace).apiCall("agents.sessions.setStatus", { channel_id: "C0GENERAL", thread_ts: ts, status: "processing" });
  await workspace.control.stopSession({ user: "U0MARIA", channel: "C0GENERAL", ts });
  const stopped = await socket.event("agent_session_stopped");
  expect(stopped.payload.event).toMatchObject({ channel: "C0GENERAL", thread_ts: ts, user: "U0MARIA", streaming_message_ts: [] });
  expect(workspace.control.session("C0GENERAL", ts)?.status).toBe("processing");
});

test("suggested prompts are four at most, a title is for DMs", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "root" });
  const prompts = (count: number): Promise<string> =>
    refusal(
      slack.apiCall("assistant.threads.setSuggestedPrompts", {
        channel_id: "D0MARIA",
        thread_ts: ts,
        prompts: Array.from({ length: count }, () => ({ title: "a", message: "b" })),
      }),
    );
  expect(await prompts(4)).toBe("");
  expect(await prompts(5)).toBe("invalid_arguments");
  expect(await refusal(slack.assistant.threads.setTitle({ channel_id: "D0MARIA", thread_ts: ts, title: "Plan" }))).toBe("");
  expect(await refusal(slack.assistant.threads.setTitle({ channel_id: "D0MARIA", thread_ts: ts, title: "" }))).toBe("invalid_arguments");
});
