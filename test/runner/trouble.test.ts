import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { Model } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import type { RunnableTeam } from "../../src/runner/runner.ts";
import { StoreError, type Store } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";
import { mention, open, said } from "../support/running.ts";
import { MARIA, scripted, team, type Scripted } from "../support/scripted.ts";

/** One agent that speaks through this model until somebody says DONE. */
function solo(model: Model, more: { readonly minutesMax?: number; readonly tools?: readonly Tool[] } = {}): RunnableTeam {
  const { minutesMax, tools = [] } = more;
  const settings = { name: "A", description: "", instructions: "", handoffs: ["human"], toolRoundsMax: 3, afterTools: "prose" } as const;
  const agents = [assistant({ ...settings, model, tools })];
  const made = team({ agents, nextSpeakers: roundRobin, stopWhen: textMention("DONE"), limits: maxTurns(10) });
  return minutesMax === undefined ? made : { ...made, minutesMax };
}

const ASKS = { calls: [{ tool: "transfer_to_human", args: { question: "Which day?" } }] };
const DEAF: Tool = { name: "deaf", description: "", parameters: {}, run: () => new Promise(() => undefined) };
const MINUTE_MS = 60_000;

describe("a team file that is changed while a run waits", () => {
  /** Teams whose settings are one text; a team says which text it was made of. */
  const teamsOf = (now: string, built: (string | undefined)[], words: readonly Scripted[]) => ({
    build(_name: string, _thread: string, snapshot?: string) {
      built.push(snapshot);
      if (snapshot === "unusable") throw new Error("models.m needs a key: put X=… into .env");
      return solo(scripted(...words));
    },
    snapshot: () => now,
  });

  async function asked(settings: string) {
    const first = open(() => solo(scripted()), { teams: teamsOf(settings, [], [ASKS]) });
    first.runner.start();
    await first.runner.say(mention("when?"));
    await first.until(() => first.log.some((event) => event.type === "handoff.made"));
    const [started] = await first.store.load("T/C/1", 0);
    await first.close();
    return started;
  }

  test("does not change the team of that run; the next run in the thread has the team of now", async () => {
    expect(await asked("old")).toMatchObject({ type: "run.started", teamHash: createHash("sha256").update("old").digest("hex") });
    const built: (string | undefined)[] = [];
    const second = open(() => solo(scripted()), { teams: teamsOf("new", built, ["Friday. DONE"]) });
    second.runner.start();
    await second.runner.say(mention("Friday", { addressed: false }));
    await second.stopped();
    expect(built).toEqual(["old"]);
    await second.runner.say(mention("again"));
    await second.until(() => second.log.filter((event) => event.type === "run.stopped").length === 2);
    expect(built).toEqual(["old", undefined]);
    expect(second.log.find((event) => event.type === "run.started")).toMatchObject({
      teamHash: createHash("sha256").update("new").digest("hex"),
    });
  });

  test("and that has no such team any more: the run goes on all the same", async () => {
    await asked("old");
    const built: (string | undefined)[] = [];
    const second = open(() => solo(scripted()), { teams: { ...teamsOf("new", built, ["Friday. DONE"]), has: () => false } });
    second.runner.start();
    await second.runner.say(mention("Friday", { addressed: false }));
    await second.stopped();
    expect(second.log.at(-1)).toMatchObject({ outcome: "done" });
    expect(built).toEqual(["old"]);
  });

  test("so that the old one cannot be built ends the run with a sentence that says why, and what to do", async () => {
    await asked("unusable");
    const second = open(() => solo(scripted()), { teams: teamsOf("new", [], []) });
    second.runner.start();
    await second.runner.say(mention("Friday", { addressed: false }));
    await second.stopped();
    expect(second.log.at(-1)).toMatchObject({
      outcome: "failed",
      reason:
        "duo could not answer: the settings with which this run began cannot be used any more: models.m needs a key: put X=… into .env. A new task begins with the settings of now.",
    });
  });

  test("and whose old settings are not in the database, as after an import: the same", async () => {
    await asked("old");
    const second = open(() => solo(scripted()), {
      teams: teamsOf("new", [], []),
      wrapStore: (store) => ({ ...store, file: async () => undefined }),
    });
    second.runner.start();
    await second.runner.say(mention("Friday", { addressed: false }));
    await second.stopped();
    expect(second.log.at(-1)).toMatchObject({ outcome: "failed", reason: expect.stringContaining("they are not in this database") });
  });
});

