import { expect, test } from "vitest";
import { lineServer } from "../../fixtures/mcp-lines.ts";
import { JONAS, openJourney } from "../../support/journey.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";

const schema = { properties: { size: { type: "string", enum: ["S", "L"] }, count: { type: "integer" } }, required: ["size"] };
const call = { toolCalls: [{ name: "shop__ask", args: { method: "elicitation/create", schema } }] };
const parts = {
  file: {
    models: { scripted: { provider: "replay", file: "replies.yml" } },
    tools: { shop: { kind: "mcp", ...lineServer({ tools: ["ask"], only: "2026-07-28" }), approval: "never" } },
    teams: {
      desk: {
        description: "Buys.",
        agents: [{ name: "Ana", model: "scripted", description: "Buys.", tools: ["shop"] }],
        speakers: { policy: "round-robin" },
        stop: { maxTurns: 1 },
      },
    },
  },
  replies: { Ana: [call, "It says {{last}}"] },
};

test("what a server asks in the middle of a call is asked in the thread, over a restart, and the call goes on with the answer", async () => {
  const before = await openJourney(parts);
  const { channel, ts, ...asking } = await before.mention("@parley buy shirts");
  await asking.until(() => asking.ofKind("question").length === 1);
  const [question] = asking.ofKind("question");
  expect(wordsOf(question)).toContain('The server "shop" asks, in its own words: "Which size?"');
  expect(buttonsOf(question).map(({ label }) => label)).toEqual(["I do not answer that", "Answer in words…"]);
  const after = await before.restarted(parts);
  const thread = after.thread(channel, ts);
  await thread.reply("size: huge", JONAS);
  await thread.until(() => thread.ofKind("question").length === 2);
  expect(wordsOf(thread.ofKind("question")[1])).toContain('"huge" is no size');
  await thread.reply("size: L\ncount: 2", JONAS);
  await thread.ended();
  const returned = (await thread.log()).find((event) => event.type === "tool.returned");
  expect(returned?.type === "tool.returned" && JSON.parse(returned.output)).toEqual({
    requestState: "s",
    inputResponses: { q: { action: "accept", content: { size: "L", count: 2 } } },
  });
});
