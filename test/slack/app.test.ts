import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { createSlackApp } from "../../src/slack/app.ts";
import { createWeb } from "../../src/slack/api/web-client.ts";
import { whoAmI } from "../../src/slack/api/who-am-i.ts";
import { manualClock } from "../support/clock.ts";
import { CARDS, GENERAL, JONAS, listening, type Listening, type ListeningOptions } from "./heard.ts";
import { eventually } from "../support/patience.ts";

let parley: Listening;
const begin = async (options: ListeningOptions = {}) => (parley = await listening(options));
afterEach(() => parley.close());

/** Time that passes twenty times as fast for those who wait. */
const hurried: Clock = { now: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(ms / 20, signal) };

test("a bot token that Slack refuses fails the start, with what to do", async () => {
  await begin();
  const web = createWeb({ token: "xoxb-wrong", apiUrl: parley.slack.apiUrl });
  const wrong = {
    ...parley,
    forgetting: { forget: async () => undefined, message: async () => 0 },
    dispatch: { serve: () => expect.unreachable("nothing is served") },
    botToken: "xoxb-wrong",
    appToken: "",
    teams: { cards: CARDS, default: "coding" },
    clock: hurried,
    log: () => undefined,
  };
  await expect(createSlackApp({ ...wrong, web })).rejects.toThrow(/refuses SLACK_BOT_TOKEN \(invalid_auth\).*OAuth & Permissions/);
});

test("a Slack in trouble fails the start as what it is, and calls no token wrong", async () => {
  await begin();
  const web = createWeb({ token: parley.slack.botToken, apiUrl: parley.slack.apiUrl });
  for (const code of ["internal_error", "fatal_error", "service_unavailable"]) {
    parley.slack.control.fault({ method: "auth.test", kind: "error", code, times: 1 });
    await expect(whoAmI(web, hurried)).rejects.toThrow(new RegExp(`trouble of its own.*\\(${code}\\)\\. Start again`));
  }
});

test("an app token that Slack refuses fails the start, with what to do, and its secret is not in the words", async () => {
  await begin({ start: false, parts: { appToken: "xapp-wrong-secret" } });
  const failure = await parley.app.start().then(
    () => "",
    (error: Error) => error.message,
  );
  expect(failure).toMatch(/SLACK_APP_TOKEN is refused.*connections:write/);
  expect(`${failure} ${parley.problems.join(" ")}`).not.toContain("xapp-wrong-secret");
});

test("an address without its last slash is mended, and what is no address is refused", async () => {
  await begin();
  const web = createWeb({ token: parley.slack.botToken, apiUrl: parley.slack.apiUrl.replace(/\/$/, "") });
  expect((await web.read.auth.test()).user_id).toBe(parley.app.botUserId);
  expect(() => createWeb({ token: "x", apiUrl: "slack" })).toThrow(/SLACK_API_URL is "slack"; give an address such as/);
});

test("two sockets are open, so that one hears while the other reconnects", async () => {
  await begin();
  await eventually(() => expect(parley.slack.control.calls("apps.connections.open")).toHaveLength(2));
  expect(parley.app.connected()).toBe(true);
});

test.each(["warning", "refresh_requested", "link_disabled"] as const)(
  "after Slack closes the sockets (%s) they are opened again",
  async (reason) => {
    await begin({ clock: hurried });
    await parley.slack.control.until(() => parley.slack.control.sockets() === 2);
    parley.slack.control.disconnect(reason);
    await eventually(() => expect(parley.slack.control.calls("apps.connections.open").length).toBeGreaterThanOrEqual(4));
    await eventually(() => expect(parley.app.connected()).toBe(true));
    expect(await parley.heard(await parley.post("@parley still there?"))).toEqual([expect.stringMatching(/: still there\?$/)]);
  },
);

