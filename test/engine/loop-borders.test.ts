import { describe, expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import { closer } from "../../src/engine/agents/closer.ts";
import type { EventBody } from "../../src/engine/events/events.ts";
import { hasWork } from "../../src/engine/loop.ts";
import { nextStep } from "../../src/engine/next-step.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Agent, Team } from "../../src/engine/team.ts";
import { MARIA, openLog, says, scripted, team } from "../support/scripted.ts";

const START: EventBody = { type: "run.started", run: "r1", team: "team", startedBy: MARIA, haltsAtLimits: true };
const TASK: EventBody = { type: "message.posted", person: MARIA, text: "t", id: "m1" };
const PAUSE: EventBody = { type: "run.paused", run: "r1", person: MARIA };
const HALT: EventBody = { type: "limit.reached", run: "r1", reason: "", reasons: [{ kind: "maxTurns", limit: 1, count: 1 }] };
const SUMMARY: EventBody = { type: "summary.requested", run: "r1", person: MARIA };
const floor = (agent: string): EventBody => ({ type: "speaker.selected", agent, by: "policy" });
const spoke = (agent: string): EventBody => ({ type: "message.posted", agent, text: "…" });
const skipped = (agent: string): EventBody => ({ type: "turn.skipped", agent, person: MARIA });
const failed = (agent: string): EventBody => ({ type: "turn.failed", agent, error: { kind: "x", message: "" } });
const asks = (agent: string): EventBody => ({ type: "handoff.made", agent, to: "human", text: "?" });
const wanted = (speaker: string): EventBody => ({ type: "speaker.requested", speaker, person: MARIA });

const agents = ["A", "B", "C"].map((name) => says(name));
const three = (parts: Partial<Team> = {}) => team({ agents, nextSpeakers: roundRobin, ...parts });

function logOf(...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record(START, TASK, ...bodies);
  return log;
}
const step = (of: Team, ...bodies: readonly EventBody[]) => nextStep(of, logOf(...bodies).transcript);
const chosen = (of: Team, ...bodies: readonly EventBody[]) => {
  const next = step(of, ...bodies);
  return next.kind === "select" && next.event.type === "speaker.selected" ? `${next.event.agent} by ${next.event.by}` : next.kind;
};

describe("who is next", () => {
  test("is whom a person wants, once nobody has the floor; who is not of the team is nobody", () => {
    expect(chosen(three(), wanted("C"))).toBe("C by person");
    expect(chosen(three(), wanted("Z"))).toBe("A by policy");
    expect(step(three(), floor("A"), wanted("C"))).toMatchObject({ kind: "turns", speakers: [{ name: "A" }] });
    expect(chosen(three(), floor("A"), wanted("C"), spoke("A"))).toBe("C by person");
  });

  test("is the next of the team where a person has skipped whose turn it would be", () => {
    const onlyB = three({ nextSpeakers: (_transcript, all) => all.filter(({ name }) => name === "B") });
    expect(chosen(onlyB, floor("B"), spoke("B"))).toBe("B by policy");
    expect(chosen(onlyB, floor("B"), skipped("B"))).toBe("C by policy");
    const onlyC = three({ nextSpeakers: (_transcript, all) => all.filter(({ name }) => name === "C") });
    expect(chosen(onlyC, floor("C"), skipped("C"))).toBe("A by policy");
    const solo = team({ agents: [says("A")], nextSpeakers: roundRobin });
    expect(chosen(solo, floor("A"), skipped("A"))).toBe("A by policy");
  });

  test("is again whose turn failed in the run before, unless a leader with a plan says who is next or nobody is", () => {
    const again = [
      floor("B"),
      failed("B"),
      { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "failed" },
      START,
      TASK,
    ] as const;
    expect(chosen(three(), ...again)).toBe("B by policy");
    expect(chosen(three({ nextSpeakers: () => [] }), ...again)).toBe("end");
    const led = (name: string) => three({ nextSpeakers: () => [{ ...says(name), leads: true } as Agent] });
    expect(chosen(led("selector"), ...again)).toBe("B by policy");
    expect(chosen(led("orchestrator"), ...again)).toBe("turns");
    expect(chosen(three({ nextSpeakers: (_transcript, all) => all.slice(0, 2) }), ...again)).toBe("A by policy");
  });

  test("are several, whose names stand with the first; then each of them is given the floor", () => {
    const both = three({ nextSpeakers: (_transcript, all) => all.slice(1) });
    expect(step(both)).toEqual({ kind: "select", event: { type: "speaker.selected", agent: "B", by: "policy", others: ["C"] } });
    const first = { ...floor("B"), others: ["C"] } as EventBody;
    expect(step(both, first)).toEqual({ kind: "select", event: { type: "speaker.selected", agent: "C", by: "policy" } });
    expect(step(both, first, floor("C"))).toMatchObject({ kind: "turns", speakers: [{ name: "B" }, { name: "C" }] });
  });

  test("is nobody: then the run is done", () => {
    const end = { kind: "end", event: { type: "run.stopped", outcome: "done", reasons: [{ kind: "nobody" }] } };
    expect(step(three({ nextSpeakers: () => [] }))).toMatchObject(end);
    expect(step(three({ nextSpeakers: () => [], limits: maxTurns(1) }), floor("A"), spoke("A"))).toMatchObject(end);
  });
});

describe("a run at a limit", () => {
  test("is summed up where somebody asks for it, and ends with its reasons where nobody can, or once it is", () => {
    const last = closer(scripted());
    expect(step(three({ closer: last }), HALT, SUMMARY)).toEqual({ kind: "lastWord", agent: last });
    const end = { kind: "end", event: { type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns" }] } };
    expect(step(three(), HALT, SUMMARY)).toMatchObject(end);
    expect(step(three({ closer: last }), HALT, SUMMARY, spoke("Summary"))).toMatchObject(end);
  });

  test("waits, however it stands with its turns and goals, until people have said what becomes of it", () => {
    const work = (of: Team, ...bodies: readonly EventBody[]) => hasWork(of, logOf(...bodies).transcript);
    expect(work(three(), HALT)).toBe(false);
    expect(work(three(), floor("A"), HALT)).toBe(false);
    expect(work(three(), HALT, SUMMARY)).toBe(true);
    expect(work(three({ limits: maxTurns(0) }), HALT)).toBe(false);
    expect(work(three({ stopWhen: () => [{ kind: "source", agent: "A" }] }), HALT)).toBe(true);
  });

  test("that refuses a call of a turn stays open where it halts, with what the turn has cost and was told", async () => {
    const refused = {
      kind: "failure",
      error: { kind: "limit", message: "too much" },
      usage: { inputTokens: 3, outputTokens: 0 },
      notices: ["n"],
    } as const;
    const settings = {
      name: "A",
      description: "",
      instructions: "",
      tools: [],
      handoffs: [],
      toolRoundsMax: 1,
      afterTools: "prose",
    } as const;
    const solo = (parts: Partial<Team> = {}) =>
      team({ agents: [assistant({ ...settings, model: scripted({ fails: refused }) })], nextSpeakers: roundRobin, ...parts });
    const halting = logOf();
    await halting.run(solo());
    expect(halting.events.at(-1)).toMatchObject({
      type: "limit.reached",
      agent: "A",
      reasons: [{ kind: "failure", agent: "A", error: { kind: "limit", message: "too much" } }],
      usage: { inputTokens: 3 },
    });
    const capped = logOf();
    await capped.run(solo({ limits: (log) => (log.events.length > 2 ? [{ kind: "usd", limit: 1, spent: 1 }] : []) }));
    expect(capped.events.at(-1)).toMatchObject({ type: "limit.reached", reasons: [{ kind: "usd" }] });
    const stopping = openLog();
    stopping.start("t");
    await stopping.run(solo());
    expect(stopping.events.slice(-2)).toMatchObject([{ type: "turn.failed" }, { type: "run.stopped", outcome: "limit" }]);
  });
});

describe("whether there is anything to do", () => {
  const work = (of: Team, ...bodies: readonly EventBody[]) => hasWork(of, logOf(...bodies).transcript);
  const done: Partial<Team> = { stopWhen: () => [{ kind: "source", agent: "A" }] };

  test("there is while nobody is waited for, and none in a run that has ended", () => {
    expect(work(three())).toBe(true);
    expect(work(three(), floor("A"))).toBe(true);
    expect(work(three(), { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" })).toBe(false);
    expect(hasWork(three(), { events: [] })).toBe(false);
  });

  test("there is none while a person is waited for, unless others have the floor beside or the run is to end", () => {
    expect(work(three(), floor("A"), asks("A"))).toBe(false);
    const beside = [{ ...floor("A"), others: ["B"] } as EventBody, floor("B"), asks("A")];
    expect(work(three(), ...beside)).toBe(true);
    expect(work(three(), ...beside, asks("B"))).toBe(false);
    expect(work(three({ limits: () => [{ kind: "usd", limit: 1, spent: 1 }] }), floor("A"), asks("A"))).toBe(true);
    const inside = { ...says("A"), goesOn: () => true } as Agent;
    expect(work(three({ agents: [inside] }), floor("A"), asks("A"))).toBe(true);
  });

  test("a pause holds it, unless the run is to end", () => {
    expect(work(three(), PAUSE)).toBe(false);
    expect(work(three(), floor("A"), PAUSE)).toBe(false);
    expect(work(three(done), PAUSE)).toBe(true);
  });
});

describe("while a leader chooses", () => {
  /** Chooses A, by itself; a person asks for somebody while it does. */
  const leader = (item: EventBody, meanwhile: () => void): Agent => ({
    name: item.type === "speaker.selected" ? "selector" : "orchestrator",
    description: "",
    leads: true,
    async *turn() {
      meanwhile();
      yield item;
    },
  });
  const led = async (item: EventBody, asked: string | undefined) => {
    const log = logOf();
    const boss = leader(item, () => asked !== undefined && log.record(wanted(asked)));
    await log.run(three({ agents: [...agents, boss], nextSpeakers: () => [boss] }), {
      until: ({ type }) => type === "speaker.selected" || type === "finish.decided",
    });
    const { seq: _seq, at: _at, ...last } = log.events.at(-1) ?? { seq: 0, at: "" };
    return last;
  };
  const usage = { inputTokens: 1, outputTokens: 1 };

  test("a person's wish goes before its choice, and before its end; what it cost stays told, and who led", async () => {
    const choice: EventBody = { type: "speaker.selected", agent: "A", by: "selector", reason: "why", usage };
    expect(await led(choice, "B")).toEqual({ type: "speaker.selected", agent: "B", by: "person", usage });
    expect(await led({ ...choice, leader: "boss" } as EventBody, "B")).toEqual({
      type: "speaker.selected",
      agent: "B",
      by: "person",
      leader: "boss",
      usage,
    });
    expect(await led({ type: "finish.decided", agent: "orchestrator", reason: "" }, "B")).toEqual({
      type: "speaker.selected",
      agent: "B",
      by: "person",
      leader: "orchestrator",
    });
    expect(await led({ type: "finish.decided", agent: "selector", reason: "" }, "B")).not.toHaveProperty("leader");
  });

  test("a choice that is the same, or that nobody has asked otherwise, stands", async () => {
    const choice: EventBody = { type: "speaker.selected", agent: "A", by: "selector", reason: "why" };
    expect(await led(choice, "A")).toEqual(choice);
    expect(await led(choice, undefined)).toEqual(choice);
    expect(await led(choice, "Z")).toEqual(choice);
  });
});
