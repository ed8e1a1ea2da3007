import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bot, call, client, open } from "./wire.ts";
import type { PageChange, PageState } from "../../local-slack/server/protocol.ts";
import type { Workspace } from "../../local-slack/index.ts";

async function state(workspace: Workspace, as: string): Promise<PageState> {
  return (await (await fetch(`${workspace.url}page/state?as=${as}`)).json()) as PageState;
}

interface Answer {
  readonly ok: boolean;
  readonly ts?: string;
  readonly error?: string;
  readonly errors?: { readonly [block: string]: string };
}

async function send(workspace: Workspace, path: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json", "x-parley-page": "1" };
  return (await (await fetch(`${workspace.url}page/${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json()) as Answer;
}

/** The changes that a person's page is told, one after the other. */
async function changes(workspace: Workspace, as: string): Promise<() => Promise<PageChange>> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${workspace.url}page/changes?as=${as}`, { signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return async () => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        return JSON.parse(line.replace(/^data: /, "")) as PageChange;
      }
      text += (await reader?.read())?.value ?? "";
    }
  };
}

/** A raw request, with headers and paths that fetch would not let one set. */
async function raw(workspace: Workspace, path: string, headers: { readonly [name: string]: string }, method = "GET"): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(workspace.url, { path, method, headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sent.on("error", reject);
  sent.end(method === "POST" ? "{}" : undefined);
  return promise;
}

test("the page's state is what one person sees", async () => {
  const workspace = await open({ notice: "The bot is real, Slack is not.", suggestions: [{ title: "Review", text: "@parley review" }] });
  await workspace.control.post({ user: "U0MARIA", channel: "C0PRIVATE", text: "for founders" });
  await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "between us" });
  await client(workspace).chat.postEphemeral({ channel: "C0GENERAL", user: "U0JONAS", text: "psst" });
  await client(workspace).chat.postMessage({ channel: "C0GENERAL", text: "<b>", username: "Critic", icon_emoji: ":mag:" });
  const maria = await state(workspace, "U0MARIA");
  expect(maria).toMatchObject({
    me: { id: "U0MARIA", name: "Maria" },
    bot: { id: "U0PARLEY", isBot: true },
    workspace: { notice: "The bot is real, Slack is not." },
  });
  expect(maria.suggestions).toHaveLength(1);
  await client(workspace).assistant.threads.setSuggestedPrompts({
    channel_id: "D0MARIA",
    prompts: [{ title: "Begin", message: "Ask me." }],
  } as never);
  expect((await state(workspace, "U0MARIA")).prompts).toEqual([{ title: "Begin", message: "Ask me." }]);
  expect((await state(workspace, "U0JONAS")).prompts).toEqual([]);
  expect(maria.channels.map(({ id, kind, botIsMember }) => [id, kind, botIsMember])).toEqual([
    ["C0GENERAL", "channel", true],
    ["C0ENG", "channel", true],
    ["C0RESEARCH", "channel", true],
    ["C0RANDOM", "channel", true],
    ["C0PRIVATE", "private", false],
    ["D0MARIA", "im", true],
  ]);
  expect(maria.messages.map(({ text }) => text)).toEqual(["for founders", "between us", "<b>"]);
  expect(maria.messages[2]?.persona).toEqual({ name: "Critic", iconEmoji: ":mag:" });
  const jonas = await state(workspace, "U0JONAS");
  expect(jonas.messages.map(({ text, ephemeral }) => [text, ephemeral ?? false])).toEqual([
    ["for founders", false],
    ["psst", true],
    ["<b>", false],
  ]);
  expect((await fetch(`${workspace.url}page/state?as=U0NOBODY`)).status).toBe(404);
});