test("while Slack refuses every connection it is asked again and again, and the process lives", async () => {
  await begin({ clock: hurried });
  await parley.slack.control.until(() => parley.slack.control.sockets() === 2);
  parley.slack.control.fault({ method: "apps.connections.open", kind: "error", code: "invalid_auth", times: 4 });
  parley.slack.control.fault({ method: "apps.connections.open", kind: "status500", times: 2 });
  parley.slack.control.disconnect("link_disabled");
  await eventually(() => expect(parley.slack.control.calls("apps.connections.open").length).toBeGreaterThanOrEqual(2 + 6 + 2));
  await eventually(() => expect(parley.app.connected()).toBe(true));
});

test.each([
  ["invalid_auth", /SLACK_APP_TOKEN is refused/],
  ["account_inactive", /removed or switched off.*\(account_inactive\)\. Install it again/],
  ["internal_error", /Slack has trouble of its own \(internal_error\)/],
  ["no_such_word", /Slack opens none \(no_such_word\)\. Look whether Socket Mode is switched on/],
])("what keeps Slack away for long (%s) is told with its mend, and then ever more rarely", async (code, says) => {
  await begin({ clock: hurried });
  await parley.slack.control.until(() => parley.slack.control.sockets() === 2);
  const before = parley.problems.length;
  parley.slack.control.fault({ method: "apps.connections.open", kind: "error", code, times: 18 });
  parley.slack.control.disconnect("link_disabled");
  await eventually(() => expect(parley.slack.control.calls("apps.connections.open").length).toBeGreaterThanOrEqual(2 + 18 + 1));
  await eventually(() => expect(parley.app.connected()).toBe(true));
  const told = parley.problems.slice(before);
  expect(told.filter((line) => says.test(line)).length).toBeGreaterThan(0);
  // Each line once, though it was tried eighteen times.
  expect(new Set(told).size).toBe(told.length);
  expect(told.length).toBeLessThanOrEqual(5);
  expect(told.join("\n")).not.toMatch(/network and its way out/);
});

test("a connection that was lost at once is not asked for again before its pause is over", async () => {
  const clock = manualClock();
  await begin({ clock });
  const asked = () => parley.slack.control.calls("apps.connections.open").length;
  await parley.slack.control.until(() => parley.slack.control.sockets() === 2);
  parley.slack.control.disconnect("link_disabled");
  await parley.slack.control.until(() => parley.slack.control.sockets() === 0);
  // Another call, there and back: one for a connection would have arrived as well.
  await createWeb({ token: parley.slack.botToken, apiUrl: parley.slack.apiUrl }).read.auth.test();
  expect(asked()).toBe(2);
  // Others sleep by this clock, too: nobody says when both connections do.
  await eventually(async () => {
    await clock.advance(500);
    expect(asked()).toBe(4);
  });
});

test("what people wrote in a run's thread while nothing was connected is read back, each message once", async () => {
  await begin();
  const ts = await parley.post("@parley fix the build");
  await parley.post("heard at once", { threadTs: ts });
  await parley.app.stop();
  const missed = await parley.slack.control.post({ user: JONAS, channel: GENERAL, text: "missed &amp; read back", threadTs: ts });
  await parley.slack.control.post({ user: JONAS, channel: GENERAL, text: "missed, and nobody's business" });
  parley = await restarted(parley);

  await eventually(async () => expect(await parley.heard(ts)).toHaveLength(3));
  await parley.slack.control.redeliver({ acked: true });
  await parley.quiet();
  expect((await parley.heard(ts)).map((words) => words.split(":")[0])).toEqual(["Maria", "Maria", "Jonas"]);
  await eventually(() => expect(parley.reactions(missed.ts)).toEqual(["eyes"]));
});

test("a guest's words are not let in by way of reading back", async () => {
  await begin();
  const channel = parley.slack.control.addChannel("shared", { external: true });
  const guest = parley.slack.control.addUser("Guest", { teamId: "T0OTHER" });
  const ts = await parley.post("@parley fix the build", { channel });
  await parley.app.stop();
  await parley.slack.control.post({ user: guest, channel, text: "stop", threadTs: ts });
  await parley.slack.control.post({ user: guest, channel, text: "mine first", threadTs: ts });
  await parley.slack.control.post({ user: JONAS, channel, text: "go on", threadTs: ts });
  parley = await restarted(parley);
  await eventually(async () => expect(await parley.heard(ts, channel)).toEqual(["Maria: fix the build", "Jonas: go on"]));
  expect(await parley.running(ts, channel)).toBe(true);
});

