import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const { pair } = PAIR.teams;
const TEAMS = { ...PAIR, teams: { pair, other: { ...pair, description: "Another two." } } };
const DM = "D0MARIA";

test("a message to the bot is a task, its thread is called as the task, and replies steer", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...TEAMS, models: { scripted: desk.model } } });
  const { control } = journey.slack;
  const { ts } = await control.post({ user: MARIA, channel: DM, text: "find a name for a plum" });
  const thread = journey.thread(DM, ts);
  const ana = await desk.asked("Ana");
  await control.until(() => control.session(DM, ts)?.status === "processing");
  expect(control.session(DM, ts)?.title).toBe("find a name for a plum");
  await control.until(() => control.calls("assistant.threads.setTitle").length === 1);
  expect(control.calls("assistant.threads.setTitle")[0]).toMatchObject({
    ok: true,
    args: { channel_id: DM, thread_ts: ts, title: "find a name for a plum" },
  });
  const reply = await thread.reply("in French", MARIA);
  await thread.until(() => thread.reactions(reply).includes("eyes"));
  ana.answer("Plum.");
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Maria: in French");
  ben.answer("Prune. DONE");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: Plum.", "Ben: Prune."]);
});

test("/parley in a DM is about the person's own runs, wherever they are", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...TEAMS, models: { scripted: desk.model } } });
  const { control } = journey.slack;
  await journey.mention("@parley mine");
  const mine = await desk.asked("Ana");
  await journey.mention("@parley not mine", { user: JONAS });
  const other = await desk.asked("Ana");
  await control.command({ user: MARIA, channel: DM, command: "/parley", text: "status" });
  await control.until(() => journey.whispers(MARIA, DM).length === 1);
  expect(journey.whispers(MARIA, DM)[0]).toMatch(/^\*Your runs that go on: 1\*\n.*>mine$/s);
  await control.command({ user: MARIA, channel: DM, command: "/parley", text: "stop" });
  await mine.gone;
  other.answer("Done. DONE");
});

test("whoever opens the DM is offered each team, the default of the channel beside it first", async () => {
  const journey = await openJourney({ file: TEAMS, replies: { Ana: ["What do you need? DONE"] } });
  const { control } = journey.slack;
  await control.openApp({ user: MARIA, tab: "messages" });
  await control.until(() => control.prompts(DM).length === 2);
  expect(control.prompts(DM)).toEqual([
    { title: "pair: Two who talk.", message: "pair: Ask me what I need, then work it out with me." },
    { title: "other: Another two.", message: "other: Ask me what I need, then work it out with me." },
  ]);
  // What is pressed is sent as it stands: it begins a run of that team.
  control.setLocale(MARIA, "fr-FR");
  await journey.quiet();
  await control.openApp({ user: MARIA, tab: "messages" });
  const french = { title: "pair: Two who talk.", message: "pair\u00A0: Demandez-moi ce qu’il me faut, puis travaillons-y ensemble." };
  await control.until(() => control.prompts(DM)[0]?.message === french.message);
  expect(control.prompts(DM)[0]).toEqual(french);
  // An agent's prompts name no thread: with one, Slack does nothing.
  expect(control.calls("assistant.threads.setSuggestedPrompts").every(({ args }) => args["thread_ts"] === undefined)).toBe(true);

  await journey.parley.settings.put({
    name: `channel/${GENERAL}`,
    value: { team: "other" },
    revision: 0,
    decision: { workspace: journey.slack.teamId, person: { id: MARIA, name: "Maria" }, deed: "set", subject: "x", allowed: true },
  });
  const context = { entities: [{ type: "slack#/types/channel_id", value: GENERAL }] };
  await control.event({ type: "app_context_changed", user: MARIA, channel: DM, context });
  await control.until(() => control.prompts(DM)[0]?.title === "other: Another two.");
  // Slack also tells it without the conversation, and without the person: then nobody knows whose it is.
  const suggested = () => control.calls("assistant.threads.setSuggestedPrompts").length;
  const before = suggested();
  await control.event({ type: "app_context_changed", user: MARIA, context: {} });
  await control.until(() => control.prompts(DM)[0]?.title === "pair: Two who talk.");
  await control.event({ type: "app_context_changed", context });
  await journey.quiet();
  expect(suggested()).toBe(before + 1);
  expect(journey.problems).toEqual([]);

  // What a press of one sends is a task for that team.
  const { ts } = await control.post({
    user: MARIA,
    channel: DM,
    text: control.prompts(DM).find(({ title }) => title.startsWith("pair"))?.message ?? "",
  });
  await journey.thread(DM, ts).ended();
  expect((await journey.thread(DM, ts).log())[0]).toMatchObject({ type: "run.started", team: "pair" });
});

test("an app that is an assistant still gets its prompts in the thread that was opened, and again when the person looks elsewhere", async () => {
  const journey = await openJourney({ file: TEAMS, replies: {} });
  const { control } = journey.slack;
  const { ts } = await control.post({ user: MARIA, channel: DM, text: "help" });
  const opened = (type: string, channel: string) =>
    control.event({
      type,
      assistant_thread: { user_id: MARIA, channel_id: DM, thread_ts: ts, context: { channel_id: channel, team_id: "T0LOCAL" } },
    });
  await opened("assistant_thread_started", GENERAL);
  await control.until(() => control.prompts(DM, ts).length === 2);
  await opened("assistant_thread_context_changed", "C0ENG");
  await control.until(() => control.calls("assistant.threads.setSuggestedPrompts").length === 2);
  expect(control.prompts(DM)).toEqual([]);
});

test("a workspace without prompts is asked once, and its people are told once in words", async () => {
  const journey = await openJourney({ file: TEAMS, replies: {}, prepare: ({ control }) => control.withoutScope("assistant:write") });
  const { control } = journey.slack;
  for (let times = 0; times < 3; times++) {
    await control.openApp({ user: MARIA, tab: "messages" });
    await journey.quiet();
  }
  expect(control.calls("assistant.threads.setSuggestedPrompts")).toHaveLength(1);
  expect(control.channel(DM).map(({ text }) => text)).toEqual([expect.stringContaining("every message is a task")]);
  expect(journey.problems.filter((line) => line.includes("setSuggestedPrompts"))).toHaveLength(1);
});
