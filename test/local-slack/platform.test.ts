import { expect, test } from "vitest";
import { call, client, clock, listener, open, refusal } from "./wire.ts";

test("a mention and a direct message bring an action token, which searches what the person may see in public", async () => {
  const workspace = await open();
  const { control } = workspace;
  const slack = client(workspace);
  const guest = control.addUser("Gus", { isRestricted: true, channels: ["C0RANDOM"] });
  await control.post({ user: "U0ADA", channel: "C0ENG", text: "Gizmo ships in March" });
  await control.post({ user: "U0ADA", channel: "C0PRIVATE", text: "Gizmo is secret" });
  await control.post({ user: "U0ADA", channel: "C0RANDOM", text: "gizmo, gizmo" });
  const socket = await listener(workspace);
  const tokenOf = async (user: string): Promise<string> => {
    await control.post({ user, channel: "C0RANDOM", text: "@parley when is it?" });
    return (await socket.event("app_mention")).payload.event.assistant_thread.action_token;
  };
  const found = async (token: string, more: object = {}) => {
    const answer = await call(slack, "assistant.search.context", { query: "Gizmo ships", action_token: token, ...more });
    return (answer["results"] as { messages: { content: string; permalink: string; channel_name: string }[] }).messages;
  };
  const maria = await tokenOf("U0MARIA");
  expect((await found(maria)).map(({ content }) => content)).toEqual(["Gizmo ships in March", "gizmo, gizmo"]);
  expect((await found(maria))[0]).toMatchObject({
    author_name: "Ada Okafor",
    author_user_id: "U0ADA",
    team_id: "T0LOCAL",
    channel_name: "engineering",
  });
  expect((await found(await tokenOf(guest))).map(({ content }) => content)).toEqual(["gizmo, gizmo"]);
  const search = (args: object): Promise<string> => refusal(call(slack, "assistant.search.context", args));
  expect(await search({ query: "gizmo" })).toBe("invalid_action_token");
  expect(await search({ action_token: maria })).toBe("missing_query");
  expect(await search({ query: "gizmo", action_token: maria, channel_types: "private_channel" })).toBe("missing_scope");
  control.configure({ hasSearch: false });
  expect(await search({ query: "gizmo", action_token: maria })).toBe("feature_not_enabled");
  await control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hi" });
  expect((await socket.event("message")).payload.event).not.toHaveProperty("assistant_thread");
});

test("results are paged, sorted by time when asked, and bring what stands around them", async () => {
  const workspace = await open();
  const slack = client(workspace);
  for (let n = 0; n < 25; n += 1) await workspace.control.post({ user: "U0ADA", channel: "C0ENG", text: `gizmo ${n}` });
  const socket = await listener(workspace);
  await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hi" });
  const { action_token } = (await socket.event("message")).payload.event.assistant_thread;
  const args = { query: "gizmo", action_token, sort: "timestamp", sort_dir: "asc", include_context_messages: true };
  const first = await call(slack, "assistant.search.context", args);
  const { messages } = first["results"] as { messages: { content: string; context_messages: unknown }[] };
  expect(messages).toHaveLength(20);
  expect(messages[1]).toMatchObject({
    content: "gizmo 1",
    context_messages: { before: [{ text: "gizmo 0" }], after: [{ text: "gizmo 2" }, { text: "gizmo 3" }] },
  });
  const { next_cursor: cursor } = first["response_metadata"] as { next_cursor: string };
  const second = await call(slack, "assistant.search.context", { ...args, cursor });
  expect((second["results"] as { messages: unknown[] }).messages).toHaveLength(5);
});

test("a canvas is made, grows at its end, changes by its sections, and can be read as a file", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const document = (markdown: string) => ({ type: "markdown", markdown });
  const made = await call(slack, "canvases.create", {
    title: "Results",
    document_content: document("# Monday\n\nAll well."),
    channel_id: "C0ENG",
  });
  const canvas_id = String(made["canvas_id"]);
  const edit = (change: object): Promise<string> => refusal(call(slack, "canvases.edit", { canvas_id, changes: [change] }));
  expect(await edit({ operation: "insert_at_end", document_content: document("# Tuesday") })).toBe("");
  const looked = await call(slack, "canvases.sections.lookup", { canvas_id, criteria: { contains_text: "All well" } });
  const [{ id }] = looked["sections"] as [{ id: string }];
  expect(await edit({ operation: "replace", section_id: id, document_content: document("Not so well.") })).toBe("");
  expect(await edit({ operation: "insert_after", section_id: "temp:C:none", document_content: document("x") })).toBe(
    "canvas_editing_failed",
  );
  expect(workspace.control.canvases()).toEqual([{ id: canvas_id, title: "Results", markdown: "# Monday\n\nNot so well.\n\n# Tuesday" }]);
  expect((await slack.files.info({ file: canvas_id })).file).toMatchObject({ filetype: "quip", title: "Results" });
  expect(await refusal(call(slack, "canvases.edit", { canvas_id: "F0NONE", changes: [{ operation: "delete" }] }))).toBe("canvas_not_found");
  expect(await refusal(call(slack, "conversations.canvases.create", { channel_id: "C0ENG" }))).toBe("channel_canvas_already_exists");
  workspace.control.configure({ hasCanvases: false });
  expect(await refusal(call(slack, "canvases.create", {}))).toBe("canvas_disabled_user_team");
});

test("a step of a workflow is told with its inputs and a token of its own, and is done once", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { executionId } = await workspace.control.runStep({ callbackId: "ask_team", inputs: { task: "2 + 2?" } });
  const { event } = (await socket.event("function_executed")).payload;
  expect(event).toMatchObject({
    function: { callback_id: "ask_team", type: "app", app_id: "A0PARLEY" },
    inputs: { task: "2 + 2?" },
    function_execution_id: executionId,
  });
  const slack = client(workspace, event.bot_access_token);
  await slack.functions.completeSuccess({ function_execution_id: executionId, outputs: { answer: "4" } });
  expect(workspace.control.step(executionId)).toEqual({ status: "completed", outputs: { answer: "4" } });
  const again = slack.functions.completeError({ function_execution_id: executionId, error: "no" });
  expect(await refusal(again)).toBe("execution_not_in_running_state");
  expect(await refusal(slack.functions.completeError({ function_execution_id: "Fx0", error: "no" }))).toBe("function_execution_not_found");
});

test("an app that was told too much is told so without an event inside, and of nothing else meanwhile", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const socket = await listener(workspace);
  workspace.control.limitEvents(60_000);
  const limited = await socket.next();
  socket.ack(limited);
  expect(limited).toMatchObject({ type: "events_api", payload: { type: "app_rate_limited", team_id: "T0LOCAL", api_app_id: "A0PARLEY" } });
  expect(limited.payload).not.toHaveProperty("event");
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "lost" });
  time.advance(60_000);
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "heard" });
  expect((await socket.event("message")).payload.event.text).toBe("heard");
});
