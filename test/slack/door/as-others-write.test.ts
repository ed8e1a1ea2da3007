import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HTTP_PATH } from "../../../src/slack/door/http-path.ts";
import { ASK_TEAM } from "../../../src/slack/steps/ask-team-step.ts";
import { eventually } from "../../support/patience.ts";
import { bridge, signed, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { GENERAL, JONAS, listening, MARIA, type Listening } from "../heard.ts";

// The same things as Slack's reference has them, as older clients and other servers write them, and with parts left out.

const DIRECT = "D0MARIA";
let parley: Listening;
let url: string;
let carried: Awaited<ReturnType<typeof bridge>>;
let number = 0;

beforeAll(async () => {
  parley = await listening({ parts: { http: { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 }, workflows: true } });
  url = `http://127.0.0.1:${parley.app.httpPort()}${HTTP_PATH}`;
  carried = await bridge(parley.slack, url);
});
afterAll(async () => {
  await carried.close();
  await parley.close();
});

type Json = { readonly [field: string]: unknown };

/** Through the door, as JSON or as a form, until it has been dealt with. */
async function send(body: Json, headers: { readonly [name: string]: string } = {}): Promise<void> {
  const isEvent = Boolean(body["event"]);
  const form = () =>
    body["command"]
      ? new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]))
      : new URLSearchParams({ payload: JSON.stringify(body) });
  const request = isEvent ? signed(JSON.stringify(body)) : signed(form().toString(), { type: "application/x-www-form-urlencoded" });
  expect((await fetch(url, { ...request, headers: { ...request.headers, ...headers } })).status).toBe(200);
  await parley.quiet();
}

const stamp = (): string => `${1_800_000_000 + ++number}.000100`;
const envelope = (event: Json, around: Json = {}): Json => ({
  type: "event_callback",
  team_id: parley.slack.teamId,
  api_app_id: "A0PARLEY",
  event_id: `EvOTHER${++number}`,
  event_time: 1_800_000_000,
  authorizations: [{ enterprise_id: null, team_id: parley.slack.teamId, user_id: "U0PARLEY", is_bot: true, is_enterprise_install: false }],
  is_ext_shared_channel: false,
  event,
  ...around,
});
const said = (ts: string, more: Json = {}): Json => ({
  type: "message",
  channel: DIRECT,
  channel_type: "im",
  user: MARIA,
  text: "draft a plan",
  ts,
  event_ts: ts,
  ...more,
});
const rich = (text: string): Json => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});

/** How many lines of the operator's log were looked at. */
let told = 0;
/** What the operator was told since the last look; nothing, where nothing broke and nothing was called strange. */
function problems(): readonly string[] {
  const since = parley.problems.slice(told);
  told += since.length;
  return since.filter((line) => /understood|broke|put aside|stored/.test(line));
}

const NOTHING = {
  thread_ts: "",
  subtype: "",
  bot_id: "",
  app_id: "",
  team: "",
  user_team: "",
  source_team: "",
  username: "",
  client_msg_id: "",
};
const HEARD: { readonly [how: string]: { readonly event?: Json; readonly around?: Json } } = {
  "empty words for what there is not": { event: NOTHING },
  "null for what there is not": { event: Object.fromEntries(Object.keys(NOTHING).map((name) => [name, null])) },
  "an edit without a time, and no files": { event: { edited: {}, files: null, attachments: null, blocks: [] } },
  "blocks and attachments that are none": { event: { blocks: {}, attachments: "none" } },
  "no text but rich text": { event: { text: null, blocks: [rich("draft a plan")] } },
  "an empty text beside rich text": { event: { text: "", blocks: [rich("draft a plan")] } },
  "a file that is none beside one that was deleted": {
    event: { subtype: "file_share", files: [null, { id: "F0GONE", mode: "tombstone" }], upload: true },
  },
  me_message: { event: { subtype: "me_message" } },
  "a subtype that nobody knows": { event: { subtype: "voice_note" } },
  "an edit's time, as of one that was edited before it was told": { event: { edited: { user: MARIA, ts: "1800000001.000000" } } },
  "no authorizations": { around: { authorizations: undefined } },
  "an empty list of authorizations": { around: { authorizations: [] } },
  "an authorization that is none": { around: { authorizations: [null] } },
  "an organisation's installation": {
    around: { authorizations: [{ enterprise_id: "E0ORG", team_id: null, is_enterprise_install: true }], context_team_id: "T0LOCAL" },
  },
  "no id of the event": { around: { event_id: undefined } },
  "no id of the app": { around: { api_app_id: undefined } },
  "no home of the channel": { around: { is_ext_shared_channel: null, context_team_id: null, context_enterprise_id: "" } },
  "a name longer than any": { event: { username: "x".repeat(900) } },
  "a profile of a bot that is empty": { event: { bot_profile: {} } },
  "fields that nobody has heard of": { event: { language: { locale: "en" }, list_record: null, x_files: ["?"] }, around: { x: {} } },
};

