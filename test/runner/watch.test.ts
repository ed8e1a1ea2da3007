import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import type { Budget, DayBudgets } from "../../src/runner/day-budgets.ts";
import type { RunnableTeam } from "../../src/runner/runnable-team.ts";
import { createWatch } from "../../src/runner/watch.ts";
import type { Lane } from "../../src/store/lanes.ts";
import type { Commit, Reserved } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";
import { MARIA, openLog, team } from "../support/scripted.ts";

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 5, 9);
const at = (minutes: number) => new Date(START_MS + minutes * MINUTE_MS).toISOString();
const JONAS_LIMIT: Budget = { account: "person/U1", day: "2026-01-05", limit: 1, spent: 0, priced: true };

const duo: RunnableTeam = team({ agents: [], nextSpeakers: roundRobin });

interface Given {
  readonly budgets?: Budget[];
  readonly heardAll?: boolean;
  readonly withoutBudgets?: true;
  readonly ceiling?: number;
  readonly reserve?: Reserved[];
}

/** A watch over a thread whose log is in memory; what is appended to it stands in the log at the clock's time. */
function watching({ budgets = [], heardAll = true, withoutBudgets, ceiling, reserve = [] }: Given = {}) {
  const clock = manualClock(START_MS);
  const log = openLog();
  const wakes: Commit["wake"][] = [];
  const settled: string[] = [];
  const calls: unknown[] = [];
  const asked: unknown[] = [];
  const record = (...bodies: readonly EventBody[]) => {
    for (const body of bodies) log.events.push({ ...body, seq: log.events.length + 1, at: new Date(clock.now()).toISOString() });
  };
  const lane = {
    thread: "T/C/1",
    workspace: "T",
    transcript: log.transcript,
    inTurn: (job: () => Promise<unknown>) => job(),
    async append(bodies: readonly EventBody[], wake: Commit["wake"]) {
      record(...bodies);
      wakes.push(wake);
    },
    settles: (reservation: string) => void settled.push(reservation),
  } as unknown as Lane;
  const held: Pick<DayBudgets, "held"> = {
    async held(...given) {
      asked.push(given);
      return [...budgets];
    },
  };
  const watch = createWatch({
    store: {
      async reserve(wanted) {
        calls.push(wanted);
        const told = reserve.shift();
        if (!told) throw new Error("nothing more is set aside");
        return told;
      },
      async callEnded(...given) {
        calls.push(given);
      },
    },
    clock,
    budgets: withoutBudgets ? undefined : (held as DayBudgets),
    haltMinutes: 30,
    ceilings: ceiling === undefined ? undefined : { limits: { turns: ceiling, minutes: 60, tokens: 9_000, usd: 9 }, budget: () => 5 },
    heardAll: () => heardAll,
  });
  const started = (more: object = {}) => record({ type: "run.started", run: "r1", team: "duo", startedBy: MARIA, ...more });
  return { clock, log, record, lane, wakes, watch, started, settled, calls, asked };
}

const question = (minutes?: number): EventBody => ({
  type: "handoff.made",
  agent: "A",
  to: "human",
  text: "?",
  ...(minutes === undefined ? {} : { answerBy: at(minutes) }),
});
const approval = (call: string, minutes: number): EventBody => ({
  type: "approval.requested",
  agent: "A",
  call,
  what: "x",
  approveBy: at(minutes),
});
const halt = (until: number | undefined, ...kinds: readonly ("turns" | "budget")[]): EventBody => ({
  type: "limit.reached",
  run: "r1",
  reason: "",
  reasons: kinds.map((kind) =>
    kind === "turns"
      ? { kind: "maxTurns", limit: 2, count: 2 }
      : { kind: "budget", account: "person/U1", day: "2026-01-05", limit: 1, spent: 1, priced: true },
  ),
  ...(until === undefined ? {} : { until: at(until) }),
});

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

const LIMITS = { turns: 5, minutes: 20, tokens: 1_000, usd: 1 };

