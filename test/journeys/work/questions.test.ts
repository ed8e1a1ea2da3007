import { expect, test } from "vitest";
import { JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";

const ASKING = {
  file: PAIR,
  replies: {
    Ana: [
      {
        text: "I can plan it, but not alone.",
        toolCalls: [{ name: "transfer_to_human", args: { question: "How many of you come?", options: ["two", "three <!channel>"] } }],
      },
      "You said: {{last}}. DONE",
    ],
  },
};

test("a question waits with buttons, and another person's press answers it once", async () => {
  const journey = await openJourney(ASKING);
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 1);
  const [asked] = thread.ofKind("question");
  if (!asked) throw new Error("no question");
  expect(wordsOf(asked)).toBe(
    "<@U0MARIA> *:owl: Ana asks:*\nI can plan it, but not alone.\n\nHow many of you come?\n[two] [three <\u200b!channel>] [Answer in words…]\n(or just reply here)",
  );
  await thread.until(() => thread.ofKind("card").some((card) => wordsOf(card).includes("Ana waits for an answer")));

  await thread.click("three <\u200b!channel>", JONAS);
  await thread.ended();
  await thread.until(() => wordsOf(thread.ofKind("question")[0] ?? asked).includes("answered by"));
  const answered = thread.ofKind("question")[0] ?? asked;
  expect(wordsOf(answered)).toContain("(answered by <@U0JONAS>: three &lt;\u200b!channel&gt;)");
  expect(buttonsOf(answered)).toEqual([]);
  expect(thread.turns()).toEqual(["Ana: You said: three <\u200b!channel>."]);
});

test("of two presses on a question the first counts, and the second person is told", async () => {
  const journey = await openJourney(ASKING);
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 1);
  const before = thread.ofKind("question")[0];
  await Promise.all([thread.click("two", JONAS, before), thread.click("two", MARIA, before)]);
  await thread.ended();
  await journey.quiet();
  await journey.slack.control.until(() => [...journey.whispers(JONAS), ...journey.whispers(MARIA)].length === 1);
  expect([...journey.whispers(JONAS), ...journey.whispers(MARIA)]).toEqual([
    "This question was answered already. To say more, reply in the thread.",
  ]);
  expect((await thread.log()).filter((event) => event.type === "message.posted" && "person" in event)).toHaveLength(2);
  expect(thread.turns()).toEqual(["Ana: You said: two."]);
});

test("a plain reply answers a question as well, whatever is on its buttons", async () => {
  const journey = await openJourney(ASKING);
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 1);
  const reply = await thread.reply("four, and a dog");
  await thread.ended();
  await thread.until(() =>
    thread.ofKind("question").some((question) => wordsOf(question).includes("answered by <@U0JONAS>: four, and a dog")),
  );
  await thread.until(() => thread.reactions(reply).includes("white_check_mark"));
  expect(thread.turns()).toEqual(["Ana: You said: four, and a dog."]);
});

test("a question that is stopped says that nobody answered, and loses its buttons", async () => {
  const journey = await openJourney(ASKING);
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.reply("stop");
  expect(wordsOf(await thread.ended())).toContain(":octagonal_sign: *Stopped*: stopped by Jonas");
  await thread.until(() => thread.ofKind("question").some((question) => wordsOf(question).includes("not answered; the run has stopped")));
  expect(thread.ofKind("question").flatMap(buttonsOf)).toEqual([]);
});

test("a reply while an agent talks is marked as seen, and read by the one who speaks next, not by the one who speaks now", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley compare tabs and spaces");
  const ana = await desk.asked("Ana");
  const reply = await thread.reply("only for Go, please");
  await thread.until(() => thread.reactions(reply).includes("eyes"));
  ana.answer("Which of them do you use, Ben?");
  const ben = await desk.asked("Ben");
  expect(ana.read).toContain("Maria: compare tabs and spaces");
  expect(ana.read).not.toContain("only for Go");
  expect(ben.read).toContain("Jonas: only for Go, please");
  expect(ben.read).toContain("Ana: Which of them do you use, Ben?");
  ben.answer("Tabs, for Go. DONE");
  const end = await thread.ended();
  expect(thread.turns()).toEqual(["Ana: Which of them do you use, Ben?", "Ben: Tabs, for Go."]);
  expect(wordsOf(end)).toContain(`Ben said "DONE"`);
  expect(wordsOf(end)).toContain("2 turns · 200 tokens in, 40 out · $0.03 · ");
});