describe("a direct message is a task", () => {
  test.each(Object.entries(HEARD))("%s", async (_how, { event = {}, around = {} }) => {
    const ts = stamp();
    await send(envelope(said(ts, event), around));
    expect(await parley.heard(ts, DIRECT)).toEqual(["Maria: draft a plan"]);
    expect(await parley.running(ts, DIRECT)).toBe(true);
    await parley.runner.stop(`${parley.slack.teamId}/${DIRECT}/${ts}`, { id: MARIA, name: "Maria" });
    expect(problems()).toEqual([]);
  });
});

test("what says nothing of who speaks, or is no person's, begins nothing and is no trouble", async () => {
  const unsaid: readonly Json[] = [
    { user: null },
    { user: "" },
    { user: undefined, bot_id: "B0OTHER", subtype: "bot_message" },
    { user: undefined, bot_id: "B0OTHER", bot_profile: null },
    { subtype: "huddle_thread", room: { id: "R1", participants: [] }, channel_type: "channel", channel: GENERAL },
    { subtype: "message_replied", message: { ts: "1.1", thread_ts: "1.1" }, channel: GENERAL, channel_type: "channel" },
    { subtype: "channel_convert_to_private", channel: GENERAL, channel_type: "channel" },
    { subtype: "reminder_add" },
    { subtype: "message_changed", hidden: true, message: null, previous_message: null },
    { subtype: "message_deleted", hidden: true },
  ];
  for (const more of unsaid) {
    const ts = stamp();
    await send(envelope(said(ts, more)));
    expect([more, await parley.log(ts, DIRECT), await parley.log(ts)]).toEqual([more, [], []]);
  }
  expect(problems()).toEqual([]);
});

describe("what comes again", () => {
  const RETRIES = ["http_timeout", "http_error", "too_many_redirects", "connection_failed", "ssl_error", "unknown_error", "a new word"];

  test("is heard once, whatever Slack says of the reason", async () => {
    const ts = stamp();
    const body = envelope(said(ts));
    await send(body);
    for (const [index, reason] of RETRIES.entries())
      await send(body, { "x-slack-retry-num": String(index + 1), "x-slack-retry-reason": reason });
    expect(await parley.heard(ts, DIRECT)).toHaveLength(1);
    expect(problems()).toEqual([]);
  });

  test("is heard once as a message and as a mention, under one id of the client's, and with an edit that changes nothing", async () => {
    const ts = stamp();
    const mention = { channel: GENERAL, channel_type: "channel", text: "<@U0PARLEY> fix the build", client_msg_id: "one" };
    const message = said(ts, mention);
    await send(envelope({ ...message, type: "app_mention", channel_type: undefined }));
    await send(envelope(message));
    await send(envelope({ ...message, type: "app_mention", edited: { user: MARIA, ts: stamp() } }));
    const changed = { type: "message", subtype: "message_changed", hidden: true, channel: GENERAL, channel_type: "channel", ts: stamp() };
    await send(envelope({ ...changed, message, previous_message: message }));
    await send(envelope({ ...changed, message: { ...message, attachments: [{ from_url: "https://a.example", title: "A" }] } }));
    expect(await parley.heard(ts)).toEqual(["Maria: fix the build"]);
    expect((await parley.log(ts)).filter(({ type }) => type === "run.started" || type === "message.edited")).toHaveLength(1);
    expect(problems()).toEqual([]);
  });

  test("a mention that was edited into a message is a task", async () => {
    const ts = stamp();
    const before = said(ts, { channel: GENERAL, channel_type: "channel", text: "fix the build" });
    await send(envelope(before));
    const text = "<@U0PARLEY> fix the build";
    const message = { ...before, text, edited: { user: MARIA, ts: stamp() } };
    await send(envelope({ type: "message", subtype: "message_changed", hidden: true, channel: GENERAL, ts: stamp(), message }));
    await send(envelope({ ...message, type: "app_mention" }));
    expect(await parley.heard(ts)).toEqual(["Maria: fix the build"]);
    expect(problems()).toEqual([]);
  });
});

