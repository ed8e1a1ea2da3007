import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { reserving } from "../../src/engine/limits/reserving.ts";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { Model } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { createDayBudgets, dayOf } from "../../src/runner/day-budgets.ts";
import { createForgetting } from "../../src/runner/upkeep/forgetting.ts";
import type { RunnableTeam } from "../../src/runner/runnable-team.ts";
import type { SqliteOpened } from "../../src/store/sqlite/store.ts";
import { mention, open, said } from "../support/running.ts";
import { MARIA, scripted, team } from "../support/scripted.ts";

// Two runners over one store, as on two machines: A has the turn, and what people do comes in on B.

function solo(model: Model): RunnableTeam {
  const settings = { name: "A", description: "", instructions: "", handoffs: ["human"], toolRoundsMax: 3, afterTools: "prose" } as const;
  const agents = [assistant({ ...settings, model, tools: [] })];
  return team({ agents, nextSpeakers: roundRobin, stopWhen: textMention("DONE"), limits: maxTurns(10) });
}

/** A model that answers when the test says so, and tells how its calls went. */
function onCue() {
  const calls: { readonly signal: AbortSignal; answer(text: string): void }[] = [];
  const model: Model = {
    name: "on cue",
    // eslint-disable-next-line require-yield
    async *call(_request, { signal }) {
      const text = await new Promise<string | undefined>((resolve) => {
        calls.push({ signal, answer: resolve });
        signal.addEventListener("abort", () => resolve(undefined), { once: true });
      });
      if (text === undefined) return { kind: "failure", error: { kind: "aborted", message: "aborted" } };
      return { kind: "answer", text, toolCalls: [], usage: { inputTokens: 10, outputTokens: 5 } };
    },
  };
  return { model, calls };
}

const nobody = () => solo(scripted());

