import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const critic = { name: "Critic", icon: ":mag:", description: "Doubts.", model: "scripted" };
const TRIO = { ...pair, agents: [pair.agents[0], critic, pair.agents[1]] };
const FILE = { ...PAIR, teams: { trio: TRIO, pair } };
const REPLIES = {
  Ana: ["Use **tabs**.", "As I said: tabs. DONE"],
  Critic: ["I still disagree: tabs break on every screen."],
  Ben: ["Tabs it is, two votes to one.\n\nDONE", "For Rust too. DONE"],
};

/** What a modal shows, and how a person sends it off. */
async function fill(journey: Journey, user: string, values: object): Promise<void> {
  const { control } = journey.slack;
  await control.until(() => control.modals(user).length === 1);
  const [view] = control.modals(user) as [{ readonly id: string }];
  expect(await control.submit({ user, viewId: view.id, values })).toMatchObject({ acked: true });
}

const words = (text: string) => ({ words: { value: { type: "plain_text_input", value: text } } });
const chosen = (block: string, name: string) => ({
  [block]: { value: { type: "static_select", selected_option: { text: { type: "plain_text", text: name }, value: name } } },
});
const card = (thread: Thread) => thread.ofKind("card")[0] as never;

test("a result tells who disagrees and what it cost, not again the answer right above it, and is judged by people", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  const end = await thread.ended();
  expect(wordsOf(end)).toMatch(
    /^:checkered_flag: \*Done\*: Ben said "DONE"\n:warning: \*Critic disagrees:\* I still disagree: tabs break on every screen\.\n\[Continue…\].*\n\(3 turns · .* s · mention me here to go on\)$/,
  );
  await journey.slack.control.click({
    user: JONAS,
    channel: thread.channel,
    ts: end.ts,
    actionId: "parley.result.feedback",
    value: JSON.stringify({ r: `${thread.key}#1`, helpful: false }),
  });
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)).toEqual(["Thanks, noted. `Continue…` lets you say what was missing."]);
  expect((await thread.log()).at(-1)).toMatchObject({ type: "feedback.given", helpful: false, person: { name: "Jonas" } });
});

test("a result tells who of those that were asked disagrees, in whatever language, and why; their replies are no words of the thread", async () => {
  const { trio } = FILE.teams;
  const journey = await openJourney({
    file: { ...FILE, teams: { trio: { ...trio, stances: "all" } } },
    replies: {
      Ana: ["Use **tabs**.", { answer: { stance: "agree", reason: "It is settled." } }],
      Critic: ["Go on.", "Da widerspreche ich: Tabs brechen auf jedem Schirm."],
      Ben: ["Tabs it is.\n\nDONE"],
    },
  });
  const thread = await journey.mention("@parley tabs or spaces?");
  const end = await thread.ended();
  expect(wordsOf(end)).toContain("\n:warning: *Critic disagrees:* Da widerspreche ich: Tabs brechen auf jedem Schirm.\n");
  expect(wordsOf(end)).not.toContain("settled");
  expect(thread.messages().filter((message) => wordsOf(message).includes("widerspreche"))).toHaveLength(1);
  const log = await thread.log();
  expect(log.flatMap((event) => (event.type === "stance.given" ? [[event.agent, event.stance]] : []))).toEqual([
    ["Ana", "agree"],
    ["Critic", "disagree"],
  ]);
});

test("from a result people go on in the thread, and hand the task to another team", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const { ts } = await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "@parley tabs or spaces?", files: [{ name: "style.md", content: Buffer.from("Tabs.") }] }); // prettier-ignore
  const thread = journey.thread(GENERAL, ts);
  await thread.ended();
  await thread.click("Another team…", JONAS);
  await fill(journey, JONAS, chosen("team", "pair"));
  await thread.ended(2);
  expect(thread.text()).toContain("Parley: <@U0JONAS> asks the team *pair*:\n>tabs or spaces?");
  expect((await thread.log()).filter(({ type }) => type === "run.started")).toMatchObject([
    { team: "trio" },
    { team: "pair", startedBy: { name: "Jonas" } },
  ]);
  const tasks = (await thread.log()).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event] : []));
  expect(tasks.map(({ files, beside }) => [files?.map(({ name }) => name), beside?.[0]])).toEqual([
    [["style.md"], { source: "file style.md", text: "Tabs." }],
    [["style.md"], { source: "file style.md", text: "Tabs." }],
  ]);
  await thread.click("Continue…", MARIA);
  await fill(journey, MARIA, words("and for Rust?"));
  await thread.until(() => thread.text().includes("Parley: <@U0MARIA> goes on:\n>and for Rust?"));
  // Its card may be left out: the one turn of this run can be there first.
  await thread.ended(3);
  expect(thread.turns().slice(-2)).toEqual(["Ana: As I said: tabs.", "Ben: For Rust too."]);
});