describe("as the reference has them, with nothing of what was there before", () => {
  const steered = async () => {
    const ts = await parley.post("@parley fix the build");
    const reply = stamp();
    await send(envelope(said(reply, { channel: GENERAL, channel_type: "channel", thread_ts: ts, text: "only the Linux one" })));
    return { ts, reply };
  };
  const inner = { type: "message", user: MARIA, text: "only the Mac one", edited: { user: MARIA, ts: "1800000099.000000" } };

  test("an edit's words count, once", async () => {
    const { ts, reply } = await steered();
    const event = {
      type: "message",
      subtype: "message_changed",
      hidden: true,
      channel: GENERAL,
      message: { ...inner, ts: reply, thread_ts: ts },
    };
    await send(envelope({ ...event, ts: stamp() }));
    await send(envelope({ ...event, ts: stamp() }));
    expect((await parley.log(ts)).flatMap((one) => (one.type === "message.edited" ? [one.text] : []))).toEqual(["only the Mac one"]);
    expect(problems()).toEqual([]);
  });

  test("an edit's words count, whatever is left out of what was there before", async () => {
    const { ts, reply } = await steered();
    const befores: readonly Json[] = [{}, { ts: reply }, { ts: reply, thread_ts: ts, text: "only the second one" }];
    for (const [nth, previous_message] of befores.entries()) {
      const message = {
        ...inner,
        text: `only the ${["first", "second", "third"][nth]} one`,
        ts: reply,
        ...(nth === 1 ? {} : { thread_ts: ts }),
      };
      const previous = nth === 1 ? { ...previous_message, thread_ts: ts } : previous_message;
      await send(envelope({ type: "message", subtype: "message_changed", hidden: true, channel: GENERAL, message, previous_message: previous, ts: stamp() })); // prettier-ignore
    }
    expect((await parley.log(ts)).flatMap((one) => (one.type === "message.edited" ? [one.text] : []))).toEqual([
      "only the first one",
      "only the second one",
      "only the third one",
    ]);
    expect(problems()).toEqual([]);
  });

  test("a deletion takes the words out of the log, of the first message and of a later one", async () => {
    const event = { type: "message", subtype: "message_deleted", hidden: true, channel: GENERAL };
    const first = await steered();
    await send(envelope({ ...event, ts: stamp(), deleted_ts: first.reply, previous_message: { type: "message", ts: first.reply } }));
    expect(JSON.stringify(await parley.log(first.ts))).not.toContain("Linux");
    const { ts, reply } = await steered();
    await send(envelope({ ...event, ts: stamp(), deleted_ts: reply, previous_message: {} }));
    expect(JSON.stringify(await parley.log(ts))).not.toContain("Linux");
    await send(envelope({ ...event, ts: stamp(), deleted_ts: ts }));
    expect(JSON.stringify(await parley.log(ts))).not.toContain("fix the build");
    expect(problems()).toEqual([]);
  });
});