test("changes are told as they happen, to those who may see them", async () => {
  const workspace = await open();
  const next = await changes(workspace, "U0MARIA");
  expect(await next()).toEqual({ type: "bot", connected: false });
  await workspace.control.post({ user: "U0JONAS", channel: "D0JONAS", text: "not for Maria" });
  const { ts } = await workspace.control.post({ user: "U0JONAS", channel: "C0GENERAL", text: "for all" });
  expect(await next()).toMatchObject({ type: "message", message: { ts, text: "for all", user: "U0JONAS" } });
  const slack = client(workspace);
  await slack.apiCall("assistant.threads.setStatus", { channel_id: "C0GENERAL", thread_ts: ts, status: "is thinking", username: "Critic" });
  const status = { channel: "C0GENERAL", threadTs: ts, status: "is thinking", persona: { name: "Critic" } };
  expect(await next()).toEqual({ type: "status", status });
  await slack.chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "done" });
  expect(await next()).toMatchObject({ type: "status", status: { status: "" } });
  expect(await next()).toMatchObject({ type: "message", message: { threadTs: ts, text: "done" } });
  await workspace.control.edit({ channel: "C0GENERAL", ts, text: "for everybody" });
  expect(await next()).toMatchObject({ type: "message.changed", message: { text: "for everybody", edited: true } });
  workspace.control.reset();
  expect(await next()).toEqual({ type: "reload" });
  expect((await state(workspace, "U0MARIA")).messages).toEqual([]);
});

test("a person posts, presses and submits on the page, and a real bot answers", async () => {
  const workspace = await open();
  const plain = (text: string): object => ({ type: "plain_text", text });
  await bot(workspace, (app) => {
    app.event("app_mention", async ({ event, client: slack }) => {
      const blocks = [{ type: "actions", block_id: "b", elements: [{ type: "button", action_id: "steer", text: plain("Steer") }] }];
      await slack.apiCall("chat.postMessage", { channel: event.channel, thread_ts: event.ts, text: "card", blocks });
    });
    app.action("steer", async ({ ack, body, client: slack }) => {
      await ack();
      const input = { type: "input", block_id: "what", label: plain("What"), element: { type: "plain_text_input", action_id: "text" } };
      const view = { type: "modal", callback_id: "steer", title: plain("Steer"), submit: plain("Go"), blocks: [input] };
      await slack.apiCall("views.open", { trigger_id: "trigger_id" in body ? body.trigger_id : "", view });
    });
    app.view("steer", async ({ ack, view }) => {
      if (view.state.values["what"]?.["text"]?.value === "vague") await ack({ response_action: "errors", errors: { what: "Say more" } });
      else await ack();
    });
    app.command("/parley", async ({ ack }) => ack("help"));
  });
  const next = await changes(workspace, "U0MARIA");
  const until = async (type: PageChange["type"]): Promise<PageChange> => {
    for (;;) {
      const change = await next();
      if (change.type === type) return change;
    }
  };
  const posted = await send(workspace, "post", { as: "U0MARIA", channel: "C0GENERAL", text: "@parley go" });
  expect(posted.ok).toBe(true);
  await until("message");
  const card = await until("message");
  const ts = card.type === "message" ? card.message.ts : "";
  const click = { as: "U0MARIA", channel: "C0GENERAL", ts, blockId: "b", actionId: "steer", elementType: "button" };
  expect(await send(workspace, "click", click)).toEqual({ ok: true });
  const opened = await until("modal.opened");
  const viewId = opened.type === "modal.opened" ? opened.view.id : "";
  const submit = (value: string): Promise<Answer> =>
    send(workspace, "submit", { as: "U0MARIA", viewId, values: { what: { text: { type: "plain_text_input", value } } } });
  expect(await submit("")).toEqual({ ok: false, errors: { what: "Please complete this required field." } });
  expect(await submit("vague")).toEqual({ ok: false, errors: { what: "Say more" } });
  expect(await submit("be bold")).toEqual({ ok: true });
  expect(await until("modal.closed")).toEqual({ type: "modal.closed", viewId });
  expect(await send(workspace, "post", { as: "U0MARIA", channel: "C0GENERAL", text: "/parley help" })).toEqual({ ok: true });
  const inThread = { as: "U0MARIA", channel: "C0GENERAL", threadTs: posted.ts, text: "/parley help" };
  expect(await send(workspace, "post", inThread)).toMatchObject({ ok: false });
});