describe("the limit on minutes", () => {
  test("ends a run whose tool hangs and hears no signal, though nothing is recorded", async () => {
    const clock = manualClock();
    const parley = open(() => solo(scripted({ calls: [{ tool: "deaf" }] }), { minutesMax: 10, tools: [DEAF] }), { clock });
    parley.runner.start();
    await parley.runner.say(mention("go"));
    await parley.until(() => parley.log.some((event) => event.type === "tool.called"));
    await clock.untilSleeping();
    await clock.advance(10 * MINUTE_MS - 1);
    expect(parley.log.at(-1)?.type).toBe("tool.called");
    await clock.advance(1);
    await parley.stopped();
    expect(parley.log.at(-1)).toMatchObject({
      outcome: "limit",
      reasons: [{ kind: "minutes", limit: 10, elapsed: 10 }],
      reason: "took 10 minutes, the limit is 10",
    });
    expect(await parley.runner.say(mention("again"))).toMatchObject({ kind: "started" });
  });

  test("does not count the time in which a person was waited for, nor the time away", async () => {
    const clock = manualClock();
    const first = open(() => solo(scripted(ASKS), { minutesMax: 10 }), { clock });
    first.runner.start();
    await first.runner.say(mention("when?"));
    await first.until(() => first.log.some((event) => event.type === "handoff.made"));
    await clock.advance(600 * MINUTE_MS);
    await first.runner.say(mention("Friday", { addressed: false }));
    await first.close();
    await clock.advance(600 * MINUTE_MS);

    const second = open(() => solo(scripted({ calls: [{ tool: "deaf" }] }), { minutesMax: 10, tools: [DEAF] }), { clock });
    second.runner.start();
    await second.until(() => second.log.some((event) => event.type === "tool.called"));
    await clock.untilSleeping();
    await clock.advance(9 * MINUTE_MS);
    expect(second.log.map((event) => event.type)).toEqual(["run.resumed", "tool.called"]);
    await clock.advance(MINUTE_MS);
    await second.stopped();
    expect(second.log.at(-1)).toMatchObject({ outcome: "limit", reasons: [{ kind: "minutes", elapsed: 10 }] });
  });

  test("leaves no timer behind when the run ends before", async () => {
    const clock = manualClock();
    const parley = open(() => solo(scripted("DONE"), { minutesMax: 10 }), { clock });
    parley.runner.start();
    await parley.runner.say(mention("go"));
    await parley.stopped();
    await parley.close();
    expect(clock.sleeping()).toBe(0);
  });
});

test("while the disk is full the thread stays due and no model is paid; with room again the log says that the run goes on", async () => {
  const clock = manualClock();
  const model = scripted("lost", "DONE");
  let room = 1;
  let refused = 0;
  /** Takes what people say and the choice of a speaker; has no room for the turn. */
  const wrapStore = (store: Store): Store => ({
    ...store,
    async commit(commit) {
      const isTurn = commit.events.some((event) => "agent" in event && event.type !== "speaker.selected");
      if (isTurn && room === 1) room = 0;
      if (room > 0 || commit.events.length === 0) return store.commit(commit);
      refused++;
      throw new StoreError("parley.db: the disk is full. Make room; what was recorded so far is safe.", {
        cause: new Error("SQLITE_FULL"),
      });
    },
  });
  const parley = open(() => solo(model), { clock, wrapStore });
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await clock.untilSleeping();
  await clock.advance(5 * MINUTE_MS);
  expect(refused).toBeGreaterThan(5);
  expect(parley.problems).toHaveLength(refused);
  expect(parley.problems.every((problem) => problem.includes("the disk is full"))).toBe(true);
  expect(model.requests).toHaveLength(1);

  room = Number.POSITIVE_INFINITY;
  await clock.advance(MINUTE_MS);
  await parley.stopped();
  expect(parley.log.map((event) => event.type)).toEqual([
    "run.started",
    "message.posted",
    "speaker.selected",
    "run.resumed",
    "message.posted",
    "run.stopped",
  ]);
  expect(said(parley.log)).toEqual(["Maria: go", "A: DONE"]);
});

