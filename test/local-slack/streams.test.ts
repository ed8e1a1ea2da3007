import { expect, test } from "vitest";
import { call, client, clock, listener, open, refusal } from "./wire.ts";

const MARIA = { recipient_user_id: "U0MARIA", recipient_team_id: "T0LOCAL" };

test("a stream in a direct message begins under a persona, grows, and ends as one message with blocks and metadata", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const socket = await listener(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hello" });
  socket.ack(await socket.next());
  const place = { channel: "D0MARIA", thread_ts: root };
  const { ts } = await call(slack, "chat.startStream", {
    ...place,
    username: "Coder",
    icon_emoji: ":technologist:",
    markdown_text: "def ",
  });
  const begun = await socket.next();
  socket.ack(begun);
  expect(begun.payload.event).toMatchObject({ ts, username: "Coder", streaming_state: "in_progress", text: "def " });
  const at = { channel: "D0MARIA", ts };
  expect(await call(slack, "chat.appendStream", { ...at, chunks: [{ type: "markdown_text", text: "median(" }] })).toMatchObject(at);
  expect(workspace.control.stream("D0MARIA", String(ts))).toEqual({ state: "in_progress", recipient: "U0MARIA", markdown: "def median(" });
  expect(await refusal(call(slack, "chat.update", { ...at, text: "x" }))).toBe("streaming_state_conflict");
  const metadata = { event_type: "parley_msg", event_payload: { o: "row-1" } };
  const blocks = [{ type: "context", elements: [{ type: "mrkdwn", text: "#1" }] }];
  await call(slack, "chat.stopStream", { ...at, markdown_text: "xs):", blocks, metadata });
  expect(workspace.control.thread("D0MARIA", root).at(-1)).toMatchObject({
    username: "Coder",
    text: "def median(xs):",
    blocks: [{ type: "markdown", text: "def median(xs):" }, { type: "context" }],
    metadata,
    edited: false,
  });
  const ended = await socket.next();
  expect(ended.payload.event).toMatchObject({ subtype: "message_changed", message: { ts, streaming_state: "completed" } });
  expect(await refusal(call(slack, "chat.appendStream", { ...at, markdown_text: "more" }))).toBe("message_not_in_streaming_state");
});

test("in a channel it must be said whom a stream is for, and what is no stream of the app's is refused", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "hello" });
  const start = (more: object): Promise<string> =>
    refusal(call(slack, "chat.startStream", { channel: "C0GENERAL", thread_ts: root, ...more }));
  expect(await start({})).toBe("missing_recipient_user_id");
  expect(await start({ recipient_user_id: "U0MARIA" })).toBe("missing_recipient_team_id");
  expect(await start({ ...MARIA, recipient_user_id: "U0NOBODY" })).toBe("user_not_found");
  expect(await start({ ...MARIA, thread_ts: "1.000000" })).toBe("thread_not_found");
  expect(await start({ ...MARIA, chunks: [{ type: "song" }] })).toBe("invalid_chunks");
  expect(await start(MARIA)).toBe("");
  const append = (ts: string, more: object): Promise<string> =>
    refusal(call(slack, "chat.appendStream", { channel: "C0GENERAL", ts, ...more }));
  expect(await append(root, { markdown_text: "x" })).toBe("message_not_owned_by_app");
  expect(await append("1.000000", { markdown_text: "x" })).toBe("message_not_found");
  const { ts: plain } = await slack.chat.postMessage({ channel: "C0GENERAL", text: "plain" });
  expect(await append(plain ?? "", { markdown_text: "x" })).toBe("message_not_in_streaming_state");
  const { ts } = await call(slack, "chat.startStream", { channel: "C0GENERAL", thread_ts: root, ...MARIA });
  expect(await append(String(ts), {})).toBe("no_text");
  expect(await append(String(ts), { markdown_text: "x".repeat(12_001) })).toBe("msg_too_long");
  expect(await append(String(ts), { markdown_text: "x".repeat(12_000) })).toBe("");
  expect(await append(String(ts), { markdown_text: "x" })).toBe("msg_blocks_too_long");
});

test("tasks and a plan's title among the chunks become a plan below the words, the latest telling of each task", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hello" });
  const task = (status: string) => ({ type: "task_update", id: "1", title: "Read the log", status });
  const chunks = [{ type: "plan_update", title: "Plan" }, task("in_progress")];
  const { ts } = await call(slack, "chat.startStream", { channel: "D0MARIA", thread_ts: root, chunks });
  await call(slack, "chat.stopStream", { channel: "D0MARIA", ts, chunks: [task("complete")] });
  expect(workspace.control.thread("D0MARIA", root).at(-1)?.blocks).toMatchObject([
    { type: "plan", title: "Plan", tasks: [{ type: "task_card", task_id: "1", title: "Read the log", status: "complete" }] },
  ]);
});

test("a stream is closed after five minutes, and by the Stop button, which says which streams it has closed", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hello" });
  const place = { channel: "D0MARIA", thread_ts: root };
  const old = await call(slack, "chat.startStream", { ...place, markdown_text: "slow" });
  time.advance(300_000);
  workspace.control.tick();
  expect(workspace.control.stream("D0MARIA", String(old["ts"]))?.state).toBe("errored");
  expect(await refusal(call(slack, "chat.stopStream", { channel: "D0MARIA", ts: old["ts"] }))).toBe("message_not_in_streaming_state");

  const { ts } = await call(slack, "chat.startStream", { ...place, markdown_text: "stop me" });
  await call(slack, "agents.sessions.setStatus", { channel_id: "D0MARIA", thread_ts: root, status: "processing" });
  const socket = await listener(workspace);
  await workspace.control.stopSession({ user: "U0MARIA", channel: "D0MARIA", ts: root });
  const stopped = await socket.event("agent_session_stopped");
  expect(stopped.payload.event.streaming_message_ts).toEqual([ts]);
  expect(await refusal(call(slack, "chat.appendStream", { channel: "D0MARIA", ts, markdown_text: "more" }))).toBe("stopped_by_user");
});

test("streams have the narrow limit of their tier: the 21st start within a minute is refused", async () => {
  const workspace = await open({ now: clock().now });
  const slack = client(workspace);
  const { ts: root } = await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hello" });
  for (let n = 0; n < 20; n += 1) await call(slack, "chat.startStream", { channel: "D0MARIA", thread_ts: root });
  await expect(call(slack, "chat.startStream", { channel: "D0MARIA", thread_ts: root })).rejects.toMatchObject({ retryAfter: 3 });
});
