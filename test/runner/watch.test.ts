import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import type { RunnableTeam } from "../../src/runner/runnable-team.ts";
import { MARIA } from "../support/scripted.ts";
import { approval, at, duo, halt, JONAS_LIMIT, MINUTE_MS, question, watching, type Given } from "./watching.ts";

describe("what nobody has answered in time", () => {
  test("is over at its time, each by itself, and not before", async () => {
    const { clock, record, watch, lane, started, wakes, log } = watching();
    started();
    record(question(10), approval("c1", 5), approval("c2", 20));
    await clock.advance(5 * MINUTE_MS - 1);
    expect(await watch.expire(lane)).toBe(true);
    expect(wakes).toEqual([]);
    await clock.advance(1);
    expect(await watch.expire(lane)).toBe(true);
    expect(log.events.at(-1)).toMatchObject({ type: "approval.expired", call: "c1" });
    await clock.advance(5 * MINUTE_MS);
    await watch.expire(lane);
    expect(log.events.at(-1)).toMatchObject({ type: "question.expired", of: 2 });
    expect(wakes).toEqual(["keep", "keep"]);
  });

  test("stays open while it is not known whether somebody has answered all the same", async () => {
    const { clock, record, watch, lane, started, wakes } = watching({ heardAll: false });
    started();
    record(question(1));
    expect(await watch.expire(lane)).toBe(true);
    await clock.advance(MINUTE_MS);
    expect(await watch.expire(lane)).toBe(false);
    expect(wakes).toEqual([]);
  });

  test("a halt stops the run at its time with the reasons for which it halted; without a time it waits", async () => {
    const { clock, record, watch, lane, started, log } = watching();
    started({ haltsAtLimits: true });
    record(halt(30, "turns"));
    await clock.advance(30 * MINUTE_MS - 1);
    await watch.expire(lane);
    expect(log.events.at(-1)).toMatchObject({ type: "limit.reached" });
    await clock.advance(1);
    expect(await watch.expire(lane)).toBe(true);
    expect(log.events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns" }] });
    const other = watching();
    other.started({ haltsAtLimits: true });
    other.record(halt(undefined, "turns"));
    await other.clock.advance(1_000 * MINUTE_MS);
    await other.watch.expire(other.lane);
    expect(other.wakes).toEqual([]);
  });

  test("a halt that waits for nothing but a new day's budget goes on once it is free", async () => {
    const budgets = [{ ...JONAS_LIMIT, spent: 1 }];
    const { record, watch, lane, started, log, asked } = watching({ budgets });
    started({ haltsAtLimits: true });
    record(halt(30, "budget"));
    await watch.expire(lane);
    expect(log.events.at(-1)).toMatchObject({ type: "limit.reached" });
    expect(asked).toEqual([["T", "T/C/1", MARIA]]);
    budgets[0] = { ...JONAS_LIMIT, spent: 0.99 };
    await watch.expire(lane);
    expect(log.events.at(-1)).toMatchObject({ type: "limit.raised", run: "r1", to: {} });
  });

  test("a halt for a budget and for turns is for people, also where the budget is free", async () => {
    const { record, watch, lane, started, wakes } = watching({ budgets: [JONAS_LIMIT] });
    started({ haltsAtLimits: true });
    record(halt(30, "budget", "turns"));
    await watch.expire(lane);
    expect(wakes).toEqual([]);
  });

  test("a halt whose summary is being written is no end of waiting", async () => {
    const { clock, record, watch, lane, started, wakes } = watching({ withoutBudgets: true });
    started({ haltsAtLimits: true });
    record(halt(30, "turns"), { type: "summary.requested", run: "r1", person: MARIA });
    await clock.advance(31 * MINUTE_MS);
    await watch.expire(lane);
    expect(wakes).toEqual([]);
  });
});

describe("the thread is looked at again", () => {
  const wake = async (given: Given, bodies: readonly EventBody[], ended = true) => {
    const { watch, lane, record, started, wakes, log } = watching(given);
    started({ haltsAtLimits: true });
    record(...bodies);
    const before = log.events.length;
    await watch.expectTheEndOfWaiting(lane, ended);
    expect(log.events).toHaveLength(before);
    return wakes;
  };

  test("when the next thing is over, and never where nothing is", async () => {
    expect(await wake({}, [question(20), approval("c", 10)])).toEqual([{ at: at(10) }]);
    expect(await wake({}, [question(10), approval("c", 20)])).toEqual([{ at: at(10) }]);
    expect(await wake({}, [question()])).toEqual([]);
    expect(await wake({}, [])).toEqual([]);
  });

  test("at the end of a halt, or of a question before it, or of the day whose budget it waits for", async () => {
    expect(await wake({}, [halt(30, "turns")])).toEqual([{ at: at(30) }]);
    expect(await wake({}, [halt(undefined, "turns")])).toEqual([]);
    expect(await wake({}, [halt(30, "budget")])).toEqual([{ at: at(30) }]);
    expect(await wake({}, [halt(2_000, "budget", "turns")])).toEqual([{ at: "2026-01-06T00:00:00.000Z" }]);
    expect(await wake({}, [question(10), halt(30, "turns")])).toEqual([{ at: at(10) }]);
  });

  test("in a minute, where something is over and could not be ended", async () => {
    expect(await wake({}, [question(20)], false)).toEqual([{ at: at(1) }]);
  });

  test("and not by the watch, where an answer has come meanwhile", async () => {
    const answered: EventBody = { type: "message.posted", person: MARIA, text: "yes", answers: 2 };
    expect(await wake({}, [question(20), answered], false)).toEqual([]);
  });
});

describe("until when something waits", () => {
  const timed = (item: EventBody, more: Partial<RunnableTeam> = {}, given: Given = {}) =>
    watching(given).watch.timed(item, { ...duo, ...more });
  const LIMITED = { answerWithinMinutes: 60, approveWithinMinutes: 5 };
  const asks = { type: "approval.requested", agent: "A", call: "c", what: "x" } as const;
  const hands = (to: string): EventBody => ({ type: "handoff.made", agent: "A", to, text: "" });

  test("is said of approvals and of questions to people, where the team says how long", () => {
    expect(timed(asks, LIMITED)).toEqual({ ...asks, approveBy: at(5) });
    expect(timed(asks)).toBe(asks);
    expect(timed(hands("human"), LIMITED)).toEqual({ ...hands("human"), answerBy: at(60) });
    expect(timed(hands("human"))).toEqual(hands("human"));
    expect(timed(hands("Ben"), LIMITED)).toEqual(hands("Ben"));
    const said: EventBody = { type: "message.posted", agent: "A", text: "" };
    expect(timed(said, LIMITED)).toBe(said);
  });

  test("is said of a halt, with what can be made of it where there are ceilings", () => {
    expect(timed(halt(undefined, "turns"))).toEqual(halt(30, "turns"));
    expect(timed(halt(undefined, "turns"), {}, { ceiling: 3 })).toEqual({ ...halt(30, "turns"), offer: { to: { turns: 3 } } });
  });
});
