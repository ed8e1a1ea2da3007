import { expect, test } from "vitest";
import { subTeam } from "../../src/engine/agents/sub-team.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/termination.ts";
import { openLog, says, scripted, team } from "../support/scripted.ts";

test("a team that speaks with one voice hands its model a bounded part of what its members said, with the task in it", async () => {
  const log = openLog();
  log.start("count to a million");
  const model = scripted("a million");
  const long = "number ".repeat(20_000);
  const inner = team({ agents: [says("A", long, long, long, long)], nextSpeakers: roundRobin, limits: maxTurns(4) });
  const crowd = subTeam({ name: "Crowd", description: "", team: inner, voice: { model, instructions: "Answer for the crowd." } });
  await log.run(team({ agents: [crowd], nextSpeakers: roundRobin, limits: maxTurns(1) }));

  const { messages = [], system } = model.requests[0] ?? {};
  expect(system).toBe("Answer for the crowd.");
  expect(messages[0]?.text).toBe("Maria: count to a million");
  expect(messages.at(-1)?.text).toContain("as one voice");
  expect(messages.reduce((chars, message) => chars + message.text.length, 0)).toBeLessThan(4 * 60_000 * 1.1);
  expect(log.said().at(-1)).toBe("Crowd: a million");
});

test("a model that finds what the members said too much is handed half of it", async () => {
  const log = openLog();
  log.start("t");
  const tooMuch = { kind: "failure", error: { kind: "context_too_long", message: "too much" } } as const;
  const model = scripted({ fails: tooMuch }, "in short");
  const inner = team({ agents: [says("A", "one ".repeat(500), "two ".repeat(500))], nextSpeakers: roundRobin, limits: maxTurns(2) });
  const crowd = subTeam({ name: "Crowd", description: "", team: inner, voice: { model, instructions: "" } });
  await log.run(team({ agents: [crowd], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(log.said().at(-1)).toBe("Crowd: in short");
  const [whole, half] = model.requests.map(({ messages }) => messages.reduce((chars, message) => chars + message.text.length, 0));
  expect(half).toBeLessThan((whole ?? 0) * 0.75);
});
