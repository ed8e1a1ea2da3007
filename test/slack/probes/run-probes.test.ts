import { expect, onTestFinished, test } from "vitest";
import type { ProbeSettings } from "../../../src/slack/probes/probe-session.ts";
import { PROBES, runProbes, type ProbeReport } from "../../../src/slack/probes/run-probes.ts";
import { createWorkspace, type Fault, type Workspace } from "../../../local-slack/index.ts";
import { openBareSlack } from "../../support/slack/bare-slack.ts";
import { fastClock, GENERAL, MARIA } from "../../support/journey.ts";

/** A local Slack that stands for the live one. */
async function workspace(): Promise<{
  readonly slack: Workspace;
  readonly check: (settings?: Partial<ProbeSettings>, only?: string) => Promise<ProbeReport[]>;
}> {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const settings: ProbeSettings = {
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    channel: GENERAL,
    user: MARIA,
    lookMs: 0,
    clock,
    signal: new AbortController().signal,
  };
  return { slack, check: (more = {}, only) => reportsOf({ ...settings, ...more }, only) };
}

async function reportsOf(settings: ProbeSettings, only?: string): Promise<ProbeReport[]> {
  const reports: ProbeReport[] = [];
  for await (const report of runProbes(only ? PROBES.filter(({ name }) => name === only) : PROBES, settings)) reports.push(report);
  return reports;
}

/** Everything that the bot has left in the channel and in the person's direct messages. */
const leftIn = ({ control }: Workspace) =>
  [GENERAL, "D0MARIA"].flatMap((channel) => control.channel(channel).flatMap((root) => control.thread(channel, root.ts)));

/** What the facts about Slack leave open, as their page lists it for a live check. */
const OPEN_FACTS = [
  "persona after update", "persona in DM", "persona in clients", "plan/task_card/container", "setStatus persona", "completeUploadExternal persona",
  "delete of a persona message", "metadata after update", "streams with personas", "file stubs", "search", "time zones of scheduled work", "the workflow step",
  "scheduled runs",
]; // prettier-ignore

test("every open fact has a check, with a question and what is expected", () => {
  expect(PROBES.map(({ name }) => name)).toEqual([
    "persona-after-update",
    "persona-in-dm",
    "persona-in-clients",
    "upload-persona",
    "delete-persona",
    "plan-task_card-container",
    "status-persona",
    "metadata-after-update",
    "stream-persona",
    "file-info",
    "search",
    "time-zone",
    "workflow-step",
    "scheduled-runs",
  ]);
  expect(PROBES).toHaveLength(OPEN_FACTS.length);
  for (const { asks, expected } of PROBES) expect([asks, expected]).toEqual([expect.stringMatching(/\?$/), expect.stringMatching(/\.$/)]);
});

test("every check is made, says what the workspace does in its own words, and leaves nothing behind", async () => {
  const { slack, check } = await workspace();
  const reports = await check();
  expect(reports.map(({ name, outcome, left }) => ({ name, outcome, left }))).toEqual(
    [
      ["token", "known"],
      ["persona-after-update", "known"],
      ["persona-in-dm", "look"],
      ["persona-in-clients", "look"],
      ["upload-persona", "known"],
      ["delete-persona", "known"],
      ["plan-task_card-container", "known"],
      ["status-persona", "look"],
      ["metadata-after-update", "known"],
      ["stream-persona", "look"],
      ["file-info", "known"],
      ["search", "known"],
      ["time-zone", "known"],
      ["workflow-step", "known"],
      ["scheduled-runs", "known"],
    ].map(([name, outcome]) => ({ name, outcome, left: [] })),
  );
  const found = Object.fromEntries(reports.map((report) => [report.name, report.found]));
  expect(found["token"]?.[0]).toBe("parley in Local workspace (T0LOCAL)");
  expect(found["token"]?.[1]).toMatch(/^x-oauth-scopes: .*chat:write\.customize/);
  expect(found["persona-after-update"]).toEqual([
    "The message is the app's own after the edit.",
    "chat.update: ok",
    'before: username "Parley check", icons {"emoji":":mag:"}, subtype "bot_message"',
    "after: username null, icons null, subtype null",
  ]);
  expect(found["persona-in-dm"]?.[0]).toBe("Slack gives the message back with the persona.");
  expect(found["upload-persona"]?.[0]).toBe("It takes one, and applies it.");
  expect(found["delete-persona"]).toEqual(["It can.", "chat.delete: ok", "afterwards it is gone"]);
  expect(found["plan-task_card-container"]?.slice(0, 2)).toEqual([
    "It takes all three.",
    "plan: chat.postMessage: ok, comes back as plan; blocks.validate: error unknown_method",
  ]);
  expect(found["status-persona"]?.[0]).toBe("It takes a persona.");
  expect(found["metadata-after-update"]?.[0]).toBe("It is kept.");
  expect(found["stream-persona"]?.slice(0, 4)).toEqual([
    "It bears the persona.",
    "chat.startStream with a persona: ok",
    "chat.appendStream: ok",
    "chat.stopStream with metadata: ok",
  ]);
  expect(found["stream-persona"]?.[4]).toContain('"event_type":"parley_check"');
  expect(found["file-info"]).toEqual(["It may.", expect.stringContaining("files.info of a file that is not there: error file_not_found")]);
  expect(found["search"]).toEqual([
    "It does; what is missing is only the leave, which comes with a mention.",
    expect.stringContaining("assistant.search.context without leave: error invalid_action_token"),
  ]);
  expect(found["time-zone"]?.[0]).toMatch(/^It does: \w+\/\w+\.$/);
  expect(found["workflow-step"]?.slice(0, 2)).toEqual([
    "It can.",
    expect.stringContaining("functions.completeSuccess of a step that is not there: error function_execution_not_found"),
  ]);
  expect(found["scheduled-runs"]?.slice(0, 3)).toEqual([
    "It can.",
    expect.stringMatching(/^This machine's clock is \d+\.\d s (behind|ahead of) Slack's\.$/),
    expect.stringMatching(/^Results may (not )?go into a canvas\.$/),
  ]);

  expect(leftIn(slack)).toEqual([]);
  const [root] = slack.control.calls("chat.postMessage");
  expect(root?.args["text"]).toContain("deleted in a moment");
  const statuses = slack.control.calls("assistant.threads.setStatus").map(({ args }) => args["status"]);
  expect(statuses).toEqual(["is checking…", ""]);
  expect(slack.control.calls("files.delete").map(({ ok }) => ok)).toEqual([true]);
  expect(reports.every(({ calls }) => calls <= 12)).toBe(true);
});

