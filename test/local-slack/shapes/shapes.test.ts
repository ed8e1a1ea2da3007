import { expect, onTestFinished, test } from "vitest";
import type { Workspace } from "../../../local-slack/index.ts";
import { call, client, listener, open, type Envelope } from "../wire.ts";
import type { Shape } from "./fields.ts";
import { ANSWERS, ENVELOPE, EVENTS, LIMITED, SHARED } from "./recorded.ts";

/** What differs from the shape: fields that Slack has not, fields that are missing, and other types. */
function differences(shape: Shape | string, value: unknown, at = ""): string[] {
  if (shape === "any") return [];
  if (typeof shape === "string") {
    const type = value === null ? "null" : typeof value;
    return shape.split("|").includes(type) ? [] : [`${at} is ${type}, Slack's is ${shape}`];
  }
  if (Array.isArray(shape))
    return Array.isArray(value)
      ? value.flatMap((item, index) => differences(shape[0] as Shape | string, item, `${at}[${index}]`))
      : [`${at} is no list`];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at} is no object`];
  const fields = new Map(Object.entries(shape as { readonly [field: string]: Shape | string }));
  const given = new Map(Object.entries(value));
  const every = fields.get("*");
  if (every !== undefined) return [...given].flatMap(([name, item]) => differences(every, item, `${at}.${name}`));
  const missing = [...fields.keys()].filter((name) => !name.endsWith("?") && !given.has(name)).map((name) => `${at}.${name} is missing`);
  return [
    ...missing,
    ...[...given].flatMap(([name, item]) => {
      const known = fields.get(name) ?? fields.get(`${name}?`);
      return known === undefined ? [`${at}.${name} is not Slack's`] : differences(known, item, `${at}.${name}`);
    }),
  ];
}

/** A day in a workspace: every event of it, acked. */
async function playDay(workspace: Workspace): Promise<Envelope[]> {
  const { control } = workspace;
  const socket = await listener(workspace);
  const heard: Envelope[] = [];
  const shared = control.addChannel("with-acme", { external: true });
  const small = control.addChannel("small", { members: ["U0MARIA"] });
  const secret = control.addChannel("secret", { isPrivate: true });
  const gita = control.addUser("Gita", { teamId: "T0ACME" });
  const file = { name: "a.csv", content: Buffer.from("1,2") };
  const clip = { kind: "audio", durationMs: 900, transcription: { status: "complete", text: "hello" } } as const;
  const slack = client(workspace);

  const { ts } = await control.post({ user: "U0MARIA", channel: "C0ENG", text: "@parley look", files: [file] });
  await control.post({ user: "U0ADA", channel: "C0ENG", threadTs: ts, text: "", files: [{ ...file, name: "a.m4a", clip }] });
  await control.post({ user: gita, channel: shared, text: "hello", files: [file] });
  await control.post({ user: "U0MARIA", channel: "D0MARIA", text: "hello" });
  await control.forward({ user: "U0MARIA", from: { channel: "C0ENG", ts }, channel: "D0MARIA", comment: "why?" });
  await control.postAsApp({ app: { name: "Alerts" }, as: "webhook", channel: "C0ENG", attachments: [{ text: "down" }] });
  await control.postAsApp({ app: { name: "Alerts" }, as: "bot", channel: "C0ENG", text: "up" });
  await slack.chat.postMessage({ channel: "C0ENG", thread_ts: ts, text: "turn", username: "Coder", icon_emoji: ":gear:" });
  await slack.chat.postMessage({ channel: "C0ENG", thread_ts: ts, text: "done", reply_broadcast: true });
  await control.edit({ channel: "C0ENG", ts, text: "look again" });
  await control.react({ user: "U0ADA", channel: "C0ENG", ts, name: "eyes" });
  await control.remove({ channel: "C0ENG", ts });
  const alone = await control.post({ user: "U0MARIA", channel: "C0ENG", text: "oops" });
  await control.remove({ channel: "C0ENG", ts: alone.ts });
  control.join({ user: "U0ADA", channel: small });
  control.leave({ user: "U0ADA", channel: small });
  await control.describe({ user: "U0MARIA", channel: small, topic: "a", purpose: "b", name: "smaller" });
  control.archive(small);
  control.unarchive(small);
  control.archive(secret);
  control.leave({ user: "U0PARLEY", channel: small });
  await control.openApp({ user: "U0MARIA", tab: "home" });
  await control.runStep({ callbackId: "ask_team", inputs: { task: "x" } });
  await control.event({ type: "the_end" });
  for (;;) {
    const envelope = await socket.next();
    socket.ack(envelope);
    if (envelope.payload.event.type === "the_end") return heard;
    heard.push(envelope);
  }
}

