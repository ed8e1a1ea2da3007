import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App } from "@slack/bolt";
import { systemClock } from "../../../src/engine/clock.ts";
import { HTTP_PATH } from "../../../src/slack/door/http-path.ts";
import { createHttpReceiver, type HttpReceiver } from "../../../src/slack/door/http-receiver.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { signed, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { eventually } from "../../support/patience.ts";

const noBolt = {} as App;
let store: Store;
let inbox: Inbox;
let receiver: HttpReceiver;
let url: string;
const handled: unknown[] = [];
const dropped: unknown[] = [];
const onDropped = (one: unknown) => void dropped.push(one);
const problems: string[] = [];
const log = (problem: string) => void problems.push(problem);

beforeEach(async () => {
  handled.length = 0;
  dropped.length = 0;
  problems.length = 0;
  const opened = openSqlite({ path: ":memory:" });
  ({ store } = opened);
  inbox = new Inbox({ ...opened, clock: systemClock, log, handle: async (body) => void handled.push(body) });
  inbox.open();
  receiver = createHttpReceiver({ door: door(0), inbox, log, onConnected: () => undefined, onDropped });
  receiver.init(noBolt);
  await receiver.start();
  url = `http://127.0.0.1:${receiver.port()}${HTTP_PATH}`;
});
afterEach(async () => {
  await receiver.stop();
  await inbox.close();
  await store.close().catch(() => undefined);
});

const door = (port: number) => ({ signingSecret: SIGNING_SECRET, host: "127.0.0.1", port });
const event = (id: string) => JSON.stringify({ type: "event_callback", event_id: id, event: { type: "app_home_opened", user: "U1" } });

test("a signed event is written down, answered with 200, and handled once, however often it comes", async () => {
  expect((await fetch(url, signed(event("Ev1")))).status).toBe(200);
  expect((await fetch(url, signed(event("Ev1")))).status).toBe(200);
  expect((await fetch(url, signed(event("Ev2")))).status).toBe(200);
  await eventually(() => expect(handled).toHaveLength(2));
});

test("a notice that Slack drops events is answered and passed on, and is nothing to be handled", async () => {
  const notice = { type: "app_rate_limited", token: "x", team_id: "T1", minute_rate_limited: 1_518_467_820, api_app_id: "A1" };
  expect((await fetch(url, signed(JSON.stringify(notice)))).status).toBe(200);
  expect(dropped).toEqual([{ team: "T1", sinceMs: 1_518_467_820_000 }]);
  expect(await store.unhandled(1)).toEqual([]);
});

test("commands and pressed buttons come as forms and are handled as well", async () => {
  const form = { type: "application/x-www-form-urlencoded" };
  const command = new URLSearchParams({ command: "/parley", text: "help", user_id: "U1", channel_id: "C1" });
  expect((await fetch(url, signed(command.toString(), form))).status).toBe(200);
  const press = new URLSearchParams({
    payload: JSON.stringify({ type: "block_actions", user: { id: "U1" }, actions: [{ action_id: "a" }] }),
  });
  expect((await fetch(url, signed(press.toString(), form))).status).toBe(200);
  await eventually(() => expect(handled).toHaveLength(2));
});

test.each([
  "application/x-www-form-urlencoded; charset=utf-8",
  "Application/X-WWW-Form-URLEncoded",
  "text/plain;charset=UTF-8",
  "application/octet-stream",
  "application/json;charset=utf-8",
])("what a proxy on the way makes of the types (%s) changes nothing", async (type) => {
  const form = new URLSearchParams({ command: "/parley", text: "help", user_id: "U1", channel_id: "C1" }).toString();
  expect((await fetch(url, signed(form, { type }))).status).toBe(200);
  expect((await fetch(url, signed(event("Ev1"), { type }))).status).toBe(200);
  await eventually(() => expect(handled).toHaveLength(2));
  expect(handled).toContainEqual(expect.objectContaining({ command: "/parley", text: "help" }));
  expect(problems).toEqual([]);
});

