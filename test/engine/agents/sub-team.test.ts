import { expect, test } from "vitest";
import { HOW_TO_READ } from "../../../src/engine/reading/attribution.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { human } from "../../../src/engine/agents/human.ts";
import { subTeam } from "../../../src/engine/agents/sub-team.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { any } from "../../../src/engine/limits/combined.ts";
import { handoffTo } from "../../../src/engine/stops/handoff.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { source } from "../../../src/engine/stops/source.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { codeRunner } from "../../../src/engine/agents/code/code-runner.ts";
import { MARIA, openLog, says, scripted, team } from "../../support/scripted.ts";

test("a team that speaks with one voice hands its model a bounded part of what its members said, with the task in it", async () => {
  const log = openLog();
  log.start("count to a million");
  const model = scripted("a million");
  const long = "number ".repeat(20_000);
  const inner = team({ agents: [says("A", long, long, long, long)], nextSpeakers: roundRobin, limits: maxTurns(4) });
  const crowd = subTeam({ name: "Crowd", description: "", team: inner, voice: { model, instructions: "Answer for the crowd." } });
  await log.run(team({ agents: [crowd], nextSpeakers: roundRobin, limits: maxTurns(1) }));

  const { messages = [], system } = model.requests[0] ?? {};
  expect(system).toBe(`Answer for the crowd.\n\n${HOW_TO_READ}`);
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

test("what was said outside a team is its task: none of its own goals comes true by it", async () => {
  const log = openLog();
  log.start("t");
  const goals = any(textMention("APPROVE"), source("Boss"), handoffTo("Panel"));
  const inner = team({ agents: [says("A", "A draft.", "APPROVE")], nextSpeakers: roundRobin, stopWhen: goals, limits: maxTurns(3) });
  const panel = subTeam({ name: "Panel", description: "", team: inner, voice: "members" });
  const boss = says("Boss", "Work until somebody can say APPROVE.");
  await log.run(team({ agents: [boss, panel], nextSpeakers: roundRobin, limits: maxTurns(2) }));
  expect(log.said()).toEqual(["Maria: t", "Boss: Work until somebody can say APPROVE.", "A: A draft.", "A: APPROVE"]);
  expect(log.events.findLast((event) => event.type === "turn.ended")).toMatchObject({ agent: "Panel", reason: 'A said "APPROVE"' });
});

test("a question that was asked outside is no question of the team's: it works on, and hears the answer", async () => {
  const log = openLog();
  log.start("t");
  const inner = team({ agents: [says("A", "one"), says("B", "two")], nextSpeakers: roundRobin, limits: maxTurns(2) });
  const panel = subTeam({ name: "Panel", description: "", team: inner, voice: "members" });
  const asker = human({ name: "Owner", description: "", question: "Which day?" });
  const both = team({ agents: [asker, panel], nextSpeakers: (_log, agents) => agents, limits: maxTurns(4) });
  await log.run(both);
  expect(log.said()).toEqual(["Maria: t", "Owner → human: Which day?", "A: one", "B: two"]);
  log.reply("Friday");
  await log.run(both);
  expect(log.said().slice(4)).toEqual(["Maria: Friday", "Owner → human: Which day?", "A: …", "B: …"]);
});

test("a goal that its question brings about ends the team's turn, also when the process was away right behind the question", async () => {
  const make = () => {
    const asker: Agent = {
      name: "Owner",
      description: "",
      async *turn() {
        yield { type: "handoff.made", agent: "Owner", to: "human", text: "Which day?" };
      },
    };
    const inner = team({ agents: [asker], nextSpeakers: roundRobin, stopWhen: handoffTo("human") });
    return team({
      agents: [subTeam({ name: "Panel", description: "", team: inner, voice: "members" })],
      nextSpeakers: roundRobin,
      limits: maxTurns(1),
    });
  };
  const [whole, cut] = [openLog(), openLog()];
  whole.start("t");
  cut.start("t");
  await whole.run(make());
  await cut.run(make(), { until: (event) => event.type === "handoff.made" });
  await cut.run(make());
  expect(whole.events.at(-2)).toMatchObject({ type: "turn.ended", reason: "Owner handed over to human" });
  expect(cut.events).toEqual(whole.events);
});

test("a yes for the run that is taken back between two turns of a team inside is taken back in it, too", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const code = (text: string) => `\`\`\`python\n${text}\n\`\`\``;
  const runner = codeRunner({
    name: "Runner",
    description: "",
    runs: ["C"],
    languages: ["python"],
    approval: "ask",
    run: async (block) => {
      ran.push(block.code.trim());
      return { outcome: "ok", exitCode: 0, output: "ran\n", elapsedMs: 1, executor: "test", files: [] };
    },
  });
  const inner = team({ agents: [says("C", code("one"), code("two")), runner], nextSpeakers: roundRobin, stopWhen: maxTurns(2) });
  const desk = subTeam({ name: "Desk", description: "", team: inner, voice: "members" });
  const outer = team({ agents: [desk], nextSpeakers: roundRobin, limits: maxTurns(2) });
  const asked = () => log.events.flatMap((event) => (event.type === "approval.requested" ? [event.call] : []));
  await log.run(outer);
  const [call = ""] = asked();
  log.record({ type: "approval.given", call, approved: true, person: MARIA, scope: "run" });
  await log.run(outer, { until: (event) => event.type === "turn.ended" });
  log.record({ type: "approval.withdrawn", call, person: MARIA });
  await log.run(outer);
  expect({ ran, asked: asked().length }).toEqual({ ran: ["one"], asked: 2 });
});
