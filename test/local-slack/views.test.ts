import { expect, test } from "vitest";
import { bot, call, client, open, refusal } from "./wire.ts";
import type { Workspace } from "../../local-slack/index.ts";

const plain = (text: string): { type: "plain_text"; text: string } => ({ type: "plain_text", text });
const input = (id: string, extra: object = {}): object => ({
  type: "input",
  block_id: id,
  label: plain(id),
  element: { type: "plain_text_input", action_id: "text" },
  ...extra,
});
const modal = (title: string, blocks: object[]): object => ({
  type: "modal",
  callback_id: title,
  title: plain(title),
  submit: plain("Go"),
  blocks,
});

interface Modal {
  readonly id: string;
  readonly hash: string;
  readonly title: { readonly text: string };
  readonly state: { readonly values: object };
}

const modals = (workspace: Workspace): Modal[] => workspace.control.modals("U0MARIA") as Modal[];

/** A bot whose global shortcut opens the modal "One", and that answers its submission. */
async function opensModal(
  workspace: Workspace,
  answer: object | undefined,
  blocks = [input("task"), input("note", { optional: true })],
): Promise<object[]> {
  const submitted: object[] = [];
  await bot(workspace, (app) => {
    app.shortcut("open", async ({ ack, shortcut, client: slack }) => {
      await ack();
      await slack.apiCall("views.open", { trigger_id: shortcut.trigger_id, view: modal("One", blocks) });
    });
    app.view({ callback_id: "One", type: "view_submission" }, async ({ ack, view }) => {
      submitted.push(view.state.values);
      // oxlint-disable-next-line typescript/no-explicit-any
      await ack(answer as any);
    });
    app.view({ callback_id: "One", type: "view_closed" }, async ({ ack }) => {
      await ack();
      submitted.push({ closed: true });
    });
  });
  await workspace.control.shortcut({ user: "U0MARIA", callbackId: "open" });
  await workspace.control.until(() => modals(workspace).length === 1);
  return submitted;
}

const submit = (workspace: Workspace, values: object): Promise<{ acked: boolean; response?: unknown }> =>
  workspace.control.submit({ user: "U0MARIA", viewId: modals(workspace).at(-1)?.id ?? "", values });

test("a submission carries the state of every input, and an empty ack closes the modal", async () => {
  const workspace = await open();
  const submitted = await opensModal(workspace, undefined);
  expect(await submit(workspace, { task: { text: "Review the plan" } })).toEqual({ acked: true });
  expect(submitted).toEqual([
    { task: { text: { type: "plain_text_input", value: "Review the plan" } }, note: { text: { type: "plain_text_input", value: null } } },
  ]);
  expect(modals(workspace)).toEqual([]);
});

test("a required input that is empty never reaches the app", async () => {
  const workspace = await open();
  const submitted = await opensModal(workspace, undefined);
  const result = await submit(workspace, { note: { text: "only this" } });
  expect(result).toEqual({
    acked: false,
    response: { response_action: "errors", errors: { task: "Please complete this required field." } },
  });
  expect(submitted).toEqual([]);
  expect(modals(workspace)).toHaveLength(1);
});

test("errors stay in the modal and name its inputs only", async () => {
  const workspace = await open();
  await opensModal(workspace, { response_action: "errors", errors: { task: "Too vague" } });
  const result = await submit(workspace, { task: { text: "x" } });
  expect(result).toEqual({ acked: true, response: { response_action: "errors", errors: { task: "Too vague" } } });
  expect(modals(workspace)).toHaveLength(1);
});

test("errors for a block that is no input of the view are refused", async () => {
  const workspace = await open();
  await opensModal(workspace, { response_action: "errors", errors: { elsewhere: "?" } });
  await expect(submit(workspace, { task: { text: "x" } })).rejects.toThrow('errors for "elsewhere"');
});

test("an answer can update the modal, push another, or clear the stack", async () => {
  const updating = await open();
  await opensModal(updating, { response_action: "update", view: modal("Two", [input("more")]) });
  await submit(updating, { task: { text: "x" } });
  expect(modals(updating).map((view) => view.title.text)).toEqual(["Two"]);

  const pushing = await open();
  await opensModal(pushing, { response_action: "push", view: modal("Two", [input("more")]) });
  await submit(pushing, { task: { text: "x" } });
  expect(modals(pushing).map((view) => view.title.text)).toEqual(["One", "Two"]);
  await pushing.control.dismiss({ user: "U0MARIA", viewId: modals(pushing)[1]?.id ?? "" });
  expect(modals(pushing).map((view) => view.title.text)).toEqual(["One"]);

  const clearing = await open();
  await opensModal(clearing, { response_action: "clear" });
  await submit(clearing, { task: { text: "x" } });
  expect(modals(clearing)).toEqual([]);
});

