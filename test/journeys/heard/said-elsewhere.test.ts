import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { allAcked } from "../../support/slack/acked.ts";
import { openBehind, rootIn } from "../../support/slack/behind-door.ts";
import { createThread, wordsOf } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const BOTS = { bots: ["B0ALERTS"] };

async function atTheDesk() {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model }, slack: BOTS } });
  const { control } = journey.slack;
  let nth = 0;
  return {
    desk,
    journey,
    control,
    /** An event as Slack sends it, in a new thread of people or in the one named; the thread. */
    async says(message: object, root?: string) {
      const thread_ts = root ?? (await control.post({ user: JONAS, channel: GENERAL, text: "hm" })).ts;
      const ts = `1900000000.00010${nth++}`;
      await control.event({ type: "message", channel: GENERAL, channel_type: "channel", ts, event_ts: ts, thread_ts, ...message });
      await journey.quiet();
      return journey.thread(GENERAL, thread_ts);
    },
  };
}

const FORWARD = {
  is_share: true,
  is_msg_unfurl: true,
  author_name: "Jo",
  channel_id: "C0ENG",
  ts: "1795000000.000100",
  from_url: "https://local.slack.com/archives/C0ENG/p1795000000000100",
  text: "Deploy 417 failed, exit 137",
  fallback: "Jo: Deploy 417 failed",
};
const cell = (text: string) => ({ type: "raw_text", text });
const TABLE = {
  id: 1,
  fallback: "[no preview available]",
  blocks: [
    {
      type: "table",
      rows: [
        [cell("item"), cell("sum")],
        [cell("A"), cell("99")],
      ],
    },
  ],
};

const CONTACT = {
  type: "contact_card",
  block_id: "x",
  contact: { user_id: "", real_name: "Zoë Lang", title: "Account manager", email: "zoe@example.com", phone: "+49 30 1234", id: "7f" },
};

const SAID_ELSEWHERE = [
  [
    "a forward without a comment",
    { text: "", attachments: [FORWARD] },
    ['"Jo in #engineering, 2026-11-18 11:06 UTC, forwarded": Deploy 417'],
  ],
  ["a forward with a comment", { text: "why?", attachments: [FORWARD] }, ["Maria: why?", 'forwarded": Deploy 417 failed, exit 137']],
  [
    "a pasted table",
    { text: "which row is wrong?", attachments: [TABLE] },
    ["which row", "a table in the message: | item | sum |", "| A | 99 |"],
  ],
  [
    "a contact",
    { text: "whom do I call?", attachments: [{ id: 1, fallback: "[no preview available]", blocks: [CONTACT] }] },
    ["whom do I call?", "Zoë Lang\n| Account manager\n| zoe@example.com\n| +49 30 1234"],
  ],
  [
    "a file that is a stub",
    { text: "read this", subtype: "file_share", files: [{ id: "F0STUB1", mode: "file_access", file_access: "check_file_info", user: "" }] },
    ["read this", "not readable for you: file-1: Slack does not give it to the app (file_not_found)"],
  ],
] as const;

test.each(["socket", "http"] as const)("over %s, what a direct message carries outside of its text is read", async (door) => {
  const { desk, slack, parley, control, problems } = await openBehind(door);
  for (const [nth, [, message, said]] of SAID_ELSEWHERE.entries()) {
    const channel = "D0MARIA";
    const thread_ts = await rootIn(slack, channel);
    const ts = `1900000000.00020${nth}`;
    await control.event({ type: "message", user: MARIA, channel, channel_type: "im", ts, event_ts: ts, thread_ts, ...message });
    const ana = await desk.asked("Ana");
    for (const words of said) expect(ana.read).toContain(words);
    ana.answer("Seen. DONE");
    await createThread({ slack, parley, channel, ts: thread_ts }).ended();
  }
  // What names nobody, as Slack's reference has it, is nothing to complain of.
  await control.event({ type: "app_context_changed", context: { entities: [{ type: "slack#/types/channel_id", value: GENERAL }] } });
  await allAcked(slack);
  await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
  expect(problems.filter((problem) => /broke|Error|understood/.test(problem))).toEqual([]);
});

