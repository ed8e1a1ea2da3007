import { describe, expect, test } from "vitest";
import type { EventBody, Person } from "../../../src/engine/events/events.ts";
import { runState, waits } from "../../../src/engine/reading/run-state.ts";
import { currentRun, isWaiting } from "../../../src/engine/reading/transcript.ts";
import { asked, ended, failed, floor, handed, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { MARIA } from "../../support/scripted.ts";

// Each event, and what it makes of a run's state.

const usage = { inputTokens: 3, outputTokens: 2, usd: 0.25 };
const begun = [started(), asked("t")];
const question = (agent: string, more: Partial<EventBody & { type: "handoff.made" }> = {}): EventBody => handed(agent, "human", more);
const approval = (agent: string, call: string, more: { readonly within?: string; readonly approveBy?: string } = {}): EventBody => ({
  type: "approval.requested",
  agent,
  call,
  what: "it",
  ...more,
});
const paused = (person: Person = MARIA): EventBody => ({ type: "run.paused", run: "r", person });
const unpaused: EventBody = { type: "run.unpaused", run: "r", person: MARIA };
const reached = (until?: string): EventBody => ({
  type: "limit.reached",
  run: "r",
  reason: "",
  reasons: [{ kind: "nobody" }],
  ...(until === undefined ? {} : { until }),
});
const raised = (to: { readonly turns?: number; readonly usd?: number } = { turns: 9 }): EventBody => ({
  type: "limit.raised",
  run: "r",
  to,
});
const summaryAsked: EventBody = { type: "summary.requested", run: "r", person: MARIA };
const of = (...facts: readonly EventBody[]) => currentRun(logOf(...facts));

describe("a run", () => {
  test("begins with nothing of the one before, and what is before any run is none", () => {
    const before = [
      ...begun,
      floor("A"),
      said("A", "x", { usage }),
      question("A"),
      paused(),
      { type: "speaker.requested", speaker: "B", person: MARIA },
    ] as const;
    expect(of(...before, started({ run: "r2", team: "other", haltsAtLimits: true }))).toEqual({
      ...runState.initial(),
      run: "r2",
      team: "other",
      startedBy: MARIA,
      startIndex: before.length,
      running: true,
      haltsAtLimits: true,
      lastAtMs: Date.UTC(2026, 0, 1, 0, 0, before.length),
    });
    expect(of()).toMatchObject({
      run: undefined,
      startIndex: -1,
      running: false,
      atBorder: true,
      turns: 0,
      elapsedMs: 0,
      questions: [],
      approvals: [],
    });
    expect(isWaiting(logOf())).toBe(true);
  });

  test("that has stopped waits for nobody in particular, and keeps what it took", () => {
    const state = of(...begun, floor("A", { others: ["B"] }), question("A"), approval("A", "c"), paused(), reached(), stopped);
    expect(state).toMatchObject({
      running: false,
      openTurns: [],
      toBeSelected: [],
      questions: [],
      approvals: [],
      requested: undefined,
      skipped: [],
    });
    expect([state.pausedBy, state.halt, waits(state)]).toEqual([undefined, undefined, true]);
  });

  test("knows who has the floor, who is to have it beside them, and who has had it", () => {
    expect(of(...begun, floor("A"))).toMatchObject({ openTurns: ["A"], sideBySide: ["A"], toBeSelected: [], turns: 0 });
    expect(of(...begun, floor("A", { others: ["B", "C"] }))).toMatchObject({
      openTurns: ["A"],
      sideBySide: ["A", "B", "C"],
      toBeSelected: ["B", "C"],
    });
    expect(of(...begun, floor("A", { others: ["B", "C"] }), floor("B"))).toMatchObject({
      openTurns: ["A", "B"],
      sideBySide: ["A", "B", "C"],
      toBeSelected: ["C"],
    });
    // Chosen again, such as after a crash: once.
    expect(of(...begun, floor("A"), floor("B"), floor("A")).openTurns).toEqual(["B", "A"]);
    expect(of(...begun, floor("A"), said("A"), floor("B"))).toMatchObject({ openTurns: ["B"], sideBySide: ["B"], turns: 1 });
  });

  test("counts a turn when whoever has the floor speaks, fails, ends it, hands over or is skipped", () => {
    for (const end of [said("A"), failed("A"), ended("A"), handed("A", "B"), skipped("A")])
      expect(of(...begun, floor("A"), floor("B"), end)).toMatchObject({ turns: 1, openTurns: ["B"] });
    for (const other of [said("C"), failed("C"), ended("C"), handed("C", "B"), skipped("C"), asked("x")])
      expect(of(...begun, floor("A"), other)).toMatchObject({ turns: 0, openTurns: ["A"] });
  });

  test("hears of what happens inside a participant only what asks people, and what it costs", () => {
    const within = "A";
    const inside = [
      floor("X", { within }),
      said("A", "x", { within, usage }),
      failed("A", { within }),
      ended("A", "", { within }),
      handed("A", "B", { within }),
    ];
    expect(of(...begun, floor("A"), ...inside, stoppedInside)).toMatchObject({
      openTurns: ["A"],
      turns: 0,
      running: true,
      usage: { inputTokens: 3, outputTokens: 2, usd: 0.25, calls: 1 },
    });
    expect(of(...begun, floor("A"), question("X", { within: "A/Inner" })).questions).toMatchObject([{ agent: "X", participant: "A" }]);
    expect(of(...begun, floor("A"), question("X", { outside: true })).questions).toEqual([]);
  });
  const stoppedInside: EventBody = { ...stopped, within: "A" };

  test("a person can ask for who is next, until they have the floor", () => {
    const requested = { type: "speaker.requested", speaker: "B", person: MARIA } as const;
    expect(of(...begun, requested).requested).toBe("B");
    expect(of(...begun, requested, floor("A")).requested).toBe("B");
    expect(of(...begun, requested, floor("B")).requested).toBeUndefined();
  });

  test("whoever is skipped waits for nothing more, and is told of until somebody has the floor", () => {
    const open = [floor("A"), floor("B"), question("A"), approval("A", "a"), question("B"), approval("B", "b")];
    const state = of(...begun, ...open, skipped("A"));
    expect(state).toMatchObject({ skipped: ["A"], openTurns: ["B"] });
    expect([...state.questions, ...state.approvals].map(({ participant }) => participant)).toEqual(["B", "B"]);
    expect(of(...begun, ...open, skipped("A"), skipped("B")).skipped).toEqual(["A", "B"]);
    expect(of(...begun, ...open, skipped("A"), floor("C")).skipped).toEqual([]);
  });
});

describe("what is open with people", () => {
  const asking = [...begun, floor("A"), floor("B")];

  test("a question, with what can be answered and until when, is open until it is answered or its time is over", () => {
    const [first, second] = [question("A", { text: "Which?", options: ["a", "b"], answerBy: "2026-01-02T00:00:00.000Z" }), question("B")];
    const seq = asking.length + 1;
    expect(of(...asking, first, second).questions).toEqual([
      { seq, agent: "A", participant: "A", text: "Which?", options: ["a", "b"], answerBy: "2026-01-02T00:00:00.000Z" },
      { seq: seq + 1, agent: "B", participant: "B", text: "Transferred to human.", options: [], answerBy: undefined },
    ]);
    const open = (...facts: readonly EventBody[]) => of(...asking, first, second, ...facts).questions.map(({ agent }) => agent);
    expect(open(asked("x"))).toEqual([]);
    expect(open(asked("x", { answers: seq }))).toEqual(["B"]);
    expect(open(asked("x", { answers: 0 }))).toEqual(["A", "B"]);
    expect(open({ type: "question.expired", of: seq })).toEqual(["B"]);
    expect(open(said("A"))).toEqual(["A", "B"]);
  });

  test("a call is open until it is given or refused, or its time is over", () => {
    const two = [approval("A", "a", { approveBy: "2026-01-02T00:00:00.000Z" }), approval("X", "b", { within: "B/Inner" })];
    expect(of(...asking, ...two).approvals).toEqual([
      { call: "a", participant: "A", approveBy: "2026-01-02T00:00:00.000Z" },
      { call: "b", participant: "B", approveBy: undefined },
    ]);
    const open = (...facts: readonly EventBody[]) => of(...asking, ...two, ...facts).approvals.map(({ call }) => call);
    expect(open({ type: "approval.given", call: "a", approved: false, person: MARIA })).toEqual(["b"]);
    expect(open({ type: "approval.expired", call: "b", within: "B" })).toEqual(["a"]);
  });

  test("a run waits when all who have the floor do, when it is paused, and at a limit until a summary is asked for", () => {
    const isWaitingAt = (...facts: readonly EventBody[]) => isWaiting(logOf(...facts));
    expect(isWaitingAt(...begun)).toBe(false);
    expect(isWaitingAt(...asking, question("A"))).toBe(false);
    expect(isWaitingAt(...asking, question("A"), approval("B", "b"))).toBe(true);
    expect(isWaitingAt(...begun, floor("A", { others: ["B"] }), question("A"))).toBe(false);
    expect(isWaitingAt(...asking, paused())).toBe(true);
    expect(isWaitingAt(...asking, paused(), unpaused)).toBe(false);
    expect(of(...asking, paused()).pausedBy).toEqual(MARIA);
    expect(isWaitingAt(...asking, reached())).toBe(true);
    expect(isWaitingAt(...asking, reached(), raised())).toBe(false);
    expect(isWaitingAt(...asking, question("A"), approval("B", "b"), reached(), summaryAsked)).toBe(false);
  });
});

describe("a run's time", () => {
  test("goes on while agents work, and not while it waits for people, is paused or nobody was there", () => {
    const second = 1_000;
    expect(of(...begun).elapsedMs).toBe(second);
    expect(of(...begun, floor("A"), said("A")).elapsedMs).toBe(3 * second);
    expect(of(...begun, floor("A"), question("A"), asked("x"), said("A")).elapsedMs).toBe(4 * second);
    expect(of(...begun, paused(), unpaused, floor("A")).elapsedMs).toBe(3 * second);
    expect(of(...begun, floor("A"), { type: "run.resumed", run: "r" }, said("A")).elapsedMs).toBe(3 * second);
  });

  test("a clock that was set back takes nothing away", () => {
    const [first, second] = logOf(...begun).events;
    const events = [first, { ...second, at: "2025-12-31T00:00:00.000Z" }].filter((event) => event !== undefined);
    expect(currentRun({ events: events as typeof events & { type: string }[] } as never).elapsedMs).toBe(0);
  });
});

describe("a border, where goals are looked at,", () => {
  const isBorder = (...facts: readonly EventBody[]) => of(...facts).atBorder;

  test("is where a turn ends or nobody has the floor, and not within a turn", () => {
    expect(isBorder(...begun)).toBe(true);
    expect(isBorder(...begun, floor("A"))).toBe(false);
    expect(isBorder(...begun, floor("A"), said("A"))).toBe(true);
    expect(isBorder(...begun, floor("A"), floor("B"), said("A"))).toBe(true);
    expect(isBorder(...begun, floor("A"), floor("B"), said("A"), asked("x"))).toBe(false);
    expect(isBorder(...begun, floor("A"), { type: "tool.called", agent: "A", call: "c", tool: "t", args: "" })).toBe(false);
  });

  test("is where somebody begins to wait for a person", () => {
    expect(isBorder(...begun, floor("A"), question("A"))).toBe(true);
    expect(isBorder(...begun, floor("A"), question("A"), asked("x"))).toBe(false);
    expect(isBorder(...begun, floor("A"), approval("A", "c"))).toBe(true);
    expect(isBorder(...begun, floor("A"), approval("A", "c"), { type: "approval.given", call: "c", approved: true, person: MARIA })).toBe(
      false,
    );
  });

  test("is where a leader's choice has cost something", () => {
    expect(isBorder(...begun, floor("A", { usage }))).toBe(true);
    expect(isBorder(...begun, floor("A"), floor("X", { usage, within: "A" }))).toBe(false);
  });

  test("stays what it was over a restart, a stance and what becomes of limits", () => {
    const stance: EventBody = { type: "stance.given", agent: "A", of: 2, stance: "agree", reason: "" };
    for (const event of [{ type: "run.resumed", run: "r" } as const, stance, reached(), raised()]) {
      expect(isBorder(...begun, floor("A"), event)).toBe(false);
      expect(isBorder(...begun, floor("A"), floor("B"), said("A"), event)).toBe(true);
    }
  });
});

describe("the limits of a run", () => {
  const near = (limit: "turns" | "usd" | "budget", account?: string): EventBody => ({
    type: "limit.neared",
    run: "r",
    limit,
    used: 4,
    of: 5,
    ...(account === undefined ? {} : { account }),
  });

  test("what came near is known until it is raised, and a budget until anything is", () => {
    const neared = [...begun, near("turns"), near("budget", "workspace"), near("usd")];
    expect(of(...neared).neared).toEqual([
      { limit: "turns", used: 4, of: 5 },
      { limit: "budget", account: "workspace", used: 4, of: 5 },
      { limit: "usd", used: 4, of: 5 },
    ]);
    expect(of(...neared, raised({ usd: 9 })).neared).toEqual([{ limit: "turns", used: 4, of: 5 }]);
  });

  test("a halt tells why, since when and until when; raising ends it, and adds up", () => {
    const until = "2026-01-02T00:00:00.000Z";
    expect(of(...begun, reached(until)).halt).toEqual({ seq: 3, reasons: [{ kind: "nobody" }], until, summary: undefined });
    expect(of(...begun, reached()).halt?.until).toBeUndefined();
    expect(of(...begun, reached(), raised({ turns: 9 }), reached(), raised({ usd: 4 }))).toMatchObject({
      halt: undefined,
      raised: { turns: 9, usd: 4 },
    });
  });

  test("a summary is asked for at a halt, and is given with the next words or could not be", () => {
    const asking = [...begun, floor("A"), reached(), summaryAsked];
    const summary = (...facts: readonly EventBody[]) => of(...asking, ...facts).halt?.summary;
    expect(of(...begun, summaryAsked).halt).toBeUndefined();
    expect(summary()).toEqual({ person: MARIA, askedAt: "2026-01-01T00:00:04.000Z", isGiven: false });
    expect(summary(asked("hurry"))?.isGiven).toBe(false);
    expect(summary(said("B"))?.isGiven).toBe(true);
    expect(summary(failed("B"))?.isGiven).toBe(true);
    expect(summary(ended("A"))?.isGiven).toBe(false);
    expect(summary(ended("A", "", { usage }))?.isGiven).toBe(true);
    expect(of(...begun, floor("A"), reached(), said("A")).halt?.summary).toBeUndefined();
    expect(of(...begun, floor("A"), said("A")).halt).toBeUndefined();
  });
});