test("a stop that was written while nothing was connected is obeyed", async () => {
  await begin();
  const ts = await parley.post("@parley fix the build");
  await parley.app.stop();
  await parley.slack.control.post({ user: JONAS, channel: GENERAL, text: "stop", threadTs: ts });
  parley = await restarted(parley);
  await eventually(async () => expect(await parley.running(ts)).toBe(false));
});

test.each([
  ["missing_scope", true],
  ["unknown_method", true],
  ["thread_not_found", false],
])("where conversations.replies answers %s, the rest works", async (code) => {
  await begin();
  const ts = await parley.post("@parley fix the build");
  await parley.app.stop();
  parley.slack.control.fault({ method: "conversations.replies", kind: "error", code, times: 100 });
  parley = await restarted(parley);
  await eventually(() => expect(parley.problems.join("\n")).toContain(code));
  await parley.post("faster", { threadTs: ts });
  expect(await parley.heard(ts)).toEqual(["Maria: fix the build", "Maria: faster"]);
});

test("a message that was acked and not handled when the process died is handled by the next one, once", async () => {
  let dies = true;
  const wrapRunner = (runner: Runner): Runner => ({
    ...runner,
    // The first process gets no further than this.
    say: (said) => (dies ? new Promise(() => undefined) : runner.say(said)),
  });
  await begin({ wrapRunner, clock: hurried });
  const { ts } = await parley.slack.control.post({ user: JONAS, channel: GENERAL, text: "@parley fix the build" });
  await eventually(() => expect(parley.slack.control.unacked()).toBe(0));
  await eventually(async () => expect(await parley.store.unhandled(10)).toHaveLength(1));
  dies = false;
  parley = await parley.crash();
  await parley.quiet();
  expect(await parley.heard(ts)).toEqual(["Jonas: fix the build"]);
});

test("events of any shape whatever leave the ear listening", async () => {
  await begin();
  const type = fc.constantFrom(
    "message",
    "app_mention",
    "agent_session_stopped",
    "app_home_opened",
    "channel_left",
    "tokens_revoked",
    "user_change",
    "file_shared",
    "nonsense",
  );
  const field = fc.constantFrom(
    "channel",
    "user",
    "ts",
    "thread_ts",
    "text",
    "files",
    "item",
    "tokens",
    "subtype",
    "bot_id",
    "tab",
    "edited",
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(GENERAL, JONAS, "1700000000.000100", "<@U0PARLEY> <@U0PARLEY|x> <!channel> <<>> &lt;"),
  );
  await fc.assert(
    fc.asyncProperty(type, fc.dictionary(field, value), async (name, fields) => {
      await parley.slack.control.event({ ...fields, type: name });
    }),
    { numRuns: 200 },
  );
  await parley.quiet();
  expect(await parley.heard(await parley.post("@parley still there?"))).toEqual([expect.stringMatching(/: still there\?$/)]);
  expect(parley.problems.filter((problem) => problem.includes("broke its handling"))).toEqual([]);
});

test("a Slack that does not say who somebody is holds nothing up: the sign is there, and the id stands for the name", async () => {
  await begin({ clock: hurried });
  parley.slack.control.fault({ method: "users.info", kind: "timeout_after", times: 10 });
  const { ts } = await parley.slack.control.post({ user: JONAS, channel: GENERAL, text: "@parley fix the build" });
  await eventually(() => expect(parley.reactions(ts)).toEqual(["eyes"]));
  await eventually(async () => expect(await parley.heard(ts)).toEqual([`${JONAS}: fix the build`]));
});

/** A new ear on the same workspace and store: the process was away. */
const restarted = (from: Listening): Promise<Listening> => from.crash();
