import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import type { Thread } from "../../support/slack/thread.ts";
import { docx } from "../../support/documents.ts";

async function atTheDesk() {
  const desk = await openModelDesk();
  const { pair } = PAIR.teams;
  // What is read may cost more than the other tests' dollar.
  const teams = { pair: { ...pair, limits: { ...pair.limits, usd: 50 } } };
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model }, teams } });
  return { desk, journey, control: journey.slack.control };
}

async function people({ control }: Journey["slack"], first: string, replies: readonly string[] = []): Promise<string> {
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: first });
  for (const text of replies) await control.post({ user: JONAS, channel: GENERAL, text, threadTs: ts });
  return ts;
}

const cardOf = async (thread: Thread): Promise<string> => {
  await thread.until(() => thread.ofKind("card").length > 0);
  return JSON.stringify(thread.ofKind("card")[0]?.blocks);
};

test("mentioned in a thread of people, the team reads it, says how much, and goes on from what was said", async () => {
  const { desk, journey, control } = await atTheDesk();
  const ts = await people(journey.slack, "Deploy 417 failed");
  await control.post({ user: MARIA, channel: GENERAL, threadTs: ts, text: "exit 137, see <https://ci.example/417|the log>" });
  await control.pasteTable({ user: JONAS, channel: GENERAL, threadTs: ts, rows: [["step", "MB"], ["7", "512"]] }); // prettier-ignore
  const alert = { color: "danger", title: "OOMKilled", text: "pod web-3" };
  await control.postAsApp({ app: { name: "Alerts" }, as: "bot", channel: GENERAL, threadTs: ts, text: "", attachments: [alert] });
  await control.post({ user: JONAS, channel: GENERAL, threadTs: ts, text: "notes", files: [{ name: "notes.docx", content: docx(["Memory was halved on Friday."]) }] }); // prettier-ignore
  const thread = await journey.mention("@parley why?", { threadTs: ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toMatch(/"Jonas, \d{4}-\d\d-\d\d \d\d:\d\d UTC, earlier in this thread": Deploy 417 failed/);
  for (const words of [
    "exit 137, see the log (https://ci.example/417)",
    "| step | MB |\n| | 7 | 512 |",
    "pod web-3",
    "Memory was halved on Friday.",
  ])
    expect(ana.read).toContain(words);
  expect(ana.read).toContain("(Read 5 messages and 1 file from before in this thread.)");
  expect(ana.read.indexOf("Deploy 417")).toBeLessThan(ana.read.indexOf("pod web-3"));
  expect(await cardOf(thread)).toContain("Read 5 messages and 1 file from before in this thread");
  ana.answer("Out of memory. DONE");
  await thread.ended();
  // What was said since, without the bot, is read with the next mention; what is known is not read twice.
  await thread.reply("we doubled it", JONAS);
  await journey.quiet();
  await thread.reply("@parley is it enough?", MARIA);
  const again = await desk.asked();
  expect(again.read.match(/we doubled it/g)).toHaveLength(1);
  expect(again.read.match(/Deploy 417 failed/g)).toHaveLength(1);
  again.answer("It is. DONE");
  await thread.ended(2);
});

test("of a long thread the newest words are read, within a budget, and the rest is said to be left out", async () => {
  const { desk, journey } = await atTheDesk();
  const ts = await people(
    journey.slack,
    "the oldest",
    Array.from({ length: 14 }, (_, nth) => `reply ${nth} ${"long ".repeat(700)}`),
  );
  const thread = await journey.mention("@parley sum it up", { threadTs: ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("reply 13 long");
  expect(ana.read).not.toContain("the oldest");
  expect(ana.read).toMatch(/\(Read 6 messages from before in this thread; 9 older left out for their length\.\)/);
  ana.answer("Long. DONE");
  await thread.ended();
});

test("an app that may read once a minute says what it could not read, and goes on at once", async () => {
  const { desk, journey, control } = await atTheDesk();
  const ts = await people(journey.slack, "the beginning", ["and more"]);
  control.fault({ method: "conversations.replies", kind: "ratelimited", retryAfterSeconds: 60, times: 50 });
  const thread = await journey.mention("@parley why?", { threadTs: ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Maria: why?");
  expect(ana.read).toContain(
    "(Read nothing from before in this thread; at least one more could not be read: Slack lets the app read no more just now.)",
  );
  expect(await cardOf(thread)).toContain("Slack lets the app read no more just now");
  ana.answer("I cannot tell. DONE");
  await thread.until(() => thread.turns().length === 1);
});

test.each([
  ["missing_scope", "the app may not read what was said here before"],
  ["fatal_error", "Slack did not answer"],
])("where Slack answers %s, that is said, and the run begins", async (code, why) => {
  const { desk, journey, control } = await atTheDesk();
  const ts = await people(journey.slack, "the beginning");
  control.fault({ method: "conversations.replies", kind: "error", code, times: 1 });
  const thread = await journey.mention("@parley why?", { threadTs: ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain(`could not be read: ${why}.)`);
  ana.answer("Hm. DONE");
  await thread.ended();
});

test("Discuss with Parley on a message of a thread reads the thread around it, and the message once", async () => {
  const { desk, journey, control } = await atTheDesk();
  const ts = await people(journey.slack, "Deploy 417 failed", ["exit 137"]);
  const last = await control.post({ user: MARIA, channel: GENERAL, threadTs: ts, text: "was it memory?" });
  await control.shortcut({ user: MARIA, callbackId: "parley_discuss", channel: GENERAL, ts: last.ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Deploy 417 failed");
  expect(ana.read.match(/was it memory\?/g)).toHaveLength(1);
  expect(ana.read).toContain("(Read 2 messages from before in this thread.)");
  ana.answer("It was. DONE");
  await journey.thread(GENERAL, ts).ended();
});

test("a thread in which nothing was said but a sound has nothing to read; beside other words it is read", async () => {
  const { desk, journey } = await atTheDesk();
  const sound = await journey.mention("@parley count", { threadTs: await people(journey.slack, "hm") });
  const ana = await desk.asked("Ana");
  expect(ana.read).not.toContain("earlier in this thread");
  ana.answer("One. DONE");
  await sound.ended();
  const asked = await journey.mention("@parley go on", { threadTs: await people(journey.slack, "Ship today?", ["no"]) });
  const again = await desk.asked("Ana");
  expect(again.read).toContain('earlier in this thread": no');
  again.answer("Then not. DONE");
  await asked.ended();
});

test.each([
  { label: "Continue…", values: { words: { value: { value: "is it enough?" } } } },
  { label: "Another team…", values: { team: { value: { value: "pair" } } } },
])("what people have said since a run was over is read by the one that $label begins", async ({ label, values }) => {
  const { desk, journey, control } = await atTheDesk();
  const ts = await people(journey.slack, "Deploy 417 failed");
  const thread = await journey.mention("@parley why?", { threadTs: ts });
  (await desk.asked("Ana")).answer("Out of memory. DONE");
  await thread.ended();
  await thread.reply("<@U0MARIA> we doubled it", JONAS);
  await control.post({ user: JONAS, channel: GENERAL, threadTs: ts, text: "notes", files: [{ name: "notes.docx", content: docx(["It is 1 GB now."]) }] }); // prettier-ignore
  await journey.quiet();
  await thread.click(label, MARIA);
  await control.until(() => control.modals(MARIA).length === 1);
  const view = control.modals(MARIA)[0] as { readonly id: string };
  expect(await control.submit({ user: MARIA, viewId: view.id, values })).toMatchObject({ acked: true });
  const again = await desk.asked();
  for (const words of ["we doubled it", "It is 1 GB now."]) expect(again.read.split(words)).toHaveLength(2);
  expect(again.read).toContain("(Read 2 messages and 1 file from before in this thread.)");
  again.answer("It is. DONE");
  await thread.ended(2);
  expect(JSON.stringify(thread.ofKind("card").at(-1)?.blocks)).toContain("Read 2 messages and 1 file from before in this thread");
});

test("a mention that begins a thread reads nothing, and says nothing of it", async () => {
  const { desk, journey, control } = await atTheDesk();
  const thread = await journey.mention("@parley count");
  const ana = await desk.asked("Ana");
  expect(ana.read).not.toContain("from before in this thread");
  expect(control.calls("conversations.replies")).toEqual([]);
  ana.answer("One. DONE");
  await thread.ended();
});