test("an event that the store never takes ends the run with a word instead of being tried again and again", async () => {
  const model = scripted("x".repeat(2 * 1024 * 1024));
  const parley = open(() => solo(model));
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await parley.stopped();
  expect(parley.log.at(-1)).toMatchObject({ outcome: "failed", reason: expect.stringContaining("at most 1048576 are kept") });
  expect(model.requests).toHaveLength(1);
});

describe("closing", () => {
  test("what is said meanwhile is recorded, and the next start answers it", async () => {
    const first = open(() => solo(scripted("hang")));
    first.runner.start();
    await first.runner.say(mention("go"));
    await first.until(() => first.log.some((event) => event.type === "speaker.selected"));
    const closed = first.runner.close();
    expect(await first.runner.say(mention("quick", { addressed: false }))).toEqual({ kind: "steered" });
    expect(await first.runner.say(mention("other", { thread: "T/C/2" }))).toMatchObject({ kind: "started" });
    await closed;
    const recorded = await first.store.load("T/C/2", 0);
    expect(recorded.map(({ type }) => type)).toEqual(["run.started", "message.posted"]);
    await first.close();

    const second = open(() => solo(scripted("DONE", "DONE")));
    second.runner.start();
    await Promise.all([second.stopped("T/C/1"), second.stopped("T/C/2")]);
    expect(said(await second.store.load("T/C/1", 0))).toEqual(["Maria: go", "Maria: quick", "A: DONE"]);
  });

  test("begins no turn for a thread whose log is still being read", async () => {
    const first = open(() => solo(scripted()));
    await first.runner.say(mention("go"));
    await first.close();

    const model = scripted();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const second = open(() => solo(model), {
      wrapStore: (store) => ({
        ...store,
        async load(thread, afterSeq) {
          asked.resolve();
          await answer.promise;
          return store.load(thread, afterSeq);
        },
      }),
    });
    second.runner.start();
    await asked.promise;
    const closed = second.runner.close();
    answer.resolve();
    await closed;
    expect(model.requests).toEqual([]);
    await second.close();

    const third = open(() => solo(scripted("DONE")));
    third.runner.start();
    await third.stopped();
  });

  test("does not wait for a tool that hears no signal; the call is made again at the next start", async () => {
    const first = open(() => solo(scripted({ calls: [{ tool: "deaf" }] }), { tools: [DEAF] }));
    first.runner.start();
    await first.runner.say(mention("go"));
    await first.until(() => first.log.some((event) => event.type === "tool.called"));
    await first.close();

    const heals: Tool = { ...DEAF, run: async () => ({ kind: "returned", output: "fine" }) };
    const second = open(() => solo(scripted("DONE"), { tools: [heals] }));
    second.runner.start();
    await second.stopped();
    expect(second.log.map((event) => event.type)).toEqual(["tool.returned", "message.posted", "run.stopped"]);
  });
});

test("stop does not wait for a tool that hears no signal, and what it gives later is nobody's", async () => {
  const late = Promise.withResolvers<{ kind: "returned"; output: string }>();
  const tool: Tool = { ...DEAF, run: () => late.promise };
  const model = scripted({ calls: [{ tool: "deaf" }] }, "DONE");
  const parley = open(() => solo(model, { tools: [tool] }));
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await parley.until(() => parley.log.some((event) => event.type === "tool.called"));
  expect(await parley.runner.stop("T/C/1", MARIA)).toBe(true);
  await parley.runner.say(mention("again"));
  late.resolve({ kind: "returned", output: "too late" });
  await parley.until(() => parley.log.filter((event) => event.type === "run.stopped").length === 2);
  expect(parley.log.some((event) => event.type === "tool.returned")).toBe(false);
  expect(parley.problems).toEqual([]);
});