test("a form that cannot be taken is answered with what is wrong, and not written down", async () => {
  await receiver.stop();
  const wrong = { response_action: "errors", errors: { name: "Take another." } };
  const answer = async (body: unknown) => (JSON.stringify(body).includes("bad") ? wrong : undefined);
  receiver = createHttpReceiver({ door: door(0), inbox, log, onConnected: () => undefined, onDropped, answer });
  await receiver.start();
  const at = `http://127.0.0.1:${receiver.port()}${HTTP_PATH}`;
  const form = (name: string) => {
    const payload = { type: "view_submission", user: { id: "U1" }, view: { id: "V1", callback_id: "parley_home_create", name } };
    return signed(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), { type: "application/x-www-form-urlencoded" });
  };
  expect(await (await fetch(at, form("bad"))).json()).toEqual(wrong);
  expect(await (await fetch(at, form("good"))).text()).toBe("");
  await eventually(() => expect(handled).toHaveLength(1));
  expect(JSON.stringify(handled)).toContain("good");
});

test("what is not signed with the secret, or was signed long ago, is refused and not written down", async () => {
  const now = Math.floor(Date.now() / 1000);
  expect((await fetch(url, signed(event("Ev3"), { secret: "0".repeat(32) }))).status).toBe(401);
  expect((await fetch(url, signed(event("Ev4"), { at: now - 600 }))).status).toBe(401);
  expect((await fetch(url, { method: "POST", body: event("Ev5"), headers: { "content-type": "application/json" } })).status).toBe(401);
  // A form that passes for Slack's unsigned certificate check carries nothing in.
  const smuggled = new URLSearchParams({ ssl_check: "1", payload: event("Ev6") });
  await fetch(url, { method: "POST", body: smuggled });
  const asJson = `${event("Ev6").slice(0, -1)},"x":"&ssl_check=1&"}`;
  for (const type of ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded; charset=utf-8", "application/json"])
    await fetch(url, { method: "POST", body: asJson, headers: { "content-type": type } });
  expect(await store.unhandled(10)).toEqual([]);
  expect(handled).toEqual([]);
});

test("Slack's question whether this is the right address is answered", async () => {
  const answer = await fetch(url, signed(JSON.stringify({ type: "url_verification", challenge: "are you there" })));
  expect(await answer.text()).toBe("are you there");
});

test("broken JSON, unknown shapes, other paths and a body without end are turned away, and the next event is heard", async () => {
  expect((await fetch(url, signed("{"))).status).toBe(400);
  expect((await fetch(url, signed("[]"))).status).toBe(200);
  expect((await fetch(url, signed("null"))).status).toBe(200);
  expect((await fetch(url.replace(HTTP_PATH, "/elsewhere"), signed(event("Ev7")))).status).toBe(404);
  expect((await fetch(url)).status).toBe(404);
  expect((await fetch(url, signed(" ".repeat(2_000_000)))).status).toBe(413);
  const rude = connect(receiver.port() ?? 0, "127.0.0.1");
  rude.on("error", () => undefined).end("GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n");
  expect((await fetch(url, signed(event("Ev8")))).status).toBe(200);
  await eventually(() => expect(handled).toHaveLength(1));
  rude.destroy();
});

test.each([300, 20_000])("JSON of %i levels is put aside and answered with 200, so that Slack does not send it again", async (levels) => {
  const deep = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  const body = `{"type":"event_callback","event_id":"Ev10","event":{"type":"app_home_opened","user":"U1","view":${deep}}}`;
  expect((await fetch(url, signed(body))).status).toBe(200);
  const form = `{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"parley_new","state":${deep}}}`;
  const type = "application/x-www-form-urlencoded";
  expect((await fetch(url, signed(new URLSearchParams({ payload: form }).toString(), { type }))).status).toBe(200);
  expect(problems.filter((problem) => problem.includes("levels was put aside"))).toHaveLength(2);
  expect((await fetch(url, signed(event("Ev11")))).status).toBe(200);
  await eventually(() => expect(handled).toHaveLength(1));
});

test("what cannot be stored is not answered with 200, so that Slack sends it again", async () => {
  await store.close();
  expect((await fetch(url, signed(event("Ev9")))).status).toBe(500);
  expect(problems.some((problem) => problem.includes("Slack sends events again"))).toBe(true);
});

test("a port that is taken is said with the option to change", async () => {
  const second = createHttpReceiver({ door: door(receiver.port() ?? 0), inbox, log, onConnected: () => undefined, onDropped });
  await expect(second.start()).rejects.toThrow(/EADDRINUSE.*--http/);
  await second.stop();
});