test.each(["socket", "http"] as const)("over %s, Discuss with Parley reads an alert that is all attachment", async (door) => {
  const { desk, slack, parley, control } = await openBehind(door);
  const ts = await rootIn(slack, GENERAL);
  const alert = { id: 1, fallback: "[FIRING] HighErrorRate", title: "[FIRING] HighErrorRate", text: "error rate 14% on checkout" };
  const message = { type: "message", subtype: "bot_message", bot_id: "B0ALERT", username: "Alerts", text: "", ts, attachments: [alert] };
  await control.deliver({
    user: MARIA,
    payload: {
      type: "message_action",
      callback_id: "parley_discuss",
      trigger_id: "1.2.a",
      action_ts: "1.2",
      team: { id: slack.teamId, domain: "local" },
      channel: { id: GENERAL, name: "general" },
      message_ts: ts,
      message,
    },
  });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Maria: Discuss this message of Alerts.");
  expect(ana.read).toContain("[quotation] attached to the message: [FIRING] HighErrorRate\n| error rate 14% on checkout");
  ana.answer("Seen. DONE");
  await createThread({ slack, parley, channel: GENERAL, ts }).ended();
});

test("a forwarded file is read with the words that it came with", async () => {
  const { desk, journey, control, says } = await atTheDesk();
  const { ts } = await control.post({
    user: JONAS,
    channel: GENERAL,
    text: "log",
    files: [{ name: "build.log", content: Buffer.from("exit 137") }],
  });
  const [file] = control.thread(GENERAL, ts)[0]?.files ?? [];
  const files = [{ id: file?.id, name: "build.log", mode: "file_access", file_access: "check_file_info" }];
  const thread = await says({ user: MARIA, text: "<@U0PARLEY> why?", attachments: [{ ...FORWARD, files }] });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Deploy 417 failed, exit 137\n| (with build.log)");
  expect(ana.read).toContain("(Attached: build.log (");
  ana.answer("Seen. DONE");
  await thread.ended();
  expect(journey.whispers(MARIA)).toEqual([]);
});

test("what is forwarded steers and answers, and stays with a message that is edited", async () => {
  const { desk, says, control } = await atTheDesk();
  const thread = await says({ user: MARIA, text: "<@U0PARLEY> look" });
  const ana = await desk.asked("Ana");
  await says({ user: MARIA, text: "this one", attachments: [FORWARD] }, thread.ts);
  const [, steering] = (await thread.log()).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event] : []));
  const ts = steering?.id?.split(":")[2] ?? "";
  const before = { type: "message", user: MARIA, ts, thread_ts: thread.ts, text: "this one", attachments: [FORWARD] };
  await control.event({ type: "message", subtype: "message_changed", hidden: true, channel: GENERAL, channel_type: "channel", ts: "1900000000.000900", event_ts: "1900000000.000900", message: { ...before, text: "that one" }, previous_message: before }); // prettier-ignore
  await expect.poll(async () => (await thread.log()).some(({ type }) => type === "message.edited")).toBe(true);
  ana.answer("Which?");
  const ben = await desk.asked("Ben");
  expect(ben.read).toMatch(/Maria: that one\n\[quotation\] "Jo in #engineering, [^"]+, forwarded": Deploy 417 failed/);
  ben.answer("417.");
  const again = await desk.asked("Ana");
  again.ask("Is it 417?");
  await thread.until(() => thread.ofKind("question").length === 1);
  await says({ user: MARIA, text: "", attachments: [{ ...FORWARD, text: "It is 418" }] }, thread.ts);
  const next = await desk.asked();
  expect(next.read).toContain("It is 418");
  next.answer("So it is. DONE");
  await thread.ended();
});

