import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openBehind, type Wire } from "../../support/slack/behind.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const { pair } = PAIR.teams;
const FILE = { ...PAIR, teams: { pair, other: { ...pair, description: "Another one." } } };

/** A run of a team that is not the default one, and over. */
async function finished(wire: Wire) {
  const behind = await openBehind(wire, {
    file: FILE,
    replies: { Ana: ["The first answer. DONE", "The third answer. DONE"], Ben: ["The second answer. DONE"] },
  });
  const thread = await behind.mention("@parley other: compare tabs and spaces");
  await thread.ended();
  return { ...behind, thread };
}

test.each(["socket", "http"] as const)(
  "over %s, whoever replies without a mention where a run is over is asked whether it goes on, alone and once",
  async (wire) => {
    const { thread, line, press, told, quiet } = await finished(wire);
    await thread.reply("and what of Makefiles?", JONAS);
    const asked = await line(JONAS);
    expect(wordsOf(asked)).toMatch(/^\*Continue with this\?\* \*other\* has ended here and did not read your message/);
    expect(asked.threadTs).toBe(thread.ts);
    await thread.reply("it is about the tabs in them", JONAS);
    await quiet();
    expect([told(JONAS).length, told(MARIA).length]).toEqual([1, 0]);
    expect((await thread.log()).filter(({ type }) => type === "run.started")).toHaveLength(1);

    await press(JONAS, "Continue with this");
    await thread.ended(2);
    const log = await thread.log();
    const second = log.findLastIndex(({ type }) => type === "run.started");
    expect(log.slice(second, second + 2)).toMatchObject([
      { team: "other", startedBy: { name: "Jonas" } },
      { text: "and what of Makefiles?", person: { name: "Jonas" } },
    ]);
    expect(buttonsOf(await line(JONAS))).toEqual([]);
    // Another person is asked too.
    await thread.reply("does that hold for Python?", MARIA);
    await line(MARIA);
    expect(told(JONAS)).toHaveLength(1);
  },
);

test.each(["thanks!", "Great, thank you :tada:", ":+1:", "perfect", "Vielen Dank!", "<@U0MARIA> what do you think?"])(
  "%j in a thread whose run is over is people's talk",
  async (text) => {
    const { thread, told, quiet } = await finished("socket");
    await thread.reply(text, JONAS);
    await quiet();
    expect(told(JONAS)).toEqual([]);
  },
);

test.each(["no", "is this right?", "thanks, but why 7?"])("%j in a thread whose run is over is offered to the agents", async (text) => {
  const { thread, line } = await finished("socket");
  await thread.reply(text, JONAS);
  expect(wordsOf(await line(JONAS))).toMatch(/^\*Continue with this\?\*/);
});

test("a yes is people's talk, unless the agents have asked something last", async () => {
  const replies = { Ana: ["There are 7. DONE"], Ben: ["There are still 7. Shall I list them? DONE"] };
  const { mention, told, line, quiet } = await openBehind("socket", { file: FILE, replies });
  const thread = await mention("@parley count them");
  await thread.ended();
  await thread.reply("yes", JONAS);
  await quiet();
  expect(told(JONAS)).toEqual([]);
  await thread.reply("<@U0PARLEY> count them again", MARIA);
  await thread.ended(2);
  await thread.reply("yes", JONAS);
  expect(wordsOf(await line(JONAS))).toMatch(/^\*Continue with this\?\*/);
});

test("where Slack lets the app read the message only later, that is said, and the buttons stay until it is heard", async () => {
  const { thread, line, press, told, control, skip } = await finished("socket");
  await thread.reply("and what of Makefiles?", JONAS);
  const asked = await line(JONAS);
  control.fault({ method: "conversations.replies", kind: "ratelimited", retryAfterSeconds: 240 });
  await press(JONAS, "Continue with this");
  await control.until(() => told(JONAS).length === 2);
  expect(told(JONAS)[1]?.text).toMatch(/^Slack lets me read nothing more for \d+ seconds, so nothing was begun yet\. Press again then/);
  expect(buttonsOf(asked).map(({ label }) => label)).toEqual(["Continue with this", "No"]);
  // Slack is not asked again before its time.
  const reads = control.calls("conversations.replies").length;
  await press(JONAS, "Continue with this");
  await control.until(() => told(JONAS).length === 3);
  expect(control.calls("conversations.replies")).toHaveLength(reads);
  skip(240_000);
  await press(JONAS, "Continue with this");
  await thread.ended(2);
  expect(wordsOf(await line(JONAS))).toBe("It is heard.");
});

test("a short while is waited for, and said", async () => {
  const { thread, line, press, told, control } = await finished("socket");
  await thread.reply("and what of Makefiles?", JONAS);
  await line(JONAS);
  control.fault({ method: "conversations.replies", kind: "ratelimited", retryAfterSeconds: 4 });
  await press(JONAS, "Continue with this");
  await thread.ended(2);
  expect(told(JONAS).map(({ text }) => text)).toEqual(["It is heard.", "Slack lets me read your message in 4 seconds; a moment."]);
});