test("where the workspace keeps a persona through an edit, the check says so", async () => {
  const { slack, check } = await workspace();
  slack.control.configure({ personaOnUpdate: "keep" });
  expect((await check({}, "persona-after-update"))[1]).toMatchObject({
    outcome: "known",
    found: ["The persona is kept.", expect.anything(), expect.anything(), expect.anything()],
  });
});

test("one check alone may be made, and without a person to write to that one is open", async () => {
  const { slack, check } = await workspace();
  const reports = await check({ user: undefined }, "persona-in-dm");
  expect(reports.map(({ name, outcome }) => [name, outcome])).toEqual([["token", "known"], ["persona-in-dm", "open"]]); // prettier-ignore
  expect(leftIn(slack)).toEqual([]);
});

const FAULTS: readonly (readonly [string, Omit<Fault, "method">])[] = [
  ["internal_error", { kind: "error", code: "internal_error" }],
  ["status 500", { kind: "status500" }],
  ["status 500 after", { kind: "status500_after" }],
  ["reset", { kind: "reset" }],
  ["reset after", { kind: "reset_after" }],
  ["429", { kind: "ratelimited", retryAfterSeconds: 2 }],
  ["429 for long", { kind: "ratelimited", retryAfterSeconds: 3_600 }],
  ["unknown_method", { kind: "error", code: "unknown_method" }],
];

const FAULTY = [
  "chat.update", "chat.delete", "conversations.replies", "conversations.open", "files.getUploadURLExternal", "files.completeUploadExternal",
  "files.info", "assistant.threads.setStatus",
]; // prettier-ignore

test.each(FAULTS)("with a fault in each method (%s) every check reports it and none throws; nothing is left", async (_, fault) => {
  const { slack, check } = await workspace();
  for (const method of FAULTY) slack.control.fault({ method, ...fault });
  const reports = await check();
  expect(reports.filter(({ name }) => name !== "clean-up")).toHaveLength(1 + PROBES.length);
  expect(reports.flatMap(({ found }) => found).filter((line) => line.includes("broke"))).toEqual([]);
  // The one message whose deletion failed is swept at the end.
  expect(leftIn(slack).filter(({ ts }) => !reports.some(({ left }) => left.some((line) => line.includes(ts))))).toEqual([]);
});

test("where posting fails once the thread is begun, every check that posts is open and says why", async () => {
  const { slack, check } = await workspace();
  const checking = check();
  await slack.control.until(() => slack.control.calls("chat.postMessage").length === 1);
  slack.control.fault({ method: "chat.postMessage", kind: "error", code: "restricted_action", times: 100 });
  const reports = await checking;
  for (const { name, outcome, found } of reports.filter(
    (report) => (PROBES.find((probe) => probe.name === report.name)?.messages ?? 0) > 0 && report.name !== "upload-persona",
  ))
    expect({ name, outcome, found: found.join() }).toEqual({
      name,
      outcome: "open",
      found: expect.stringContaining("error restricted_action"),
    });
  expect(leftIn(slack)).toEqual([]);
});

test("a message of which nobody knows whether it is there is swept up in the thread, and named elsewhere", async () => {
  const { slack, check } = await workspace();
  const checking = check({}, "persona-after-update");
  await slack.control.until(() => slack.control.calls("chat.postMessage").length === 1);
  slack.control.fault({ method: "chat.postMessage", kind: "status500_after" });
  await checking;
  expect(leftIn(slack)).toEqual([]);
  slack.control.fault({ method: "chat.postMessage", kind: "status500_after" });
  const reports = await check({}, "persona-after-update");
  expect(leftIn(slack)).toHaveLength(1);
  expect(reports.at(-1)).toMatchObject({
    name: "clean-up",
    left: [expect.stringContaining("a message in C0GENERAL may be there although its call failed (internal_error)")],
  });
});