test("words that are taken out beside a file count no more, as long as nobody has read them", async () => {
  const ts = await parley.post("@parley fix the build");
  const reply = stamp();
  const files = [{ id: "F0GONE", mode: "tombstone", name: "plan.pdf" }];
  const message = said(reply, { channel: GENERAL, channel_type: "channel", thread_ts: ts, subtype: "file_share", files });
  await send(envelope(message));
  await send(envelope({ type: "message", subtype: "message_changed", hidden: true, channel: GENERAL, message: { ...message, text: "" }, previous_message: message, ts: stamp() })); // prettier-ignore
  const edits = (await parley.log(ts)).flatMap((one) => (one.type === "message.edited" ? [[one.text, JSON.stringify(one.beside)]] : []));
  expect(edits).toEqual([["", expect.stringContaining("plan.pdf")]]);
  expect(problems()).toEqual([]);
});

test("a message that somebody had discussed goes out of the log with its deletion, though the deletion names Slack's own hand", async () => {
  const ts = stamp();
  const user = { id: JONAS, team_id: "T0LOCAL" };
  const message = { type: "message", user: MARIA, text: "my password is XYLOPHONE", ts };
  await send({ type: "message_action", callback_id: "parley_discuss", user, channel: { id: GENERAL }, trigger_id: "1.2.3", message });
  expect(JSON.stringify(await parley.log(ts))).toContain("XYLOPHONE");
  const gone = {
    type: "message",
    subtype: "tombstone",
    user: "USLACKBOT",
    hidden: true,
    ts,
    thread_ts: ts,
    text: "This message was deleted.",
  };
  await send(envelope({ type: "message", subtype: "message_deleted", hidden: true, channel: GENERAL, ts: stamp(), deleted_ts: ts, previous_message: gone })); // prettier-ignore
  expect(JSON.stringify(await parley.log(ts))).not.toContain("XYLOPHONE");
  // Of what is in its place nobody has anything discussed.
  const later = { ...gone, ts: stamp(), thread_ts: undefined };
  await send({
    type: "message_action",
    callback_id: "parley_discuss",
    user,
    channel: { id: GENERAL },
    trigger_id: "1.2.4",
    message: later,
  });
  expect(await parley.log(later.ts)).toEqual([]);
  expect(problems()).toEqual([]);
});

describe("files that only one of a mention's two events names are heard", () => {
  const files = [{ id: "F0GONE", mode: "tombstone", name: "plan.pdf" }];
  const told = (ts: string) => ({
    mention: envelope(said(ts, { type: "app_mention", channel: GENERAL, channel_type: undefined, text: "<@U0PARLEY> read this" })),
    message: envelope(said(ts, { channel: GENERAL, channel_type: "channel", text: "<@U0PARLEY> read this", subtype: "file_share", files })),
  });
  const besides = async (ts: string) =>
    (await parley.log(ts)).flatMap((event) => (event.type === "message.posted" && "person" in event ? [JSON.stringify(event.beside ?? [])] : [])); // prettier-ignore

  test("behind the words, where it is the second, and are forgotten with them", async () => {
    const ts = stamp();
    const { mention, message } = told(ts);
    for (const body of [mention, message, mention, message]) await send(body);
    expect(await besides(ts)).toEqual(["[]", expect.stringContaining("plan.pdf")]);
    await send(envelope({ type: "message", subtype: "message_deleted", hidden: true, channel: GENERAL, ts: stamp(), deleted_ts: ts }));
    expect(JSON.stringify(await parley.log(ts))).not.toMatch(/plan\.pdf|read this/);
    expect(problems()).toEqual([]);
  });

  test("with them, where it is the first", async () => {
    const ts = stamp();
    const { mention, message } = told(ts);
    for (const body of [message, mention, message]) await send(body);
    expect(await besides(ts)).toEqual([expect.stringContaining("plan.pdf")]);
    expect(problems()).toEqual([]);
  });
});

