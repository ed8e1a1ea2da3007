import { expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { isEvent } from "../../../src/engine/events/events.ts";
import { converse } from "../../../src/engine/loop.ts";
import type { ModelReply } from "../../../src/engine/model.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { load } from "../team-files.ts";
import { openLog } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const TEAMS = `models: { m: { provider: replay, file: replies.yml } }
defaultTeam: office
teams:
  office:
    description: Has a desk.
    agents: [{ name: Desk, kind: team, team: desk, description: Two at once. }]
    speakers: { policy: round-robin }
    stop: { maxTurns: 1 }
  desk:
    description: Two at once.
    agents:
      - { name: Ana, description: Asks., instructions: Ask., model: m, handoffs: [human] }
      - { name: Slow, description: Takes long., instructions: Think., model: m }
      - { name: End, description: Ends., instructions: End., model: m }
    speakers: { policy: graph, edges: [{ from: Ana, to: End }, { from: Slow, to: End }] }
    stop: { source: [End] }
`;

const usage = { inputTokens: 1, outputTokens: 1 };
const saying = (text: string): ModelReply => ({ kind: "answer", text, toolCalls: [], usage });

test("in a team that is a participant, too, an answer is acted on at once, while a neighbour is still at work", async () => {
  const log = openLog();
  log.start("When?");
  const anaHasSpoken = Promise.withResolvers<void>();
  const question = { call: "c1", tool: "transfer_to_human", args: '{"question":"Which day?"}' };
  const teams = buildTeams(load({ "parley.yml": TEAMS, "replies.yml": "replies: {}" }), {
    createModel: () => ({
      name: "m",
      // oxlint-disable-next-line require-yield -- It has no delta to show.
      async *call({ agent, messages }) {
        if (agent === "Slow") await anaHasSpoken.promise;
        const hasAsked = messages.some(({ role }) => role === "tool");
        return agent === "Ana" && !hasAsked ? { kind: "answer", text: "", toolCalls: [question], usage } : saying(`${agent} is done.`);
      },
    }),
    executor: fakeExecutor(() => ran("")),
    keepFile: async () => "",
  });

  let answered = Promise.withResolvers<void>();
  for await (const item of converse(
    teams.build("office", "t"),
    turnOn(log.transcript, undefined, () => answered.promise),
  )) {
    if (!isEvent(item)) continue;
    log.record(item);
    // By then the conversation waits for whatever comes first.
    if (item.type === "handoff.made")
      setImmediate(() => {
        log.reply("Friday");
        answered.resolve();
        answered = Promise.withResolvers();
      });
    if (item.type === "message.posted" && "agent" in item && item.agent === "Ana") anaHasSpoken.resolve();
  }
  expect(log.said()).toEqual([
    "Maria: When?",
    "Ana → human: Which day?",
    "Maria: Friday",
    "Ana: Ana is done.",
    "Slow: Slow is done.",
    "End: End is done.",
  ]);
});