describe("within the budgets of the day", () => {
  const used = { type: "message.posted", agent: "A", text: "", usage: { inputTokens: 850, outputTokens: 0 } } as const;

  test("a run reaches their limits beside its own, as they were when it looked last", async () => {
    const budgets = [{ ...JONAS_LIMIT, spent: 0.5 }];
    const { watch, lane, started, log } = watching({ budgets });
    started();
    const own: RunnableTeam = { ...duo, limits: () => [{ kind: "maxTurns", limit: 1, count: 1 }] };
    const { team: limited, looked } = await watch.within(own, lane);
    expect(limited.limits(log.transcript)).toEqual([{ kind: "maxTurns", limit: 1, count: 1 }]);
    budgets[0] = { ...JONAS_LIMIT, spent: 1 };
    expect(limited.limits(log.transcript)).toHaveLength(1);
    await looked();
    expect(limited.limits(log.transcript)).toMatchObject([
      { kind: "maxTurns" },
      { kind: "budget", account: "person/U1", limit: 1, spent: 1 },
    ]);
  });

  test("people are told once of what comes near: the run's own limits and the day's", async () => {
    const { watch, lane, started, record, log, wakes } = watching({ budgets: [{ ...JONAS_LIMIT, spent: 0.8 }] });
    started({ haltsAtLimits: true });
    const { looked } = await watch.within({ ...duo, limitsAtFirst: LIMITS }, lane);
    record(used);
    await looked();
    await looked();
    expect(log.events.slice(2)).toMatchObject([
      { type: "limit.neared", run: "r1", limit: "tokens", used: 850, of: 1_000 },
      { type: "limit.neared", run: "r1", limit: "budget", account: "person/U1", used: 0.8, of: 1 },
    ]);
    expect(wakes).toEqual(["keep"]);
  });

  test.each<readonly [string, object, readonly EventBody[], Partial<RunnableTeam>]>([
    ["a run that does not halt at limits", {}, [used], { limitsAtFirst: LIMITS }],
    ["one that stands at a limit already", { haltsAtLimits: true }, [used, halt(30, "turns")], { limitsAtFirst: LIMITS }],
    ["a team that has none", { haltsAtLimits: true }, [used], {}],
    [
      "one that has ended",
      { haltsAtLimits: true },
      [used, { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" }],
      { limitsAtFirst: LIMITS },
    ],
  ])("nobody is told of what comes near in %s", async (_what, start, bodies, more) => {
    const { watch, lane, started, record, wakes } = watching();
    started(start);
    record(...bodies);
    await (await watch.within({ ...duo, ...more }, lane)).looked();
    expect(wakes).toEqual([]);
  });

  test("nothing is set aside where nobody has set a budget", async () => {
    const { watch, lane, started } = watching();
    started();
    expect((await watch.within(duo, lane)).reserve).toBeUndefined();
    const none = watching({ withoutBudgets: true });
    none.started();
    expect((await none.watch.within(duo, none.lane)).reserve).toBeUndefined();
  });

  test("what is set aside for a call is let go with the cost that an event tells, at once where it cost nothing, and the rest at the end", async () => {
    const reserved = (reservation: string): Reserved => ({ kind: "reserved", reservation });
    const { watch, lane, started, calls, settled } = watching({
      budgets: [JONAS_LIMIT],
      reserve: [reserved("a"), reserved("b"), reserved("c")],
    });
    started();
    const { reserve, leave } = await watch.within(duo, lane);
    const { signal } = new AbortController();
    const [a, b, c] = [await reserve?.(0.1, signal), await reserve?.(0.2, signal), await reserve?.(0.3, signal)];
    expect(calls.splice(0)).toEqual(
      [0.1, 0.2, 0.3].map((usd) => ({ workspace: "T", day: "2026-01-05", usd, budgets: [{ account: "person/U1", limit: 1 }] })),
    );
    a?.ended(0.05);
    b?.ended(0);
    b?.ended(0.2);
    expect(calls.splice(0)).toEqual([
      ["a", 0.05],
      ["b", 0],
    ]);
    expect(settled).toEqual(["a"]);
    await leave();
    expect(calls.splice(0)).toEqual([
      ["a", 0],
      ["c", 0],
    ]);
    // What ends behind the visit was let go with it.
    c?.ended(0.3);
    await leave();
    expect(calls).toEqual([]);
  });

  test("a call that is given up while it waits, or for which nothing is left, is not made; what was spent is known from then on", async () => {
    const usedUp = (spent: number): Reserved => ({ kind: "used up", account: "person/U1", spent });
    const budgets = [
      { ...JONAS_LIMIT, spent: 0.4 },
      { ...JONAS_LIMIT, account: "workspace", limit: 50, spent: 2 },
    ];
    const { watch, lane, started, log } = watching({ budgets, reserve: [{ kind: "aborted" }, usedUp(1)] });
    started();
    const { reserve, team: limited } = await watch.within(duo, lane);
    const { signal } = new AbortController();
    expect(await reserve?.(0.1, signal)).toBeUndefined();
    expect(limited.limits(log.transcript)).toEqual([]);
    expect(await reserve?.(0.1, signal)).toBeUndefined();
    expect(limited.limits(log.transcript)).toMatchObject([{ kind: "budget", account: "person/U1", spent: 1 }]);
  });

  test("a budget that was raised while the call waited is asked again", async () => {
    const budgets = [{ ...JONAS_LIMIT, spent: 1 }];
    const reserve: Reserved[] = [{ kind: "used up", account: "person/U1", spent: 1 } as Reserved, { kind: "reserved", reservation: "a" }];
    const { watch, lane, started, calls } = watching({ budgets, reserve });
    started();
    const { reserve: ask } = await watch.within(duo, lane);
    budgets[0] = { ...JONAS_LIMIT, limit: 2, spent: 1 };
    expect(await ask?.(0.1, new AbortController().signal)).toBeDefined();
    expect(calls).toMatchObject([{ budgets: [{ limit: 1 }] }, { budgets: [{ limit: 2 }] }]);
  });
});

describe("the limit on minutes", () => {
  const minuted: RunnableTeam = { ...duo, minutesMax: 20 };

  test("holds while nothing is recorded: the run stops, and the turn is given up", async () => {
    const { clock, watch, lane, started, log, wakes } = watching();
    started();
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    await clock.advance(20 * MINUTE_MS - 1);
    expect([turn.signal.aborted, log.events.length]).toEqual([false, 1]);
    await clock.advance(1);
    await watched;
    expect(turn.signal.aborted).toBe(true);
    expect(log.events.at(-1)).toMatchObject({
      type: "run.stopped",
      outcome: "limit",
      reasons: [{ kind: "minutes", limit: 20, elapsed: 20 }],
    });
    expect(wakes).toEqual(["none"]);
  });

  test("where the run halts at limits it halts, with its time and what is offered", async () => {
    const { clock, watch, lane, started, log, wakes } = watching({ ceiling: 9 });
    started({ haltsAtLimits: true });
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    await clock.advance(20 * MINUTE_MS);
    await watched;
    expect(log.events.at(-1)).toMatchObject({ type: "limit.reached", until: at(50), offer: { to: { minutes: 40 } } });
    expect([wakes, turn.signal.aborted]).toEqual([["keep"], true]);
  });

  test("is as people have raised it, also while it is waited for", async () => {
    const { clock, watch, lane, started, record, log } = watching();
    started();
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    record({ type: "limit.raised", run: "r1", to: { minutes: 25 } });
    await clock.advance(24 * MINUTE_MS);
    expect(turn.signal.aborted).toBe(false);
    await clock.advance(MINUTE_MS);
    await watched;
    expect(log.events.at(-1)).toMatchObject({ reasons: [{ kind: "minutes", limit: 25, elapsed: 25 }] });
  });

  test("is none without one, and nothing is left behind by a turn that ends before", async () => {
    const { clock, watch, lane, started, log } = watching();
    started();
    await watch.minutes(lane, duo, new AbortController());
    expect(clock.sleeping()).toBe(0);
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    await clock.untilSleeping();
    turn.abort();
    await watched;
    expect([clock.sleeping(), log.events.length]).toEqual([0, 1]);
  });

  test("time in which a person is waited for does not count", async () => {
    const { clock, watch, lane, started, record } = watching();
    started();
    record(question());
    await clock.advance(60 * MINUTE_MS);
    record({ type: "message.posted", person: MARIA, text: "yes", answers: 2 });
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    await clock.advance(19 * MINUTE_MS);
    expect(turn.signal.aborted).toBe(false);
    await clock.advance(MINUTE_MS);
    await watched;
    expect(turn.signal.aborted).toBe(true);
  });

  test.each<EventBody>([{ type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" }, halt(30, "turns")])(
    "a run that somebody in line before has ended or halted is not ended again; its turn is given up all the same: %j",
    async (ends) => {
      const { clock, watch, lane, started, record, wakes } = watching();
      started({ haltsAtLimits: true });
      const turn = new AbortController();
      const behind: Lane = {
        ...lane,
        inTurn(job) {
          record(ends);
          return job();
        },
      };
      const watched = watch.minutes(behind, minuted, turn);
      await clock.advance(20 * MINUTE_MS);
      await watched;
      expect([wakes, turn.signal.aborted]).toEqual([[], true]);
    },
  );

  test("a summary has two minutes of its own, and ends the run with what it halted for", async () => {
    const { clock, watch, lane, started, record, log, wakes } = watching();
    started({ haltsAtLimits: true });
    record(halt(30, "turns"), { type: "summary.requested", run: "r1", person: MARIA });
    const turn = new AbortController();
    const watched = watch.minutes(lane, minuted, turn);
    await clock.advance(2 * MINUTE_MS - 1);
    expect(turn.signal.aborted).toBe(false);
    await clock.advance(1);
    await watched;
    expect(log.events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns" }] });
    expect([wakes, turn.signal.aborted]).toEqual([["none"], true]);
  });
});