describe("what a person asks for in a way that cannot be read is answered to them alone", () => {
  const user = { id: JONAS, username: "jonas", name: "jonas", team_id: "T0LOCAL" };
  const press = (more: Json): Json => ({
    type: "block_actions",
    user,
    team: { id: "T0LOCAL" },
    channel: { id: GENERAL, name: "general" },
    actions: [{ type: "button", block_id: "b", action_id: "parley.run.stop", value: '{"r":"x"}', action_ts: stamp() }],
    ...more,
  });
  /** What tells of other kinds of bodies which they are. */
  const OTHERS = { event: null, command: null, name: null, response_urls: null };
  const submission = (view: Json): Json => ({
    ...OTHERS,
    actions: null,
    channel: null,
    type: "view_submission",
    user,
    team: { id: "T0LOCAL" },
    view: { id: "V1", ...view },
  });
  const ASKED: { readonly [how: string]: () => Json } = {
    "a button without its message and its place": () => press({ container: null, message: null }),
    "a button whose message has no time": () => press({ container: { type: "message" }, message: { type: "message" } }),
    "a form without a state": () => submission({ callback_id: "parley_new", state: null }),
    "a form whose state has no values": () =>
      submission({ callback_id: "parley_settings", private_metadata: "{}", state: { values: null } }),
    "a command that names no channel": () => ({ command: "/parley", text: "status", user_id: JONAS, channel_id: "", team_id: "T0LOCAL" }),
    "a shortcut on a message without a time": () => ({
      type: "message_action",
      callback_id: "parley_discuss",
      user,
      channel: { id: GENERAL },
      trigger_id: "1.2.3",
      message: { text: "look" },
    }),
    "a form that has lost of which thread it is": () =>
      submission({ callback_id: "parley_steer", private_metadata: "", state: { values: { words: { value: { value: "be quick" } } } } }),
    "a form of a channel's settings that has lost of which": () =>
      submission({ callback_id: "parley_settings", state: { values: { turns: { value: { selected_option: { value: "quiet" } } } } } }),
    "a form for a new run in which nothing is filled in": () => submission({ callback_id: "parley_new", state: { values: {} } }),
    "an edited call that has lost what was written": () =>
      submission({ callback_id: "parley_edit", private_metadata: JSON.stringify({ thread: `T0LOCAL/${GENERAL}/1.000001`, seq: 1 }), state: { values: {} } }), // prettier-ignore
    "settings that have lost what was chosen": () =>
      submission({ callback_id: "parley_settings", private_metadata: JSON.stringify({ channel: GENERAL, revision: 0 }), state: { values: {} } }), // prettier-ignore
    "a form of App Home that has lost all its fields": () => submission({ callback_id: "parley_home_me", state: { values: {} } }),
    "a shortcut without Slack's leave to open a form": () => ({ type: "shortcut", callback_id: "parley_new", user, trigger_id: "" }),
    "a button that opens a form without it": () =>
      press({
        container: { type: "message", message_ts: "1800000000.000100", channel_id: GENERAL },
        actions: [{ type: "button", block_id: "b", action_id: "parley.run.steer", value: "{}", action_ts: stamp() }],
      }),
  };
  test.each(Object.entries(ASKED))("%s", async (_how, body) => {
    const posts = () => parley.slack.control.calls("chat.postMessage").filter(({ args }) => args["channel"] === JONAS);
    const before = posts().length;
    await send(body());
    await eventually(() => expect(posts().slice(before).map(({ args }) => args["text"])).toEqual([expect.stringMatching(/could not be read, so nothing was done/)])); // prettier-ignore
    expect(problems()).toEqual([expect.stringMatching(/^something of Slack's was not understood: /)]);
  });

  test("where words are missing in a form, or there are blanks alone, whoever sent it off is told", async () => {
    const ts = await parley.post("@parley fix the build");
    const about = { callback_id: "parley_steer", private_metadata: JSON.stringify({ thread: `${parley.slack.teamId}/${GENERAL}/${ts}` }) };
    const posts = () => parley.slack.control.calls("chat.postMessage").filter(({ args }) => args["channel"] === JONAS);
    const before = posts().length;
    for (const value of [undefined, null, "  "]) await send(submission({ ...about, id: `V${++number}`, state: { values: { words: { value: { value } } } } })); // prettier-ignore
    await eventually(() => expect(posts().slice(before)).toHaveLength(3));
    for (const { args } of posts().slice(before)) expect(args["text"]).toMatch(/could not be read, so nothing was done/);
    expect(await parley.heard(ts)).toEqual(["Maria: fix the build"]);
    expect(problems()).toEqual([]);
  });

  test("a form that was asked for too long ago for Slack is told, from a button, a shortcut and App Home", async () => {
    const ts = await parley.post("@parley fix the build");
    const at = { container: { type: "message", message_ts: ts, channel_id: GENERAL } };
    const asked = (action: string, more: Json): Json =>
      press({ ...more, actions: [{ type: "button", block_id: "b", action_id: action, value: "{}", action_ts: stamp() }] });
    const posts = () => parley.slack.control.calls("chat.postMessage").filter(({ args }) => args["channel"] === JONAS);
    const before = posts().length;
    parley.slack.control.fault({ method: "views.open", kind: "error", code: "expired_trigger_id", times: 3 });
    await send(asked("parley.run.steer", { ...at, trigger_id: "1.2.a" }));
    await send({ type: "shortcut", callback_id: "parley_new", user, trigger_id: "1.2.b" });
    await send(asked("parley.home.search", { trigger_id: "1.2.c", channel: undefined, container: { type: "view", view_id: "V0" }, view: { id: "V0", type: "home" } })); // prettier-ignore
    await eventually(() => expect(posts().slice(before)).toHaveLength(3));
    for (const { args } of posts().slice(before))
      expect(args["text"]).toMatch(/^Slack opens a form only within three seconds, .* once more\.$/);
    expect(parley.problems.filter((line) => /views\.open/.test(line))).toEqual([]);
    // Opened already, as before a crash; and refused for another reason.
    for (const code of ["exchanged_trigger_id", "view_too_large"]) {
      parley.slack.control.fault({ method: "views.open", kind: "error", code });
      await send({ type: "shortcut", callback_id: "parley_new", user, trigger_id: `1.2.${code}` });
    }
    await eventually(() => expect(posts().slice(before)).toHaveLength(4));
    expect(posts().at(-1)?.args["text"]).toMatch(/^Slack did not open the form \(view_too_large\), so nothing was done\./);
    expect(problems()).toEqual([]);
  });

  test("a command without Slack's leave to open a form", async () => {
    const command = { command: "/parley", user_id: JONAS, channel_id: GENERAL, team_id: "T0LOCAL", trigger_id: "" };
    const told = () => parley.slack.control.calls("chat.postEphemeral").map(({ args }) => args["text"]);
    const before = told().length;
    for (const text of ["new coding: fix the build", "settings"]) await send({ ...command, text });
    await eventually(() => expect(told().slice(before)).toHaveLength(2));
    for (const line of told().slice(before)) expect(line).toMatch(/could not be read, so nothing was done/);
    expect(problems()).toEqual([]);
  });

  test("and the rest of what is missing, or null, changes nothing", async () => {
    const ts = await parley.post("@parley fix the build");
    const container = { type: "message", message_ts: ts, channel_id: GENERAL, is_ephemeral: false };
    const stop = { type: "button", block_id: null, action_id: "parley.run.stop", value: null, selected_option: null, action_ts: null };
    await send(press({ ...OTHERS, user: { id: MARIA }, team: null, enterprise: null, channel: null, container, message: undefined, actions: [stop], state: { values: null } })); // prettier-ignore
    await eventually(async () => expect(await parley.running(ts)).toBe(false));
    expect(problems()).toEqual([]);
  });
});

test("a step of a workflow that brings no inputs is answered, for the workflow waits", async () => {
  for (const inputs of [null, undefined, "none", { task: { type: "rich_text" }, channel: ["C1"] }]) {
    const execution = `Fx${++number}`;
    await send(envelope({ type: "function_executed", function: { callback_id: ASK_TEAM }, inputs, function_execution_id: execution }));
    const answers = () =>
      parley.slack.control.calls("functions.completeError").filter(({ args }) => args["function_execution_id"] === execution);
    await eventually(() => expect(answers()).toHaveLength(1));
    expect(answers()[0]?.args["error"]).toMatch(/The step (has no task|names no channel)/);
  }
});