const { pair } = PAIR.teams;
const TWO_ASK = {
  ...PAIR,
  teams: {
    pair: {
      ...pair,
      speakers: {
        policy: "graph",
        edges: [
          { from: "Ana", to: "Cy" },
          { from: "Ben", to: "Cy" },
        ],
      },
      agents: [
        ...pair.agents.map((agent) => ({ ...agent, handoffs: ["human"] })),
        { name: "Cy", description: "Sums up.", model: "scripted" },
      ],
    },
  },
};
const ask = (question: string, options: readonly string[] = []) => ({
  toolCalls: [{ name: "transfer_to_human", args: { question, options } }],
});

test("of two questions that are open, a reply answers one, says which, and the other stays open", async () => {
  const journey = await openJourney({
    file: TWO_ASK,
    replies: {
      Ana: [ask("How many?", ["two", "four"]), "So many."],
      Ben: [ask("By train?", ["yes", "no"]), "So be it."],
      Cy: ["Noted. DONE"],
    },
  });
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 2);
  const byAgent = (agent: string) => thread.ofKind("question").find((one) => wordsOf(one).includes(`${agent} asks`));
  await thread.reply("Ben: no, by boat");
  await thread.until(() => wordsOf(byAgent("Ben")).includes("answered by <@U0JONAS>: Ben: no, by boat"));
  expect(buttonsOf(byAgent("Ana")).map(({ label }) => label)).toEqual(["two", "four", "Answer in words…"]);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)).toEqual(["Your words answer what *Ben* asked. One more question waits for an answer."]);
  // Whoever has the answer goes on; the run waits for the other.
  await thread.until(() => thread.turns().length === 1);
  expect(thread.turns()).toEqual(["Ben: So be it."]);

  await thread.click("Answer in words…", MARIA, byAgent("Ana"));
  const { control } = journey.slack;
  await control.until(() => control.modals(MARIA).length === 1);
  const [view] = control.modals(MARIA) as [{ readonly id: string }];
  await control.submit({
    user: MARIA,
    viewId: view.id,
    values: { words: { value: { type: "plain_text_input", value: "three and a dog" } } },
  });
  await thread.ended();
  await thread.until(() => wordsOf(byAgent("Ana")).includes("answered by <@U0MARIA>: three and a dog"));
  expect(thread.turns().toSorted()).toEqual(["Ana: So many.", "Ben: So be it.", "Cy: Noted."]);
});

test("a question with an end reminds whom it asks once, by direct message, and then the run goes on without an answer", async () => {
  const timed = { ...PAIR, teams: { pair: { ...pair, answerWithinMinutes: 0.5 } } };
  const journey = await openJourney({ file: timed, replies: { Ana: [ask("How many?"), "I take it to be two. DONE"] } });
  const thread = await journey.mention("@parley plan the trip");
  await thread.until(() => thread.ofKind("question").length === 1);
  expect(wordsOf(thread.ofKind("question")[0])).toMatch(
    /\n\(or just reply here · without an answer the run goes on <!date\^\d+\^\{date_short\} at \{time\}\|[\d -:]+ UTC>\)$/,
  );
  await thread.ended();
  await thread.until(() => wordsOf(thread.ofKind("question")[0]).includes("nobody answered in time; the run went on"));
  const reminders = journey.slack.control.calls("chat.postMessage").filter(({ args }) => args["channel"] === MARIA);
  expect(reminders.map(({ args }) => args["text"])).toEqual([
    expect.stringMatching(/^\*Ana\* waits for an answer <http[^|]+\|in its thread>:\n>How many\?\n/),
  ]);
  expect(thread.turns()).toEqual(["Ana: I take it to be two."]);
});
