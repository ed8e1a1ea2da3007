import { expect, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const FINE = { file: PAIR, replies: { Ana: ["What is it?"], Ben: ["It is this. DONE"] } };

test.each(["@parley", "  @parley  ", "@parley help", "@parley !help", "@parley ???", "@parley :wave:", "@parley bitte hilfe"])(
  "%j is answered with help that names the teams, to that person alone",
  async (text) => {
    const journey = await openJourney(FINE);
    await journey.mention(text);
    await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
    await journey.quiet();
    expect(journey.whispers(MARIA)[0]).toMatch(
      /Mention me with a task[\s\S]*• \*pair\* \(default\): Two who talk\.[\s\S]*Alone on a line\*[\s\S]*• `stop` ends the run at once/,
    );
    expect(journey.slack.control.calls("chat.postMessage")).toEqual([]);
  },
);

test("a team that there is not is named with those that there are", async () => {
  const journey = await openJourney(FINE);
  await journey.mention("@parley team:resarch compare them");
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)).toEqual([`There is no team "resarch". The teams are: pair.`]);
  expect(await journey.parley.store.recent(5)).toEqual([]);
});

test("a message of 100,000 characters is refused with its length and the way out", async () => {
  const journey = await openJourney(FINE);
  const ts = "1700000000.000100";
  await journey.slack.control.event({
    type: "app_mention",
    user: MARIA,
    channel: GENERAL,
    ts,
    text: `<@U0PARLEY> ${"long ".repeat(20_000)}`,
  });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)[0]).toMatch(/has 99,999 characters; I read at most 30,000\. Shorten it, or attach the text as a file\./);
  expect(await journey.parley.store.recent(5)).toEqual([]);
});

test("a reply that is too long is refused while the run goes on", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: [ask("Which?")], Ben: ["DONE"] } });
  const thread = await journey.mention("@parley plan it");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.reply("long ".repeat(7_000), MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)[0]).toContain("I read at most 30,000");
  expect(thread.ofKind("end")).toEqual([]);
});

test("a model without a key keeps Parley from starting, and the variable to set is named", async () => {
  const file = { ...PAIR, models: { scripted: { provider: "anthropic", model: "claude-sonnet-5-5" } } };
  await expect(openJourney({ file })).rejects.toThrow(
    /models\.scripted.*needs a key: put ANTHROPIC_API_KEY=… into the environment or into \.env/,
  );
});

test.each(["bad_key", "quota", "unknown_model", "refused", "overloaded", "timeout", "bad_answer", "empty"])(
  "a model that fails (%s) ends the run where people see it, with what it said",
  async (kind) => {
    const message = `The provider says <!here> ${kind}; look at the account.`;
    const journey = await openJourney({ file: PAIR, replies: { Ana: ["What is it?"], Ben: [{ error: { kind, message } }] } });
    const thread = await journey.mention("@parley what is it?");
    const end = await thread.ended();
    expect(thread.turns()).toEqual(["Ana: What is it?"]);
    const told = `Ben could not answer: The provider says &lt;\u200b!here&gt; ${kind}; look at the account.`;
    expect(thread.ofKind("notice").map(wordsOf)).toEqual([`:warning: ${told}`]);
    expect(wordsOf(end)).toContain(`:warning: *Stopped by a failure*: ${told}`);
    expect(wordsOf(end)).toContain("what was said is kept; mention me here to try again");
  },
);

test("a conversation that is too long for the model is asked about once more, shortened, before anybody is bothered", async () => {
  const replies = { Ana: ["What is it?"], Ben: [{ error: { kind: "context_too_long" } }, "It is this. DONE"] };
  const journey = await openJourney({ file: PAIR, replies });
  const thread = await journey.mention("@parley what is it?");
  expect(wordsOf(await thread.ended())).toContain("*Done*");
  expect(thread.turns()).toEqual(["Ana: What is it?", "Ben: It is this."]);
});

test("after a failure a mention in the thread tries again with whose turn failed, and with all that was said", async () => {
  const replies = { Ana: ["What is it?"], Ben: [{ error: { kind: "overloaded" } }, "It is this. DONE"] };
  const journey = await openJourney({ file: PAIR, replies });
  const thread = await journey.mention("@parley what is it?");
  await thread.ended();
  await journey.mention("@parley try again", { threadTs: thread.ts });
  await thread.ended(2);
  expect(thread.turns()).toEqual(["Ana: What is it?", "Ben: It is this."]);
});

test("a run that is stopped by a limit says which, and how to go on", async () => {
  const [pair] = Object.values(PAIR.teams);
  const file = {
    ...PAIR,
    teams: { pair: { ...pair, limits: { turns: 3, minutes: 60, tokens: 200_000, usd: 1 } } },
    budgets: { waitMinutes: 0.1 },
  };
  const journey = await openJourney({ file, replies: { Ana: ["One.", "Three."], Ben: ["Two."] } });
  const thread = await journey.mention("@parley count");
  expect(wordsOf(await thread.ended())).toMatch(
    /^:hourglass: \*Stopped at a limit\*: reached 3 turns\n\[Continue…\].*\n\(3 turns · .* · mention me here to go on; the limits then start anew\)$/,
  );
  expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
});

function ask(question: string) {
  return { toolCalls: [{ name: "transfer_to_human", args: { question } }] };
}
