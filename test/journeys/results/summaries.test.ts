import { expect, test } from "vitest";
import { MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  teams: { pair: { ...pair, summaryFromTurns: 4 } },
  sandbox: PAIR.sandbox,
};
const TALK = { Ana: ["Seven?", "Then twelve."], Ben: ["No, five more.", "So be it. DONE"] };
const SUMMARY = { text: "They agreed on **12**, after <!channel> seven was refused.", usage: { input: 900, output: 100 } };

test("an answer of many turns is summed up once on the result, which tells what that cost", async () => {
  const journey = await openJourney({ file: FILE, replies: { ...TALK, Summary: [SUMMARY] } });
  const thread = await journey.mention("@parley how many?");
  const end = await thread.ended();
  expect(wordsOf(end).replaceAll("\u200b", "")).toMatch(
    /^:checkered_flag: \*Done\*: Ben said "DONE"\n\*\*In short:\*\* They agreed on \*\*12\*\*, after <!channel> seven was refused\.\n\[Continue…\].*\n\(4 turns · .* s · 1k tokens of it for the summary · mention me here to go on\)$/,
  );
  expect(wordsOf(end)).not.toContain("<!channel>");
  expect(thread.turns()).toEqual(["Ana: Seven?", "Ben: No, five more.", "Ana: Then twelve.", "Ben: So be it."]);
  expect((await thread.log()).filter(({ type }) => type === "run.summarized")).toMatchObject([
    { agent: "Summary", upToSeq: expect.any(Number) as number },
  ]);
});

test("where no summary is to be had the result stands without one, and nobody is told of a failure", async () => {
  const journey = await openJourney({ file: FILE, replies: { ...TALK, Summary: [{ error: { kind: "overloaded" } }] } });
  const thread = await journey.mention("@parley how many?");
  expect(wordsOf(await thread.ended())).toMatch(/^:checkered_flag: \*Done\*: Ben said "DONE"\n\[Continue…\]/);
  expect(thread.text()).not.toMatch(/overloaded|In short/);
});

test("a short talk, and a team that wants none, are not summed up", async () => {
  const never = { ...FILE, teams: { pair: { ...pair, summaryFromTurns: "never" } } };
  for (const [file, replies] of [
    [FILE, { Ana: ["Seven."], Ben: ["So be it. DONE"] }],
    [never, TALK],
  ] as const) {
    const thread = await (await openJourney({ file, replies })).mention("@parley how many?");
    await thread.ended();
    expect((await thread.log()).some(({ type }) => type === "run.summarized")).toBe(false);
  }
});

test("the word summary sums up for whoever asks, with its cost, and once for the same words", async () => {
  const file = { ...FILE, teams: { pair: { ...pair, summaryFromTurns: 100 } } };
  const journey = await openJourney({ file, replies: { ...TALK, Summary: [SUMMARY] } });
  const thread = await journey.mention("@parley how many?");
  await thread.ended();
  for (const times of [1, 2]) {
    await journey.mention("@parley summary", { threadTs: thread.ts });
    await journey.slack.control.until(() => journey.whispers(MARIA).length === times);
  }
  const [first = "", second = ""] = journey.whispers(MARIA);
  expect(first.replaceAll("\u200b", "")).toContain(
    "*In short:* They agreed on **12**, after &lt;!channel&gt; seven was refused.\n_summed up for 1k tokens_",
  );
  expect(second).toContain("In short");
  expect((await thread.log()).filter(({ type }) => type === "run.summarized")).toHaveLength(1);
});
