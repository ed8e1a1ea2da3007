import { expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Agent } from "../../src/engine/team.ts";
import { createVisits } from "../../src/runner/visits.ts";
import { createWatch } from "../../src/runner/watch.ts";
import type { Signal } from "../../src/store/dispatch.ts";
import { Fenced, type Lane, type Lanes } from "../../src/store/lanes.ts";
import { StoreError, type Commit } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";
import { MARIA, openLog, says, team } from "../support/scripted.ts";

const START_MS = Date.UTC(2026, 0, 5, 9);
const START: EventBody = { type: "run.started", run: "r1", team: "duo", startedBy: MARIA };
const TASK: EventBody = { type: "message.posted", person: MARIA, text: "t", id: "m1" };
const STOP: EventBody = { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" };
const FLOOR: EventBody = { type: "speaker.selected", agent: "A", by: "policy" };
const ASKS: EventBody = { type: "handoff.made", agent: "A", to: "human", text: "?" };

interface Given {
  /** What stands in the log before the visit, as long ago as that. */
  readonly bodies: readonly EventBody[];
  readonly agoMs?: number;
  readonly agent?: Agent;
  readonly parked?: boolean;
  readonly failures?: number;
  /** Instead of an append. */
  readonly append?: (bodies: readonly EventBody[]) => void;
  readonly build?: () => never;
}

function visiting({ bodies, agoMs = 0, agent = says("A", "done"), parked, failures = 0, append, build }: Given) {
  const clock = manualClock(START_MS);
  const { events, transcript } = openLog();
  const wakes: Commit["wake"][] = [];
  const problems: string[] = [];
  let left = 0;
  const record = (more: readonly EventBody[], atMs: number) => {
    for (const body of more) events.push({ ...body, seq: events.length + 1, at: new Date(atMs).toISOString() });
  };
  record(bodies, START_MS - agoMs);
  const lane = {
    thread: "T/C/1",
    workspace: "T",
    transcript,
    inTurn: (job: () => Promise<unknown>) => job(),
    async append(more: readonly EventBody[], wake: Commit["wake"]) {
      append?.(more);
      record(more, clock.now());
      wakes.push(wake);
    },
    heard: () => new Promise<void>(() => undefined),
  } as unknown as Lane;
  const lanes: Lanes = { enter: async () => lane, leave: () => void left++, atHand: () => undefined, close: () => undefined };
  const store = { reserve: () => Promise.reject(new Error("none")), callEnded: async () => undefined };
  const watch = createWatch({ store, clock, budgets: undefined, haltMinutes: 0, ceilings: undefined, heardAll: () => true });
  const visits = createVisits({
    store: { file: async () => undefined },
    teams: {
      build: build ?? (() => team({ agents: [agent], nextSpeakers: roundRobin, limits: maxTurns(1) })),
      has: () => true,
      names: () => ["duo"],
      default: "duo",
    },
    clock,
    log: (problem) => problems.push(problem),
    ...(parked === undefined ? {} : { isParked: () => parked }),
    lanes,
    watch,
    publish: () => undefined,
  });
  let signal: (what: Signal) => void = () => undefined;
  const work = () =>
    visits.work({
      key: "T/C/1",
      workspace: "T",
      claim: { key: "T/C/1", attempt: 1 },
      failures,
      onSignal: (listener) => {
        signal = listener;
      },
    });
  const types = () => events.slice(bodies.length).map(({ type }) => type);
  return { visits, work, signal: (what: Signal) => signal(what), events, types, wakes, problems, clock, left: () => left };
}

test("goes on with a thread until its run ends, and leaves its lane", async () => {
  const { work, types, left, wakes } = visiting({ bodies: [START, TASK] });
  await work();
  expect(types()).toEqual(["speaker.selected", "message.posted", "run.stopped"]);
  // With the end its place in the line goes too.
  expect([left(), wakes]).toEqual([1, ["keep", "keep", "none"]]);
});

test.each<readonly [string, Partial<Given> & Pick<Given, "bodies">, boolean]>([
  ["one that was left alone for a minute", { bodies: [START, TASK], agoMs: 60_000 }, true],
  ["one that was left alone for less", { bodies: [START, TASK], agoMs: 59_999 }, false],
  ["one whose last visit could record nothing", { bodies: [START, TASK], failures: 1 }, true],
  ["one that waits for a person", { bodies: [START, TASK, FLOOR, ASKS], agoMs: 90_000 }, false],
  ["one that has ended", { bodies: [START, TASK, STOP], agoMs: 90_000 }, false],
  ["none", { bodies: [], agoMs: 90_000 }, false],
])("that a run is resumed is said of %s: %#", async (_what, given, isSaid) => {
  const { work, types } = visiting(given);
  await work();
  expect(types().includes("run.resumed")).toBe(isSaid);
});

test("a turn that another process has by now is given up without a word in the log", async () => {
  const { work, problems, types, left } = visiting({
    bodies: [START, TASK],
    append: () => {
      throw new Fenced("T/C/1");
    },
  });
  await work();
  expect(problems).toContain("a turn in T/C/1 was given up");
  expect([types(), left()]).toEqual([[], 1]);
});

test("a bug in a turn ends the run with what it says, and whose turn it was", async () => {
  const agent: Agent = {
    name: "A",
    description: "",
    // eslint-disable-next-line require-yield
    async *turn() {
      throw new Error("odd");
    },
  };
  const { work, problems, events, wakes } = visiting({ bodies: [START, TASK, FLOOR], agent });
  await work();
  expect(problems).toEqual(["a turn in T/C/1 broke"]);
  expect(events.at(-1)).toMatchObject({
    type: "run.stopped",
    outcome: "failed",
    reasons: [{ kind: "failure", agent: "A", error: { kind: "bug", message: "odd" } }],
  });
  expect(wakes.at(-1)).toBe("none");
});

test("a bug behind the end of a run ends nothing once more", async () => {
  let breaks = false;
  const { work, types } = visiting({
    bodies: [START, TASK],
    append: ([body]) => {
      if (breaks) throw new Error("odd");
      breaks = body?.type === "run.stopped";
    },
  });
  await work();
  expect(types().filter((type) => type === "run.stopped")).toHaveLength(1);
});

test("a disk that takes nothing is left to whoever serves the work", async () => {
  const full = new StoreError("the disk is full", { cause: new Error("SQLITE_FULL") });
  const { work, problems, left } = visiting({
    bodies: [START, TASK],
    append: () => {
      throw full;
    },
  });
  await expect(work()).rejects.toBe(full);
  expect([problems, left()]).toEqual([[], 1]);
});

test("a team that cannot be built ends the run with a sentence, one full stop and no more", async () => {
  for (const why of ["no such model", "no such model."]) {
    const build = () => {
      throw new Error(why);
    };
    const { work, problems, events } = visiting({ bodies: [START, TASK], build });
    await work();
    expect(problems).toEqual(["the team of T/C/1 cannot be built"]);
    expect(events.at(-1)).toMatchObject({
      type: "run.stopped",
      outcome: "failed",
      reasons: [{ kind: "failure", agent: "duo", error: { kind: "team_unavailable" } }],
    });
    expect(JSON.stringify(events.at(-1))).toContain("cannot be used any more: no such model. A new task begins");
  }
});

test("no turn begins where nobody could be answered, and the thread is looked at again in an hour while its run goes on", async () => {
  const { work, types, wakes } = visiting({ bodies: [START, TASK], parked: true });
  await work();
  expect(types()).toEqual([]);
  expect(wakes).toEqual([{ at: new Date(START_MS + 3_600_000).toISOString() }]);
  const ended = visiting({ bodies: [START, TASK, STOP], parked: true });
  await ended.work();
  expect(ended.wakes).toEqual([]);
  const open = visiting({ bodies: [START, TASK], parked: false });
  await open.work();
  expect(open.types().at(-1)).toBe("run.stopped");
});

/** Hears no signal, and says its words when it is let. */
function slow() {
  let go: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const agent: Agent = {
    name: "A",
    description: "",
    async *turn() {
      begun();
      await new Promise<void>((resolve) => (go = resolve));
      yield { type: "message.posted", agent: "A", text: "late" };
    },
  };
  return { agent, hasBegun, go: () => go() };
}

test("a turn that is given up leaves the thread due, does not wait for who hears nothing, and records nothing of it later", async () => {
  const { agent, hasBegun, go } = slow();
  const { work, signal, types, wakes, clock } = visiting({ bodies: [START, TASK], agent });
  const working = work();
  await hasBegun;
  signal("lost");
  await working;
  expect([types(), wakes.at(-1)]).toEqual([["speaker.selected"], "now"]);
  go();
  await clock.advance(0);
  expect(types()).toEqual(["speaker.selected"]);
});

test("closing gives up every turn, and begins none any more; a run that waits, or has ended, is not due", async () => {
  const { agent, hasBegun } = slow();
  const { work, visits, types, wakes } = visiting({ bodies: [START, TASK], agent });
  const working = work();
  await hasBegun;
  visits.close();
  await working;
  expect([types(), wakes.at(-1)]).toEqual([["speaker.selected"], "now"]);
  for (const bodies of [
    [START, TASK, FLOOR, ASKS],
    [START, TASK, STOP],
  ]) {
    const waits = visiting({ bodies });
    waits.visits.close();
    await waits.work();
    expect([waits.types(), waits.wakes]).toEqual([[], []]);
  }
  const closed = visiting({ bodies: [START, TASK] });
  closed.visits.close();
  await closed.work();
  expect([closed.types(), closed.wakes]).toEqual([[], ["now"]]);
});

test("what comes when the run has been ended from outside is not recorded", async () => {
  const { agent, hasBegun, go } = slow();
  const { work, types, events } = visiting({ bodies: [START, TASK], agent });
  const working = work();
  await hasBegun;
  events.push({ ...STOP, seq: events.length + 1, at: new Date(START_MS).toISOString() });
  go();
  await working;
  expect(types()).toEqual(["speaker.selected", "run.stopped"]);
});