test("a press that no bot hears is an error that people can read", async () => {
  const workspace = await open();
  const blocks = [{ type: "actions", elements: [{ type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } }] }];
  const posted = await call(client(workspace), "chat.postMessage", { channel: "C0GENERAL", text: "card", blocks });
  const click = { as: "U0MARIA", channel: "C0GENERAL", ts: posted["ts"], blockId: "", actionId: "go", elementType: "button" };
  expect(await send(workspace, "click", click)).toEqual({ ok: false, error: "the app did not answer in time" });
  expect(await send(workspace, "click", { ...click, actionId: "gone" })).toMatchObject({ ok: false });
});

test("references that people cannot type stay text", async () => {
  const workspace = await open();
  await send(workspace, "post", { as: "U0MARIA", channel: "C0GENERAL", text: "<@U0PARLEY> <!channel> @Maria" });
  expect(workspace.control.channel("C0GENERAL")[0]?.text).toBe("&lt;@U0PARLEY&gt; &lt;!channel&gt; <@U0MARIA>");
});

test("an upload is a message with a file, and what is no raster image is only ever downloaded", async () => {
  const workspace = await open();
  const url = `${workspace.url}page/upload?as=U0MARIA&channel=C0GENERAL`;
  const headers = { "x-parley-page": "1" };
  const upload = async (name: string): Promise<{ file: { url: string } }> => {
    const body = new FormData();
    body.append("file", new File(["<script>"], name));
    const { files } = (await (await fetch(url, { method: "POST", headers, body })).json()) as { files: [{ url: string }] };
    return { file: files[0] };
  };
  const page = await upload("../evil\r\n.html");
  const served = await fetch(new URL(page.file.url, workspace.url));
  expect(served.headers.get("content-disposition")).toMatch(/^attachment; filename\*=UTF-8''[^\r\n/]+$/);
  expect(served.headers.get("content-type")).toBe("application/octet-stream");
  expect(served.headers.get("x-content-type-options")).toBe("nosniff");
  const vector = await fetch(new URL((await upload("a.svg")).file.url, workspace.url));
  expect(vector.headers.get("content-disposition")).toMatch(/^attachment/);
  const image = await fetch(new URL((await upload("a.png")).file.url, workspace.url));
  expect(image.headers.get("content-disposition")).toMatch(/^inline/);
  expect(image.headers.get("content-security-policy")).toContain("sandbox");
  expect((await fetch(url, { method: "POST", headers, body: "<script>" })).status).toBe(400);
});

test("words and files go in one message", async () => {
  const workspace = await open();
  const body = new FormData();
  body.append("text", "@parley look");
  for (const name of ["a.txt", "b.txt"]) body.append("file", new File([name], name));
  const headers = { "x-parley-page": "1" };
  const answer = await fetch(`${workspace.url}page/upload?as=U0MARIA&channel=C0GENERAL`, { method: "POST", headers, body });
  expect(await answer.json()).toMatchObject({ ok: true, files: [{ name: "a.txt" }, { name: "b.txt" }] });
  expect(workspace.control.channel("C0GENERAL")).toMatchObject([
    { text: "<@U0PARLEY> look", files: [{ name: "a.txt" }, { name: "b.txt" }] },
  ]);
});