test("a 429 that is short is waited for; one that is long is told with its header", async () => {
  const { slack, check } = await workspace();
  slack.control.fault({ method: "chat.update", kind: "ratelimited", retryAfterSeconds: 2 });
  expect((await check({}, "metadata-after-update"))[1]?.outcome).toBe("known");
  slack.control.fault({ method: "chat.update", kind: "ratelimited", retryAfterSeconds: 3_600 });
  expect((await check({}, "metadata-after-update"))[1]).toMatchObject({
    outcome: "open",
    found: [
      expect.anything(),
      expect.stringContaining("chat.update without metadata: error ratelimited, retry-after 3600"),
      expect.anything(),
    ],
  });
});

test("what cannot be deleted is named, with the way to delete it", async () => {
  const { slack, check } = await workspace();
  slack.control.fault({ method: "chat.delete", kind: "error", code: "cant_delete_message", times: 100 });
  const reports = await check({}, "persona-after-update");
  const left = reports.flatMap((report) => report.left);
  expect(left.length).toBeGreaterThanOrEqual(2);
  for (const { ts } of leftIn(slack)) expect(left.some((line) => line.includes(ts))).toBe(true);
  expect(left[0]).toMatch(/is still there \(chat\.delete: (error )?cant_delete_message\); take it away by hand$/);
});

test("a token that Slack refuses is told, and nothing else is called", async () => {
  const { slack, check } = await workspace();
  const reports = await check({ botToken: "xoxb-wrong" });
  expect(reports).toMatchObject([{ name: "token", outcome: "open", found: ["auth.test: error invalid_auth"] }]);
  expect(slack.control.calls("chat.postMessage")).toEqual([]);
});

test("where the app is not in the channel every check is open, with Slack's word for it", async () => {
  const { slack, check } = await workspace();
  const reports = await check({ channel: "C0PRIVATE" });
  expect(new Set(reports.slice(1).map(({ outcome, found }) => `${outcome} ${found.join()}`))).toEqual(
    new Set(["open chat.postMessage: error channel_not_found, x-accepted-oauth-scopes chat:write"]),
  );
  expect(leftIn(slack)).toEqual([]);
});

test("interrupted in the middle, it makes no more checks and takes away what it has posted", async () => {
  const { slack, check } = await workspace();
  const stopping = new AbortController();
  const checking = check({ signal: stopping.signal, lookMs: 600_000 }, "persona-in-clients");
  await slack.control.until(() => slack.control.calls("chat.postMessage").length === 2);
  stopping.abort();
  await checking;
  expect(leftIn(slack)).toEqual([]);
});

/** All that these ask of Slack is to take a message. */
const OF_POSTING = new Set(["persona-in-clients", "plan-task_card-container"]);

test.each(["unknown_method", "http 404", "html"] as const)(
  "against a server that knows four methods (the others: %s) every check reports what it was told",
  async (unknown) => {
    const bare = await openBareSlack({ unknown });
    const reports = await reportsOf({
      botToken: "xoxb-1",
      apiUrl: bare.apiUrl,
      channel: "C1",
      user: "U1PERSON",
      lookMs: 0,
      clock: fastClock(),
      signal: new AbortController().signal,
    });
    const word = { unknown_method: "unknown_method", "http 404": "http_404", html: "not JSON" }[unknown];
    expect(reports.slice(1, -1)).toHaveLength(PROBES.length);
    expect(reports.find(({ name }) => name === "token")).toMatchObject({
      outcome: "known",
      found: [expect.anything(), "x-oauth-scopes: not said"],
    });
    for (const { name, outcome, found } of reports.slice(1, -1).filter((report) => !OF_POSTING.has(report.name)))
      expect({ name, outcome, found: found.join("\n") }).toEqual({
        name,
        outcome: "open",
        found: expect.stringContaining(`error ${word}`),
      });
    // It cannot delete either: each message is named.
    const left = reports.flatMap((report) => report.left).join("\n");
    for (const { ts } of bare.posts) expect(left).toContain(ts);
  },
);

test("what the workspace or the scopes do not let the app have is an answer, with Slack's word for it", async () => {
  const { slack, check } = await workspace();
  slack.control.configure({ hasSearch: false });
  expect((await check({}, "search"))[1]).toMatchObject({
    outcome: "known",
    found: ["It does not (feature_not_enabled).", expect.anything()],
  });
  slack.control.withoutScope("search:read.public");
  expect((await check({}, "search"))[1]?.found[0]).toBe("It does not (missing_scope).");
  slack.control.withoutScope("chat:write.customize");
  expect((await check({}, "stream-persona"))[1]).toMatchObject({
    outcome: "known",
    found: ["It does not (missing_scope).", expect.anything()],
  });
  expect(leftIn(slack)).toEqual([]);
});