test("the transcript comes once as a file, and the answer is shared to the channel once", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.ended();
  await thread.click("Transcript", JONAS);
  await thread.until(() => thread.messages().some(({ files }) => files.some(({ name }) => name === "transcript.md")));
  await thread.click("Transcript", MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)).toEqual(["The transcript is in this thread already."]);
  const [file] = thread.messages().flatMap(({ files }) => files);
  const text = await (await fetch(`${journey.slack.url}files/${file?.id}/transcript.md`)).text();
  expect(text).toMatch(
    /^# trio\n\nStarted by Maria, [^]*## Maria \(person\)\n\ntabs or spaces\?\n\n## Ana\n\nUse \*\*tabs\*\*\.[^]*\*\*Ended \(done\)/,
  );

  await thread.click("Share to channel", MARIA);
  const shared = () => journey.slack.control.calls("chat.postMessage").filter(({ args }) => String(args["reply_broadcast"]) === "true");
  await journey.slack.control.until(() => shared().length === 1);
  expect(thread.messages().map(wordsOf).at(-1)).toBe("*Ben* answers, shared by <@U0MARIA>\nTabs it is, two votes to one.");
  await thread.click("Share to channel", JONAS);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(shared()).toHaveLength(1);
});

test("a quiet team shows its card, its questions and its result, and keeps the turns in a file", async () => {
  const quiet = { ...PAIR, teams: { pair: { ...pair, quiet: true } } };
  const replies = {
    Ana: [
      { toolCalls: [{ name: "transfer_to_human", args: { question: "Which editor?", options: ["vi", "ed"] } }] },
      "For {{last}}: tabs.",
    ],
    Ben: [`Long live the tab. ${"Really. ".repeat(100)}DONE`],
  };
  const journey = await openJourney({ file: quiet, replies });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.click("ed", MARIA);
  await thread.until(() => thread.messages().some(({ files }) => files.length > 0));
  expect(thread.turns()).toEqual([]);
  expect(thread.messages().map(({ metadata, files }) => metadata?.event_payload["k"] ?? files[0]?.name ?? "task")).toEqual([
    "task",
    "card",
    "question",
    "end",
    "transcript.md",
  ]);
  expect(wordsOf(thread.ofKind("end")[0])).toContain(`*Ben:*\nLong live the tab. ${"Really. ".repeat(99)}Really.`);
});

test("the card lists the turns, and its buttons pause, let go on, and steer one agent by name", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...FILE, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley tabs or spaces?");
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.ofKind("card").some((one) => buttonsOf(one).length === 3));
  expect(buttonsOf(card(thread)).map(({ label }) => label)).toEqual(["Pause", "Steer…", "Stop"]);
  await thread.click("Pause", JONAS);
  await thread.until(() => wordsOf(card(thread)).includes("(paused by <@U0JONAS> · 0 turns)"));
  ana.answer("Tabs.");
  await thread.until(() => thread.turns().length === 1);
  await thread.until(() => buttonsOf(card(thread))[0]?.label === "Resume");
  const listed = () =>
    journey.slack.control
      .calls("chat.update")
      .flatMap(
        ({ args }) => args["blocks"] as readonly { readonly tasks?: readonly { readonly title: string; readonly status: string }[] }[],
      )
      .flatMap(({ tasks = [] }) => tasks);
  await thread.until(() => listed().some(({ title, status }) => title === "Ana: Tabs." && status === "complete"));
  await thread.click("Steer…", MARIA);
  await fill(journey, MARIA, { ...chosen("to", "Ben"), ...words("be brief\nand kind") });
  await thread.until(() => thread.text().includes("Parley: <@U0MARIA> to *Ben*:\n>be brief\n>and kind"));
  await thread.click("Resume", JONAS);
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Maria: be brief\n| and kind");
  ben.answer("Tabs. DONE");
  await thread.ended();
});

test("where Slack takes no plan, the card says the same in plain blocks, and stays up to date", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: { ...FILE, models: { scripted: desk.model } },
    prepare: (slack) => slack.control.fault({ method: "chat.update", kind: "error", code: "invalid_blocks" }),
  });
  const thread = await journey.mention("@parley tabs or spaces?");
  // Or it would be posted with the turn in it, and nothing would be left to edit.
  await thread.until(() => thread.ofKind("card").length === 1);
  (await desk.asked("Ana")).answer("Tabs.");
  const second = await desk.asked("Critic");
  await thread.until(() => wordsOf(card(thread)).includes("☑ *Ana* Tabs.\n▶ *Critic*"));
  second.answer("No. DONE");
  await thread.ended();
  expect(wordsOf(card(thread))).toContain("is done");
});