test("a reply that B hears while A has the turn is in the log before A's answer, and the model is paid once", async () => {
  const { model, calls } = onCue();
  const a = open(() => solo(model));
  const b = open(nobody, { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await a.until(() => a.log.some((event) => event.type === "speaker.selected"));
  await untilCalled(calls, 1);
  expect(await b.runner.say(mention("and quickly", { addressed: false }))).toEqual({ kind: "steered" });
  calls[0]?.answer("Well. DONE");
  await a.stopped();
  expect(said(await a.store.load("T/C/1", 0))).toEqual(["Maria: go", "Maria: and quickly", "A: Well. DONE"]);
  expect(calls).toHaveLength(1);
  expect([a.problems, b.problems]).toEqual([[], []]);
});

test("what B has not been told of yet it reads where it must: the event of a post that it sees, and the log before it takes a turn over", async () => {
  const late: (() => void)[] = [];
  const a = open(nobody);
  const b = open(nobody, {
    beside: a,
    // Told when the test says so, as over a network.
    wrapStore: (store) => ({ ...store, follow: (listener) => store.follow((committed) => void late.push(() => listener(committed))) }),
  });
  await a.runner.say(mention("go"));
  expect((await b.runner.read("T/C/1")).events).toHaveLength(2);
  await a.runner.say(mention("and quickly", { addressed: false }));
  expect((await b.runner.read("T/C/1")).events).toHaveLength(2);
  expect((await b.runner.read("T/C/1", 3)).events).toHaveLength(3);
  for (const tell of late.splice(0)) tell();
  expect((await b.runner.read("T/C/1")).events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("what B has heard A's next model call reads, though A read the log before", async () => {
  const { model, calls } = onCue();
  const requests: string[] = [];
  const listening: Model = {
    ...model,
    call(request, signal) {
      requests.push(JSON.stringify(request));
      return model.call(request, signal);
    },
  };
  const a = open(() => solo(listening));
  const b = open(nobody, { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await untilCalled(calls, 1);
  await b.runner.say(mention("blue, please", { addressed: false }));
  calls[0]?.answer("One moment.");
  await untilCalled(calls, 2);
  expect(requests[1]).toContain("blue, please");
  calls[1]?.answer("Blue. DONE");
  await a.stopped();
});

test("a stop on B ends A's call at once, and no time passes", async () => {
  const { model, calls } = onCue();
  const a = open(() => solo(model), { clock: { now: () => Date.UTC(2026, 0, 5, 9), sleep: () => new Promise(() => undefined) } });
  const b = open(nobody, { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await untilCalled(calls, 1);
  expect(await b.runner.stop("T/C/1", MARIA)).toBe(true);
  expect(calls[0]?.signal.aborted).toBe(true);
  expect((await a.store.load("T/C/1", 0)).at(-1)).toMatchObject({ type: "run.stopped", outcome: "stopped" });
  expect(await b.runner.stop("T/C/1", MARIA)).toBe(false);
});

test("a skip and a parking on B give up A's turn; a thread that only B thinks parked goes on from its log", async () => {
  const { model, calls } = onCue();
  const a = open(() => solo(model));
  const b = open(nobody, { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await untilCalled(calls, 1);
  await b.runner.park((thread) => thread === "T/C/1");
  await untilCalled(calls, 2);
  expect(calls[0]?.signal.aborted).toBe(true);
  expect(await b.runner.steer("T/C/1", { kind: "skip", person: MARIA })).toBe(true);
  await untilCalled(calls, 3);
  expect(calls[1]?.signal.aborted).toBe(true);
  calls[2]?.answer("DONE");
  await a.stopped();
});

test("two that are told the same at the same moment hear it once; of two tasks, one begins the run and the other steers it", async () => {
  const a = open(nobody);
  const b = open(nobody, { beside: a });
  const twice = await Promise.all([a.runner.say(mention("go")), b.runner.say(mention("go"))]);
  expect(twice.map(({ kind }) => kind)).toEqual(["started", "duplicate"]);
  const both = await Promise.all([a.runner.say(mention("one", { thread: "T/C/2" })), b.runner.say(mention("other", { thread: "T/C/2" }))]);
  expect(both.map(({ kind }) => kind)).toEqual(["started", "steered"]);
  expect((await a.store.load("T/C/2", 0)).filter(({ type }) => type === "run.started")).toHaveLength(1);
});

test("an answer that B hears lets a run go on, wherever it is taken up, and a follower of each hears every event once", async () => {
  const asks = { calls: [{ tool: "transfer_to_human", args: { question: "Which day?" } }] };
  const a = open(() => solo(scripted(asks)));
  const b = open(() => solo(scripted("Friday. DONE")), { beside: a });
  a.runner.start();
  await a.runner.say(mention("when?"));
  await b.until(() => b.log.some((event) => event.type === "handoff.made"));
  await a.runner.close();
  b.runner.start();
  expect(await b.runner.say(mention("Friday", { addressed: false }))).toMatchObject({ kind: "answered" });
  await b.stopped();
  expect(said(b.log)).toEqual(["Maria: when?", "Maria: Friday", "A: Friday. DONE"]);
  expect(b.log.map(({ seq }) => seq)).toEqual((await b.store.load("T/C/1", 0)).map(({ seq }) => seq));
});

test("A goes in mid-call: B goes on from the log, and what A still says is not recorded", async () => {
  const slow = onCue();
  const a = open(() => solo({ ...slow.model, call: deaf(slow.model) }));
  const b = open(() => solo(scripted("DONE by B")), { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await untilCalled(slow.calls, 1);
  b.runner.start();
  await a.opened.store.close();
  await b.stopped();
  slow.calls[0]?.answer("DONE by A");
  await a.close();
  expect(said(await b.store.load("T/C/1", 0))).toEqual(["Maria: go", "A: DONE by B"]);
});

test("words that B forgets are gone from what A has in hand, in the middle of its turn, and whoever looks meanwhile does not see them", async () => {
  const { model, calls } = onCue();
  const reading = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  let isPutAnew = false;
  const a = open(() => solo(model), {
    wrapStore: (store) => ({
      ...store,
      async load(...args) {
        const events = await store.load(...args);
        // The first to read it again: that takes a while.
        if (isPutAnew) {
          isPutAnew = false;
          reading.resolve();
          await read.promise;
        }
        return events;
      },
    }),
  });
  const b = open(nobody, { beside: a });
  a.runner.start();
  await a.runner.say(mention("go"));
  await untilCalled(calls, 1);
  await b.runner.say(mention("my number is 555-1234", { addressed: false, id: "m2" }));
  const forgetting = createForgetting({
    store: b.opened.store,
    rewrite: b.runner.rewrite,
    forgetter: b.opened.forgetter,
    compacts: "if small",
  });
  a.opened.store.follow(({ rewritten }) => void (isPutAnew ||= rewritten === true));
  expect(await forgetting.message("T/C/1", { id: "m2", receipt: "none" })).toBe(1);
  await reading.promise;
  const shown = JSON.stringify([a.runner.atHand("T/C/1"), await a.runner.read("T/C/1")]);
  // What is recorded while it is read stays in it.
  await b.runner.say(mention("my dog is Rex", { addressed: false, id: "m3" }));
  read.resolve();
  await setImmediate();
  const after = a.runner.atHand("T/C/1")?.events ?? [];
  expect(shown + JSON.stringify(after)).not.toContain("555-1234");
  expect(said(after).at(-1)).toBe("Maria: my dog is Rex");
  calls[0]?.answer("DONE");
  await a.stopped();
  expect(JSON.stringify(await a.store.load("T/C/1", 0))).not.toContain("555-1234");
});

test("what A is forgetting B does not carry on as if a crash had broken it off", async () => {
  const a = open(nobody);
  const b = open(nobody, { beside: a });
  const steps: string[] = [];
  let finish = () => undefined as void;
  const held = new Promise<void>((resolve) => (finish = resolve));
  const forgettingOf = (name: string, { opened, runner }: typeof a) => {
    const { store, forgetter } = opened;
    const begin: typeof forgetter.begin = async (target, by) => {
      const begun = await forgetter.begin(target, by);
      steps.push(`${name} begins`);
      await held;
      return begun;
    };
    const end: typeof forgetter.finish = async (forgetting) => {
      steps.push(`${name} ends it`);
      await forgetter.finish(forgetting);
    };
    return createForgetting({ store, rewrite: runner.rewrite, forgetter: { ...forgetter, begin, finish: end }, compacts: "if small" });
  };
  const target = { kind: "thread", thread: "T/C/1" } as const;
  const forgotten = forgettingOf("A", a).forget(target, { workspace: "T", person: MARIA, deed: "forget", subject: "T/C/1", allowed: true });
  await expect.poll(() => steps).toEqual(["A begins"]);
  expect(await b.opened.forgetter.underWay()).toHaveLength(1);
  const resumed = forgettingOf("B", b).resume();
  finish();
  await Promise.all([forgotten, resumed]);
  expect(steps).toEqual(["A begins", "A ends it"]);
});

/** A model that answers on cue, at $0.60 at most and for what the cue says. */
function priced() {
  const { model, calls } = onCue();
  const costs: number[] = [];
  const paid: Model = {
    ...model,
    terms: { outputTokensMax: 100, usdMax: () => 0.6 },
    async *call(request, turn) {
      const reply = yield* model.call(request, turn);
      const usd = costs.shift() ?? 0;
      return reply.kind === "answer" ? { ...reply, usage: { ...reply.usage, usd } } : reply;
    },
  };
  return { model: reserving(paid), calls, costs };
}

/** A day's budget of the workspace, which is read off this store; the day does not end meanwhile. */
const dollars = (limit: number) => ({
  clock: MIDDAY,
  parts: (opened: SqliteOpened) => ({
    budgets: createDayBudgets({
      ...opened,
      budgets: { workspaceUsdPerDay: limit },
      accounts: () => ["workspace"],
      clock: MIDDAY,
    }),
  }),
});
const MIDDAY = { ...systemClock, now: () => Date.UTC(2026, 0, 5, 12) };

const other = { thread: "T/C/2" };

test("of the last of a budget one run at a time makes a call, and when it is used up the other is told so, without a call", async () => {
  const { model, calls, costs } = priced();
  const a = open(() => solo(model), dollars(1));
  const b = open(() => solo(model), { beside: a, ...dollars(1) });
  for (const { runner } of [a, b]) runner.start();
  costs.push(0.5, 0.55);
  await a.runner.say(mention("first"));
  await untilCalled(calls, 1);
  calls[0]?.answer("Half of it is left.");
  await untilCalled(calls, 2);
  // A's second call may cost $0.60: nothing is left that is not set aside.
  await b.runner.say(mention("second", other));
  await b.until(() => b.log.some((event) => event.thread === "T/C/2" && event.type === "speaker.selected"));
  calls[1]?.answer("DONE");
  await a.stopped();
  await b.stopped("T/C/2");
  expect(calls).toHaveLength(2);
  expect((await b.store.load("T/C/2", 0)).at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "failure" }] });
  expect(await a.store.spentOn("T", "workspace", dayOf(MIDDAY.now()))).toMatchObject({ usd: 1.05 });
});

test("a call that waits for what another has set aside goes on with what is left, be it that the other has gone", async () => {
  const { model, calls, costs } = priced();
  const a = open(() => solo(model), dollars(0.6));
  const b = open(() => solo(model), { beside: a, ...dollars(0.6) });
  costs.push(0.1, 0.1, 0.1);
  b.runner.start();
  await b.runner.say(mention("first"));
  await untilCalled(calls, 1);
  await b.runner.say(mention("second", other));
  await b.until(() => b.log.some((event) => event.thread === "T/C/2" && event.type === "speaker.selected"));
  calls[0]?.answer("DONE");
  await untilCalled(calls, 2);
  a.runner.start();
  await b.close();
  await untilCalled(calls, 3);
  calls[2]?.answer("DONE");
  await a.stopped("T/C/2");
  expect(said(await a.store.load("T/C/2", 0))).toEqual(["Maria: second", "A: DONE"]);
});

test("what two hear of one person at the same moment counts together for their rate", async () => {
  const parts = { rates: { runsPerHour: 1, messagesPerHour: 1 } };
  const a = open(nobody, { parts });
  const b = open(nobody, { beside: a, parts });
  const both = await Promise.all([a.runner.say(mention("one")), b.runner.say(mention("other", other))]);
  expect(both.map(({ kind }) => kind)).toEqual(["started", "refused"]);
  expect(await b.store.load("T/C/2", 0)).toEqual([]);
});

/** The same model, which hears no signal. */
const deaf =
  (model: Model): Model["call"] =>
  (request, turn) =>
    model.call(request, { ...turn, signal: new AbortController().signal });

async function untilCalled(calls: readonly unknown[], count: number): Promise<void> {
  await expect.poll(() => calls.length, { interval: 1, timeout: 10_000 }).toBe(count);
}