function kindOf({ payload: { event, is_ext_shared_channel: isExternal } }: Envelope): string {
  const kind = event.subtype === undefined ? event.type : `${event.type}/${event.subtype}`;
  return isExternal && event.files ? `${kind} of a shared channel` : kind;
}

test("every event has the fields and types that were recorded of Slack's, and no others", async () => {
  const workspace = await open({ rateLimits: false });
  const heard = await playDay(workspace);
  const wrong = heard.flatMap((envelope) => {
    const kind = kindOf(envelope);
    const known = EVENTS[kind];
    if (!known) return [`${kind} is not in the table`];
    const found = [...differences(ENVELOPE.shape, envelope.payload), ...differences(known.shape, envelope.payload.event)];
    return found.map((difference) => `${kind}: ${difference} (${known.source})`);
  });
  expect([...new Set(wrong)]).toEqual([]);
  // Each row of the table was met.
  expect(new Set(heard.map(kindOf))).toEqual(new Set(Object.keys(EVENTS)));
});

test("a forwarded message and the word that there was too much have their shapes", async () => {
  const workspace = await open();
  onTestFinished(() => workspace.control.reset());
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({
    user: "U0JONAS",
    channel: "C0ENG",
    text: "x",
    files: [{ name: "a.txt", content: Buffer.from("x") }],
  });
  await workspace.control.forward({ user: "U0MARIA", from: { channel: "C0ENG", ts }, channel: "D0MARIA" });
  socket.ack(await socket.next());
  const { payload } = await socket.event("message");
  expect(differences(SHARED.shape, payload.event.attachments[0])).toEqual([]);
  workspace.control.limitEvents(1_000);
  expect(differences(LIMITED.shape, (await socket.next()).payload)).toEqual([]);
});

test("every answer has the fields and types that were recorded of Slack's, and no others", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({
    user: "U0MARIA",
    channel: "D0MARIA",
    text: "gizmo",
    files: [{ name: "a.txt", content: Buffer.from("x") }],
  });
  const { event } = (await socket.event("message")).payload;
  await workspace.control.post({ user: "U0MARIA", channel: "C0ENG", text: "gizmo" });
  const stream = await call(slack, "chat.startStream", { channel: "D0MARIA", thread_ts: ts });
  const canvas = await call(slack, "canvases.create", { title: "x" });
  const change = { operation: "insert_at_end", document_content: { type: "markdown", markdown: "x" } };
  const { action_token } = event.assistant_thread;
  const calls: { readonly [method: string]: object } = {
    "conversations.history": { channel: "C0ENG" },
    "conversations.info": { channel: "C0ENG", include_num_members: true },
    "files.info": { file: event.files[0].id },
    "chat.postMessage": { channel: "C0ENG", text: "x", username: "Coder" },
    "chat.startStream": { channel: "D0MARIA", thread_ts: ts },
    "chat.appendStream": { channel: "D0MARIA", ts: stream["ts"], markdown_text: "x" },
    "canvases.create": { title: "y" },
    "canvases.edit": { canvas_id: canvas["canvas_id"], changes: [change] },
    "assistant.search.context": { query: "gizmo", action_token },
  };
  expect(Object.keys(calls)).toEqual(Object.keys(ANSWERS));
  for (const [method, { shape, source }] of Object.entries(ANSWERS)) {
    const response = await fetch(`${workspace.apiUrl}${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${workspace.botToken}`, "content-type": "application/json" },
      body: JSON.stringify(calls[method]),
    });
    expect({ method, source, wrong: differences(shape, await response.json()) }).toEqual({ method, source, wrong: [] });
  }
});