test("where a run is over, summary sums it up, and stop has nothing to stop", async () => {
  const { thread, line } = await finished("socket");
  await thread.reply("summary", JONAS);
  expect((await line(JONAS)).text).toMatch(/^\*other\* is done\n>/);
  await thread.reply("please stop", JONAS);
  expect((await line(JONAS, 2)).text).toBe("No agent is talking in this thread; there is nothing to stop.");
});

test("what was offered holds for the message as it is then: edited, or deleted", async () => {
  const { thread, line, press, control, quiet } = await finished("socket");
  const edited = await thread.reply("and what of Makefils?", JONAS);
  await line(JONAS);
  await control.edit({ channel: GENERAL, ts: edited, text: "and what of Makefiles?" });
  await quiet();
  await press(JONAS, "Continue with this");
  await thread.ended(2);
  expect(JSON.stringify(await thread.log())).toContain("and what of Makefiles?");

  const deleted = await thread.reply("no, forget it", MARIA);
  await line(MARIA);
  await control.remove({ channel: GENERAL, ts: deleted });
  await quiet();
  await press(MARIA, "Continue with this");
  await control.until(() => control.thread(GENERAL, thread.ts).some(({ text }) => text.includes("not there any more")));
  expect((await thread.log()).filter(({ type }) => type === "run.started")).toHaveLength(2);
});

test("a mention where a run is over goes on with its team, unless another is named", async () => {
  const { thread } = await finished("socket");
  await thread.reply("<@U0PARLEY> and for Go?", JONAS);
  await thread.ended(2);
  await thread.reply("<@U0PARLEY> pair: and for Rust?", MARIA);
  await thread.ended(3);
  expect((await thread.log()).flatMap((event) => (event.type === "run.started" ? [event.team] : []))).toEqual(["other", "other", "pair"]);
});

test("whom Slack cannot show a line alone is not asked before everybody", async () => {
  const { thread, control, quiet } = await finished("socket");
  control.fault({ method: "chat.postEphemeral", kind: "error", code: "user_not_in_channel", times: 5 });
  const before = thread.messages().length;
  await thread.reply("and what of Makefiles?", JONAS);
  await quiet();
  await control.until(() => control.calls("chat.postEphemeral").length > 0);
  expect(thread.messages()).toHaveLength(before + 1);
});

async function atTheDesk() {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley compare tabs and spaces");
  const ana = await desk.asked("Ana");
  const told = (user: string) => journey.slack.control.thread(GENERAL, thread.ts).filter(({ ephemeralTo }) => ephemeralTo === user);
  const press = async (user: string, label: string) => {
    const line = told(user).findLast((one) => buttonsOf(one).some((button) => button.label === label));
    const button = line && buttonsOf(line).find((one) => one.label === label);
    if (!line || !button) throw new Error(`no button "${label}" for ${user}`);
    const { actionId, value } = button;
    await journey.slack.control.click({ user, channel: GENERAL, ts: line.ts, actionId, value });
  };
  return { desk, journey, thread, ana, told, press };
}

test("pause is acknowledged where it was said, with a button that lets the run go on; words meanwhile are kept, and that is said once", async () => {
  const { desk, journey, thread, ana, told, press } = await atTheDesk();
  const { control } = journey.slack;
  const word = await thread.reply("pause");
  await thread.until(() => thread.ofKind("hold").length === 1 && thread.reactions(word).includes("white_check_mark"));
  const hold = () => thread.ofKind("hold")[0] as never;
  expect(wordsOf(hold())).toMatch(/^:double_vertical_bar: The run is paused by <@U0JONAS>\. [\s\S]*\[Resume\]$/);
  ana.answer("Tabs are smaller.");
  await thread.until(() => thread.turns().length === 1);
  await thread.reply("and for Go?", MARIA);
  await control.until(() => told(MARIA).length === 1);
  await thread.reply("and for Rust?", MARIA);
  await journey.quiet();
  expect(told(MARIA).map(wordsOf)).toEqual([
    "The run is paused by <@U0JONAS>. Your words are kept, and are read when it goes on.\n[Resume]",
  ]);

  await press(MARIA, "Resume");
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Maria: and for Go?");
  expect(ben.read).toContain("Maria: and for Rust?");
  await thread.until(() => wordsOf(hold()) === "(The run was paused by <@U0JONAS>; <@U0MARIA> let it go on.)");
  expect(told(MARIA).map(wordsOf)).toEqual(["The run goes on."]);
  ben.answer("Yes. DONE");
  await thread.ended();
});