test("a press inside a modal can push views, three at most", async () => {
  const workspace = await open();
  const more = { type: "actions", elements: [{ type: "button", action_id: "more", text: plain("More") }] };
  await bot(workspace, (app) => {
    app.shortcut("open", async ({ ack, shortcut, client: slack }) => {
      await ack();
      await slack.apiCall("views.open", { trigger_id: shortcut.trigger_id, view: modal("One", [more]) });
    });
    app.action("more", async ({ ack, body, client: slack }) => {
      await ack();
      const trigger = "trigger_id" in body ? body.trigger_id : "";
      await refusal(slack.apiCall("views.push", { trigger_id: trigger, view: modal("Next", [more]) }));
    });
  });
  await workspace.control.shortcut({ user: "U0MARIA", callbackId: "open" });
  await workspace.control.until(() => modals(workspace).length === 1);
  const press = async (): Promise<void> => {
    const done = workspace.control.calls("views.push").length + 1;
    const viewId = modals(workspace).at(-1)?.id ?? "";
    await fetch(`${workspace.url}page/click`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-parley-page": "1" },
      body: JSON.stringify({ as: "U0MARIA", viewId, blockId: "", actionId: "more", elementType: "button" }),
    });
    await workspace.control.until(() => workspace.control.calls("views.push").length === done);
  };
  for (let count = 0; count < 3; count += 1) await press();
  expect(workspace.control.calls("views.push").map((call) => call.error)).toEqual([undefined, undefined, "push_limit_reached"]);
  expect(modals(workspace)).toHaveLength(3);
});

test("an update with an old hash is a conflict", async () => {
  const workspace = await open();
  const slack = client(workspace);
  await opensModal(workspace, undefined);
  const { id, hash } = modals(workspace)[0] ?? { id: "", hash: "" };
  const update = (given: string): Promise<string> =>
    refusal(slack.apiCall("views.update", { view_id: id, hash: given, view: modal("Two", [input("task")]) }));
  expect(await update(hash)).toBe("");
  expect(await update(hash)).toBe("hash_conflict");
  expect(await refusal(slack.apiCall("views.update", { view_id: "V0GONE", view: modal("Two", [input("task")]) }))).toBe("not_found");
});

test("the Home tab is published per person, and its opening is an event with the view", async () => {
  const workspace = await open();
  const opened: { tab?: string; view?: { id?: string } | undefined }[] = [];
  await bot(workspace, (app) => {
    app.event("app_home_opened", async ({ event }) => {
      opened.push(event as (typeof opened)[number]);
      workspace.control.tick();
    });
  });
  const slack = client(workspace);
  const home = { type: "home", blocks: [{ type: "header", text: plain("Parley") }] };
  const first = await call(slack, "views.publish", { user_id: "U0MARIA", view: home });
  const { hash, id } = first["view"] as Modal;
  expect(workspace.control.home("U0MARIA")).toMatchObject({ id, type: "home" });
  expect(workspace.control.home("U0JONAS")).toBeUndefined();
  expect(await refusal(slack.apiCall("views.publish", { user_id: "U0MARIA", view: home, hash }))).toBe("");
  expect(await refusal(slack.apiCall("views.publish", { user_id: "U0MARIA", view: home, hash }))).toBe("hash_conflict");
  await workspace.control.openApp({ user: "U0MARIA", tab: "home" });
  await workspace.control.until(() => workspace.control.unacked() === 0);
  expect(opened).toMatchObject([{ tab: "home", channel: "D0MARIA", view: { id } }]);
});

test("a view is checked as Slack checks it", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const publish = (view: object): Promise<string> => refusal(slack.apiCall("views.publish", { user_id: "U0MARIA", view }));
  const blocks = (count: number): object[] => Array.from({ length: count }, () => ({ type: "divider" }));
  expect(await publish({ type: "home", blocks: blocks(100) })).toBe("");
  expect(await publish({ type: "home", blocks: blocks(101) })).toBe("invalid_arguments");
  expect(await publish({ type: "home", blocks: [], private_metadata: "x".repeat(3_001) })).toBe("invalid_arguments");
  expect(await publish({ type: "modal", title: plain("No"), blocks: [] })).toBe("invalid_arguments");
  await opensModal(workspace, undefined);
  const update = (view: object): Promise<string> =>
    refusal(slack.apiCall("views.update", { view_id: modals(workspace)[0]?.id ?? "", view }));
  expect(await update(modal("x".repeat(25), [input("a")]))).toBe("invalid_arguments");
  expect(await update({ type: "modal", title: plain("No submit"), blocks: [input("a")] })).toBe("invalid_arguments");
  expect(await update(modal("Fine", [{ type: "alert", text: plain("careful"), level: "warning" }]))).toBe("");
});

test("closing a modal is told to an app that asked for it", async () => {
  const workspace = await open();
  const heard: string[] = [];
  await bot(workspace, (app) => {
    app.shortcut("open", async ({ ack, shortcut, client: slack }) => {
      await ack();
      await slack.apiCall("views.open", {
        trigger_id: shortcut.trigger_id,
        view: { ...modal("One", [input("task")]), notify_on_close: true },
      });
    });
    app.view({ callback_id: "One", type: "view_closed" }, async ({ ack, view }) => {
      heard.push(view.callback_id);
      await ack();
    });
  });
  await workspace.control.shortcut({ user: "U0MARIA", callbackId: "open" });
  await workspace.control.until(() => modals(workspace).length === 1);
  expect(await workspace.control.dismiss({ user: "U0MARIA", viewId: modals(workspace)[0]?.id ?? "" })).toEqual({ acked: true });
  expect(heard).toEqual(["One"]);
});