test("an alert of an allowed bot is read from its blocks and attachments, and a mention there is heard", async () => {
  const { desk, says } = await atTheDesk();
  const bot = { subtype: "bot_message", bot_id: "B0ALERTS", username: "Alerts" };
  const section = { type: "section", text: { type: "mrkdwn", text: "<@U0PARLEY> disk of db-4 is full" } };
  const attached = { color: "danger", title: "DiskFull", text: "disk of db-3 is 97% full", fallback: "DiskFull" };
  for (const [message, words] of [
    [
      { text: "<@U0PARLEY> have a look", attachments: [attached] },
      "[quotation] attached to the message: DiskFull\n| disk of db-3 is 97% full",
    ],
    [{ text: "", blocks: [section] }, "Alerts: disk of db-4 is full"],
    [{ text: "", attachments: [{ ...attached, text: "<@U0PARLEY> db-5 too" }] }, "db-5 too"],
  ] as const) {
    const thread = await says({ ...bot, ...message });
    const ana = await desk.asked("Ana");
    expect(ana.read).toContain(words);
    ana.answer("Seen. DONE");
    await thread.ended();
  }
});

test("a mention that is only shown, in code or in a quotation, starts nothing; beside one that speaks it is read", async () => {
  const { desk, says } = await atTheDesk();
  const rich = (type: string, ...elements: object[]) => [{ type: "rich_text", elements: [{ type, elements }] }];
  const toBot = { type: "user", user_id: "U0PARLEY" };
  for (const message of [
    { text: "we write `<@U0PARLEY> fix it`" },
    { text: "```<@U0PARLEY> fix it```" },
    { text: "&gt; <@U0PARLEY> fix it\nNot I." },
    { text: "we write <@U0PARLEY>", blocks: rich("rich_text_section", { type: "text", text: "<@U0PARLEY>", style: { code: true } }) },
    { type: "app_mention", text: "<@U0PARLEY> fix it", blocks: rich("rich_text_quote", toBot) },
    { text: "look", attachments: [{ ...FORWARD, text: "<@U0PARLEY> fix it" }] },
  ]) {
    const thread = await says({ user: MARIA, ...message });
    expect(await thread.log()).toEqual([]);
  }
  const thread = await says({ user: MARIA, text: "<@U0PARLEY> what does `<@U0PARLEY> fix it` do?" });
  const ana = await desk.asked("Ana");
  expect(ana.read).toMatch(/Maria: what does `@parley fix it` do\?/i);
  ana.answer("It fixes. DONE");
  await thread.ended();
});

test.each(["*stop*", "stop :octagonal_sign:", "stop\nwe have what we need", "@parley *Stop*, please!"])(
  "%j ends the run",
  async (words) => {
    const { desk, journey } = await atTheDesk();
    const thread = await journey.mention("@parley count");
    await desk.asked("Ana");
    await thread.reply(words, MARIA);
    expect(wordsOf(await thread.ended())).toContain("stopped by Maria");
  },
);

test("what is said below pause reaches the agents when somebody lets the run go on, in whatever words", async () => {
  const { desk, journey } = await atTheDesk();
  const thread = await journey.mention("@parley count");
  const ana = await desk.asked("Ana");
  await thread.reply("*pause*\nleave out the sevens", MARIA);
  await thread.until(() => thread.text().includes("paused by <@U0MARIA>"));
  ana.answer("One.");
  await thread.until(() => thread.turns().length === 1);
  await thread.reply("weiter, bitte", MARIA);
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Maria: leave out the sevens");
  expect(ben.read).not.toContain("weiter");
  ben.answer("Two. DONE");
  await thread.ended();
});

test("a forward under 'help' or 'summary' is what the words are about, and is not answered with the help text", async () => {
  const { desk, journey, says } = await atTheDesk();
  const thread = await says({ user: MARIA, text: "<@U0PARLEY> summary", attachments: [FORWARD] });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Deploy 417 failed");
  ana.answer("It failed. DONE");
  await thread.ended();
  expect(journey.whispers(MARIA)).toEqual([]);
});
