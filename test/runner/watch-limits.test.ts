import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import type { RunnableTeam } from "../../src/runner/runnable-team.ts";
import type { Lane } from "../../src/store/lanes.ts";
import type { Reserved } from "../../src/store/store.ts";
import { MARIA } from "../support/scripted.ts";
import { at, duo, halt, JONAS_LIMIT, MINUTE_MS, question, watching } from "./watching.ts";

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

  test("a call is not made where this process was taken for gone before it could be, with a budget and without one", async () => {
    for (const budgets of [[JONAS_LIMIT], []]) {
      const turn = new AbortController();
      const gone = () => {
        turn.abort();
        return Promise.reject(new Error("it was taken for gone"));
      };
      const { watch, lane, started, calls } = watching({ budgets, reserve: [{ kind: "reserved", reservation: "a" }], stillHere: gone });
      started();
      const { reserve } = await watch.within(duo, lane);
      expect(await reserve?.(0.1, turn.signal)).toBeUndefined();
      // What was set aside for it is let go.
      expect(calls.slice(1)).toEqual(budgets.length > 0 ? [["a", 0]] : []);
    }
  });

  test("a call is made where this process is still here; where that cannot be known it fails", async () => {
    let answer: Promise<void> = Promise.resolve();
    const { watch, lane, started } = watching({ stillHere: () => answer });
    started();
    const { reserve } = await watch.within(duo, lane);
    const { signal } = new AbortController();
    expect(await reserve?.(0.1, signal)).toBeDefined();
    answer = Promise.reject(new Error("the database has been closed"));
    await expect(reserve?.(0.1, signal)).rejects.toThrow("the database has been closed");
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