test("another site can neither read nor post, by name, by origin or by form", async () => {
  const workspace = await open();
  const { port, host } = new URL(workspace.url);
  const page = { "content-type": "application/json", "x-parley-page": "1" };
  expect(await raw(workspace, "/page/state?as=U0MARIA", { host: "evil.example" })).toBe(403);
  expect(await raw(workspace, "/page/state?as=U0MARIA", { host: `evil.example:${port}` })).toBe(403);
  expect(await raw(workspace, "/page/state?as=U0MARIA", { host })).toBe(200);
  expect(await raw(workspace, "/page/state?as=U0MARIA", { host: `localhost:${port}` })).toBe(200);
  expect(await raw(workspace, "/api/auth.test", { host: "evil.example" })).toBe(403);
  expect(await raw(workspace, "/page/post", { ...page, origin: "http://evil.example" }, "POST")).toBe(403);
  expect(await raw(workspace, "/page/post", { ...page, origin: "null" }, "POST")).toBe(403);
  expect(await raw(workspace, "/page/post", { ...page, "sec-fetch-site": "cross-site" }, "POST")).toBe(403);
  expect(await raw(workspace, "/page/post", { "content-type": "application/json" }, "POST")).toBe(403);
  expect(await raw(workspace, "/page/post", { "x-parley-page": "1", "content-type": "text/plain" }, "POST")).toBe(400);
  expect(await raw(workspace, "/page/post", { ...page, origin: `http://${host}` }, "POST")).toBe(200);
  for (const verb of ["reset", "calls"]) {
    const foreign = { "content-type": "application/json", origin: "http://evil.example" };
    expect(await raw(workspace, `/control/${verb}`, foreign, "POST")).toBe(403);
    expect(await raw(workspace, `/control/${verb}`, { "content-type": "text/plain" }, "POST")).toBe(400);
    expect(await raw(workspace, `/control/${verb}`, {})).toBe(405);
  }
});

test("static files come with a strict policy, and only those that are in the folder", async () => {
  const workspace = await open();
  const [name = ""] = (await readdir(join(import.meta.dirname, "../../web/dist/local-slack/assets"))).filter((file) =>
    file.endsWith(".js"),
  );
  const script = await fetch(`${workspace.url}assets/${name}`);
  expect(script.status).toBe(200);
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
  expect(script.headers.get("cache-control")).toBe("no-store");
  expect(script.headers.get("referrer-policy")).toBe("no-referrer");
  for (const path of [
    "/../protocol.ts",
    "/..%2fprotocol.ts",
    "/%2e%2e/protocol.ts",
    "/protocol.ts",
    "//etc/passwd",
    "//[",
    "/constructor",
  ]) {
    expect([path, await raw(workspace, path, {})]).toEqual([path, 404]);
  }
});

test("what is typed for a model goes to whoever connects it, once, and is told nowhere else", async () => {
  const typed: object[] = [];
  const workspace = await open({
    connectModel: async (given) => {
      typed.push(given);
      return given.key === "right-key" ? undefined : "No model was found there.";
    },
  });
  const connect = async (body: object): Promise<unknown> => {
    const headers = { "content-type": "application/json", "x-parley-page": "1" };
    return (
      await fetch(`${workspace.url}page/model`, { method: "POST", headers, body: JSON.stringify({ as: "U0MARIA", ...body }) })
    ).json();
  };
  expect(await connect({ key: "", baseUrl: " " })).toEqual({ ok: false, error: "type a key or an address" });
  expect(await connect({ key: "wrong", baseUrl: "" })).toEqual({ ok: false, error: "No model was found there." });
  expect(await connect({ key: "right-key", baseUrl: "" })).toEqual({ ok: true });
  expect(typed).toEqual([
    { key: "wrong", baseUrl: "" },
    { key: "right-key", baseUrl: "" },
  ]);
  workspace.announce?.({ notice: "A model speaks." });
  const state = await fetch(`${workspace.url}page/state?as=U0MARIA`);
  const said = await state.text();
  expect(JSON.parse(said)).toMatchObject({ canConnectModel: false, workspace: { notice: "A model speaks." } });
  expect(said + JSON.stringify(workspace.control.calls())).not.toContain("right-key");
  expect(await connect({ key: "another" })).toMatchObject({ ok: false });
});
