import { expect, test } from "vitest";
import { openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const WITH_TOOL = {
  ...PAIR,
  tools: { web: { kind: "web-fetch" } },
  teams: { pair: { ...pair, agents: pair.agents.map((agent) => ({ ...agent, tools: ["web"] })) } },
};
const FETCH = { toolCalls: [{ name: "web_fetch", args: { url: "http://127.0.0.1:1/a" } }] };

test("an agent that has nothing to add to what its tools gave is said so of, calmly and once, and the run goes on", async () => {
  const journey = await openJourney({
    file: WITH_TOOL,
    replies: { Ana: [FETCH, "", FETCH, "", "All read."], Ben: ["Noted.", "Noted, too.", "Fine. DONE"] },
  });
  const thread = await journey.mention("@parley read the page");
  await thread.ended();
  expect((await thread.log()).filter(({ type }) => type === "turn.ended")).toHaveLength(2);
  expect(thread.ofKind("notice").map(wordsOf)).toEqual(["(Ana had nothing to add to what its tools gave.)"]);
  expect(thread.ofKind("turn").map(wordsOf).join("\n")).toMatch(/Noted\.[^]*Noted, too\.[^]*All read\./);
  expect(thread.ofKind("end").map(wordsOf).join()).toContain("Done");
});