test.each(["How does this work?", "Can you help me?", "No pause please", "Stop\n- guessing\n- asking"])(
  "%j while a run goes on is for the agents",
  async (words) => {
    const { desk, journey, thread, ana } = await atTheDesk();
    await thread.reply(words, MARIA);
    await journey.quiet();
    ana.answer("Tabs.");
    const ben = await desk.asked("Ben");
    expect(ben.read).toContain(`Maria: ${words.replaceAll("\n", "\n| ")}`);
    expect([journey.whispers(MARIA), thread.ofKind("hold")]).toEqual([[], []]);
    ben.answer("Yes. DONE");
    await thread.ended();
  },
);

test("the button under the line of a pause lets the run go on, and one of a run that is over says so", async () => {
  const { desk, journey, thread, ana } = await atTheDesk();
  await thread.reply("*Pause* :hand:");
  await thread.until(() => thread.ofKind("hold").length === 1);
  const hold = thread.ofKind("hold")[0];
  if (!hold) throw new Error("no line");
  const { actionId, value } = buttonsOf(hold)[0] ?? { actionId: "", value: "" };
  ana.answer("Tabs.");
  await thread.click("Resume", MARIA, hold);
  (await desk.asked("Ben")).answer("Yes. DONE");
  await thread.ended();
  await journey.slack.control.deliver({
    user: MARIA,
    payload: {
      type: "block_actions",
      channel: { id: GENERAL, name: "general" },
      container: { type: "message", channel_id: GENERAL, message_ts: hold.ts, thread_ts: thread.ts },
      actions: [{ type: "button", action_id: actionId, block_id: "b", value, action_ts: "1700000000.000200" }],
    },
  });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)).toEqual(["This button belongs to a run that is over."]);
});

test("whoever writes at a limit is told so once, and may raise it there where they may", async () => {
  const few = { ...PAIR, teams: { pair: { ...pair, limits: { ...pair.limits, turns: 2 } } } };
  const replies = { Ana: ["One.", "And Go. DONE"], Ben: ["Two."] };
  const { mention, told, press, control, quiet } = await openBehind("socket", { file: few, replies });
  const thread = await mention("@parley count");
  await thread.until(() => thread.ofKind("halt").length === 1);
  for (const user of [JONAS, MARIA]) {
    await thread.reply("and for Go?", user);
    await thread.reply("please", user);
  }
  await quiet();
  await control.until(() => told(MARIA).length === 1 && told(JONAS).length === 1);
  expect(told(JONAS).map(wordsOf)).toEqual(["The run waits at a limit. Your words are kept, and are read when somebody raises it, above."]);
  expect(told(MARIA).map(wordsOf)).toEqual([
    "The run waits at a limit. Your words are kept, and are read when it is raised.\n[Raise to 4 turns]",
  ]);
  await press(MARIA, "Raise to 4 turns");
  await thread.ended();
  expect(told(MARIA).map(wordsOf)).toEqual(["The run goes on."]);
  expect((await thread.log()).filter(({ type }) => type === "limit.raised")).toMatchObject([{ person: { name: "Maria" } }]);
});

test("a skipped turn leaves a line, and the word its mark", async () => {
  const { desk, thread, ana } = await atTheDesk();
  const word = await thread.reply("überspringen, bitte");
  await ana.gone;
  (await desk.asked("Ben")).answer("I speak. DONE");
  await thread.ended();
  expect(thread.ofKind("hold").map(wordsOf)).toEqual(["(The turn of *Ana* was skipped by <@U0JONAS>.)"]);
  await thread.until(() => thread.reactions(word).includes("white_check_mark"));
});

test("words that come while the last turn is being made are not lost: their writer is told, and they can go on with them", async () => {
  const { desk, journey, thread, ana, told, press } = await atTheDesk();
  const late = await thread.reply("and for Go?", JONAS);
  await thread.until(() => thread.reactions(late).includes("eyes"));
  await thread.reply("I would like that too", MARIA);
  await journey.quiet();
  ana.answer("Tabs. DONE");
  await thread.ended();
  await journey.slack.control.until(() => told(JONAS).length === 1 && told(MARIA).length === 1);
  expect(told(JONAS).map(wordsOf)).toEqual([
    "The run ended before anybody read your words:\n>and for Go?\n[Continue with this] [Leave it]",
  ]);
  await press(JONAS, "Continue with this");
  const again = await desk.asked("Ben");
  expect(again.read).toContain("Jonas: and for Go?");
  again.answer("There too. DONE");
  await thread.ended(2);
  await journey.quiet();
  expect([told(JONAS).length, told(MARIA).length]).toEqual([1, 1]);
});

test("whoever has stopped the run is not told that their words came too late", async () => {
  const { journey, thread, told } = await atTheDesk();
  const late = await thread.reply("wait, that is wrong", JONAS);
  await thread.until(() => thread.reactions(late).includes("eyes"));
  await thread.reply("stop", JONAS);
  await thread.ended();
  await journey.quiet();
  expect(told(JONAS)).toEqual([]);
});
